"""check, replay, identify and probe on kernels that are right, wrong, or ill-behaved."""

import json
import pickle

import kernels
import pytest
import torch

import boresight
from boresight.supports import by_words


def takes_alibi(problem):
    return by_words("alibi! " + kernels.PLAIN)(problem) or kernels.all_heads(problem)


def check(fn, supports=kernels.PLAIN, cases=220, **more):
    return boresight.check(fn, supports=supports, cases=cases, seed=1, progress=False, **more)


def test_a_right_kernel_passes():
    report = check(kernels.plain)
    assert report.passed, report
    assert not report.findings
    assert report.evidence["plain"]["agrees_with_reference"]["judged"] > 0


def test_a_right_kernel_of_numpy_passes():
    assert check(kernels.in_numpy, tensors="numpy").passed


def test_a_kernel_that_gives_lse_is_judged_on_it():
    assert check(kernels.with_lse, lse=True).passed

    def halved(call):
        out, lse = kernels.with_lse(call)
        return out, lse / 2

    report = check(halved, lse=True, laws="agrees_with_reference")
    assert not report.passed
    assert "lse" in report.findings[0].where


def test_a_wrong_kernel_fails_with_the_smallest_case_and_the_name_of_the_mistake():
    report = check(kernels.wrong_alibi, takes_alibi, cases=440)
    assert report.outcome == "FAILED"
    finding = report.findings[0]
    assert finding.law == "agrees_with_reference"
    assert finding.reading == "bias-built-over-persistent-kv"
    assert "P1" in finding.token and "kernel=" not in finding.token
    verdict = boresight.replay(finding.token, kernels.wrong_alibi)
    assert verdict.outcome == "FAILED" and verdict.reading == finding.reading
    assert boresight.replay(finding.token, kernels.alibi).outcome == "PASSED"


def test_the_same_seed_gives_the_same_report():
    first, second = (check(kernels.wrong_alibi, takes_alibi, cases=110) for _ in range(2))
    assert first.json() == second.json()
    assert json.loads(first.json())["cases"] == 110


def test_reports_are_text_json_junit_and_pages():
    report = check(kernels.plain, cases=22)
    assert "agrees_with_reference" in str(report)
    assert report.junit().startswith("<?xml")
    assert report.html().lstrip().lower().startswith("<!doctype html")
    assert report._repr_html_().startswith("<iframe srcdoc=")


@pytest.mark.parametrize(
    ("fn", "said"),
    [
        (lambda call: call.q[..., :1].expand(-1, -1, -1, call.problem.value_dim + 1), "returned out that has the shape"),
        (lambda call: kernels.plain(call).double(), "returned out that has the type float64, right is float32"),
        (lambda call: "out", "returned out of type str, which is no dense array on the CPU"),
        (lambda call: 1 / 0, "raised ZeroDivisionError: division by zero"),
        (lambda call: None, "returned out of type NoneType"),
    ],
)
def test_what_a_kernel_does_in_place_of_computing_is_told(fn, said):
    report = check(fn, cases=44)
    assert report.outcome == "FAILED"
    assert said in report.findings[0].what


def test_a_kernel_that_changes_its_inputs_is_told():
    def scribbles(call):
        out = kernels.plain(call)
        call.q.mul_(2)
        return out

    report = check(scribbles, laws="inputs*")
    assert "changed its inputs" in report.findings[0].what


def test_a_kernel_may_keep_what_it_was_given():
    kept = []

    def keeps(call):
        kept.append((call.q, call.q.clone()))
        return kernels.plain(call)

    assert check(keeps, cases=44).passed
    assert all(torch.equal(one.nan_to_num(), other.nan_to_num()) for one, other in kept)


def test_a_kernel_that_is_stopped_ends_the_check():
    def stopped(call):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check(stopped)
    with pytest.raises(SystemExit):
        boresight.replay("bs1 b1 h1 d1 n1 s1", lambda call: exit(3))


def test_types_are_told_by_their_bounds():
    half = {"weights": "bf16", "scores": "bf16", "rotated": "bf16", "scaled_query": "bf16"}
    supports = kernels.PLAIN + " bf16"
    report = check(kernels.plain, supports, cases=440, laws="agrees*", arithmetic=lambda p: half if p.type == "bf16" else None)
    assert report.outcome in ("PASSED", "FAILED")
    assert all("bf16" in finding.token for finding in report.findings)


