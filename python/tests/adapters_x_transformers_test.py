"""x-transformers as kernels: its parts keep to the specification, what docs/findings tells of them is still so, and what is
planted in the library is named."""

from __future__ import annotations

import pytest

pytest.importorskip("x_transformers", reason="x-transformers is not installed")

import torch
from x_transformers.x_transformers import Attention

import boresight
from boresight.adapters import x_transformers as adapters

ROWS = {kernel.name: kernel for kernel in adapters.kernels()}
PAST_KNOWN = {kernel.name: kernel for kernel in adapters.kernels(known=False)}
TOKENS = (
    "bs1 b2 h3 d8 n4 s7 M2 P2 causal bias=alibi seed=1",
    "bs1 b1 h4 d8 n5 s5 M3 P1 causal bias=alibi alibi_heads=3 memory_mask=0.5 key_mask=0.8 seed=2",
    "bs1 b2 h4/2 d8 n4 s4 P2 bias=relative_buckets bidirectional head_map=tiled seed=3",
    "bs1 b1 h2 d8 n3 s6 M2 P2 causal bias=distance_table seed=4",
    "bs1 b1 h2 d8 n4 s4 P2 causal bias=forget seed=5",
    "bs1 b2 h2 d8/4 n3 s6 M2 causal bias=dense softcap=2 sink seed=6",
    "bs1 b1 h2 d8 n5 s5 M3 P2 causal rotary=6 interpolation=2 base_rescale=2 seed=7",
    "bs1 b1 h2 d8 n4 s6 M3 causal rotary=8 xpos xpos_scale_base=64 seed=8",
    "bs1 b1 h2 d8 n6 s6 P2 causal window=2 zero_kv seed=9",
    "bs1 b2 h2 d8 n3 s3 P2 attention_mask=0.7 bias=dense seed=10",
    "bs1 b2 h3 d8 n4 s4 P2 causal bias=alibi rotary=4 bf16 seed=13",
    "bs1 b2 h2 d8 n4 s4 M2 P2 bias=alibi f16 seed=14",
    "bs1 b2 h3/1 d8 n4 s7 M2 P2 causal key_mask=0.8 memory_mask=0.5 seed=12",
    "bs1 b2 h2 d8 n3 s5 bias=alibi slopes=per_head positions=shuffled seed=11",
)
KNOWN = {  # page -> a row that shows it, by its smallest case
    "x-transformers-minus-infinity": ("attend", "bs1 b1 h2 d1 n1 s1 bias=dense dense_hidden=0.2 values=integers"),
    "x-transformers-causal-fewer-keys": ("attend-flash", "bs1 b1 h1 d1 n2 s1 causal values=probe"),
    "x-transformers-mem-kv-value-dim": ("attention", "bs1 b1 h1 d1/2 n1 s1 P1 values=integers"),
    "x-transformers-forget-cache": ("attention", "bs1 b1 h1 d1 n1 s1 M1 causal bias=forget values=integers seed=1"),
    "x-transformers-memory-mask-cache": ("attention", "bs1 b1 h1 d1 n1 s2 M1 memory_mask=0b1 values=integers"),
    "x-transformers-rotary-of-two": ("attention", "bs1 b1 h1 d2 n1 s1 rotary=2 values=integers"),
    "x-transformers-rotary-beside-bias": ("layers", "bs1 b1 h1 d4/1 n1 s1 M1 bias=alibi rotary=4 values=integers"),
    "x-transformers-rotary-cache-origin": ("layers", "bs1 b1 h1 d4 n1 s2 P1 causal rotary=4 seed=1"),
}
BESIDES = {
    "x-transformers-empty-rows": ("layers", "bs1 b1 h1 d1 n3 s3 causal key_mask=0b011 values=integers"),
    "x-transformers-hidden-nan": ("attend", "bs1 b1 h1 d1 n1 s1 M12 memory_mask=0b111111111110 law=hidden_is_inert"),
}
WORDS = {
    "bs1 b1 h4/2 d8 n2 s2": "key/value heads are tiled: head h reads h mod kv_heads",
    "bs1 b2 h2 d8 n2 s2 bias=alibi slopes=per_batch": "ALiBi's slopes are the same for every sequence",
    "bs1 b1 h2 d8 n2 s2 rotary=8 pairs=halves": "rotary pairs are adjacent",
    "bs1 b1 h2 d8 n2 s2 scale=1": "the scale is head_dim ** -0.5",
    "bs1 b1 h2 d8 n3 s2 causal": "no causal attention to a context",
    "bs1 b1 h2 d8 n2 s2 window=4,1": "no right side of a window",
}


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.mark.parametrize("name", ROWS)
def test_a_row_keeps_to_the_specification(name: str) -> None:
    verdicts = [boresight.replay(token, ROWS[name]) for token in TOKENS]
    assert not [str(verdict) for verdict in verdicts if verdict.outcome == "FAILED"]
    assert sum(verdict.outcome == "PASSED" for verdict in verdicts) >= (2 if "attend" in name else 6), [*map(str, verdicts)]


