"""The arithmetic of x-transformers on PyTorch's CPU kernels, read off both: every rounding that they commit."""

from __future__ import annotations

import math
from typing import Any

U = 2.0**-24
KEYS_BLOCK = 512  # keys that PyTorch's flash kernel takes at a time (kvSplitSize)
EXP_U20 = 3.9e-7  # relative error of its vectors' exponential, the largest over every float in [-86.6, 0]
XPOS_POWER_MAX = 128 * math.log(2)  # |power * ln(scale)| where an XPOS factor is in the range of f32


def declared(p: Any, flash: bool) -> dict[str, Any]:
    return (_flash(p) if flash else {"rescales": 0}) | (_rotary(p) if p.rotary.dims > 0 else {})


def _flash(p: Any) -> dict[str, Any]:
    """Whichever backend PyTorch takes. Flash: sums over blocks of keys, and no subnormal result of an exponential. Math: q and k are
    each multiplied by a rounded sqrt(scale), four roundings in place of one. Before both q is multiplied by scale * sqrt(head_dim),
    rounded too."""
    blocks = -(-(p.columns + 1) // KEYS_BLOCK)
    return {
        "dot_chain": p.head_dim + 4,
        "value_chain": p.columns + 2 + blocks,
        "rescales": blocks,
        "exp_error": EXP_U20,
        "flushes_subnormals": True,
    }


def _rotary(p: Any) -> dict[str, Any]:
    """Angles: position * inv_freq, divided by the interpolation, a rounding each. inv_freq = 1 / base ** (2r / R) in f32, where base and
    the exponent are rounded (the exponent twice is cautious: its error counts ln(base) times), pow is within 1 ulp, the quotient rounds.

    cos and sin are within 3.5 ulp. An XPOS factor is scale ** power: pow within 1 ulp, once more its reciprocal for keys (pow again);
    the power is rounded once, and the scale, a sum and a quotient of two rounded numbers, four times."""
    r = p.rotary
    angle = 2 * U
    if not r.frequencies_as_data:
        base = r.base * (r.base_rescale ** (r.dims / (r.dims - 2)) if r.dims > 2 else 1)
        angle += (abs(math.log(base)) + 1 + 2 + 1) * U
    turn = 3.5 * 2 * U
    if r.xpos:
        span = XPOS_POWER_MAX + _largest_power(p) * (0 if r.xpos_scales_as_data else 4)
        turn = max(turn, (span + 4) * U)
    return {"angle_error": angle * (1 + 2**-20), "turn_error": turn * (1 + 2**-12)}


def _largest_power(p: Any) -> float:
    """Of XPOS: positions lie within half of all keys from the centre; custom ones where the factors stay in range."""
    if p.custom_positions:
        return XPOS_POWER_MAX
    return (p.memories + p.segment + 1) / p.rotary.xpos_scale_base
