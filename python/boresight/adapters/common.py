"""What users write around an attention that takes a bias or a mask and knows nothing of positions: distances, ALiBi, T5 buckets, and
which column a row may see, all in plain torch.

Positions go by order unless the call has its own; rows stand at the end of the tokens, and persistent columns, in front of all
others, have no position: no bias, and neither causality nor a window hides them.
"""

from __future__ import annotations

import math
from typing import Any

import torch

TYPES = {"f32": torch.float32, "bf16": torch.bfloat16, "f16": torch.float16}


def tokens(problem: Any) -> int:
    """Columns that have a position: memories and segment."""
    return problem.memories + problem.segment


def delta(problem: Any) -> torch.Tensor:
    """[n][M+S]: how far a token lies in the past of a row, by order alone."""
    rows = torch.arange(problem.queries) + (problem.segment - problem.queries)
    return rows[:, None] - (torch.arange(tokens(problem)) - problem.memories)[None, :]


def distance(call: Any) -> torch.Tensor:
    """[B|1][n][M+S]: what a bias goes by: the call's own positions where it has them."""
    if not call.problem.custom_positions:
        return delta(call.problem)[None]
    return call.query_positions.long()[:, :, None] - call.key_positions.long()[:, None, :]


def geometric_slopes(heads: int) -> list[float]:
    """Of the ALiBi paper: a power of two has 2^(-8k/heads), others take every second slope of the next power too."""
    if heads < 1:
        return []
    floor = 2 ** int(math.log2(heads))
    slopes = [2.0 ** (-8.0 * (k + 1) / floor) for k in range(floor)]
    return slopes if floor == heads else slopes + geometric_slopes(2 * floor)[0::2][: heads - floor]


def slopes(call: Any) -> torch.Tensor:
    """[B|1][H] in f32; heads past those that have a slope have slope 0."""
    if call.slopes is not None:
        return call.slopes.float()
    problem = call.problem
    given = geometric_slopes(problem.bias.alibi_heads)
    return torch.tensor([given + [0.0] * (problem.heads - len(given))], dtype=torch.float32)


def buckets(far: torch.Tensor, bias: Any) -> torch.Tensor:
    """T5's bucket of each distance, the logarithm in double."""
    half, offset = bias.buckets, torch.zeros_like(far)
    if bias.bidirectional:
        half //= 2
        offset = torch.where(far < 0, half, 0)
        far = far.abs()
    far = far.clamp(min=0)
    exact = half // 2
    ratio = torch.log(far.clamp(min=1).double() / exact) / math.log(bias.max_distance / exact)
    beyond = (exact + torch.floor(ratio * (half - exact)).long()).clamp(max=half - 1)
    return offset + torch.where(far < exact, far, beyond)


def token_bias(call: Any) -> torch.Tensor | None:
    """[B|1][H|1][n][M+S] in f32, what is added to the scaled scores of tokens; None: nothing."""
    problem, kind = call.problem, call.problem.bias.kind
    if not problem.queries or not tokens(problem):
        return None
    if kind == "alibi":
        return -slopes(call)[:, :, None, None] * distance(call).abs()[:, None].float()
    if kind == "relative_buckets":
        table = call.bucket_table.float() * problem.bias.bias_scale
        return table[buckets(distance(call), problem.bias)].permute(0, 3, 1, 2)
    if kind == "distance_table":
        return call.distance_table.float()[:, distance(call) + problem.queries - 1].transpose(0, 1)
    if kind == "dense":
        return call.dense.float()
    if kind == "forget":
        gates = call.forget.float()
        rows = gates[..., tokens(problem) - problem.queries :] if problem.queries else gates[..., :0]
        return rows[..., :, None] - gates[..., None, :]
    return None


def column_bias(call: Any) -> torch.Tensor | None:
    """[B|1][H|1][n][K]: the same, padded by zero over the persistent columns and the zero key in front."""
    bias = token_bias(call)
    front = call.problem.mem_kv + int(call.problem.zero_kv)
    return None if bias is None else torch.nn.functional.pad(bias, (front, 0))


def order_mask(problem: Any) -> torch.Tensor | None:
    """[n][M+S] bool: what causality and the window leave; None: everything."""
    far, (left, right) = delta(problem), problem.window
    kept = torch.ones_like(far, dtype=torch.bool)
    if problem.causal:
        kept = kept & (far >= 0)
    if left >= 0:
        kept = kept & (far <= left)
    if right >= 0:
        kept = kept & (-far <= right)
    return kept if problem.causal or left >= 0 or right >= 0 else None


def along_columns(call: Any) -> torch.Tensor | None:
    """[B][K] bool: key and memory mask along all columns, persistent ones always seen; None: neither is given."""
    problem = call.problem
    if call.key_mask is None and call.memory_mask is None:
        return None
    every = torch.ones(problem.batch, 1, dtype=torch.bool)
    front = every.expand(-1, problem.mem_kv + int(problem.zero_kv))
    memory = every.expand(-1, problem.memories) if call.memory_mask is None else call.memory_mask
    segment = every.expand(-1, problem.segment) if call.key_mask is None else call.key_mask
    return torch.cat([front, memory, segment], dim=1)


def column_mask(call: Any) -> torch.Tensor | None:
    """[B|1][H|1][n][K] bool, True: seen; all masks, causality and window folded into one. None: everything is seen."""
    problem = call.problem
    parts: list[torch.Tensor] = []
    front = problem.mem_kv + int(problem.zero_kv)
    ordered = order_mask(problem)
    if ordered is not None:
        parts.append(torch.nn.functional.pad(ordered, (front, 0), value=True)[None, None])
    along = along_columns(call)
    if along is not None:
        parts.append(along[:, None, None, :].expand(-1, -1, problem.queries, -1))
    if call.attention_mask is not None:
        parts.append(torch.nn.functional.pad(call.attention_mask, (int(problem.zero_kv), 0), value=True))
    if not parts:
        return None
    mask = parts[0]
    for part in parts[1:]:
        mask = mask & part
    return mask


def queries(call: Any) -> torch.Tensor:
    """[B][H][n][D]; a call has no array where there is no element."""
    problem = call.problem
    shape = (problem.batch, problem.heads, problem.queries, problem.head_dim)
    return torch.zeros(shape, dtype=TYPES[problem.type]) if call.q is None else call.q


def columns(call: Any) -> tuple[torch.Tensor, torch.Tensor]:
    """Keys and values [B][G][K][..] of all columns, the zero key in front of them where the call has one."""
    problem = call.problem
    shape, kind = (problem.batch, problem.kv_heads, problem.columns), TYPES[problem.type]
    k = torch.zeros(*shape, problem.head_dim, dtype=kind) if call.k is None else call.k
    v = torch.zeros(*shape, problem.value_dim, dtype=kind) if call.v is None else call.v
    if problem.zero_kv:
        k, v = torch.nn.functional.pad(k, (0, 0, 1, 0)), torch.nn.functional.pad(v, (0, 0, 1, 0))
    return k, v
