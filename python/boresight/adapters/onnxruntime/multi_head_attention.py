"""onnxruntime's `MultiHeadAttention` (com.microsoft).

Columns in front of the newest n are its past, for which values must be as wide as keys; or keys and values are given whole.
Padding is a key_padding_mask, with a mask of queries and keys in three dimensions; a mask by heads is -inf in the bias."""
from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from . import arithmetic, columns, refusal
from .session import run

if TYPE_CHECKING:
    from boresight import Call, Problem

LOWEST = float(np.finfo(np.float32).min)


@dataclass(frozen=True)
class MultiHeadAttention:
    past: bool = True  # columns in front of the newest n are past_key and past_value

    def __call__(self, call: Call) -> np.ndarray:
        p = call.problem
        q = columns.queries(call)
        k, v = (columns.with_zero_column(call, x) for x in columns.keys_and_values(call))
        count = k.shape[2]
        past = count - p.queries if self.past and p.queries < count and p.head_dim == p.value_dim else 0
        padding, hidden = self._masks(call)
        bias = columns.masked_bias(columns.bias(call), hidden)
        inputs = {"query": columns.flat(q), "key": columns.flat(k[:, :, past:]), "value": columns.flat(v[:, :, past:]),
                  "bias": None, "key_padding_mask": padding, "attention_bias": None if bias is None else bias.astype(q.dtype),
                  "past_key": k[:, :, :past] if past else None, "past_value": v[:, :, :past] if past else None}
        out = run("MultiHeadAttention", inputs, ("output", "present_key", "present_value") if past else ("output",),
                  domain="com.microsoft", num_heads=p.heads, scale=float(p.scale), unidirectional=1 if p.causal else None,
                  mask_filter_value=LOWEST)
        return out.reshape(p.batch, p.queries, p.heads, p.value_dim).swapaxes(1, 2)

    def _masks(self, call: Call) -> tuple[np.ndarray | None, np.ndarray | None]:
        """key_padding_mask [B][columns] or [B][n][columns] i32, and what goes into the bias."""
        padding = columns.padding(call)
        if call.attention_mask is None:
            return (None if padding is None else columns.widened(padding, call, True).astype(np.int32)), None
        mask = columns.mask(call)
        if mask.shape[1] > 1:
            return None, mask
        return np.broadcast_to(mask[:, 0], (call.problem.batch, *mask.shape[2:])).astype(np.int32), None

    def supports(self, p: Problem) -> str | None:
        early = p.queries > columns.tokens(p)
        words = {
            f"no {p.type}": p.type not in ("f32", "f16"),
            "no window": p.window != (-1, -1),
            "no softcap": p.softcap > 0,
            "no sink": p.sink,
            "as many key heads as query heads": p.kv_heads != p.heads,
            "no rotary": p.rotary.dims > 0,
            "a scale of 0 is the default scale": p.scale == 0,
            "keys begin with a column of zeros, which a causal query counts": p.causal and p.zero_kv and not self.past,
            "past_value is as wide as past_key": p.causal and self.past and p.head_dim != p.value_dim,
            "causal queries are the newest columns": p.causal and early and self.past,
            "attention_bias has the type of the query": p.type == "f16" and p.bias.kind != "none",
        }
        return refusal.first(words)

    def arithmetic(self, p: Problem) -> dict[str, Any]:
        return arithmetic.of_blocks(p)
