"""How the operators round, beyond a plain loop in f32: derived from what they do, their functions measured in extended precision.

Measured in units of 2^-24, over the whole range: onnxruntime's softmax (exp and both quotients) 2.0, its softcap (tanh, quotient
and product) 2.8, its Tanh 5.4, numpy's exp 3.4, numpy's tanh 1.9. Each is promised as the next power of two."""
from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from boresight import Problem

TURNED = {"angle_error": 2.0**-50, "turn_error": 2.0**-24}  # tables in double, rounded once
CACHE_BYTES = 128 * 1024  # of the second level, at the least: it sizes a block of keys, four of which it must hold in f32


def of_kernel(p: Problem) -> dict[str, Any]:
    """A product, a softmax over whole rows, a product: nothing is rescaled. In f16 scores and weights are stored."""
    promised: dict[str, Any] = {"rescales": 0, "tanh_error": 2.0**-22}
    if p.rotary.dims:
        promised.update(TURNED)
    if p.type == "f16":
        promised.update(scores="f16", weights="f16")
    return promised


def of_steps(p: Problem) -> dict[str, Any]:
    """The standard's own steps: q and k are each multiplied by a rounded square root of the scale."""
    return of_kernel(p) | {"dot_chain": p.head_dim + 4, "tanh_error": 2.0**-21, "exp_error": 2.0**-22}


def of_blocks(p: Problem) -> dict[str, Any]:
    """An online softmax over blocks of keys; in f16 all but the turned q and k is f32."""
    block = CACHE_BYTES // (4 * 4 * (p.head_dim + p.value_dim))
    promised: dict[str, Any] = {"rescales": p.columns // block + 1, "tanh_error": 2.0**-22}
    if p.rotary.dims:
        promised.update(TURNED)
        if p.type == "f16":
            promised.update(rotated="f16", turn_error=2.0**-11)
    return promised
