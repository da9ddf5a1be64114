"""ONNX's standard `Attention` operator, of opsets 23, 24 and 25: by onnxruntime, and by the standard's own reference evaluator.

Causality and windows are the operator's own, so they follow from which columns are its past and which are K and V (`Keys`).
Opset 25 has no kernel, so it runs as the standard's function. Rotary is the standard's RotaryEmbedding, in front."""
from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

import numpy as np

from . import arithmetic, columns, refusal, rotary
from .session import Runner, by_onnxruntime, by_reference, run

if TYPE_CHECKING:
    from boresight import Call, Problem


class Keys(Enum):
    """Which columns are past_key; the rest is K. A causal query i sees the past and the first i + 1 columns of K."""
    NEWEST = "K has the newest n columns"
    SEGMENT = "K has the segment, the past what is in front of it"
    WHOLE = "K has all columns"
    CACHE = "K has all columns, and nonpad_kv_seqlen says where they end: the last query stands on the last key"


@dataclass(frozen=True)
class Attention:
    opset: int
    runner: Runner = by_onnxruntime
    keys: Keys = Keys.NEWEST
    flat: bool = False  # three dimensions: heads side by side in the last one

    def __call__(self, call: Call) -> np.ndarray:
        p = call.problem
        q, (k, v) = columns.queries(call), columns.keys_and_values(call)
        if p.rotary.dims:
            q, k = rotary.by_operator(call, q, k, self.runner)
        k, v = columns.with_zero_column(call, k), columns.with_zero_column(call, v)
        past = self._past(p, k.shape[2])
        lengths, masked = self._lengths(call, k.shape[2])
        mask = columns.mask(call, with_padding=not masked)
        bias = columns.bias(call)
        additive = mask if bias is None else columns.masked_bias(bias, mask)
        inputs = {"Q": self._shaped(q), "K": self._shaped(k[:, :, past:]), "V": self._shaped(v[:, :, past:]),
                  "attn_mask": additive, "past_key": k[:, :, :past] if past else None,
                  "past_value": v[:, :, :past] if past else None, "nonpad_kv_seqlen": lengths}
        out = run("Attention", inputs, ("Y", "present_key", "present_value") if past else ("Y",), opset=self.opset,
                  runner=self.runner, scale=float(p.scale), softcap=float(p.softcap) or None, is_causal=1 if p.causal else None,
                  **self._heads(p), **self._window(p))
        return out.reshape(p.batch, p.queries, p.heads, -1).swapaxes(1, 2) if self.flat else out

    def _past(self, p: Problem, count: int) -> int:
        if self.keys is Keys.NEWEST:
            return max(count - p.queries, 0)
        return count - p.segment if self.keys is Keys.SEGMENT else 0

    def _lengths(self, call: Call, count: int) -> tuple[np.ndarray | None, bool]:
        """nonpad_kv_seqlen, and whether it says what the padding masks say: they hide the end of the cache alone. With causality
        the newest keys decide where the queries stand, so that padding there is the mask's to hide."""
        if self.keys is not Keys.CACHE:
            return None, False
        padded = columns.padding(call)
        if padded is not None and not call.problem.causal and not (padded[:, 1:] > padded[:, :-1]).any():
            return padded.sum(axis=1).astype(np.int64) + (count - padded.shape[1]), True
        return np.full(call.problem.batch, count, np.int64), False

    def _shaped(self, x: np.ndarray) -> np.ndarray:
        return columns.flat(x) if self.flat else x

    def _heads(self, p: Problem) -> dict[str, int]:
        return {"q_num_heads": p.heads, "kv_num_heads": p.kv_heads} if self.flat else {}

    def _window(self, p: Problem) -> dict[str, int]:
        return {"left_window_size": p.window[0], "right_window_size": p.window[1]} if p.window != (-1, -1) else {}

    def _newest(self, persistent: bool) -> bool:
        """Whether causal queries must not be more than tokens: a cache without persistent columns may be shorter."""
        return self.keys is Keys.NEWEST or (self.keys is Keys.CACHE and persistent)

    def by_steps(self) -> bool:
        """By the standard's own text, step by step, not by a kernel."""
        return self.opset >= 25 or self.runner is by_reference

    def supports(self, p: Problem) -> str | None:
        count = p.columns + (1 if p.zero_kv else 0)
        early = p.queries > columns.tokens(p)
        persistent = columns.persistent(p) > 0
        words = {
            f"no {p.type}": p.type not in ("f32", "f16"),
            "no empty query or key": p.queries == 0 or count == 0 or (self.keys is Keys.SEGMENT and p.segment == 0),
            "no window before opset 25": p.window != (-1, -1) and self.opset < 25,
            "a window of opset 25 hides persistent columns": p.window != (-1, -1) and persistent,
            "no sink": p.sink,
            "query heads share key heads by groups alone": p.head_map == "tiled" and 1 < p.kv_heads < p.heads,
            "a softcap comes before the bias": p.softcap > 0 and p.softcap_order == "after_bias" and p.bias.kind != "none",
            "no XPOS": p.rotary.dims > 0 and p.rotary.xpos,
            "cos and sin in f16 are coarser than an angle is judged by": p.rotary.dims > 0 and p.type == "f16",
            "scale must be greater than 0": not p.scale > 0,
            "causal queries are the newest columns": p.causal and early and self._newest(persistent),
            "K begins with a column of zeros, which a causal query counts": p.causal and p.zero_kv and self.keys is Keys.WHOLE,
            "windowed queries are the newest columns": p.window != (-1, -1) and early,
            "a float mask has the type of the query": p.type == "f16" and p.bias.kind != "none",
            "the standard's steps in f16 round one by one, which no bound is for": p.type == "f16" and self.by_steps(),
            "a softcap in f16 rounds each score twice, which no bound is for": p.type == "f16" and p.softcap > 0,
        }
        return refusal.first(words)

    def arithmetic(self, p: Problem) -> dict[str, Any]:
        return arithmetic.of_steps(p) if self.by_steps() else arithmetic.of_kernel(p)
