"""What the constructors and the forward calls accept, a row an option, and how a configuration is drawn from it.

A row has the values that it is drawn from (the default is the option left out), the stacks that it makes sense for,
and what else it needs to be accepted. Left out is what draws at random by itself (dropouts, gumbel softmax), what is
trained only, what CUDA is needed for (flash_pack_seq), and what changes logits alone.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from typing import Any

from .config import Config
from .laws import Law


@dataclass(frozen=True)
class Option:
    name: str
    values: tuple[Any, ...] = (True,)
    stacks: tuple[str, ...] = ("decoder", "encoder", "prefix")
    wrappers: tuple[str, ...] = ("bare", "tokens", "continuous")
    needs: dict[str, Any] = field(default_factory=dict)


CAUSAL = ("decoder",)
LAYERS = [
    # positions
    Option("alibi_pos_bias"),
    Option("alibi_num_heads", (1, 2), needs={"alibi_pos_bias": True}),
    Option("rel_pos_bias"),
    Option("rel_pos_num_buckets", (4, 8), needs={"rel_pos_bias": True}),
    Option("rel_pos_max_distance", (8, 16), needs={"rel_pos_bias": True, "rel_pos_num_buckets": 4}),
    Option("dynamic_pos_bias"),
    Option("dynamic_pos_bias_log_distance", needs={"dynamic_pos_bias": True}),
    Option("dynamic_pos_bias_mlp_depth", (1, 3), needs={"dynamic_pos_bias": True}),
    Option("dynamic_pos_bias_norm", needs={"dynamic_pos_bias": True}),
    Option("rotary_pos_emb"),
    Option("rotary_emb_dim", (4, 8), needs={"rotary_pos_emb": True}),
    Option("rotary_xpos", stacks=CAUSAL),
    Option("rotary_xpos_scale_base", (8, 64), CAUSAL, needs={"rotary_xpos": True}),
    Option("rotary_interpolation_factor", (2.0,), needs={"rotary_pos_emb": True}),
    Option("rotary_base_rescale_factor", (4.0,), needs={"rotary_pos_emb": True}),
    Option("rotate_num_heads", (1, 2), needs={"rotary_pos_emb": True}),
    Option("polar_pos_emb"),
    Option("polar_bias_uniform_init", needs={"polar_pos_emb": True}),
    Option("attn_data_dependent_alibi"),
    Option("attn_data_dependent_alibi_per_row", stacks=CAUSAL, needs={"attn_data_dependent_alibi": True}),
    Option("attn_use_rel_proj_pos_bias"),
    Option("attn_rel_proj_max_dist", (3, 8), needs={"attn_use_rel_proj_pos_bias": True}),
    Option("attn_use_cope", stacks=CAUSAL),
    Option("attn_cope_max_pos", (3,), CAUSAL, needs={"attn_use_cope": True}),
    Option("attn_cope_talking_heads", stacks=CAUSAL, needs={"attn_use_cope": True}),
    Option("attn_cope_soft_onehot_pos", stacks=CAUSAL, needs={"attn_use_cope": True}),
    Option("disable_abs_pos_emb", (True, False)),
    # keys, values and heads
    Option("attn_num_mem_kv", (1, 3)),
    Option("attn_add_zero_kv"),
    Option("attn_head_learned_sink"),
    Option("attn_kv_heads", (1, 2)),
    Option("attn_one_kv_head"),
    Option("attn_value_dim_head", (4, 12)),
    Option("attn_use_latent_q", needs={"attn_dim_latent_q": 8}),
    Option("attn_use_latent_kv", needs={"attn_dim_latent_kv": 8}),
    Option("attn_latent_rope_subheads", (1,), needs={"attn_use_latent_kv": True, "attn_dim_latent_kv": 8, "rotary_pos_emb": True}),
    # scores and weights
    Option("attn_flash"),
    Option("attn_onnxable"),
    Option("attn_sparse_topk", (1, 2, 3)),
    Option("attn_sparse_topk_straight_through", needs={"attn_sparse_topk": 2}),
    Option("attn_hard"),
    Option("attn_sigmoid"),
    Option("attn_l2_distance"),
    Option("attn_cog_signed"),
    Option("attn_selective", stacks=CAUSAL),
    Option("attn_max_attend_past", (0, 1, 2)),
    Option("attn_softclamp_logits"),
    Option("attn_logit_softclamp_value", (2.0,), needs={"attn_softclamp_logits": True}),
    Option("attn_pre_talking_heads"),
    Option("attn_post_talking_heads"),
    Option("attn_pre_scale_post_talking_heads"),
    Option("attn_qk_norm"),
    Option("attn_qk_norm_groups", (2,), needs={"attn_qk_norm": True}),
    Option("attn_qk_norm_dim_scale", needs={"attn_qk_norm": True}),
    Option("attn_qk_rmsnorm"),
    Option("attn_k_rmsnorm"),
    # values and outputs
    Option("attn_value_rmsnorm"),
    Option("attn_head_scale"),
    Option("attn_gate_value_heads"),
    Option("attn_gate_values"),
    Option("attn_gate_values_headwise", needs={"attn_gate_values": True}),
    Option("attn_swiglu_values", needs={"attn_gate_values": True}),
    Option("attn_output_gate"),
    Option("attn_on_attn"),
    Option("attn_orthog_projected_values"),
    Option("attn_orthog_projected_values_per_head"),
    Option("attn_laser"),
    Option("attn_hybrid_fold_axial_dim", (1, 2)),  # with a GRU for its module
    Option("attn_hybrid_learned_mix", needs={"attn_hybrid_fold_axial_dim": 1}),
    Option("add_value_residual"),
    Option("learned_value_residual_mix", (False,), needs={"add_value_residual": True}),
    # cross attention
    Option("cross_attend"),
    Option("only_cross", needs={"cross_attend": True}),
    Option("cross_attn_num_mem_kv", (0, 2), needs={"cross_attend": True}),
    Option("cross_attn_inverted_attention", stacks=("encoder",), needs={"cross_attend": True}),
    Option("cross_residual_attn", needs={"cross_attend": True}),
    # the layers around
    Option("residual_attn"),
    Option("macaron"),
    Option("sandwich_coef", (1,)),
    Option("par_ratio", (2,)),
    Option("weight_tie_layers"),
    Option("only_attn"),
    Option("shift_tokens", (1, 2)),
    Option("pre_norm", (False,)),
    Option("sandwich_norm"),
    Option("pre_and_post_norm"),
    Option("use_rmsnorm"),
    Option("use_scalenorm"),
    Option("use_simple_rmsnorm"),
    Option("use_dynamic_tanh"),
    Option("use_derf"),
    Option("use_adaptive_layernorm"),
    Option("use_adaptive_rmsnorm"),
    Option("use_layerscale"),
    Option("use_adaptive_layerscale"),
    Option("gate_residual"),
    Option("orthog_residual"),
    Option("mv_split_residual"),
    Option("scale_residual"),
    Option("attn_aggregated_residuals", needs={"attn_aggregated_residual_kwargs": {"lora_rank": 4}}),
    Option("num_residual_streams", (2,)),
    Option("gated_multi_residual", needs={"num_residual_streams": 2, "residual_fn_kwargs": {"read_gate_rank": 4}}),
    Option("integrate_layers"),
    Option("qkv_receive_diff_residuals", needs={"num_residual_streams": 2}),
    Option("reinject_input"),
    Option("learned_reinject_input_gate", needs={"reinject_input": True}),
    Option("unet_skips"),
    Option("softclamp_output"),
    Option("ff_glu"),
]  # fmt: skip

WRAPPED = ("tokens", "continuous")
AROUND = [
    Option("wrapper.use_abs_pos_emb", (False,), wrappers=WRAPPED),
    Option("wrapper.scaled_sinu_pos_emb", wrappers=WRAPPED),
    Option("wrapper.num_memory_tokens", (1, 2), wrappers=WRAPPED),
    Option("wrapper.memory_tokens_interspersed_every", (2,), wrappers=("tokens",), needs={"wrapper.num_memory_tokens": 1}),
    Option("wrapper.post_emb_norm", wrappers=WRAPPED),
    Option("wrapper.average_pool_embed", stacks=("encoder",), wrappers=WRAPPED),
    Option("wrapper.use_cls_token", stacks=("encoder",), wrappers=("tokens",)),
    Option("wrapper.attn_pool", stacks=("encoder",), wrappers=("tokens",)),
    Option("wrapper.emb_dim", (8,), wrappers=("tokens",)),
    Option("wrapper.l2norm_embed", wrappers=("tokens",)),
    Option("wrapper.tie_embedding", wrappers=("tokens",)),
    Option("wrapper.ff_deep_embed", wrappers=("tokens",)),
    Option("wrapper.dim_in", (6,), wrappers=("continuous",)),
    Option("wrapper.dim_out", (6,), wrappers=("continuous",)),
]
CALLS = [
    Option("call.mask"),  # False for some keys
    Option("call.lens", wrappers=("continuous",)),
    Option("call.self_attn_kv_mask"),
    Option("call.attn_mask"),
    Option("call.pos"),  # steps of one and two
    Option("call.seq_start_pos"),
    Option("call.attn_bias"),
    Option("call.context_mask", needs={"cross_attend": True}),
    Option("call.context_pos", needs={"cross_attend": True, "rotary_pos_emb": True}),
    Option("call.sum_embeds", wrappers=WRAPPED),
    Option("call.prepend_embeds", wrappers=WRAPPED),
    Option("call.in_attn_cond"),
    Option("call.additional_kv"),
    Option("call.input_not_include_cache", wrappers=WRAPPED),
    Option("call.causal", (True, False)),
    Option("call.mems"),
]
TABLE = LAYERS + AROUND + CALLS


def draw(seed: int, laws: dict[str, Law], tries: int = 12) -> Config:
    """A configuration: a law, a stack, a wrapper and up to six of the table's rows, with what these need. One that its law skips is
    drawn again, a few times."""
    rng = random.Random(seed)
    law = laws[rng.choice(list(laws))]
    for _ in range(tries):
        config = draw_once(rng, law.name)
        if not law.skipped(config):
            break
    return replace(config, seed=seed)


def draw_once(rng: random.Random, law: str) -> Config:
    stack = rng.choices(("decoder", "encoder", "prefix"), (6, 3, 1))[0]
    wrapper = rng.choices(("bare", "tokens", "continuous"), (3, 3, 2))[0]
    rows = [row for row in TABLE if stack in row.stacks and wrapper in row.wrappers]
    options: dict[str, Any] = {}
    for row in rng.sample(rows, rng.choice((0, 1, 1, 2, 2, 3, 3, 4, 5, 6))):
        options.update({**row.needs, row.name: rng.choice(row.values)})
    return Config(stack, wrapper, options, law, rng.choice((1, 2, 3)), rng.randint(2, 7), rng.randint(1, 4))
