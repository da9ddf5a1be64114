"""The arithmetic of x-transformers on PyTorch's CPU kernels, read off both: every rounding that they commit."""

from __future__ import annotations

import math
from typing import Any

U = {"f32": 2.0**-24, "bf16": 2.0**-8, "f16": 2.0**-11}
F32 = U["f32"]
KEYS_BLOCK = 512  # keys that PyTorch's flash kernel takes at a time (kvSplitSize)
EXP_U20 = 3.9e-7  # relative error of its vectors' exponential, the largest over every float in [-86.6, 0]
XPOS_POWER_MAX = 128 * math.log(2)  # |power * ln(scale)| where an XPOS factor is in the range of f32


def declared(p: Any, flash: bool) -> dict[str, Any]:
    core = _flash(p) if flash else {"rescales": 0}
    return core | ({} if p.type == "f32" else _in_16_bits(p, core)) | (_rotary(p) if p.rotary.dims > 0 else {})


def _flash(p: Any) -> dict[str, Any]:
    """Whichever backend PyTorch takes. Flash: sums over blocks of keys, and no subnormal result of an exponential. Math: q and k
    are each multiplied by a rounded sqrt(scale), four roundings in place of one. Before both q is multiplied by
    scale * sqrt(head_dim), rounded too."""
    blocks = -(-(p.columns + 1) // KEYS_BLOCK)
    return {
        "dot_chain": p.head_dim + 4,
        "value_chain": p.columns + 2 + blocks,
        "rescales": blocks,
        "exp_error": EXP_U20,
        "flushes_subnormals": True,
    }


def _in_16_bits(p: Any, core: dict[str, Any]) -> dict[str, Any]:
    """Every step between two kernels of PyTorch is rounded to the type: products, scaled ones, biases (slopes and distances too),
    sums, the cap's quotient and tanh, weights. Sums inside a kernel are in f32: they count as what they amount to in the type."""
    u = U[p.type]
    dot_chain, value_chain = core.get("dot_chain", p.head_dim), core.get("value_chain", p.columns + 2)
    return {
        "accumulator_roundoff": u,
        "accumulator": p.type,
        "dot_chain": 2 + math.ceil(dot_chain * F32 / u),
        "value_chain": 2 + math.ceil(value_chain * F32 / u),
        "rotated": p.type,
        "scores": p.type,
        "weights": p.type,
        "tanh_error": u + 2**-22,
        "exp_error": 2.0**-12 if "exp_error" in core else 2.0**-23,
    }


def _rotary(p: Any) -> dict[str, Any]:
    """Angles: position * inv_freq, divided by the interpolation, a rounding each. inv_freq = 1 / base ** (2r / R) in f32, where base
    and the exponent are rounded (the exponent's error counts ln(base) times), pow is within 1 ulp, the quotient rounds. In 16 bits
    inv_freq and the position are rounded to the type besides.

    cos and sin are within 3.5 ulp, and rounded to the type. An XPOS factor is scale ** power: pow within 1 ulp, once more its
    reciprocal for keys (pow again); the power is rounded once, and the scale, a sum and a quotient of two rounded numbers, four
    times."""
    r, u = p.rotary, U[p.type]
    angle = (2 if p.type == "f32" else 4) * u
    if not r.frequencies_as_data:
        base = r.base * (r.base_rescale ** (r.dims / (r.dims - 2)) if r.dims > 2 else 1)
        angle += (abs(math.log(base)) + 1 + 2 + 1) * F32
    turn = 3.5 * 2 * F32 + (0 if p.type == "f32" else u)
    if r.xpos:
        span = XPOS_POWER_MAX + _largest_power(p) * (0 if r.xpos_scales_as_data else 4)
        turn = max(turn, (span + 4) * F32)
    return {"angle_error": angle * (1 + 8 * u), "turn_error": turn * (1 + 2**-12)}


def _largest_power(p: Any) -> float:
    """Of XPOS: positions lie within half of all keys from the centre; custom ones where the factors stay in range."""
    if p.custom_positions:
        return XPOS_POWER_MAX
    return (p.memories + p.segment + 1) / p.rotary.xpos_scale_base