def test_what_a_kernel_documents_it_is_judged_by():
    def top_left(call):
        problem = call.problem
        mask = torch.ones(problem.queries, problem.columns, dtype=torch.bool)
        mask = mask.tril() if problem.causal else mask
        return (call.q @ call.k.mT * problem.scale).masked_fill(~mask, -torch.inf).softmax(-1) @ call.v

    def call(**more):
        return check(top_left, "causal cache", laws="agrees*", **more)

    silent = call()
    assert silent.findings[0].reading == "causal-top-left"
    assert call(documented=["causal-top-left"]).passed
    with pytest.raises(ValueError, match="no reading has the name 'causal-top-lift'; did you mean causal-top-left"):
        call(documented=["causal-top-lift"])


def test_a_card_has_the_convention_that_departs():
    card = boresight.identify(kernels.wrong_alibi, supports=takes_alibi)
    assert card.departs
    row = next(row for row in card.rows if row["row"] == "bias origin")
    assert "bias-built-over-persistent-kv" in json.dumps(row)
    assert not boresight.identify(kernels.alibi, supports=takes_alibi).departs


def test_a_probe_reads_the_bias_off():
    token = "bs1 b1 h1 d8 n2 s3 P2 bias=alibi"
    seen = boresight.probe(kernels.wrong_alibi, token)
    assert seen.departs and "persistent columns too" in str(seen)
    right = boresight.probe(kernels.alibi, token)
    assert not right.departs
    assert right.levels.shape == (1, 1, 2, 5)
    slope = kernels.slopes(1)[0]
    assert right.levels[0, 0, 0, 2] - right.levels[0, 0, 0, 3] == pytest.approx(-slope, rel=1e-3)


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda: boresight.check(kernels.plain, supports="causl"), ValueError, "no feature 'causl'"),
        (lambda: boresight.check(kernels.plain, cases=0), ValueError, "cases is 0"),
        (lambda: boresight.check(kernels.plain, laws="agree"), ValueError, "agree"),
        (lambda: boresight.check(kernels.plain, budget="soon"), ValueError, "is no duration"),
        (lambda: boresight.check(kernels.plain, cases=2, tensors="jax"), ValueError, "tensors is 'jax'"),
        (lambda: boresight.check(kernels.plain, name="my kernel", cases=2), ValueError, "a kernel's name is 'my kernel'"),
        (lambda: boresight.check(3), TypeError, "a kernel is a function"),
        (lambda: boresight.check([]), ValueError, "no kernel was given"),
        (lambda: boresight.check(kernels.plain, cases=2.5), ValueError, "cases is 2.5; allowed: whole numbers, 1 to"),
        (lambda: boresight.check(kernels.plain, cases=2, seed=-1), ValueError, "seed is -1; allowed: whole numbers, 0 to"),
        (lambda: boresight.check(kernels.plain, budget=60), TypeError, "budget is 60"),
        (lambda: boresight.check(kernels.plain, documented=3), TypeError, "documented is 3; allowed: words"),
        (lambda: boresight.check(kernels.plain, supports=[3]), TypeError, "supports is .3.; allowed: words"),
        (lambda: boresight.check(kernels.plain, arithmetic=7), TypeError, "arithmetic is 7; allowed: a dict"),
        (lambda: check(kernels.plain, arithmetic={"dot_chain": 1.5}, cases=2), ValueError, "dot_chain is 1.5; allowed: a whole number"),
        (lambda: check(kernels.plain, lambda problem: 0, cases=2), TypeError, "supports of plain returned 0; right is None or True"),
        (lambda: boresight.identify(kernels.plain, seed=-1), ValueError, "seed is -1"),
        (lambda: boresight.probe(kernels.plain, "bs1 b1 h1 d1 n1 s1", rows=-1), ValueError, "rows is -1"),
        (lambda: boresight.replay(None, kernels.plain), TypeError, "the token is None"),
        (lambda: boresight.inputs("bs1 b1 h1 d1 n1 s1 bf16", tensors="numpy"), ValueError, "numpy has no bf16"),
        (lambda: boresight.check(boresight.Kernel(kernels.plain), supports=""), TypeError, "supports can't be given"),
        (lambda: boresight.replay("bs1 b1", kernels.plain), ValueError, "h"),
        (lambda: boresight.replay("bs1 b1 h1 d1 n1 s1 law=none", kernels.plain), ValueError, "none"),
        (lambda: check(kernels.plain, arithmetic={"weight": "bf16"}, cases=2), ValueError, "no field 'weight'"),
        (lambda: check(kernels.plain, arithmetic={"exp_error": -1}, cases=2), ValueError, "exp_error is -1; allowed: 0 to 1"),
        (lambda: check(kernels.plain, arithmetic={"weights": "f8"}, cases=2), ValueError, "'f8' is no type"),
    ],
)
def test_what_is_asked_wrongly_is_told(call, error, said):
    with pytest.raises(error, match=said):
        call()


