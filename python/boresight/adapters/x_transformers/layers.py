"""x_transformers.AttentionLayers, one layer of it: a Decoder or an Encoder decides on positions, memories and the cache, and
hands all of that to its one attention. Its norm is taken out; what stands behind attention is of no account."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from x_transformers import Decoder, Encoder
from x_transformers.x_transformers import AttentionLayers, LayerIntermediates

from . import positions, tensors
from .attention import cache_of, fill
from .stand_ins import tokens


@torch.no_grad()
def layers(call: Any, flash: bool) -> Tensor:
    """With a cache the whole segment goes in, as AttentionLayers expects (input_not_include_cache is off)."""
    p = call.problem
    model = _model(call, flash)
    attention = model.layers[0][1]
    kept = fill(attention, call, first=p.memories + p.segment - p.queries)
    cache = cache_of(call)
    known = {} if cache is None else {
        "cache": LayerIntermediates(attn_intermediates=[cache], cache_length=p.segment - p.queries),
        "cache_age": p.queries,
    }
    model(
        tokens(p.batch, p.memories, p.segment),
        mask=None if call.key_mask is None else call.key_mask.bool(),
        attn_mask=None if call.attention_mask is None else call.attention_mask.bool(),
        mems=[tokens(p.batch, 0, p.memories)] if p.memories > 0 else None,
        mem_masks=None if call.memory_mask is None else [call.memory_mask.bool()],
        attn_bias=tensors.over_columns(call, call.dense) if p.bias.kind == "dense" and call.dense is not None else None,
        **known,
    )
    return kept.heads(p.heads)


def _model(call: Any, flash: bool) -> AttentionLayers:
    p = call.problem
    model = (Decoder if p.causal else Encoder)(
        dim=4,
        custom_layers=("a",),
        heads=p.heads,
        attn_dim_head=p.head_dim,
        attn_value_dim_head=p.value_dim,
        attn_kv_heads=p.kv_heads,
        attn_flash=flash,
        attn_num_mem_kv=p.mem_kv,
        attn_max_attend_past=p.window[0] if p.window[0] >= 0 else None,
        attn_add_zero_kv=p.zero_kv,
        attn_head_learned_sink=p.sink,
        attn_softclamp_logits=p.softcap > 0,
        attn_logit_softclamp_value=p.softcap,
        attn_data_dependent_alibi=p.bias.kind == "forget",
        verbose=False,
        **_positions(call),
    )
    model.layers[0][0][0] = model.final_norm = nn.Identity()  # a norm would change the tokens' numbers
    if positions.has_alibi(p) and p.bias.slopes == "geometric":
        model.rel_pos = positions.alibi(call)
    if p.bias.kind == "relative_buckets":
        positions.with_bucket_table(model.rel_pos, call)
    if p.bias.kind == "distance_table":
        positions.with_distance_table(model.rel_pos, call)
    if p.rotary.dims > 0:
        positions.with_rotary_data(model.rotary_pos_emb, call)
    return model.to(tensors.dtype(p))


def _positions(call: Any) -> dict[str, Any]:
    bias, rotary = call.problem.bias, call.problem.rotary
    options: dict[str, Any] = {}
    if positions.has_alibi(call.problem):
        options = {"alibi_pos_bias": True}
        if bias.slopes == "geometric":
            options["alibi_num_heads"] = bias.alibi_heads
        else:
            options["rel_pos_kwargs"] = {"slopes": positions.slopes_given(call)}
    if bias.kind == "relative_buckets":
        options = {"rel_pos_bias": True, "rel_pos_num_buckets": bias.buckets, "rel_pos_max_distance": bias.max_distance}
    if bias.kind == "distance_table":
        options = {"dynamic_pos_bias": True}
    if rotary.dims > 0:
        options |= {
            "rotary_pos_emb": True,
            "rotary_emb_dim": rotary.dims,
            "rotary_interpolation_factor": rotary.interpolation,
            "rotary_base_rescale_factor": rotary.base_rescale,
            "rotary_xpos": rotary.xpos,
        }
        if rotary.xpos:
            options["rotary_xpos_scale_base"] = rotary.xpos_scale_base
    return options
