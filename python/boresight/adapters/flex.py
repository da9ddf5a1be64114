"""torch.nn.attention.flex_attention on the CPU: bias and softcap as a score_mod, masks as the mask_mod of a BlockMask, in the
documented idiom, with tables, slopes and masks as captured tensors.

`torch/flex-eager` is the implementation for debugging, which materialises the scores; `torch/flex-compiled` is torch.compile's, in C++,
for shapes that may change, and `torch/flex-static` for one shape, where calls of one query over many keys take a path of their own
(flash decoding). `-score` hides by minus infinity in the score_mod instead, without a BlockMask.

A compiled row needs a C++ compiler, and some ten seconds for each call of a new kind: it has few `survey_cases`, and CASES to be
replayed on it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from typing import Any
from unittest import mock

import torch
from torch.nn.attention import flex_attention as flex

import boresight
from boresight.adapters import common
from boresight.adapters.torch_sdpa import EXP_U20

Modification = Callable[..., torch.Tensor]

COMPILATIONS = 1 << 16
BLOCK = 128  # of queries and of keys: the default of create_block_mask

# For a compiled row: a case of each idiom, with a K on either side of a block, and decoding over 512 keys or more.
CASES = (
    "bs1 b2 h4/2 d16 n5 s9 M3 P2 causal bias=alibi",
    "bs1 b1 h2 d8 n130 s130 causal bias=alibi",
    "bs1 b1 h2 d8 n3 s127 window=20,0",
    "bs1 b1 h2 d8 n3 s129 causal bias=relative_buckets",
    "bs1 b2 h2 d8 n4 s7 P1 key_mask=prefix:3 bias=dense",
    "bs1 b1 h2 d8 n1 s600 causal bias=alibi",
    "bs1 b1 h2 d8 n1 s600 window=64,0",
)


def score_mod_of(call: Any) -> Modification | None:
    """Bias by distance, added to the scaled score of a token, and the cap, before or after it."""
    bias, cap = bias_mod_of(call), call.problem.softcap
    if not cap:
        return bias
    capped = lambda score: cap * torch.tanh(score / cap)  # noqa: E731
    if bias is None:
        return lambda score, b, h, q_idx, kv_idx: capped(score)
    if call.problem.softcap_order == "before_bias":
        return lambda score, b, h, q_idx, kv_idx: bias(capped(score), b, h, q_idx, kv_idx)
    return lambda score, b, h, q_idx, kv_idx: capped(bias(score, b, h, q_idx, kv_idx))


def bias_mod_of(call: Any) -> Modification | None:
    problem, kind = call.problem, call.problem.bias.kind
    if kind == "none" or not problem.queries or not common.tokens(problem):
        return None
    front, behind = problem.mem_kv + int(problem.zero_kv), problem.segment - problem.queries
    memories, queries, tokens = problem.memories, problem.queries, common.tokens(problem)

    if problem.custom_positions:
        query_positions = call.query_positions.long().expand(problem.batch, -1).contiguous()
        key_positions = call.key_positions.long().expand(problem.batch, -1).contiguous()

        def distance(b: torch.Tensor, q_idx: torch.Tensor, token: torch.Tensor) -> torch.Tensor:
            return query_positions[b, q_idx] - key_positions[b, token]

    else:

        def distance(b: torch.Tensor, q_idx: torch.Tensor, token: torch.Tensor) -> torch.Tensor:
            return q_idx + behind - (token - memories)

    if kind == "alibi":
        slopes = common.slopes(call).expand(problem.batch, -1).contiguous()

        def bias(b: torch.Tensor, h: torch.Tensor, q_idx: torch.Tensor, token: torch.Tensor) -> torch.Tensor:
            return -slopes[b, h] * distance(b, q_idx, token).abs()

    elif kind in ("relative_buckets", "distance_table"):
        if kind == "distance_table":
            table, least = call.distance_table.float().contiguous(), 1 - queries
        else:
            far = common.distance(call)
            least, most = int(far.min()), int(far.max())
            bucket = common.buckets(torch.arange(least, most + 1), problem.bias)
            table = (call.bucket_table.float() * problem.bias.bias_scale)[bucket].T.contiguous()

        def bias(b: torch.Tensor, h: torch.Tensor, q_idx: torch.Tensor, token: torch.Tensor) -> torch.Tensor:
            return table[h, distance(b, q_idx, token) - least]

    elif kind == "dense":
        dense = call.dense.float().expand(problem.batch, problem.heads, -1, -1).contiguous()

        def bias(b: torch.Tensor, h: torch.Tensor, q_idx: torch.Tensor, token: torch.Tensor) -> torch.Tensor:
            return dense[b, h, q_idx, token]

    else:
        gates = call.forget.float().contiguous()

        def bias(b: torch.Tensor, h: torch.Tensor, q_idx: torch.Tensor, token: torch.Tensor) -> torch.Tensor:
            return gates[b, h, q_idx + (tokens - queries)] - gates[b, h, token]

    if not front:
        return lambda score, b, h, q_idx, kv_idx: score + bias(b, h, q_idx, kv_idx)

    def beside_persistent(
        score: torch.Tensor, b: torch.Tensor, h: torch.Tensor, q_idx: torch.Tensor, kv_idx: torch.Tensor
    ) -> torch.Tensor:
        token = (kv_idx - front).clamp(min=0)  # an index inside, where persistent columns stand
        return torch.where(kv_idx >= front, score + bias(b, h, q_idx, token), score)

    return beside_persistent


def mask_mod_of(call: Any) -> Modification | None:
    """Causality and the window by index arithmetic, the masks as captured tensors; None: everything is seen."""
    problem, (left, right) = call.problem, call.problem.window
    front, behind = problem.mem_kv + int(problem.zero_kv), problem.segment - problem.queries
    memories = problem.memories
    parts: list[Modification] = []

    def delta(q_idx: torch.Tensor, kv_idx: torch.Tensor) -> torch.Tensor:
        return q_idx + behind - (kv_idx - front - memories)

    if problem.causal:
        parts.append(lambda b, h, q_idx, kv_idx: delta(q_idx, kv_idx) >= 0)
    if left >= 0:
        parts.append(lambda b, h, q_idx, kv_idx: delta(q_idx, kv_idx) <= left)
    if right >= 0:
        parts.append(lambda b, h, q_idx, kv_idx: -delta(q_idx, kv_idx) <= right)
    if parts and front:
        parts = [flex.or_masks(lambda b, h, q_idx, kv_idx: kv_idx < front, flex.and_masks(*parts))]
    along = common.along_columns(call)
    if along is not None:
        parts.append(lambda b, h, q_idx, kv_idx: along[b, kv_idx])
    if call.attention_mask is not None:
        seen = torch.nn.functional.pad(call.attention_mask, (int(problem.zero_kv), 0), value=True)
        seen = seen.expand(problem.batch, problem.heads, -1, -1).contiguous()
        parts.append(lambda b, h, q_idx, kv_idx: seen[b, h, q_idx, kv_idx])
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else flex.and_masks(*parts)


def hidden_by_score(score_mod: Modification | None, mask_mod: Modification | None) -> Modification | None:
    if mask_mod is None:
        return score_mod

    def hidden(
        score: torch.Tensor, b: torch.Tensor, h: torch.Tensor, q_idx: torch.Tensor, kv_idx: torch.Tensor
    ) -> torch.Tensor:
        changed = score if score_mod is None else score_mod(score, b, h, q_idx, kv_idx)
        return torch.where(mask_mod(b, h, q_idx, kv_idx), changed, float("-inf"))

    return hidden


def eager_arithmetic(problem: Any) -> dict[str, Any]:
    """Scores and softmax in f32; the quotients are narrowed to the type before they meet the values."""
    return {"weights": problem.type}


def compiled_arithmetic(problem: Any) -> dict[str, Any]:
    """The template of torch's C++ code: as the flash kernel, by blocks of keys, with exp_u20 for every type."""
    blocks = -(-problem.columns // BLOCK)
    return {
        "value_chain": problem.columns + 2 + blocks,
        "rescales": blocks,
        "exp_error": EXP_U20,
        "weights": problem.type,
        "flushes_subnormals": problem.type != "f16",
    }


def kernel_of(name: str, attend: Callable[..., Any], by_block_mask: bool, compiled: bool) -> boresight.Kernel:
    def run(call: Any) -> Any:
        problem = call.problem
        score_mod, mask_mod, block_mask = score_mod_of(call), mask_mod_of(call), None
        k, v = common.columns(call)
        if not by_block_mask:
            score_mod = hidden_by_score(score_mod, mask_mod)
        elif mask_mod is not None:
            sizes = (problem.batch, problem.heads, problem.queries, k.shape[2])
            block_mask = flex.create_block_mask(mask_mod, *sizes, device="cpu")
        # A call of another kind is another compilation; past a limit torch would run the eager implementation instead.
        with torch._dynamo.config.patch(recompile_limit=COMPILATIONS, accumulated_recompile_limit=COMPILATIONS):
            return attend(
                common.queries(call),
                k,
                v,
                score_mod=score_mod,
                block_mask=block_mask,
                scale=problem.scale,
                enable_gqa=problem.kv_heads < problem.heads,
            )

    def supports(problem: Any) -> str | None:
        if compiled and shutil.which("g++") is None and shutil.which("clang++") is None:
            return "no C++ compiler to compile with"
        if not problem.queries or not problem.columns + int(problem.zero_kv):
            return "no calls without queries or keys: docs/findings/torch-flex-empty.md"
        if problem.kv_heads < problem.heads and problem.head_map != "grouped":
            return "no tiled heads"
        if problem.rotary.dims or problem.sink:
            return "no rotary, no sink"
        return None

    kernel = boresight.Kernel(
        run,
        name=name,
        supports=supports,
        arithmetic=compiled_arithmetic if compiled else eager_arithmetic,
        tensors="torch",
        lse=not compiled,
    )
    kernel.survey_cases = 22 if compiled else 440
    return kernel


def eager(*arguments: Any, **options: Any) -> tuple[torch.Tensor, torch.Tensor]:
    """Without torch.compile; by torch's switch for debugging, which leaves out the tracing of each call and nothing else."""
    with mock.patch.object(flex, "_FLEX_ATTENTION_DISABLE_COMPILE_DEBUG", True):
        out, auxiliary = flex.flex_attention(*arguments, return_aux=flex.AuxRequest(lse=True), **options)
    return out, auxiliary.lse


def kernels() -> list[boresight.Kernel]:
    compiled = torch.compile(flex.flex_attention, dynamic=True)
    static = torch.compile(flex.flex_attention, dynamic=False)
    ways = (("eager", eager, False), ("compiled", compiled, True), ("static", static, True))
    return [
        kernel_of(f"torch/flex-{name}{'' if by_block_mask else '-score'}", attend, by_block_mask, is_compiled)
        for name, attend, is_compiled in ways
        for by_block_mask in (True, False)
    ]
