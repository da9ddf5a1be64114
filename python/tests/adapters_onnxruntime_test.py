"""onnxruntime's operators as kernels: rows keep to what they say; what is known to be wrong is found, and what is planted."""
from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
pytest.importorskip("onnx", reason="onnx is not installed")

import boresight
from boresight.adapters import onnxruntime as adapters
from boresight.adapters.onnxruntime import columns
from boresight.adapters.onnxruntime.attention import Attention, Keys
from boresight.adapters.onnxruntime.group_query_attention import GroupQueryAttention

ROWS = {kernel.name: kernel for kernel in adapters.kernels()}
TOKENS = (
    "bs1 b2 h2 d16 n3 s7 M2 P2 causal bias=alibi seed=1",
    "bs1 b2 h4/2 d16 n5 s5 P1 bias=relative_buckets key_mask=prefix:4 seed=2",
    "bs1 b1 h2 d16 n4 s9 M3 causal rotary=16 pairs=halves seed=3",
    "bs1 b1 h2 d16 n1 s6 P2 causal bias=dense dense_shape=h seed=4",
    "bs1 b2 h2 d8 n4 s4 causal softcap=2 softcap_order=before_bias bias=distance_table seed=5",
    "bs1 b2 h2 d8 n6 s6 causal window=2 seed=6",
    "bs1 b1 h2 d8 n3 s8 causal sink bias=alibi slopes=per_head seed=7",
    "bs1 b1 h2 d8 n2 s5 zero_kv attention_mask=0.7 seed=8",
    "bs1 b1 h2 d16 n3 s6 f16 attention_mask=suffix:4 seed=9",
)
KNOWN = {  # row -> the smallest case of what docs/findings tells of it
    "onnxruntime/attention-23": "bs1 b1 h1 d1 n1 s2 scale=20000 key_mask=0b01 f16 values=integers seed=98",
    "onnxruntime/attention-23-segment": "bs1 b1 h1 d1 n1 s2 P1 causal values=integers",
    "onnxruntime/multi-head-attention":
        "bs1 b1 h2 d1 n1 s1 key_mask=0b0 attention_mask=0b1 attention_mask_shape=h values=integers",
    "onnxruntime/multi-head-attention-whole": "bs1 b1 h1 d1/3 n1 s1 M1 causal values=probe",
    "onnxruntime/group-query-attention": "bs1 b1 h1 d8 n1 s1 key_mask=0b0 values=integers",
}


@pytest.mark.parametrize("name", [name for name in ROWS if name not in (
    "onnxruntime/attention-23-segment", "onnxruntime/multi-head-attention-whole")])  # whose causality is wrong: KNOWN
def test_a_row_keeps_to_its_conventions(name: str) -> None:
    verdicts = [boresight.replay(token, ROWS[name]) for token in TOKENS]
    assert not [str(verdict) for verdict in verdicts if verdict.outcome == "FAILED"]
    assert sum(verdict.outcome == "PASSED" for verdict in verdicts) >= 3, [str(verdict) for verdict in verdicts]


@pytest.mark.parametrize(("name", "token"), KNOWN.items())
def test_what_is_known_to_be_wrong_still_is(name: str, token: str) -> None:
    assert boresight.replay(token, ROWS[name]).outcome == "FAILED"


@pytest.mark.parametrize("name", ["onnxruntime/attention-23", "onnxruntime/attention-24", "onnxruntime/attention-25",
                                  "onnx/attention-24-reference"])
def test_the_standard_operator_passes_every_law(name: str) -> None:
    assert boresight.check(ROWS[name], cases=220, seed=1, progress=False).outcome == "PASSED"


def test_causality_without_a_past_is_named_where_it_is_not_documented() -> None:
    operator = Attention(23, keys=Keys.WHOLE)
    kernel = boresight.Kernel(operator, name="whole", supports=operator.supports, tensors="numpy")
    report = boresight.check(kernel, cases=220, seed=1, progress=False)
    assert "causal-top-left" in {finding.reading for finding in report.findings}


def test_a_bias_that_counts_persistent_columns_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def over_all_columns(call, zero_column: bool = True) -> np.ndarray | None:
        p = call.problem
        if p.bias.kind != "alibi":
            return None
        rows = p.columns - p.queries + np.arange(p.queries)
        distance = np.abs(rows[:, None] - np.arange(p.columns))
        return (-np.asarray(call.slopes)[:, :, None, None] * distance).astype(np.float32)

    operator = GroupQueryAttention()

    def refused(p) -> str | None:
        other = p.zero_kv or p.custom_positions or p.bias.kind not in ("none", "alibi") or p.bias.slopes == "geometric"
        return "slopes as data alone" if other else operator.supports(p)

    monkeypatch.setattr(columns, "bias", over_all_columns)
    kernel = boresight.Kernel(operator, name="planted", supports=refused, tensors="numpy")
    report = boresight.check(kernel, cases=440, seed=1, laws="agrees_with_reference", progress=False)
    assert "bias-built-over-persistent-kv" in " ".join(finding.reading for finding in report.findings), str(report)