def test_words_with_a_mark_are_needed():
    problems = {
        token: boresight.inputs(token, tensors="numpy").problem
        for token in ("bs1 b1 h1 d1 n1 s1", "bs1 b1 h1 d1 n1 s1 causal", "bs1 b1 h1 d1 n1 s1 causal bias=dense")
    }
    refusals = [by_words("causal! alibi! dense! window")(problem) for problem in problems.values()]
    assert refusals == ["causal alone", "bias alibi or dense alone", None]
    assert [by_words("causal!")(problem) for problem in problems.values()] == ["causal alone", None, "no bias dense"]


def test_a_nan_of_any_bits_is_a_nan_that_was_given():
    def nan(call):
        out = kernels.plain(call).clone()
        return out.view(torch.int32).fill_(-1).view(torch.float32)

    report = check(nan, laws="agrees*", cases=22)
    assert report.findings[0].what == "gave NaN"


def test_a_kernel_may_give_a_tuple_of_two_alone():
    report = check(lambda call: (kernels.plain(call),) * 3, cases=22)
    assert "a tuple of 3 was returned; right is out, or (out, lse)" in report.findings[0].what


def test_calls_without_queries_or_keys_have_arrays_all_the_same():
    shapes = []

    def sees(call):
        shapes.append((tuple(call.q.shape), tuple(call.k.shape)))
        return call.q.new_zeros(*call.q.shape[:3], call.problem.value_dim)

    boresight.replay("bs1 b2 h2 d4/3 n0 s3", sees)
    boresight.replay("bs1 b2 h2/1 d4/3 n2 s0", sees)
    assert ((2, 2, 0, 4), (2, 2, 3, 4)) in shapes and ((2, 2, 2, 4), (2, 1, 0, 4)) in shapes
    wrong = boresight.replay("bs1 b2 h2 d4/3 n0 s3", lambda call: torch.zeros(7))
    assert "has the shape (7), right is (2, 2, 0, 3)" in wrong.why


def test_what_is_wrong_with_out_is_no_matter_of_an_lse_that_is_not_given():
    card = boresight.identify(lambda call: kernels.plain(call) * 1.5, supports=kernels.PLAIN)
    assert card.departs
    assert next(row["answer"] for row in card.rows if row["row"] == "lse") == "not asked"


def test_an_interruption_ends_a_card_at_once():
    calls = []

    def stopped(call):
        calls.append(call)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        boresight.identify(stopped)
    assert len(calls) == 1


def test_a_report_outlives_its_process():
    report = check(kernels.plain, cases=22)
    assert str(pickle.loads(pickle.dumps(report))) == str(report)


def test_the_line_that_runs_a_case_again_names_the_kernel_or_leaves_its_place():
    assert check(kernels.plain, cases=22).findings == []
    local = boresight.Kernel(lambda call: call.v, supports=kernels.PLAIN)
    assert local.address is None
    assert boresight.Kernel(kernels.in_numpy, tensors="numpy").address is None, "the function alone would be run with torch"
    assert boresight.Kernel(kernels.plain).address == "kernels:plain"
    assert "MODULE:KERNEL" in check(lambda call: None, cases=22).findings[0].words
