"""Defects of x-transformers 2.31.10 that docs/findings tells of. The rows of `kernels()` show them; `kernels(known=False)` looks past
them: problems that meet one are refused, and where a reading describes it the kernel is judged by that reading."""

from __future__ import annotations

from typing import Any

EMPTY_ROWS = "live-empty-row-differs-by-path"  # of attention without flash


def refusal(part: str, p: Any) -> str | None:
    """The known defect of this part that a problem meets, in the words of its page."""
    cached = p.queries < p.segment
    rotary = p.rotary.dims > 0
    if part == "attend":
        return "known: causal with fewer keys than queries" if p.causal and p.queries > p.columns else None
    if p.mem_kv > 0 and p.value_dim != p.head_dim:
        return "known: mem_kv beside value_dim_head"
    if p.bias.kind == "forget" and (p.memories > 0 or cached):
        return "known: data-dependent ALiBi with memories or a cache"
    if "memory_mask" in p.given and "key_mask" not in p.given and cached:
        return "known: a memory mask beside a cache"
    if rotary and p.rotary.dims == 2:
        return "known: rotary of two dimensions"
    if rotary and p.rotary.xpos and p.custom_positions:
        return "known: XPOS with positions of a context"
    if part == "layers" and rotary:
        if p.bias.kind in ("relative_buckets", "distance_table") or (p.bias.kind == "alibi" and (p.memories > 0 or cached)):
            return "known: rotary beside a bias by position"
        if p.mem_kv > 0 and cached:
            return "known: rotary beside mem_kv and a cache"
    return None
