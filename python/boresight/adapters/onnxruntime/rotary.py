"""Rotary positions as onnxruntime's operators take them: tables of cos and sin by position, computed in double and rounded once.

Persistent keys are never turned. A table has one row for each position that there is, so that negative ones have a row too."""
from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from . import columns, refusal
from .session import Runner, run

if TYPE_CHECKING:
    from boresight import Call, Problem


def inverse_frequencies(call: Call) -> np.ndarray:
    r = call.problem.rotary
    if call.inverse_frequency is not None:
        return np.asarray(call.inverse_frequency, np.float64)
    base = r.base * (r.base_rescale ** (r.dims / (r.dims - 2)) if r.dims > 2 else 1.0)
    return base ** (-2.0 * np.arange(r.dims // 2) / r.dims)


def angles(call: Call, positions: np.ndarray) -> np.ndarray:
    return positions[..., None] / call.problem.rotary.interpolation * inverse_frequencies(call)


def tables(call: Call, length: int) -> tuple[np.ndarray, np.ndarray]:
    """cos and sin [length][R/2] of positions 0 to length - 1."""
    a = angles(call, np.arange(length))
    return np.cos(a), np.sin(a)


def turned(x: np.ndarray, angle: np.ndarray, pairs: str) -> np.ndarray:
    """[..][R or more] turned by [..][R/2]."""
    half = angle.shape[-1]
    step = 2 if pairs == "adjacent" else 1
    first, second = slice(0, half * step, step), slice(1 if step == 2 else half, 2 * half, step)
    out = x.astype(np.float64)
    a, b = out[..., first].copy(), out[..., second].copy()
    out[..., first], out[..., second] = a * np.cos(angle) - b * np.sin(angle), b * np.cos(angle) + a * np.sin(angle)
    return out.astype(x.dtype)


def by_operator(call: Call, q: np.ndarray, k: np.ndarray, runner: Runner) -> tuple[np.ndarray, np.ndarray]:
    """Queries and tokens turned by the standard's RotaryEmbedding; k [B][G][K][D] of the call's own columns."""
    problem = call.problem
    rows, keys = columns.positions(call)
    tokens = _turned_by_operator(call, k[:, :, problem.mem_kv:], keys, runner)
    return _turned_by_operator(call, q, rows, runner), np.concatenate([k[:, :, :problem.mem_kv], tokens], axis=2)


def _turned_by_operator(call: Call, x: np.ndarray, positions: np.ndarray, runner: Runner) -> np.ndarray:
    if x.shape[2] == 0:
        return x
    r = call.problem.rotary
    unique, index = np.unique(positions, return_inverse=True)
    angle = angles(call, np.pad(unique, (0, max(x.shape[2] - len(unique), 0))))  # no shorter than the sequence, which is refused
    inputs = {"X": x, "cos_cache": np.cos(angle).astype(x.dtype), "sin_cache": np.sin(angle).astype(x.dtype),
              "position_ids": np.broadcast_to(index.reshape(positions.shape), (len(x), x.shape[2])).astype(np.int64)}
    return run("RotaryEmbedding", inputs, ("Y",), opset=23, runner=runner, interleaved=1 if r.pairs == "adjacent" else None,
               rotary_embedding_dim=r.dims if r.dims < x.shape[3] else None)


def past_turned(call: Call, k: np.ndarray, past: int) -> np.ndarray:
    """As past keys come to an operator that turns the new ones itself: here in double."""
    p = call.problem
    positions = np.arange(p.mem_kv, past) - p.mem_kv - p.memories
    return np.concatenate([k[:, :, :p.mem_kv], turned(k[:, :, p.mem_kv:past], angles(call, positions), p.rotary.pairs),
                           k[:, :, past:]], axis=2)


def refused(p: Problem) -> str | None:
    words = {
        "head_size shall be a multiple of 16 with rotary": p.head_dim % 16 != 0,
        "rotary turns a multiple of 16 entries": p.rotary.dims % 16 != 0,
        "no XPOS": p.rotary.xpos,
        "a position_id is that of a query and of its key": p.custom_positions,
        "rotary queries are the newest keys of the segment": p.queries > p.segment,
    }
    return refusal.first(words)
