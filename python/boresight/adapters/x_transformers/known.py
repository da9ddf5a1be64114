"""Defects of x-transformers 2.31.10, each by its page in docs/findings. The rows of `kernels()` show them; `kernels(known=False)`
looks past them: problems that meet one are refused, and where a reading describes it the kernel is judged by that reading."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

EMPTY_ROWS = "live-empty-row-differs-by-path"  # a reading: of attention without flash

ALL = ("attend", "attention", "layers")
MODULES = ("attention", "layers")
MASKS = ("key_mask", "memory_mask", "attention_mask")


def _cached(p: Any) -> bool:
    return p.queries < p.segment


def _rotary_beside_bias(p: Any) -> bool:
    if p.bias.kind == "alibi":
        return p.rotary.dims > 0 and (p.memories > 0 or _cached(p))
    return p.rotary.dims > 0 and p.bias.kind in ("relative_buckets", "distance_table")


#: Page -> the parts that have the defect, and whether a problem meets it.
PAGES: dict[str, tuple[tuple[str, ...], Callable[[Any], bool]]] = {
    "x-transformers-causal-fewer-keys": (("attend",), lambda p: p.causal and p.queries > p.columns),
    "x-transformers-minus-infinity": (ALL, lambda p: p.bias.kind == "dense"),  # which may hold -inf
    "x-transformers-mem-kv-value-dim": (MODULES, lambda p: p.mem_kv > 0 and p.value_dim != p.head_dim),
    "x-transformers-forget-cache": (MODULES, lambda p: p.bias.kind == "forget" and (p.memories > 0 or _cached(p))),
    "x-transformers-memory-mask-cache": (
        MODULES,
        lambda p: "memory_mask" in p.given and "key_mask" not in p.given and _cached(p),
    ),
    "x-transformers-rotary-of-two": (MODULES, lambda p: p.rotary.dims == 2),
    "x-transformers-rotary-beside-bias": (("layers",), _rotary_beside_bias),
    "x-transformers-rotary-cache-origin": (("layers",), lambda p: p.rotary.dims > 0 and p.mem_kv > 0 and _cached(p)),
}


class _OnACache:
    """A problem as laws have it that call in parts: its last rows, on the keys of those before."""

    def __init__(self, p: Any) -> None:
        self.p, self.queries = p, p.queries - 1

    def __getattr__(self, name: str) -> Any:
        return getattr(self.p, name)


def page_of(part: str, flash: bool, p: Any, law: str, reading: str) -> str | None:
    """The page in docs/findings that tells of a failure; None: it is new."""
    in_parts = law in ("decode_is_the_full_pass", "chunks_are_one_call")
    for page, (parts, meets) in PAGES.items():
        if part in parts and (meets(p) or in_parts and meets(_OnACache(p))):
            return f"{page}.md"
    if law == "hidden_is_inert":
        return "x-transformers-hidden-nan.md"
    emptied = not flash and p.causal and any(mask in p.given for mask in MASKS)  # reading or none: a law's second call may show it
    return "x-transformers-empty-rows.md" if emptied and reading in ("", EMPTY_ROWS, "empty-row-three-behaviours") else None


def refusal(part: str, flash: bool, p: Any) -> str | None:
    """The page of the first known defect of this part that a problem meets."""
    if not flash and p.window[0] >= 0 and any(mask in p.given for mask in MASKS):
        return "known: x-transformers-empty-rows, where a window is of the masks, and to the reading it is of causality"
    for page, (parts, meets) in PAGES.items():
        if part in parts and meets(p):
            return f"known: {page}"
    return None
