"""The laws, a row a law: two runs of one stack that must agree, and, for power, a third that must differ from the first.

Each law is a sentence in its docstring. What it needs is beside it: names of options under which its sentence is not promised.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor, cat, nn

from .config import Config
from .stack import PER_TOKEN, Inputs, Stack

ABSOLUTE = "positions are absolute"


@dataclass(frozen=True)
class Sides:
    left: Tensor
    right: Tensor
    other: Tensor | None = None  # what the law would see if it had nothing to hold


@dataclass(frozen=True)
class Law:
    name: str
    run: Callable[[Stack, Inputs], Sides]
    without: tuple[str, ...] = ()  # options it is not promised for
    needs: Callable[[Config], str | None] = field(default=lambda config: None)

    def skipped(self, config: Config) -> str | None:
        if option := config.has(*self.without):
            return f"{self.name} is not promised with {option}"
        return self.needs(config)


LAWS: dict[str, Law] = {}
Run = Callable[[Stack, Inputs], Sides]


def law(*without: str, needs: Callable[[Config], str | None] = lambda config: None) -> Callable[[Run], Run]:
    def add(run: Run) -> Run:
        LAWS[run.__name__] = Law(run.__name__, run, without, needs)
        return run

    return add


def absolute(config: Config) -> str | None:
    """Whether the wrapper adds embeddings of absolute positions."""
    if config.wrapper == "bare" or config.options.get("wrapper.use_abs_pos_emb") is False:
        return None
    relative = config.has("rel_pos_bias", "rotary_pos_emb", "rotary_xpos", "polar_pos_emb")
    return None if config.options.get("disable_abs_pos_emb", relative) else ABSOLUTE


def moved(config: Config) -> str | None:
    """Whether an absolute position shows: in an embedding, or where rotated queries meet keys that are not, which no position have."""
    turned = config.has("rotary_pos_emb", "rotary_xpos", "polar_pos_emb")
    still = config.has("attn_num_mem_kv", "call.additional_kv", "call.context_pos", "attn_use_cope")
    return f"the origin of {turned} shows through {still}" if turned and still else absolute(config)


def causal(config: Config) -> str | None:
    if config.options.get("call.causal") is not None:
        return "the call says what is causal"
    return None if config.stack == "decoder" else "not causal"


def causal_and_relative(config: Config) -> str | None:
    return causal(config) or moved(config)


def sequence_out(config: Config) -> str | None:
    pooled = config.has("wrapper.average_pool_embed", "wrapper.use_cls_token", "wrapper.attn_pool")
    return f"{pooled} leaves no sequence" if pooled else None


def self_attention(config: Config) -> str | None:
    return "no self attention" if config.has("only_cross") else None


MEMORIES = ("wrapper.memory_tokens_interspersed_every", "only_cross", "call.attn_mask", "call.attn_bias", "call.pos",
            "call.additional_kv")  # fmt: skip


@law()
def called_twice_is_the_same(stack: Stack, given: Inputs) -> Sides:
    """A call leaves nothing behind: after another call, of another length, it gives the same."""
    first = stack(given)
    stack(given.drop("mems").tokens(0, given.x.shape[1] - 1))
    return Sides(first, stack(given))


@law(needs=lambda config: "one sequence" if config.batch < 2 else None)
def alone_is_in_a_batch(stack: Stack, given: Inputs) -> Sides:
    """A sequence alone gives what it gives in a batch."""
    together = stack(given)
    return Sides(together[-1:], stack(given.rows(torch.tensor([-1]))), together[:1])


@law("call.lens", "call.prepend_embeds", "wrapper.memory_tokens_interspersed_every",
     needs=lambda config: causal(config) or sequence_out(config))  # fmt: skip
def later_changes_nothing_earlier(stack: Stack, given: Inputs) -> Sides:
    """In a decoder what comes later changes nothing earlier."""
    t = given.x.shape[1] - 1
    changed = replace(given, x=cat((given.x[:, :t], stack.more(1)), 1))
    one, two = stack(given), stack(changed)
    return Sides(one[:, :t], two[:, :t])


@law("call.lens", "call.prepend_embeds", "call.seq_start_pos", needs=lambda config: causal(config) or sequence_out(config))
def a_prefix_alone_is_the_same(stack: Stack, given: Inputs) -> Sides:
    """In a decoder the first tokens alone give what they give before others."""
    t = given.x.shape[1] - 1
    return Sides(stack(given)[:, :t], stack(given.tokens(0, t)))


NOT_IN_CHUNKS = ("wrapper.num_memory_tokens", "call.lens", "call.self_attn_kv_mask", "call.mask", "call.seq_start_pos",
                 "call.prepend_embeds", "call.mems", "attn_selective", "cross_attn_inverted_attention",
                 "attn_hybrid_fold_axial_dim", "shift_tokens", "num_residual_streams", "integrate_layers", "reinject_input", "call.in_attn_cond", "weight_tie_layers")  # fmt: skip


@law(*MEMORIES, *NOT_IN_CHUNKS, needs=causal_and_relative)
def chunks_are_one_call(stack: Stack, given: Inputs) -> Sides:
    """A decoder run in three chunks, each with the memories of those before, gives what one call gives."""
    n = given.x.shape[1]
    cuts, memories, outs = sorted({0, n // 3, 2 * n // 3, n}), None, []
    for first, last in zip(cuts, cuts[1:]):
        part = given.tokens(first, last)
        if stack.config.wrapper == "bare":
            out, between = stack.with_intermediates(part, mems=memories)
            new = between.hiddens
            memories = new if memories is None else [cat(pair, 1) for pair in zip(memories, new)]
        else:
            out, memories = stack.run(part, mems=memories, return_mems=True)
        outs.append(out)
    return Sides(stack(given), cat(outs, 1), cat([stack(given.tokens(*cut)) for cut in zip(cuts, cuts[1:])], 1))


def begun(given: Inputs, out: Tensor) -> Tensor:
    """The output without the rows that are padding: before seq_start_pos, or hidden by the mask."""
    if "mask" in given.extras:
        out = out.masked_fill(~given.extras["mask"][..., None], 0.0)
    if "seq_start_pos" not in given.extras:
        return out
    before = torch.arange(given.x.shape[1]) < given.extras["seq_start_pos"][:, None]
    return out.masked_fill(before[..., None], 0.0)


def cached(stack: Stack, given: Inputs, step: int) -> Sides:
    config, n = stack.config, given.x.shape[1]
    first = max(1, n - config.extra)
    whole, (out, cache) = stack(given), stack.with_intermediates(given.tokens(0, first))
    outs = [out]
    for start in range(first, n, step):
        stop = min(start + step, n)
        if config.wrapper == "bare" or config.has("call.input_not_include_cache"):
            part = given.tokens(start, stop)
            masks = [name for name in ("mask", "self_attn_kv_mask") if name in given.extras]  # of all keys, the cached ones too
            part = part.put(**{name: given.extras[name][:, :stop] for name in masks})
            more = {} if config.wrapper == "bare" else {"input_not_include_cache": True}
        else:
            part, more = given.tokens(0, stop), {}
        out, cache = stack.with_intermediates(part, cache=cache, cache_age=stop - start, **more)
        outs.append(out[:, -(stop - start):] if out.shape[1] > stop - start and config.has("call.prepend_embeds") else out)
    together = cat(outs, 1)
    alone = cat([stack(given.tokens(i, i + 1)) for i in range(n)], 1) if n > 1 and not given.extras else None
    return Sides(begun(given, whole), begun(given, together), alone)


def caches(config: Config) -> str | None:
    if config.has("attn_selective", "wrapper.num_memory_tokens"):
        return "the library says that it cannot cache"
    return causal(config) or sequence_out(config)


CACHED = ("call.attn_mask", "call.attn_bias", "call.lens", "call.prepend_embeds", "call.in_attn_cond", "call.mems")


@law(*CACHED, needs=caches)
def decoding_is_the_full_pass(stack: Stack, given: Inputs) -> Sides:
    """Token by token with a cache gives what one call gives."""
    return cached(stack, given, 1)


@law(*CACHED, needs=caches)
def decoding_in_chunks_is_the_full_pass(stack: Stack, given: Inputs) -> Sides:
    """Two tokens a step with a cache (speculative decoding) give what one call gives."""
    return cached(stack, given, 2)


@law(*MEMORIES, "call.mems", needs=self_attention)
def hidden_memory_is_no_memory(stack: Stack, given: Inputs) -> Sides:
    """Memories that mem_masks hides are no memories."""
    memories = stack.memories(stack.config.extra)
    hidden = torch.zeros(stack.config.batch, stack.config.extra, dtype=torch.bool)
    masks = [hidden for _ in memories]
    return Sides(stack(given), stack(given, mems=memories, mem_masks=masks), stack(given, mems=memories))


def ones(stack: Stack, length: int) -> Tensor:
    return torch.ones(stack.config.batch, length, dtype=torch.bool)


def padded(stack: Stack, given: Inputs, left: bool) -> tuple[Inputs, Tensor]:
    """Other tokens beside, and the mask that hides them."""
    b, pad = stack.config.batch, stack.config.extra
    order = (lambda pads, mine: (pads, mine)) if left else (lambda pads, mine: (mine, pads))
    extras = {}
    for name, value in given.extras.items():
        if name in PER_TOKEN:
            filler = torch.ones_like(value[:, :1]).expand(b, pad, *value.shape[2:])
            value = cat(order(filler, value), 1)
        extras[name] = value
    keep = given.extras.get("mask", ones(stack, given.x.shape[1]))
    return Inputs(cat(order(stack.more(pad), given.x), 1), extras), cat(order(~ones(stack, pad), keep), 1)


ALONE = ("wrapper.memory_tokens_interspersed_every", "call.attn_mask", "call.attn_bias", "call.self_attn_kv_mask")


@law(*ALONE, "cross_attn_inverted_attention", "call.mems")
def right_padding_is_inert(stack: Stack, given: Inputs) -> Sides:
    """Tokens on the right that the mask (or lens) hides change nothing."""
    longer, mask = padded(stack, given, left=False)
    n = given.x.shape[1] + (given.extras["prepend_embeds"].shape[1] if "prepend_embeds" in given.extras else 0)
    if "lens" in given.extras:
        plain, whole, other = stack(given), stack(longer), None
    elif stack.config.wrapper == "continuous" and "mask" not in given.extras:
        whole = stack(longer, lens=torch.full((stack.config.batch,), given.x.shape[1]))
        plain, other = stack(given), None
    else:
        plain, whole, other = stack(given, mask=mask[:, : given.x.shape[1]]), stack(longer, mask=mask), None
    return Sides(plain, whole, other) if sequence_out(stack.config) else Sides(plain, whole[:, :n], other)


@law(*ALONE, "cross_attn_inverted_attention", "call.mems", "call.lens", "call.pos", "call.seq_start_pos", "call.prepend_embeds",
     "attn_hybrid_fold_axial_dim", needs=moved)  # fmt: skip
def left_padding_is_inert(stack: Stack, given: Inputs) -> Sides:
    """Tokens on the left that the mask hides change nothing where positions are relative."""
    longer, mask = padded(stack, given, left=True)
    whole = stack(longer, mask=mask)
    return Sides(stack(given), whole if sequence_out(stack.config) else whole[:, -given.x.shape[1]:])


@law(*ALONE, "cross_attn_inverted_attention", "call.mems", "call.lens", "call.pos", "call.seq_start_pos", "shift_tokens",
     "attn_hybrid_fold_axial_dim",
     needs=lambda config: sequence_out(config) or (moved(config) if not absolute(config) else None))  # fmt: skip
def left_padding_by_seq_start_pos_is_inert(stack: Stack, given: Inputs) -> Sides:
    """Tokens on the left, before seq_start_pos, change nothing."""
    longer, mask = padded(stack, given, left=True)
    n = given.x.shape[1]
    start = torch.full((stack.config.batch,), stack.config.extra)
    named = {"mask": mask} if "mask" in given.extras else {}
    return Sides(stack(given)[:, -n:], stack(longer, seq_start_pos=start, **named)[:, -n:])


@law("wrapper.memory_tokens_interspersed_every", "call.lens", "call.prepend_embeds", "cross_attn_inverted_attention",
     "attn_hybrid_fold_axial_dim", "attn_data_dependent_alibi",  # a hidden token still forgets
     needs=lambda config: self_attention(config) or sequence_out(config))  # fmt: skip
def hidden_tokens_are_inert(stack: Stack, given: Inputs) -> Sides:
    """What the mask hides changes no token that it shows."""
    config, n = stack.config, given.x.shape[1]
    mask = stack.choice(17, config.batch, n)
    mask[:, 0], mask[:, n // 2] = True, False
    changed = replace(given, x=torch.where(mask if given.x.ndim == 2 else mask[..., None], given.x, stack.more(n)))
    plain = given.drop("mask")
    left, right = begun(plain, stack(given, mask=mask)), begun(plain, stack(changed, mask=mask))
    return Sides(left[mask], right[mask], stack(changed.drop("mask"))[mask])


def flash(config: Config) -> str | None:
    return None if config.has("attn_flash") else "attn_flash is not asked for"


@law(needs=flash)
def flash_is_no_flash(stack: Stack, given: Inputs) -> Sides:
    """attn_flash changes how it is computed, not what."""
    plain = Stack(stack.config.without("attn_flash"), exact=stack.dtype is torch.float64)
    return Sides(stack(given), plain(given))


def mem_kv(config: Config) -> str | None:
    several = max(config.options.get("attn_num_mem_kv", 0), config.options.get("cross_attn_num_mem_kv", 0)) > 1
    return None if several else "fewer than two mem_kv"


@law("attn_use_cope", needs=mem_kv)
def mem_kv_have_no_order(stack: Stack, given: Inputs) -> Sides:
    """Permuting the persistent keys and values changes nothing."""
    before = stack(given)
    permute(stack.module, keys=True, values=True)
    after = stack(given)
    permute(stack.module, keys=True, values=False)
    return Sides(before, after, stack(given))


def permute(module: nn.Module, keys: bool, values: bool) -> None:
    with torch.no_grad():
        for part in module.modules():
            if getattr(part, "num_mem_kv", 0):
                for parameter in [part.mem_k] * keys + [part.mem_v] * values:
                    parameter.copy_(parameter.roll(1, 1))


def takes_positions(config: Config) -> str | None:
    if config.has("rel_pos_bias", "dynamic_pos_bias"):
        return "custom positions are for alibi and rotary"
    return None if config.has("alibi_pos_bias", "rotary_pos_emb", "rotary_xpos", "polar_pos_emb") else "no positions"


@law(*MEMORIES, "call.lens", "call.mems", "call.seq_start_pos", "wrapper.num_memory_tokens", "call.prepend_embeds", "call.context_pos",
     needs=lambda config: moved(config) or takes_positions(config))  # fmt: skip
def shifted_positions_change_nothing(stack: Stack, given: Inputs) -> Sides:
    """Where positions are relative, custom positions that are all larger by one number change nothing."""
    pos = torch.randint(1, 3, given.x.shape[:2], generator=torch.Generator().manual_seed(stack.config.seed)).cumsum(-1)
    return Sides(stack(given, pos=pos), stack(given, pos=pos + stack.config.extra), stack(given))


@law(*MEMORIES, "call.lens", "call.seq_start_pos", needs=takes_positions)
def counted_positions_are_the_default(stack: Stack, given: Inputs) -> Sides:
    """Custom positions 0, 1, 2 .. are the default."""
    pos = torch.arange(given.x.shape[1]).expand(stack.config.batch, -1)
    return Sides(stack(given), stack(given, pos=pos), stack(given, pos=2 * pos))


@law("only_cross", "call.additional_kv")
def hidden_additional_keys_are_none(stack: Stack, given: Inputs) -> Sides:
    """Additional keys that their mask hides are none."""
    hidden = torch.zeros(stack.config.batch, 2, dtype=torch.bool)
    added = stack.additional(2)
    shown = stack(given, self_attn_additional_kv=added)
    return Sides(stack(given), stack(given, self_attn_additional_kv=added, additional_kv_mask=hidden), shown)


def crossing(config: Config) -> str | None:
    return None if config.has("cross_attend") else "no context"


@law("call.context_mask", "attn_use_rel_proj_pos_bias", needs=crossing)  # which counts positions from the context's end
def hidden_context_is_none(stack: Stack, given: Inputs) -> Sides:
    """Context that context_mask hides is none."""
    context = given.extras["context"]
    length = context.shape[1] - 1
    mask = ones(stack, length + 1)
    mask[:, length:] = False
    short = given.put(context=context[:, :length])
    if "context_pos" in given.extras:
        short = short.put(context_pos=given.extras["context_pos"][:, :length])
    return Sides(stack(short), stack(given, context_mask=mask), stack(given))


NEUTRAL = {
    "mask": lambda stack, n: ones(stack, n),
    "self_attn_kv_mask": lambda stack, n: ones(stack, n),
    "attn_mask": lambda stack, n: torch.ones(n, n, dtype=torch.bool),
    "attn_bias": lambda stack, n: torch.zeros(1, 1, n, n, dtype=stack.dtype),
    "seq_start_pos": lambda stack, n: torch.zeros(stack.config.batch, dtype=torch.long),
}  # fmt: skip


@law("only_cross", "call.mems", "wrapper.num_memory_tokens", "call.prepend_embeds", "call.lens", "call.attn_bias",
     "call.seq_start_pos", "call.self_attn_kv_mask")  # fmt: skip
def what_hides_nothing_changes_nothing(stack: Stack, given: Inputs) -> Sides:
    """A mask of True, a bias of zero, a start at zero: as if not given."""
    biased = stack.config.has("alibi_pos_bias", "rel_pos_bias", "dynamic_pos_bias")  # of two biases the library takes one
    names = [name for name in NEUTRAL if name not in given.extras and not (biased and name == "attn_bias")]
    name = names[stack.config.extra % len(names)]
    return Sides(stack(given), stack(given, **{name: NEUTRAL[name](stack, given.x.shape[1])}))
