"""Live libraries as Boresight kernels. One table: a row a library, whose module has `kernels()`."""

from __future__ import annotations

import fnmatch
import importlib
from dataclasses import dataclass

from ..kernel import Kernel


@dataclass(frozen=True)
class Adapter:
    name: str
    module: str  #: in this package
    distribution: str  #: what pip calls the library


adapters = (
    Adapter("torch/sdpa", "torch_sdpa", "torch"),
    Adapter("torch/flex", "flex", "torch"),
    Adapter("onnxruntime", "onnxruntime", "onnxruntime"),
    Adapter("x-transformers", "x_transformers", "x-transformers"),
)


def kernels(adapter: Adapter) -> list[Kernel]:
    """Its rows; ImportError where the library is not here."""
    return list(importlib.import_module(f"{__name__}.{adapter.module}").kernels())


def kernel(name: str) -> Kernel:
    """The row of this name: `boresight.replay(token, boresight.adapters.kernel("torch/sdpa-math"))`."""
    names: list[str] = []
    for adapter in adapters:
        try:
            rows = kernels(adapter)
        except ImportError:
            continue
        for row in rows:
            if row.name == name:
                return row
        names += [row.name for row in rows]
    raise ValueError(f"no adapter has a kernel '{name}'; there are {', '.join(names)}")


def matching(pattern: str) -> list[tuple[Adapter, str]]:
    """Adapter and name of each row whose name meets one of the patterns (*, ?, commas); libraries that are not here are left out."""
    found = []
    for adapter in adapters:
        try:
            rows = kernels(adapter)
        except ImportError:
            continue
        found += [(adapter, row.name) for row in rows if any(fnmatch.fnmatch(row.name, one) for one in pattern.split(","))]
    return found
