"""How each operator rounds, beyond a plain loop in f32: derived from what it does, its functions measured against extended precision.

Measured in units of 2^-24, over the whole range: onnxruntime's softmax (exp and both quotients) 2.0, its softcap (tanh, quotient and
product) 2.8, its Tanh 5.4, numpy's exp 3.4, numpy's tanh 1.9. Each is promised as the next power of two. A softmax has one maximum,
so nothing is rescaled; the paths that go by blocks of keys size them by the cache of the processor, at least 128 KiB."""
from __future__ import annotations

from typing import Any

from .attention import Attention
from .group_query_attention import GroupQueryAttention
from .multi_head_attention import MultiHeadAttention

TURNED = {"angle_error": 2.0**-50, "turn_error": 2.0**-24}  # tables in double, rounded once
BLOCK_FLOATS = 128 * 1024 // 16


def attention(p, operator: Attention) -> dict[str, Any]:
    promised: dict[str, Any] = {"rescales": 0, "tanh_error": 2.0**-22}
    if operator.by_steps():
        # The standard's own steps: q and k are each multiplied by a rounded square root of the scale.
        promised.update(dot_chain=p.head_dim + 4, tanh_error=2.0**-21, exp_error=2.0**-22)
    if p.rotary.dims:
        promised.update(TURNED)
    if p.type == "f16":
        promised.update(scores="f16", weights="f16")
    return promised


def by_blocks(p, operator: MultiHeadAttention | GroupQueryAttention) -> dict[str, Any]:
    promised: dict[str, Any] = {"rescales": p.columns * (p.head_dim + p.value_dim) // BLOCK_FLOATS + 1, "tanh_error": 2.0**-22}
    if p.rotary.dims:
        promised.update(TURNED)
        if p.type == "f16":
            promised.update(rotated="f16", turn_error=2.0**-11)
    return promised


def arithmetic(operator):
    promise = attention if isinstance(operator, Attention) else by_blocks
    return lambda p: promise(p, operator)
