"""x-transformers itself, judged element by element: its Attend, its Attention and one of its AttentionLayers, each with flash off
and on. A call's q, k and v take the place of the projections, and everything between them is the package's own code.

    for kernel in x_transformers.kernels():
        print(boresight.check(kernel, cases=2000, seed=1))
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from torch import Tensor

import boresight

from . import arithmetic, known, supports
from .attend import attend
from .attention import attention
from .layers import layers

PARTS: dict[str, tuple[Callable[..., Tensor], Callable[..., str | None]]] = {
    "attend": (attend, supports.attend),
    "attention": (attention, supports.attention),
    "layers": (layers, supports.layers),
}


def kernels(known: bool = True) -> list[boresight.Kernel]:
    """Two rows for each part. `known` off: past the defects of known.py."""
    return [kernel(part, flash, known) for part in PARTS for flash in (False, True)]


def kernel(part: str, flash: bool, with_known: bool = True) -> boresight.Kernel:
    compute, takes = PARTS[part]

    def run(call: boresight.Call) -> Tensor:
        return compute(call, flash)

    def refusal(problem: Any) -> str | None:
        return takes(problem, flash) or (None if with_known else known.refusal(part, flash, problem))

    return boresight.Kernel(
        run,
        name=f"x-transformers/{part}" + ("-flash" if flash else ""),
        supports=refusal,
        arithmetic=partial(arithmetic.declared, flash=flash),
        documented=() if with_known or flash else (known.EMPTY_ROWS,),
        tensors="torch",
    )


def page_of(name: str, token: str, reading: str) -> str | None:
    """The page in docs/findings that tells of what a row of this name was found to do; None: it is new."""
    part = name.removeprefix("x-transformers/")
    law = token.partition("law=")[2].partition(" ")[0]
    flash = part.endswith("-flash")
    return known.page_of(part.removesuffix("-flash"), flash, boresight.inputs(token).problem, law, reading)
