"""x-transformers itself, judged element by element: its Attend, its Attention and one of its AttentionLayers, each with flash off and
on. A call's q, k and v take the place of the projections, and everything between them is the package's own code.

    for kernel in x_transformers.kernels():
        print(boresight.check(kernel, cases=2000, seed=1))
"""

from __future__ import annotations

from functools import partial

import boresight

from . import arithmetic, supports
from .attend import attend
from .attention import attention
from .layers import layers

PARTS = {"attend": (attend, supports.attend), "attention": (attention, supports.attention), "layers": (layers, supports.layers)}


def kernels() -> list[boresight.Kernel]:
    return [kernel(part, flash) for part in PARTS for flash in (False, True)]


def kernel(part: str, flash: bool) -> boresight.Kernel:
    run, takes = PARTS[part]
    return boresight.Kernel(
        partial(run, flash=flash),
        name=f"x-transformers/{part}" + ("-flash" if flash else ""),
        supports=partial(takes, flash=flash),
        arithmetic=partial(arithmetic.declared, flash=flash),
        tensors="torch",
    )
