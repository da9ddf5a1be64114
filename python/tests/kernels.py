"""Kernels to judge: right ones in NumPy, written from the specification, and wrong ones."""

from __future__ import annotations

import math

import numpy
import pytest

torch = pytest.importorskip("torch", reason="torch is not here")
torch.set_num_threads(1)

PLAIN = "mem_kv memories cache value_dim"


def plain(call):
    return (call.q @ call.k.mT * call.problem.scale).softmax(-1) @ call.v


def with_lse(call):
    scores = call.q @ call.k.mT * call.problem.scale
    return scores.softmax(-1) @ call.v, scores.logsumexp(-1)


def slopes(heads):
    power = 2 ** int(math.log2(heads))
    return [2 ** (-8 * (h + 1) / power) if h < power else 2 ** (-4 * (2 * (h - power) + 1) / power) for h in range(heads)]


def alibi(call, *, over_mem_kv=False):
    """ALiBi with geometric slopes on all heads; `over_mem_kv`: the mistake of x-transformers#242."""
    problem = call.problem
    rows = torch.arange(problem.queries)[:, None] + problem.columns - problem.queries
    distance = (rows - torch.arange(problem.columns)).abs().float()
    if not over_mem_kv:
        distance[:, : problem.mem_kv] = 0
    bias = -torch.tensor(slopes(problem.heads))[:, None, None] * distance
    return (call.q @ call.k.mT * problem.scale + bias).softmax(-1) @ call.v


def wrong_alibi(call):
    return alibi(call, over_mem_kv=True)


def all_heads(problem):
    return "ALiBi on all heads alone" if problem.bias.alibi_heads != problem.heads else None


def in_numpy(call):
    scores = call.q @ numpy.swapaxes(call.k, -1, -2) * numpy.float32(call.problem.scale)
    weights = numpy.exp(scores - scores.max(-1, keepdims=True))
    return weights / weights.sum(-1, keepdims=True) @ call.v
