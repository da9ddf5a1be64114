"""Double precision all the way: x-transformers casts to f32 in places (softmax, polar and dynamic positions, sinkhorn),
and a module in double would then be no more exact than one in f32. Inside `exact()` `Tensor.float` is
`Tensor.double`, and `widen` makes of each softmax that is asked for f32 one for f64. The bucket of a T5 bias is left
in f32: there a logarithm chooses, it does not round.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from x_transformers import x_transformers as library
from x_transformers.attend import Attend


def widen(module: nn.Module) -> nn.Module:
    module.double()
    for part in module.modules():
        function = part.attn_fn if isinstance(part, Attend) else None
        if isinstance(function, partial) and function.keywords.get("dtype") is torch.float32:
            part.attn_fn = partial(function.func, *function.args, **{**function.keywords, "dtype": torch.float64})
    return module


@contextmanager
def exact() -> Iterator[None]:
    single, bucket = Tensor.float, library.RelativePositionBias._relative_position_bucket

    def bucket_in_single(*arguments: Any, **named: Any) -> Tensor:
        Tensor.float = single
        try:
            return bucket(*arguments, **named)
        finally:
            Tensor.float = Tensor.double

    Tensor.float = Tensor.double
    library.RelativePositionBias._relative_position_bucket = staticmethod(bucket_in_single)
    try:
        yield
    finally:
        Tensor.float = single
        library.RelativePositionBias._relative_position_bucket = staticmethod(bucket)
