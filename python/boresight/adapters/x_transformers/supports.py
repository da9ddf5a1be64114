"""What each of the package's parts takes, and in words what it does not offer. What it accepts and then gets wrong is not refused."""

from __future__ import annotations

from typing import Any

import numpy as np

from .attention import to_context


PARAMETERS = ("slopes", "bucket_table", "distance_table", "dense", "forget", "sinks", "inverse_frequency", "xpos_scale")


def attend(p: Any, flash: bool) -> str | None:
    if p.bias.kind not in ("none", "dense"):
        return "a bias comes as attn_bias alone"
    if p.rotary.dims > 0:
        return "q and k come turned"
    if p.window[0] >= 0:
        return "no window"
    if p.causal and p.mem_kv > 0 and p.queries > p.memories + p.segment:
        return "no persistent columns, which causality spares"
    return _core(p, flash)


def attention(p: Any, flash: bool) -> str | None:
    if p.queries == 0 or p.memories + p.segment == 0:
        return "one query and one key or more"
    if np.float32(p.scale) != np.float32(p.head_dim**-0.5):
        return "the scale is head_dim ** -0.5"
    if p.custom_positions and p.bias.kind in ("relative_buckets", "distance_table"):
        return "only ALiBi has custom positions"
    if to_context(p) and p.causal:
        return "no causal attention to a context"
    if p.queries > p.segment and p.bias.kind not in ("none", "dense"):
        return "no bias by position for queries before the first key"
    if p.queries > p.segment and p.rotary.dims > 0 and not p.custom_positions:
        return "no rotary for queries before the first key without positions of their own"
    return _core(p, flash) or _bias(p) or _rotary(p)


def layers(p: Any, flash: bool) -> str | None:
    if p.queries > p.segment:
        return "self attention: no more queries than keys"
    if p.custom_positions:
        return "self attention: one list of positions for queries and keys"
    if p.queries < p.segment and not p.causal:
        return "a cache is for causal layers"
    if p.queries < p.segment and "attention_mask" in p.given:
        return "no attention mask beside a cache"
    if flash and p.bias.kind in ("relative_buckets", "distance_table"):
        return "flash has no T5 and no dynamic bias"
    if p.bias.kind == "relative_buckets" and p.bias.buckets > p.bias.max_distance:
        return "no more buckets than max_distance"
    if p.rotary.dims > 0 and not p.rotary.frequencies_as_data and p.rotary.base != 10000:
        return "rotary has base 10000"
    if p.rotary.dims > 0 and p.rotary.xpos and not p.causal:
        return "XPOS is for causal layers"
    return attention(p, flash)


def _core(p: Any, flash: bool) -> str | None:
    if p.type != "f32" and (parameters := [name for name in PARAMETERS if name in p.given]):
        return f"a module in 16 bits rounds its {', '.join(parameters)}"
    if p.kv_heads not in (1, p.heads) and p.head_map != "tiled":
        return "key/value heads are tiled: head h reads h mod kv_heads"
    if p.window[1] >= 0 and not p.causal:
        return "no right side of a window"
    if flash and p.softcap > 0:
        return "flash has no softclamp"
    if flash and p.sink:
        return "flash has no sink"
    if p.softcap > 0 and p.softcap_order == "before_bias" and p.bias.kind != "none":
        return "the softclamp is after the bias"
    return None


def _bias(p: Any) -> str | None:
    if p.bias.kind == "alibi" and p.bias.slopes == "per_batch":
        return "ALiBi's slopes are the same for every sequence"
    if p.bias.kind == "forget" and not p.causal:
        return "forget gates that are not causal run both ways"
    return None


def _rotary(p: Any) -> str | None:
    r = p.rotary
    if r.dims == 0:
        return None
    if r.pairs == "halves" and r.dims > 2:
        return "rotary pairs are adjacent"
    if r.xpos and p.type != "f32":
        return "no XPOS in 16 bits"
    if r.interpolation < 1:
        return "rotary interpolation is 1 or more"
    if r.xpos and p.mem_kv > 0 and (p.custom_positions or r.xpos_center != p.segment // 2):
        return "XPOS is centred on half of the largest position + 1"  # seen beside persistent columns alone
    return None
