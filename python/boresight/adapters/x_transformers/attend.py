"""x_transformers.attend.Attend by itself: the core that every attention of the package runs through."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import pad
from x_transformers.attend import Attend

from . import tensors


@torch.no_grad()
def attend(call: Any, flash: bool) -> Tensor:
    """To Attend the persistent columns and the memories are keys like others."""
    p = call.problem
    module = Attend(
        heads=p.heads,
        causal=p.causal,
        scale=p.scale,
        flash=flash,
        add_zero_kv=p.zero_kv,
        head_learned_sink=p.sink,
        softclamp_logits=p.softcap > 0,
        logit_softclamp_value=p.softcap,
    )
    if p.sink:
        module.head_attn_sink.copy_(call.sinks)
    bias = tensors.over_columns(call, call.dense) if p.bias.kind == "dense" and call.dense is not None else None
    out, _ = module(tensors.queries(call), tensors.all_keys(call), tensors.all_values(call), mask=_mask(call), attn_bias=bias)
    return out


def _mask(call: Any) -> Tensor | None:
    """[B][K] where only keys are hidden, else [B|1][H|1][n][K]."""
    of_keys = tensors.token_mask(call)
    if of_keys is not None:
        of_keys = pad(of_keys, (call.problem.mem_kv, 0), value=True)
    if call.attention_mask is None:
        return of_keys
    of_pairs = call.attention_mask.bool()
    return of_pairs if of_keys is None else of_pairs & of_keys[:, None, None, :]
