"""The laws of the stacks: each is seen failing on a bug planted in x-transformers, and a clean configuration passes all of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="the stacks are torch modules: pip install torch")
pytest.importorskip("x_transformers", reason="the stacks are x-transformers': pip install x-transformers")

from x_transformers import attend  # noqa: E402
from x_transformers import x_transformers as library  # noqa: E402

from boresight.stacks import LAWS, judge, parse, replay, run  # noqa: E402
from boresight.stacks.options import TABLE, draw  # noqa: E402

torch.set_num_threads(1)

CLEAN = "xt1 decoder tokens rotary_pos_emb batch=2 n=6 extra=3 law={} seed=3"
CLEAN_OF = {
    "flash_is_no_flash": "xt1 decoder bare attn_flash alibi_pos_bias attn_num_mem_kv=2 batch=2 n=6 extra=3 law={} seed=3",
    "mem_kv_have_no_order": "xt1 decoder tokens rotary_pos_emb attn_num_mem_kv=2 batch=2 n=6 extra=3 law={} seed=3",
    "hidden_context_is_none": "xt1 encoder bare cross_attend batch=2 n=6 extra=3 law={} seed=3",
    "right_padding_is_inert": "xt1 encoder bare alibi_pos_bias batch=2 n=6 extra=3 law={} seed=3",
    "hidden_tokens_are_inert": "xt1 encoder bare alibi_pos_bias batch=2 n=6 extra=3 law={} seed=3",
    "shifted_positions_change_nothing": "xt1 decoder bare alibi_pos_bias batch=2 n=6 extra=3 law={} seed=3",
    "hidden_memory_is_no_memory": "xt1 decoder bare attn_num_mem_kv=2 alibi_pos_bias batch=2 n=6 extra=3 law={} seed=3",
    "what_hides_nothing_changes_nothing": "xt1 decoder bare rel_pos_bias batch=2 n=6 extra=3 law={} seed=3",
}


def line(law: str) -> str:
    return CLEAN_OF.get(law, CLEAN).format(law)


@pytest.mark.parametrize("law", LAWS)
def test_a_clean_configuration_passes(law: str) -> None:
    verdict = replay(line(law))
    assert verdict.outcome == "holds", verdict


def wrapped(owner: Any, name: str, change: Callable[..., Any]) -> Callable[[pytest.MonkeyPatch], None]:
    """A plant: the method, called through `change(original, self, *arguments, **named)`."""
    original = getattr(owner, name)

    def method(self: Any, *arguments: Any, **named: Any) -> Any:
        return change(original, self, *arguments, **named)

    return lambda patch: patch.setattr(owner, name, method)


def replaced(owner: Any, name: str, value: Any) -> Callable[[pytest.MonkeyPatch], None]:
    return lambda patch: patch.setattr(owner, name, value)


def remember(original: Any, self: Any, *arguments: Any, **named: Any) -> Any:
    """A buffer that grows by each call."""
    self.calls = getattr(self, "calls", 0) + 1
    return original(self, *arguments, **named) * self.calls


def mix_the_batch(original: Any, self: Any, q: Any, k: Any, v: Any, **named: Any) -> Any:
    return original(self, q, k, v.roll(1, 0), **named)


def causal_top_left(i: int, j: int, device: Any) -> Any:
    return torch.ones((i, j), device=device, dtype=torch.bool).triu(1)


def causal_one_late(i: int, j: int, device: Any) -> Any:
    return torch.ones((i, j), device=device, dtype=torch.bool).triu(j - i + 2)


def normalise_the_sequence(original: Any, self: Any, *arguments: Any, **named: Any) -> Any:
    out, between = original(self, *arguments, **named)
    return out / out.shape[2], between


def without(*names: str) -> Callable[..., Any]:
    """Arguments that are accepted and forgotten."""
    return lambda original, self, *arguments, **named: original(self, *arguments, **{**named, **dict.fromkeys(names)})


def rotary_ignores_the_cache(original: Any, self: Any, *arguments: Any, **named: Any) -> Any:
    if named.get("cache") is not None and named.get("rotary_pos_emb") is not None:
        x, cached = arguments[0], named["cache"].cached_kv[0].shape[-2]
        freqs, scale = named["rotary_pos_emb"]
        named["rotary_pos_emb"] = torch.cat((freqs[:, :cached], freqs[:, : x.shape[1]]), 1), scale
    return original(self, *arguments, **named)



def mem_mask_forced_true(original: Any, self: Any, *arguments: Any, **named: Any) -> Any:
    if named.get("mem_mask") is not None:
        named["mem_mask"] = torch.ones_like(named["mem_mask"])
    return original(self, *arguments, **named)


def first_mem_kv_counts_twice(original: Any, self: Any, q: Any, k: Any, v: Any, **named: Any) -> Any:
    return original(self, q, k, torch.cat((2 * v[..., :1, :], v[..., 1:, :]), -2), **named)


def flash_without_its_bias(original: Any, self: Any, q: Any, k: Any, v: Any, **named: Any) -> Any:
    return original(self, q, k, v, **{**named, "attn_bias": None})


def bias_of_the_position(original: Any, self: Any, pos_i: Any, pos_j: Any = None) -> Any:
    bias = original(self, pos_i, pos_j)
    return bias * (pos_i.max() + 1)



def mask_shows_all(original: Any, self: Any, q: Any, k: Any, v: Any, **named: Any) -> Any:
    return original(self, q, k, v, **{**named, "mask": None})



def a_given_mask_doubles(original: Any, self: Any, *arguments: Any, **named: Any) -> Any:
    names = "mask", "context_mask", "attn_mask", "attn_bias"
    out, between = original(self, *arguments, **named)
    return (2 * out if any(named.get(name) is not None for name in names) else out), between


ATTEND, ATTENTION, LAYERS = attend.Attend, library.Attention, library.AttentionLayers
PLANTS = {
    "called_twice_is_the_same": wrapped(library.FeedForward, "forward", remember),
    "alone_is_in_a_batch": wrapped(ATTEND, "forward", mix_the_batch),
    "later_changes_nothing_earlier": replaced(attend, "create_causal_mask", causal_one_late),
    "a_prefix_alone_is_the_same": wrapped(ATTEND, "forward", normalise_the_sequence),
    "chunks_are_one_call": replaced(attend, "create_causal_mask", causal_top_left),
    "decoding_is_the_full_pass": wrapped(ATTENTION, "forward", rotary_ignores_the_cache),
    "decoding_in_chunks_is_the_full_pass": replaced(attend, "create_causal_mask", causal_top_left),
    "hidden_memory_is_no_memory": wrapped(ATTENTION, "forward", mem_mask_forced_true),
    "right_padding_is_inert": wrapped(ATTEND, "forward", mask_shows_all),
    "left_padding_is_inert": wrapped(ATTEND, "forward", mask_shows_all),
    "left_padding_by_seq_start_pos_is_inert": wrapped(LAYERS, "forward", without("seq_start_pos")),
    "hidden_tokens_are_inert": wrapped(ATTEND, "forward", mask_shows_all),
    "flash_is_no_flash": wrapped(ATTEND, "flash_attn", flash_without_its_bias),
    "mem_kv_have_no_order": wrapped(ATTEND, "forward", first_mem_kv_counts_twice),
    "shifted_positions_change_nothing": wrapped(library.AlibiPositionalBias, "forward_custom_pos", bias_of_the_position),
    "counted_positions_are_the_default": wrapped(library.TransformerWrapper, "forward", lambda original, self, *a, **named:
        original(self, *a, **{**named, **({"pos": 2 * named["pos"]} if named.get("pos") is not None else {})})),
    "hidden_additional_keys_are_none": wrapped(LAYERS, "forward", without("additional_kv_mask")),
    "hidden_context_is_none": wrapped(ATTEND, "forward", mask_shows_all),
    "what_hides_nothing_changes_nothing": wrapped(ATTENTION, "forward", a_given_mask_doubles),
}  # fmt: skip


@pytest.mark.parametrize("law", LAWS)
def test_each_law_is_seen_failing(law: str, monkeypatch: pytest.MonkeyPatch) -> None:
    PLANTS[law](monkeypatch)
    verdict = replay(line(law))
    assert verdict.outcome == "fails", verdict


def test_the_bias_that_covers_mem_kv_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """x-transformers#242: ALiBi's bias was built over the persistent keys too."""

    def pad(t: Any, padding: tuple[int, int], dim: int = -1, value: float = 0.0) -> Any:
        if t.ndim == 3 and t.is_floating_point() and dim == -1:
            return torch.nn.functional.pad(t, padding, value=-1.0) * torch.arange(1, t.shape[-1] + padding[0] + 1)
        return original(t, padding, dim=dim, value=value)

    original = library.pad_at_dim
    monkeypatch.setattr(library, "pad_at_dim", pad)
    verdict = replay("xt1 decoder bare alibi_pos_bias attn_num_mem_kv=2 batch=1 n=4 extra=2 law=mem_kv_have_no_order seed=1")
    assert verdict.outcome == "fails", verdict


def test_a_line_is_its_configuration() -> None:
    for seed in range(200):
        config = draw(seed, LAWS)
        assert parse(str(config)) == config


def test_the_table_names_each_option_once() -> None:
    assert len({row.name for row in TABLE}) == len(TABLE)


def test_what_the_library_refuses_is_no_failure() -> None:
    verdict = replay("xt1 decoder bare attn_flash attn_sigmoid batch=1 n=2 extra=1 law=called_twice_is_the_same seed=1")
    assert verdict.outcome == "refused" and "sigmoid" in verdict.words


def test_a_run_finds_a_planted_bug_and_shrinks_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attend, "create_causal_mask", causal_one_late)
    results = run(4, seed=1, laws=["later_changes_nothing_earlier"])
    assert results.failures, results
    smallest = results.failures[0].config
    assert smallest.batch == 1 and smallest.n <= 3 and judge(smallest).failed
