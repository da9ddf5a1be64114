"""Inputs, truth and bound of a case, and tokens."""

import numpy
import pytest

import boresight

TOKEN = "bs1 b2 h4/2 d8/6 n3 s5 M2 P1 causal bias=alibi seed=3"


def test_inputs_have_the_shapes_of_the_specification():
    call = boresight.inputs(TOKEN, tensors="numpy")
    assert call.problem.columns == 8 and call.problem.causal and call.problem.bias.kind == "alibi"
    assert call.q.shape == (2, 4, 3, 8) and call.mem_v.shape == (2, 1, 6) and call.key_mask is None
    assert call.k.shape == (2, 2, 8, 8) and call.v.shape == (2, 2, 8, 6)
    assert call.problem.given["segment_k"] == (2, 2, 5, 8)
    assert boresight.inputs("bs1 b1 h1 d1 n1 s2 key_mask=0b01", tensors="numpy").key_mask.tolist() == [[False, True]]


def test_the_truth_is_softmax_of_scores_within_the_bound_of_a_plain_loop():
    truth, bound = boresight.reference(TOKEN), boresight.bound(TOKEN)
    call = boresight.inputs(TOKEN, tensors="numpy")
    scores = numpy.where(truth.visible, truth.scores, -numpy.inf).astype(numpy.float32)
    weights = numpy.exp(scores - scores.max(-1, keepdims=True))
    out = weights / weights.sum(-1, keepdims=True) @ numpy.repeat(call.v, 2, 1)
    assert (abs(out - truth.out) <= bound.out).all()
    assert bound.out.max() < 1e-4 and (truth.bias[..., 0] == 0).all()
    assert numpy.allclose(truth.weights.sum(-1), 1)


def test_values_of_ones_own_take_the_place_of_drawn_ones():
    token = "bs1 b1 h1 d2 n1 s2"
    v = numpy.array([[[[1, 0], [0, 1]]]], numpy.float32)
    q = numpy.zeros((1, 1, 1, 2), numpy.float32)
    assert boresight.reference(token, q=q, segment_v=v).out.tolist() == [[[[0.5, 0.5]]]]
    with pytest.raises(ValueError, match=r"q has the shape \(2\), right is \(1, 1, 1, 2\)"):
        boresight.reference(token, q=q[0, 0, 0])
    with pytest.raises(ValueError, match="q has the type float64, right is float32"):
        boresight.reference(token, q=q.astype(float))
    with pytest.raises(ValueError, match="no tensor has the name 'k'"):
        boresight.reference(token, k=v)
    with pytest.raises(ValueError, match="the case has no such tensor"):
        boresight.reference(token, dense=v)


def test_a_declared_arithmetic_widens_the_bound():
    plain = boresight.bound(TOKEN)
    half = boresight.bound(TOKEN, arithmetic={"weights": "bf16"})
    by_function = boresight.bound(TOKEN, arithmetic=lambda problem: {"weights": "bf16"})
    assert (half.out > 10 * plain.out).all() and (half.out == by_function.out).all()


def test_a_token_that_is_none_is_told():
    with pytest.raises(ValueError, match="column 5"):
        boresight.shortest("bs1 x1 h1 d1 n1 s1")
    with pytest.raises(ValueError, match="needs .* bytes with its truth"):
        boresight.reference("bs1 b65536 h4096 d8 n9 s9")


def test_laws_and_readings_have_their_words():
    assert boresight.laws()["agrees_with_reference"].startswith("out and lse")
    assert "x-transformers#242" in boresight.readings()["bias-built-over-persistent-kv"]