@pytest.mark.parametrize("name", PAST_KNOWN)
def test_past_what_is_known_a_row_agrees_with_the_reference(name: str) -> None:
    laws = "agrees_with_reference,decode*,hidden_memory*,padding*"
    report = boresight.check(PAST_KNOWN[name], cases=60, seed=1, laws=laws, progress=False)
    assert report.outcome == "PASSED", str(report)


@pytest.mark.parametrize(("name", "token"), (KNOWN | BESIDES).values(), ids=KNOWN | BESIDES)
def test_what_is_known_to_be_wrong_still_is(name: str, token: str) -> None:
    assert boresight.replay(token, ROWS[f"x-transformers/{name}"]).outcome == "FAILED"


@pytest.mark.parametrize(("page", "shown"), KNOWN.items())
def test_what_is_known_is_refused_by_its_page(page: str, shown: tuple[str, str]) -> None:
    verdict = boresight.replay(shown[1], PAST_KNOWN[f"x-transformers/{shown[0]}"])
    assert verdict.outcome == "SKIPPED"
    assert page in verdict.why


def test_each_known_defect_is_shown() -> None:
    assert set(KNOWN) == set(adapters.known.PAGES)


@pytest.mark.parametrize(("page", "shown"), (KNOWN | BESIDES).items())
def test_what_is_known_is_told_by_its_page(page: str, shown: tuple[str, str]) -> None:
    verdict = boresight.replay(shown[1], ROWS[f"x-transformers/{shown[0]}"])
    assert adapters.page_of(verdict.kernel, verdict.token, verdict.reading) == f"{page}.md"


@pytest.mark.parametrize(("token", "words"), WORDS.items())
def test_what_the_library_does_not_offer_is_refused_in_words(token: str, words: str) -> None:
    assert words in boresight.replay(token, ROWS["x-transformers/attention"]).why


def test_a_bias_over_mem_kv_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """As before lucidrains/x-transformers#242: the bias was made for all columns, persistent ones too."""
    module = Attention.forward.__globals__
    pad = module["pad_at_dim"]

    class OverMemKv(torch.nn.Module):
        def __init__(self, made: torch.nn.Module, columns: int) -> None:
            super().__init__()
            self.made, self.columns = made, columns

        def forward(self, i: int, j: int) -> torch.Tensor:
            return self.made(i, j + self.columns)

    forward = Attention.forward

    def broken(self: Attention, x: torch.Tensor, **options: object) -> object:
        if options.get("rel_pos") is not None:
            options["rel_pos"] = OverMemKv(options["rel_pos"], self.num_mem_kv)
            monkeypatch.setitem(module, "pad_at_dim", lambda t, sides, **rest: t if not rest else pad(t, sides, **rest))
        try:
            return forward(self, x, **options)
        finally:
            monkeypatch.setitem(module, "pad_at_dim", pad)

    monkeypatch.setattr(Attention, "forward", broken)
    kernel = adapters.kernel("attention", flash=False, with_known=False)
    report = boresight.check(kernel, cases=60, seed=1, laws="agrees_with_reference", progress=False)
    assert "bias-built-over-persistent-kv" in {finding.reading for finding in report.findings}
