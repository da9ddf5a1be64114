"""What every operator here is given: the columns, the mask and the bias of a call, in the field's usual idiom.

Columns are [ zero_kv | mem_kv | memories | segment ], concatenated; the bias is laid out over them with zeros on all in front of
the memories, and a mask is True where a column may be attended to. No operator here knows positions: they are the caller's."""
from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from boresight import Call, Problem


def persistent(problem: Problem) -> int:
    """Columns in front of the memories."""
    return problem.mem_kv + (1 if problem.zero_kv else 0)


def tokens(problem: Problem) -> int:
    return problem.memories + problem.segment


def tensor(call: Call, name: str, *shape: int) -> np.ndarray:
    """A tensor of the call; of this shape where it has no elements, for which a call has None."""
    array = getattr(call, name)
    return np.zeros(shape, np.float16 if call.problem.type == "f16" else np.float32) if array is None else np.asarray(array)


def queries(call: Call) -> np.ndarray:
    p = call.problem
    return tensor(call, "q", p.batch, p.heads, p.queries, p.head_dim)


def keys_and_values(call: Call) -> tuple[np.ndarray, np.ndarray]:
    """[B][G][K][D|Dv]. Padding that is not finite is made zero: a mask adds to its score, and 0 * NaN is NaN."""
    p = call.problem
    k, v = (tensor(call, name, p.batch, p.kv_heads, p.columns, width) for name, width in (("k", p.head_dim), ("v", p.value_dim)))
    padded = padding(call)
    if padded is None:
        return k, v
    hidden = ~padded[:, None, :, None]
    return np.where(hidden & ~np.isfinite(k), k.dtype.type(0), k), np.where(hidden & ~np.isfinite(v), v.dtype.type(0), v)


def with_zero_column(call: Call, x: np.ndarray) -> np.ndarray:
    """Keys or values with the column of zero_kv in front, where the call has one."""
    return np.concatenate([np.zeros((*x.shape[:2], 1, x.shape[3]), x.dtype), x], axis=2) if call.problem.zero_kv else x


def flat(x: np.ndarray) -> np.ndarray:
    """[B][H][n][D] as [B][n][H * D]."""
    return x.swapaxes(1, 2).reshape(x.shape[0], x.shape[2], x.shape[1] * x.shape[3])


def padding(call: Call) -> np.ndarray | None:
    """[B][K] bool, of the key and the memory mask alone."""
    problem = call.problem
    if call.key_mask is None and call.memory_mask is None:
        return None
    mask = np.ones((problem.batch, problem.columns), bool)
    if call.memory_mask is not None:
        mask[:, problem.mem_kv:problem.mem_kv + problem.memories] = call.memory_mask
    if call.key_mask is not None:
        mask[:, problem.mem_kv + problem.memories:] = call.key_mask
    return mask


def widened(mask: np.ndarray, call: Call, fill: float) -> np.ndarray:
    """With the column of zero_kv in front, which nothing hides and no bias reaches."""
    return np.pad(mask, [(0, 0)] * (mask.ndim - 1) + [(1, 0)], constant_values=fill) if call.problem.zero_kv else mask


def mask(call: Call, zero_column: bool = True, with_padding: bool = True) -> np.ndarray | None:
    """[B|1][H|1][n][columns] bool of the masks that are data; None: everything is visible."""
    parts = [] if call.attention_mask is None else [np.asarray(call.attention_mask)]
    padded = padding(call) if with_padding else None
    if padded is not None:
        parts.append(np.broadcast_to(padded[:, None, None, :], (len(padded), 1, call.problem.queries, padded.shape[1])))
    if not parts:
        return None
    both = parts[0] if len(parts) == 1 else parts[0] & parts[1]
    return widened(both, call, True) if zero_column else both


def positions(call: Call) -> tuple[np.ndarray, np.ndarray]:
    """Of the queries [B|1][n] and of the tokens [B|1][M + S], by order or as given."""
    problem = call.problem
    if problem.custom_positions:
        rows, keys = tensor(call, "query_positions", 1, problem.queries), tensor(call, "key_positions", 1, tokens(problem))
        return rows.astype(np.int64), keys.astype(np.int64)
    rows = problem.segment - problem.queries + np.arange(problem.queries)
    return rows[None], (np.arange(tokens(problem)) - problem.memories)[None]


def distances(call: Call) -> np.ndarray:
    """[B|1][n][M + S], how far a token lies in the past of a query."""
    rows, keys = positions(call)
    return rows[:, :, None] - keys[:, None, :]


def geometric_slopes(heads: int) -> np.ndarray:
    if heads == 0:
        return np.zeros(0)
    power = 2 ** math.floor(math.log2(heads))
    slopes = [2.0 ** (-8.0 * k / power) for k in range(1, power + 1)]
    return np.array(slopes + [2.0 ** (-4.0 * k / power) for k in range(1, 2 * (heads - power), 2)])


def buckets(distance: np.ndarray, count: int, max_distance: int, bidirectional: bool) -> np.ndarray:
    """T5's buckets of distances into the past."""
    count = count // 2 if bidirectional else count
    offset = np.where(distance < 0, count, 0) if bidirectional else 0
    d = np.abs(distance) if bidirectional else np.maximum(distance, 0)
    exact = count // 2
    far = np.log(np.maximum(d, 1) / exact) / math.log(max_distance / exact) * (count - exact)
    return offset + np.where(d < exact, d, np.minimum(count - 1, exact + np.floor(far).astype(np.int64)))


def bias(call: Call, zero_column: bool = True) -> np.ndarray | None:
    """[B|1][H|1][n][columns] f32, rounded once from double; None: no bias."""
    problem, kind = call.problem, call.problem.bias.kind
    if kind == "none":
        return None
    if kind == "dense":
        values = tensor(call, "dense", 1, 1, problem.queries, tokens(problem)).astype(np.float64)
    elif kind == "forget":
        gates = tensor(call, "forget", problem.batch, problem.heads, tokens(problem)).astype(np.float64)
        rows = problem.memories + problem.segment - problem.queries + np.arange(problem.queries)
        values = gates[:, :, rows, None] - gates[:, :, None, :]
    else:
        d = distances(call)
        if kind == "alibi":
            slopes = call.slopes
            if slopes is None:
                slopes = np.zeros((1, problem.heads))
                slopes[0, :problem.bias.alibi_heads] = geometric_slopes(problem.bias.alibi_heads)
            values = -np.asarray(slopes, np.float64)[:, :, None, None] * np.abs(d)[:, None]
        elif kind == "distance_table":
            table = tensor(call, "distance_table", problem.heads, 0).astype(np.float64)
            values = table[:, d + problem.queries - 1].swapaxes(0, 1)
        else:
            indices = buckets(d, problem.bias.buckets, problem.bias.max_distance, problem.bias.bidirectional)
            values = problem.bias.bias_scale * np.moveaxis(np.asarray(call.bucket_table, np.float64)[indices], -1, 1)
    values = np.pad(values.astype(np.float32), [(0, 0)] * 3 + [(problem.mem_kv, 0)])
    return widened(values, call, 0) if zero_column else values


def masked_bias(bias: np.ndarray | None, mask: np.ndarray | None) -> np.ndarray | None:
    """One float mask of both: the bias, and -inf where the mask hides."""
    if mask is None:
        return bias
    return np.where(mask, np.float32(0) if bias is None else bias, np.float32(-np.inf))
