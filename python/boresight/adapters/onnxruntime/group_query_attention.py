"""onnxruntime's `GroupQueryAttention` (com.microsoft): a decoder's attention, whose queries are the newest n columns.

All columns in front of those are its past. Its window counts a query's own key, so local_window_size is the left side + 1.
Its smooth_softmax is zero_kv, a score of 0 without a value. It turns queries and new keys by position_ids; past ones come so."""
from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from . import arithmetic, columns, refusal, rotary
from .session import run

if TYPE_CHECKING:
    from boresight import Call, Problem


@dataclass(frozen=True)
class GroupQueryAttention:
    def __call__(self, call: Call) -> np.ndarray:
        p = call.problem
        k, v = columns.keys_and_values(call)
        past = p.columns - p.queries
        turned = p.rotary.dims > 0
        cos = sin = positions = None
        if turned:
            k = rotary.past_turned(call, k, past)
            cos, sin = rotary.tables(call, p.columns)
            positions = np.broadcast_to(p.segment - p.queries + np.arange(p.queries), (p.batch, p.queries)).astype(np.int64)
        bias = columns.masked_bias(columns.bias(call, zero_column=False), columns.mask(call, zero_column=False))
        q = columns.queries(call)
        dtype = q.dtype
        inputs = {
            "query": columns.flat(q), "key": columns.flat(k[:, :, past:]), "value": columns.flat(v[:, :, past:]),
            "past_key": k[:, :, :past], "past_value": v[:, :, :past],
            "seqlens_k": np.full(p.batch, p.columns - 1, np.int32), "total_sequence_length": np.array([p.columns], np.int32),
            "cos_cache": None if cos is None else cos.astype(dtype), "sin_cache": None if sin is None else sin.astype(dtype),
            "position_ids": positions if past else None,
            "attention_bias": None if bias is None else bias.astype(dtype),
            "head_sink": None if call.sinks is None else np.asarray(call.sinks).astype(dtype),
            "k_scale": None, "v_scale": None, "q_norm_weight": None, "k_norm_weight": None,
            "query_seqlens": np.full(p.batch, p.queries, np.int32) if _chunked(p) else None}
        out = run("GroupQueryAttention", inputs, ("output", "present_key", "present_value"), domain="com.microsoft",
                  num_heads=p.heads, kv_num_heads=p.kv_heads, scale=float(p.scale), softcap=float(p.softcap) or None,
                  causal=None if p.causal else 0, local_window_size=p.window[0] + 1 if p.window[0] >= 0 else None,
                  do_rotary=1 if turned else None,
                  rotary_interleaved=1 if turned and p.rotary.pairs == "adjacent" else None,
                  smooth_softmax=1 if p.zero_kv else None)
        return out.reshape(p.batch, p.queries, p.heads, p.value_dim).swapaxes(1, 2)

    def supports(self, p: Problem) -> str | None:
        windowed = p.window != (-1, -1)
        words = {
            f"no {p.type}": p.type not in ("f32", "f16"),
            "queries are the newest keys: one at least, and no more than columns": not 0 < p.queries <= p.columns,
            "causal queries are the newest tokens": p.causal and p.queries > columns.tokens(p),
            "head_size must be a multiple of 8": p.head_dim % 8 != 0,
            "values are as wide as keys": p.head_dim != p.value_dim,
            "query heads share key heads by groups alone": p.head_map == "tiled" and 1 < p.kv_heads < p.heads,
            "a window is a causal one": windowed and (not p.causal or p.window[0] < 0),
            "a window hides persistent columns": windowed and p.mem_kv > 0,
            "head_sink takes the place of smooth_softmax": p.sink and p.zero_kv,
            "a softcap comes before the bias": p.softcap > 0 and p.softcap_order == "after_bias" and p.bias.kind != "none",
            "a scale of 0 is the default scale": p.scale == 0,
            "more than one sequence of several queries after a past is causal": _chunked(p) and not p.causal,
            "attention_bias and head_sink have the type of the query": p.type == "f16" and (p.bias.kind != "none" or p.sink),
        }
        return refusal.first(words) or (rotary.refused(p) if p.rotary.dims else None)

    def arithmetic(self, p: Problem) -> dict[str, Any]:
        return arithmetic.of_blocks(p)


def _chunked(p: Problem) -> bool:
    """Several sequences of several queries after a past, which need query_seqlens."""
    return p.batch > 1 and p.queries > 1 and p.columns > p.queries
