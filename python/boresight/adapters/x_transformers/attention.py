"""x_transformers.Attention, one module: self attention with memories and a cache, and attention to a context where queries and
keys have positions of their own, or there are more queries than keys."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from x_transformers import Attention
from x_transformers.attend import Intermediates

from . import positions, tensors
from .stand_ins import Kept, Projection, RunningSum, tokens


@torch.no_grad()
def attention(call: Any, flash: bool) -> Tensor:
    p = call.problem
    module = Attention(
        1,
        dim_head=p.head_dim,
        value_dim_head=p.value_dim,
        heads=p.heads,
        kv_heads=p.kv_heads,
        causal=p.causal,
        flash=flash,
        num_mem_kv=p.mem_kv,
        max_attend_past=p.window[0] if p.window[0] >= 0 else None,
        add_zero_kv=p.zero_kv,
        head_learned_sink=p.sink,
        softclamp_logits=p.softcap > 0,
        logit_softclamp_value=p.softcap,
        data_dependent_alibi=p.bias.kind == "forget",
    ).to(tensors.dtype(p))
    if to_context(p):
        return _run(module, call, 0, tokens(p.batch, 0, p.queries), **_context(call))
    cached = p.segment - p.queries
    return _run(module, call, p.memories + cached, tokens(p.batch, p.memories + cached, p.queries), **_self_attention(call))


def to_context(p: Any) -> bool:
    """Self attention has one list of positions, and as many queries as keys that are not cached."""
    return p.queries > p.segment or (p.custom_positions and p.rotary.dims > 0)


def fill(module: Attention, call: Any, first: int) -> Kept:
    """Puts the call's tensors in. `first` is the token of the first query."""
    module.to_q = Projection(tensors.queries(call), first)
    module.to_k = Projection(tensors.keys(call))
    module.to_v = Projection(tensors.values(call))
    module.to_out = kept = Kept()
    if call.problem.mem_kv > 0:
        module.mem_k.copy_(call.mem_k)
        if module.mem_v.shape == call.mem_v.shape:  # else its own mem_v stays, and what it does with that is its own too
            module.mem_v.copy_(call.mem_v)
    if call.problem.sink:
        module.attend.head_attn_sink.copy_(call.sinks)
    if call.problem.bias.kind == "forget":
        module.data_dependent_alibi.to_forget_gates = RunningSum(call.forget)
    return kept


def cache_of(call: Any) -> Intermediates | None:
    """The first S - n keys and values of the segment."""
    p = call.problem
    cached = p.segment - p.queries
    if cached == 0:
        return None
    return Intermediates(cached_kv=(call.segment_k[:, :, :cached], call.segment_v[:, :, :cached]))


def _run(module: Attention, call: Any, first: int, x: Tensor, **options: Any) -> Tensor:
    kept = fill(module, call, first)
    module(x, attn_mask=None if call.attention_mask is None else call.attention_mask.bool(), **options, **_bias(call))
    return kept.heads(call.problem.heads)


def _self_attention(call: Any) -> dict[str, Any]:
    p = call.problem
    options = {
        "mask": None if call.key_mask is None else call.key_mask.bool(),
        "mem": tokens(p.batch, 0, p.memories) if p.memories > 0 else None,
        "mem_mask": None if call.memory_mask is None else call.memory_mask.bool(),
        "cache": cache_of(call),
    }
    if p.rotary.dims > 0:
        options["rotary_pos_emb"] = positions.rotary(call)(positions.positions_by_order(call))
    return options


def _context(call: Any) -> dict[str, Any]:
    p = call.problem
    options = {"context": tokens(p.batch, 0, p.memories + p.segment), "context_mask": tensors.token_mask(call)}
    if p.rotary.dims > 0:
        turn = positions.rotary(call)
        options["rotary_pos_emb"] = turn(call.query_positions)
        options["context_rotary_pos_emb"] = turn(call.key_positions)
    return options


def _bias(call: Any) -> dict[str, Any]:
    p = call.problem
    if p.bias.kind == "dense":
        return {} if call.dense is None else {"attn_bias": tensors.over_columns(call, call.dense)}
    if positions.has_alibi(p) and p.custom_positions:
        bias = positions.alibi(call).forward_custom_pos(call.query_positions, call.key_positions)
        return {"attn_bias": tensors.over_columns(call, bias)}
    return {"rel_pos": positions.relative_bias(call)}
