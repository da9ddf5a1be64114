"""x-transformers' own positional modules, made for one call: ALiBi, T5's buckets, the bias by distance, rotary and XPOS."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import torch
from torch import Tensor, nn
from x_transformers.x_transformers import AlibiPositionalBias, DynamicPositionBias, RelativePositionBias, RotaryEmbedding

from . import tensors
from .stand_ins import DistanceTable


def relative_bias(call: Any) -> nn.Module | None:
    """What AttentionLayers calls `rel_pos`; None where the bias is none of those."""
    bias = call.problem.bias
    if has_alibi(call.problem):
        return alibi(call)
    if bias.kind == "relative_buckets":
        module = RelativePositionBias(
            scale=bias.bias_scale,
            causal=not bias.bidirectional,
            num_buckets=bias.buckets,
            max_distance=bias.max_distance,
            heads=call.problem.heads,
        )
        return with_bucket_table(module, call)
    if bias.kind == "distance_table":
        return with_distance_table(DynamicPositionBias(dim=1, heads=call.problem.heads, depth=1), call)
    return None


def has_alibi(p: Any) -> bool:
    """Where no head has a slope, nobody turns it on."""
    return p.bias.kind == "alibi" and (p.bias.slopes != "geometric" or p.bias.alibi_heads > 0)


def alibi(call: Any) -> AlibiPositionalBias:
    """Geometric slopes are the library's own, and its module stays as in a model: it keeps its bias from call to call."""
    p = call.problem
    if p.bias.slopes == "geometric":
        return _geometric_alibi(p.bias.alibi_heads, p.heads, tensors.dtype(p))
    return AlibiPositionalBias(heads=p.heads, total_heads=p.heads, slopes=slopes_given(call))


def slopes_given(call: Any) -> list[float]:
    return call.slopes[0].tolist()


@lru_cache(maxsize=64)
def _geometric_alibi(heads: int, total_heads: int, dtype: torch.dtype) -> AlibiPositionalBias:
    return AlibiPositionalBias(heads=heads, total_heads=total_heads).to(dtype)


def with_bucket_table(module: RelativePositionBias, call: Any) -> RelativePositionBias:
    """The table, and what AttentionLayers fixes: scale head_dim ** 0.5, and the direction by causality."""
    module.scale = call.problem.bias.bias_scale
    module.causal = not call.problem.bias.bidirectional
    module.relative_attention_bias.weight = nn.Parameter(call.bucket_table.contiguous(), requires_grad=False)
    return module


def with_distance_table(module: DynamicPositionBias, call: Any) -> DynamicPositionBias:
    module.mlp = nn.ModuleList([DistanceTable(call.distance_table, first=1 - call.problem.queries)])
    module.register_parameter("somewhere", nn.Parameter(torch.zeros(0)))  # where the module looks for its device
    return module


def rotary(call: Any) -> RotaryEmbedding:
    r = call.problem.rotary
    scaled = {"use_xpos": True, "scale_base": r.xpos_scale_base} if r.xpos else {}
    module = RotaryEmbedding(
        r.dims,
        interpolation_factor=r.interpolation,
        base=r.base,
        base_rescale_factor=r.base_rescale,
        **scaled,
    )
    return with_rotary_data(module, call).to(tensors.dtype(call.problem))


def with_rotary_data(module: RotaryEmbedding, call: Any) -> RotaryEmbedding:
    """Frequencies and scales that are data take the place of the buffers, as a state dict's would."""
    if call.problem.rotary.frequencies_as_data:
        module.inv_freq = call.inverse_frequency.contiguous()
    if call.problem.rotary.xpos and call.problem.rotary.xpos_scales_as_data:
        module.scale = call.xpos_scale.contiguous()
    return module


def positions_by_order(call: Any) -> Tensor:
    """As AttentionLayers has them: memories stand at -M .. -1."""
    p = call.problem
    return torch.arange(p.memories + p.segment) - p.memories
