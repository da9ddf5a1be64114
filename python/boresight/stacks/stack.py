"""A stack of a configuration: the module with weights from the seed, its inputs, and calls of it.

`Inputs` has what goes with each token (x, mask, pos, ..) and what does not (context, additional keys). A law takes it
apart with `tokens(first, last)` and `rows(which)`, changes it with `put`, and runs `stack(inputs, ..)`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn
from x_transformers import ContinuousTransformerWrapper, Decoder, Encoder, PrefixDecoder, TransformerWrapper
from x_transformers.x_transformers import AttentionLayers

from .config import Config
from .precision import widen

DIM, DEPTH, HEADS, DIM_HEAD, TOKENS, CONTEXT, LENGTH_MAX = 16, 2, 4, 8, 11, 4, 64
KINDS = {"decoder": Decoder, "encoder": Encoder, "prefix": PrefixDecoder}
PER_TOKEN = ("mask", "self_attn_kv_mask", "pos", "sum_embeds", "in_attn_cond")  # a row of [batch, n, ..] each


class Refused(Exception):
    """The library's own assertion says that it does not take this."""


@dataclass(frozen=True)
class Inputs:
    x: Tensor
    extras: dict[str, Any]  # arguments of the call

    def put(self, **extras: Any) -> Inputs:
        return replace(self, extras={**self.extras, **extras})

    def drop(self, *names: str) -> Inputs:
        return replace(self, extras={name: value for name, value in self.extras.items() if name not in names})

    def tokens(self, first: int, last: int) -> Inputs:
        extras = {name: value[:, first:last] if name in PER_TOKEN else value for name, value in self.extras.items()}
        for name in "attn_mask", "attn_bias":
            if name in extras:
                extras[name] = extras[name][..., first:last, first:last]
        return Inputs(self.x[:, first:last], extras)

    def rows(self, which: Tensor) -> Inputs:
        def pick(name: str, value: Any) -> Any:
            if isinstance(value, Tensor) and name not in ("attn_mask", "attn_bias"):
                return value[which]
            return [pick("", part) for part in value] if isinstance(value, (list, tuple)) else value

        return Inputs(self.x[which], {name: pick(name, value) for name, value in self.extras.items()})


def seeded(config: Config, what: int) -> torch.Generator:
    return torch.Generator().manual_seed(config.seed * 64 + what)


def layers(config: Config) -> AttentionLayers:
    options = dict(config.of(""))
    if "attn_hybrid_fold_axial_dim" in options:
        heads_dim = HEADS * options.get("attn_value_dim_head", DIM_HEAD)
        options["attn_hybrid_module"] = nn.GRU(DIM, heads_dim, batch_first=True)
    return KINDS[config.stack](dim=DIM, depth=DEPTH, heads=HEADS, attn_dim_head=DIM_HEAD, verbose=False, **options)


def build(config: Config) -> nn.Module:
    """The module in f32. Every parameter is drawn: as initialised, many are zero, and what they multiply would not show."""
    try:
        with torch.random.fork_rng():
            torch.manual_seed(config.seed)
            module: nn.Module = layers(config)
            if config.wrapper == "tokens":
                module = TransformerWrapper(num_tokens=TOKENS, max_seq_len=LENGTH_MAX, max_mem_len=LENGTH_MAX, attn_layers=module,
                                            **config.of("wrapper"))  # fmt: skip
            elif config.wrapper == "continuous":
                module = ContinuousTransformerWrapper(max_seq_len=LENGTH_MAX, max_mem_len=LENGTH_MAX, attn_layers=module,
                                                      **config.of("wrapper"))  # fmt: skip
    except AssertionError as error:
        raise Refused(str(error) or "an assertion without words") from error
    generator = seeded(config, 0)
    with torch.no_grad():
        for parameter in module.parameters():
            scale = parameter.shape[-1] ** -0.5 if parameter.ndim > 1 else 0.5
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * scale)
    return module.eval()


def draw_tokens(config: Config, length: int, what: int) -> Tensor:
    generator = seeded(config, what)
    if config.wrapper == "tokens":
        return torch.randint(TOKENS, (config.batch, length), generator=generator)
    width = config.of("wrapper").get("dim_in", DIM)
    return torch.randn(config.batch, length, width, generator=generator)


