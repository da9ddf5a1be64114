"""A call's tensors put together as x-transformers takes them. A tensor without elements may be absent from a call."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import pad


def dtype(p: Any) -> torch.dtype:
    """Of the whole module: x-transformers in 16 bits is a module in 16 bits, its positions too."""
    return {"f32": torch.float32, "bf16": torch.bfloat16, "f16": torch.float16}[p.type]


def keys(call: Any) -> Tensor:
    """Of the tokens: memories, then segment. [B][G][M+S][D]"""
    return _joined(call, [call.memory_k, call.segment_k], call.problem.head_dim)


def values(call: Any) -> Tensor:
    """[B][G][M+S][Dv]"""
    return _joined(call, [call.memory_v, call.segment_v], call.problem.value_dim)


def all_keys(call: Any) -> Tensor:
    """[B][G][P+M+S][D]"""
    return _joined(call, [call.k], call.problem.head_dim)


def all_values(call: Any) -> Tensor:
    return _joined(call, [call.v], call.problem.value_dim)


def queries(call: Any) -> Tensor:
    """[B][H][n][D]"""
    p = call.problem
    return call.q if call.q is not None else torch.zeros(p.batch, p.heads, 0, p.head_dim, dtype=dtype(p))


def token_mask(call: Any) -> Tensor | None:
    """[B][M+S], None where neither part has a mask."""
    if call.key_mask is None and call.memory_mask is None:
        return None
    p = call.problem
    parts = ((call.memory_mask, p.memories), (call.key_mask, p.segment))
    visible = [torch.ones(p.batch, size, dtype=torch.bool) if mask is None else mask.bool() for mask, size in parts]
    return torch.cat(visible, dim=1)


def over_columns(call: Any, bias: Tensor) -> Tensor:
    """A bias of the tokens as one of all columns: `attn_bias` covers the persistent ones too. [..][n][P+M+S]"""
    return pad(bias, (call.problem.mem_kv, 0))


def _joined(call: Any, parts: list[Tensor | None], width: int) -> Tensor:
    p = call.problem
    there = [part for part in parts if part is not None]
    return torch.cat(there, dim=2) if there else torch.zeros(p.batch, p.kv_heads, 0, width, dtype=dtype(p))
