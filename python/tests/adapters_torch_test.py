"""PyTorch's rows keep the specification, or what they document, on a few cases each; and what is done wrong around them is called by
its name."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

import boresight  # noqa: E402
from boresight.adapters import common, flex, torch_sdpa  # noqa: E402

ROWS = {row.name: row for row in torch_sdpa.kernels() + flex.kernels()}
OWN_FLAGS = ("bs1 b2 h4/2 d8 n3 s5 causal", "bs1 b1 h2 d8 n4 s7 attention_mask=0.7", "bs1 b1 h2 d16 n2 s40 bf16 seed=3")
FOLDED = (
    "bs1 b2 h4/2 d8 n3 s5 M3 P2 causal bias=alibi",
    "bs1 b1 h2 d8 n4 s7 P2 window=2,1 key_mask=0.7 bias=relative_buckets",
    "bs1 b2 h2 d8 n3 s9 M2 P1 memory_mask=0.5 bias=distance_table",
    "bs1 b1 h3 d16 n5 s20 P1 causal bias=alibi positions=shuffled f16",
)
EMPTY_ROWS = "bs1 b1 h2 d8 n5 s3 causal"


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
    torch.set_num_threads(threads)


@pytest.mark.parametrize("token", OWN_FLAGS)
@pytest.mark.parametrize("row", ["torch/sdpa-math", "torch/sdpa-flash"])
def test_by_its_own_flags_it_keeps_what_it_documents(row: str, token: str) -> None:
    assert boresight.replay(token, ROWS[row]).outcome == "PASSED"


@pytest.mark.parametrize("token", (*FOLDED, EMPTY_ROWS))
@pytest.mark.parametrize("row", ["torch/sdpa-math-mask", "torch/sdpa-flash-mask", "torch/flex-eager", "torch/flex-eager-score"])
def test_with_bias_and_masks_folded_it_keeps_the_specification(row: str, token: str) -> None:
    assert boresight.replay(token, ROWS[row]).outcome == "PASSED"


def test_the_lower_right_bias_is_anchored_as_specified() -> None:
    assert boresight.replay("bs1 b2 h2 d8 n3 s5 causal", ROWS["torch/sdpa-causal-lower-right"]).outcome == "PASSED"


@pytest.mark.parametrize("token", ["bs1 b1 h2 d8/16 n2 s3", "bs1 b1 h2 d8 n2 s3 softcap=5"])
def test_what_the_flash_backend_refuses_is_told_and_not_raised(token: str) -> None:
    assert boresight.replay(token, ROWS["torch/sdpa-flash"]).outcome == "SKIPPED"


def test_compiled_rows_are_given_few_cases() -> None:
    assert {name for name, row in ROWS.items() if row.survey_cases == 22} == {name for name in ROWS if "compiled" in name or "static" in name}


def wrong(fn: Any) -> boresight.Kernel:
    return boresight.Kernel(fn, supports="causal cache mem_kv alibi alibi_slopes", name="wrong")


def test_top_left_causality_presented_as_the_specifications_is_called_by_its_name() -> None:
    kernel = wrong(lambda call: torch_sdpa.attend("math", call, is_causal=call.problem.causal))
    verdict = boresight.replay("bs1 b1 h1 d8 n2 s5 causal", kernel)
    assert (verdict.outcome, verdict.reading) == ("FAILED", "causal-top-left")


def test_alibi_over_persistent_columns_is_called_by_its_name() -> None:
    def run(call: Any) -> torch.Tensor:
        problem = call.problem
        rows = torch.arange(problem.queries)[:, None] + problem.columns - problem.queries
        far = (rows - torch.arange(problem.columns)[None, :]).abs()
        return torch_sdpa.attend("math", call, attn_mask=-common.slopes(call)[:, :, None, None] * far)

    verdict = boresight.replay("bs1 b1 h2 d8 n3 s3 P2 bias=alibi", wrong(run))
    assert (verdict.outcome, verdict.reading) == ("FAILED", "bias-built-over-persistent-kv")