class Stack:
    """A module of one type with its inputs. `exact`: in double."""

    def __init__(self, config: Config, exact: bool = False) -> None:
        self.config = config
        self.module = build(config)
        self.dtype = torch.float64 if exact else torch.float32
        if exact:
            widen(self.module)
        self.layers: AttentionLayers = self.module if config.wrapper == "bare" else self.module.attn_layers

    def noise(self, what: int, *shape: int) -> Tensor:
        return torch.randn(*shape, generator=seeded(self.config, what)).to(self.dtype)

    def choice(self, what: int, *shape: int) -> Tensor:
        return torch.rand(*shape, generator=seeded(self.config, what)) < 0.6

    def more(self, length: int, what: int = 30) -> Tensor:
        """Other tokens."""
        x = draw_tokens(self.config, length, what)
        return x.to(self.dtype) if x.is_floating_point() else x

    def inputs(self) -> Inputs:
        config, b, n = self.config, self.config.batch, self.config.n
        call, extras = config.of("call"), {}
        for what, name in enumerate(("mask", "self_attn_kv_mask"), 1):
            if name in call:
                extras[name] = self.choice(what, b, n)
                extras[name][:, 0] = True
        if "lens" in call:
            extras["lens"] = torch.randint(1, n + 1, (b,), generator=seeded(config, 3))
        if "attn_mask" in call:
            extras["attn_mask"] = self.choice(4, n, n) | torch.eye(n, dtype=torch.bool)
        if "pos" in call:
            extras["pos"] = torch.randint(1, 3, (b, n), generator=seeded(config, 5)).cumsum(-1)
        if "seq_start_pos" in call:
            extras["seq_start_pos"] = torch.randint(0, n, (b,), generator=seeded(config, 6))
        if "attn_bias" in call:
            extras["attn_bias"] = self.noise(7, HEADS, n, n)
        if config.has("cross_attend"):
            extras["context"] = self.noise(8, b, CONTEXT, DIM)
            if "context_mask" in call:
                extras["context_mask"] = self.choice(9, b, CONTEXT)
                extras["context_mask"][:, 0] = True
            if "context_pos" in call:
                extras["context_pos"] = torch.randint(1, 3, (b, CONTEXT), generator=seeded(config, 10)).cumsum(-1)
        width = config.of("wrapper").get("emb_dim", DIM)
        if "sum_embeds" in call:
            extras["sum_embeds"] = self.noise(11, b, n, width)
        if "prepend_embeds" in call:
            extras["prepend_embeds"] = self.noise(12, b, 2, width)
        if "in_attn_cond" in call:
            extras["in_attn_cond"] = self.noise(13, b, n, DIM)
        if "additional_kv" in call:
            extras["self_attn_additional_kv"] = self.additional(2)
        if config.has("use_adaptive_layernorm", "use_adaptive_rmsnorm", "use_adaptive_layerscale"):
            extras["condition"] = self.noise(14, b, DIM)
        if "causal" in call:
            extras["causal"] = call["causal"]
        if "mems" in call:
            extras["mems"] = self.memories(2, 20)
        return Inputs(self.more(n, 15), extras)

    def attention_layers(self) -> int:
        return sum(self.layers.layer_types[index] == "a" for index in self.layers.layers_execute_order)

    def memories(self, length: int, what: int = 16) -> list[Tensor]:
        return [self.noise(what * 8 + layer, self.config.batch, length, DIM) for layer in range(self.attention_layers())]

    def additional(self, length: int) -> list[tuple[Tensor, Tensor]]:
        options = self.config.options
        heads = 1 if options.get("attn_one_kv_head") else options.get("attn_kv_heads", HEADS)
        widths = DIM_HEAD, options.get("attn_value_dim_head", DIM_HEAD)
        return [tuple(self.noise(300 + 2 * layer + part, self.config.batch, heads, length, width) for part, width in enumerate(widths))
                for layer in range(self.attention_layers())]  # fmt: skip

    def __call__(self, inputs: Inputs, **more: Any) -> Tensor:
        out = self.run(inputs, **more)
        return out[0] if isinstance(out, tuple) else out

    def run(self, inputs: Inputs, **more: Any) -> Any:
        named = {"mems": None, **inputs.extras, **more}
        if named["mems"] is not None:
            named["mems"] = list(named["mems"])
        try:
            with torch.no_grad():
                return self.module(inputs.x, **named)
        except AssertionError as error:
            raise Refused(str(error) or "an assertion without words") from error

    def with_intermediates(self, inputs: Inputs, **more: Any) -> tuple[Tensor, Any]:
        name = "return_hiddens" if self.config.wrapper == "bare" else "return_intermediates"
        return self.run(inputs, **{name: True}, **more)
