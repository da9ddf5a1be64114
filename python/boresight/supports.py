"""What a kernel takes, in words: each is a feature of a problem, and what no word names is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._native import Problem

Refusal = Callable[["Problem"], "str | bool | None"]


#: Word -> whether a problem needs it. f32 and no bias need none.
features: Mapping[str, Callable[[Problem], bool]] = MappingProxyType({
    "bf16": lambda p: p.type == "bf16",
    "f16": lambda p: p.type == "f16",
    "causal": lambda p: p.causal,
    "window": lambda p: p.window != (-1, -1),
    "softcap": lambda p: p.softcap > 0,
    "softcap_before_bias": lambda p: p.softcap > 0 and p.softcap_order == "before_bias" and p.bias.kind != "none",
    "sink": lambda p: p.sink,
    "zero_kv": lambda p: p.zero_kv,
    "mem_kv": lambda p: p.mem_kv > 0,
    "memories": lambda p: p.memories > 0,
    "cache": lambda p: p.queries < p.segment,
    "early_queries": lambda p: p.queries > p.segment,
    "empty": lambda p: p.queries == 0 or p.columns == 0,
    "gqa": lambda p: p.kv_heads < p.heads,
    "tiled": lambda p: p.head_map == "tiled" and 1 < p.kv_heads < p.heads,
    "value_dim": lambda p: p.value_dim != p.head_dim,
    "key_mask": lambda p: "key_mask" in p.given,
    "memory_mask": lambda p: "memory_mask" in p.given,
    "attention_mask": lambda p: "attention_mask" in p.given,
    "alibi": lambda p: p.bias.kind == "alibi" and p.bias.slopes == "geometric",
    "alibi_slopes": lambda p: p.bias.kind == "alibi" and p.bias.slopes != "geometric",
    "relative_buckets": lambda p: p.bias.kind == "relative_buckets",
    "distance_table": lambda p: p.bias.kind == "distance_table",
    "dense": lambda p: p.bias.kind == "dense",
    "forget": lambda p: p.bias.kind == "forget",
    "rotary": lambda p: p.rotary.dims > 0,
    "xpos": lambda p: p.rotary.dims > 0 and p.rotary.xpos,
    "custom_positions": lambda p: p.custom_positions,
})

_biases = frozenset({"alibi", "alibi_slopes", "relative_buckets", "distance_table", "dense", "forget"})


def by_words(words: str | Iterable[str]) -> Refusal:
    """A function that refuses every problem that needs a feature which is not among the words.

    A word with "!" behind it is one that the kernel does not go without: "causal!" is always causal. Of several biases with it, one.

    >>> by_words("causal! mem_cv")
    Traceback (most recent call last):
    ValueError: supports: there is no feature 'mem_cv'; allowed: bf16, f16, causal, window, softcap, ...
    """
    taken = words.split() if isinstance(words, str) else list(words)
    needed = [word[:-1] for word in taken if word.endswith("!")]
    taken = [word.removesuffix("!") for word in taken]
    for word in taken:
        if word not in features:
            raise ValueError(f"supports: there is no feature '{word}'; allowed: {', '.join(features)}")
    refused = [word for word in features if word not in taken]
    biases = [word for word in needed if word in _biases]
    others = [word for word in needed if word not in _biases]

    def refusal(problem: Problem) -> str | None:
        for word in refused:
            if features[word](problem):
                return f"no bias {word}" if word in _biases else f"no {word}"
        for word in others:
            if not features[word](problem):
                return f"{word} alone"
        if biases and not any(features[word](problem) for word in biases):
            return f"bias {' or '.join(biases)} alone"
        return None

    return refusal
