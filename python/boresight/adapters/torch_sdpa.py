"""torch.nn.functional.scaled_dot_product_attention on the CPU, a row for each backend that `sdpa_kernel` can force there and for
each of two ways of use: by its own arguments (`torch/sdpa-math`, `torch/sdpa-flash`), and with bias and masks folded into
attn_mask, as users of ALiBi, memories or windows do (`-mask`). `torch/sdpa-causal-lower-right` is the bias of torch.nn.attention.bias.

Of the backends that the CPU build has, `FLASH_ATTENTION` and `MATH` take calls; `EFFICIENT_ATTENTION`, `CUDNN_ATTENTION` and
`OVERRIDEABLE` take none.
"""

from __future__ import annotations

import contextlib
import warnings
from typing import Any

import torch
import torch.nn.functional as F
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.nn.attention.bias import causal_lower_right

import boresight
from boresight.adapters import common

BACKENDS = {"math": SDPBackend.MATH, "flash": SDPBackend.FLASH_ATTENTION}
KEYS_BLOCK = 512  # keys that the flash kernel takes at a time: kvSplitSize in FlashAttentionKernel.cpp

# Relative errors of the vectors' exponentials, the largest over every float in [-86.6, 0], rounded up: exp_u20 3.862e-7,
# fexp_u20 (a cubic, whose results are meant to be narrowed to 16 bits) 1.125e-4.
EXP_U20 = 3.9e-7
FEXP_U20 = 1.13e-4


def math_arithmetic(problem: Any) -> dict[str, Any]:
    """Everything in f32, whatever the type. q and k are each multiplied by sqrt(scale), rounded: four roundings in place of one."""
    return {"dot_chain": problem.head_dim + 2}


def flash_arithmetic(problem: Any) -> dict[str, Any]:
    """Scores and sums in f32 over blocks of keys, weights narrowed to the type before they meet the values.

    Both exponentials give 0 in place of a result below about 2^-125.5. Where weights are f16, whose smallest number is far above that,
    only sums see it, and the narrowing loses more.
    """
    blocks = -(-problem.columns // KEYS_BLOCK)
    return {
        "value_chain": problem.columns + 2 + blocks,
        "rescales": blocks,
        "exp_error": EXP_U20 if problem.type == "f32" else FEXP_U20,
        "weights": problem.type,
        "flushes_subnormals": problem.type != "f16",
    }


ARITHMETIC = {"math": math_arithmetic, "flash": flash_arithmetic}


def rows(x: torch.Tensor) -> torch.Tensor:
    """With elements of a row side by side, as the flash kernel wants them; the other strides stay."""
    return x if x.stride(-1) == 1 else x.clone(memory_format=torch.contiguous_format)


def attend(backend: str | None, call: Any, **flags: Any) -> torch.Tensor:
    """By the backend that is named, or by torch's own choice."""
    q, (k, v), problem = common.queries(call), common.columns(call), call.problem
    with sdpa_kernel(BACKENDS[backend]) if backend else contextlib.nullcontext():
        return F.scaled_dot_product_attention(
            rows(q), rows(k), rows(v), scale=problem.scale, enable_gqa=problem.kv_heads < problem.heads, **flags
        )


def own_mask(call: Any) -> torch.Tensor | None:
    """The one mask that the call has, as it is given."""
    if call.key_mask is not None:
        return call.key_mask[:, None, None, :]
    return call.attention_mask if call.dense is None else call.dense.float()


def of_own_flags(backend: str) -> boresight.Kernel:
    def run(call: Any) -> torch.Tensor:
        return attend(backend, call, attn_mask=own_mask(call), is_causal=call.problem.causal)

    def supports(problem: Any) -> str | None:
        masks = [name for name in ("key_mask", "attention_mask", "dense") if name in problem.given]
        if len(masks) > 1:
            return "one attn_mask: no " + " with ".join(masks)
        if masks and problem.causal:
            return "is_causal and attn_mask exclude each other"
        if problem.mem_kv or problem.memories or problem.zero_kv:
            return "one part of keys"
        if problem.bias.kind not in ("none", "dense"):
            return f"no {problem.bias.kind} of its own"
        if tuple(problem.window) != (-1, -1):
            return "no window"
        return refused(backend, problem)

    return boresight.Kernel(
        run,
        name=f"torch/sdpa-{backend}",
        supports=supports,
        arithmetic=ARITHMETIC[backend],
        documented=("causal-top-left",),
        tensors="torch",
    )


def of_mask(backend: str) -> boresight.Kernel:
    def run(call: Any) -> torch.Tensor:
        bias, mask = common.column_bias(call), common.column_mask(call)
        if bias is not None and mask is not None:
            mask = torch.where(mask, bias, float("-inf"))
        return attend(backend, call, attn_mask=bias if mask is None else mask)

    return boresight.Kernel(
        run,
        name=f"torch/sdpa-{backend}-mask",
        supports=lambda problem: refused(backend, problem),
        arithmetic=ARITHMETIC[backend],
        tensors="torch",
    )


def of_causal_lower_right() -> boresight.Kernel:
    """Whichever backend torch takes; the bias is is_causal where the mask is a square, and a boolean mask elsewhere."""

    def run(call: Any) -> torch.Tensor:
        problem = call.problem
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of NaN where there are more queries than keys, which do not come
            bias = causal_lower_right(problem.queries, problem.segment) if problem.causal else None
        return attend(None, call, attn_mask=bias)

    def supports(problem: Any) -> str | None:
        if problem.mem_kv or problem.memories or problem.zero_kv:
            return "one part of keys"
        if problem.bias.kind != "none" or tuple(problem.window) != (-1, -1):
            return "no bias and no window"
        if "key_mask" in problem.given or "attention_mask" in problem.given:
            return "no other mask"
        return refused("math", problem)

    def arithmetic(problem: Any) -> dict[str, Any]:
        return math_arithmetic(problem) | (flash_arithmetic(problem) if refused("flash", problem) is None else {})

    return boresight.Kernel(
        run, name="torch/sdpa-causal-lower-right", supports=supports, arithmetic=arithmetic, tensors="torch"
    )


def refused(backend: str, problem: Any) -> str | None:
    """What no way of use offers, or what the backend refuses, in words."""
    if problem.kv_heads < problem.heads and problem.head_map != "grouped":
        return "no tiled heads"
    if problem.rotary.dims or problem.softcap or problem.sink:
        return "no rotary, no softcap, no sink"
    if backend == "flash" and problem.value_dim != problem.head_dim:
        return "values as wide as keys"
    return None


def kernels() -> list[boresight.Kernel]:
    return [make(backend) for backend in BACKENDS for make in (of_own_flags, of_mask)] + [of_causal_lower_right()]
