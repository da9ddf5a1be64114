"""Time on a GPU: events around calls that were recorded as one graph, so that no time of the host's is in it; contestants take
turns, and what is told is the median."""
import time

import torch

from contest import rotation
from contest.clock import Samples
from contest.contestant import Broken, first_line

SAMPLE_SECONDS, ROUNDS_MIN, ROUNDS_MAX = 0.005, 7, 100


def seconds_of(run):
    start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    start.record()
    run()
    end.record()
    end.synchronize()
    return start.elapsed_time(end) * 1e-3


def recorded(run, calls):
    """`calls` calls as a graph; as they are, where they can't be one."""

    def each():
        for _ in range(calls):
            run()

    try:
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            each()
    except RuntimeError:
        torch.cuda.synchronize()
        return each
    graph.replay()
    return graph.replay


def interleaved(runs, seconds, _threads, copies=1):
    """{name: Samples} of {name: run}, in turns, for about `seconds` a contestant. A run goes over so many copies of its inputs, call by
    call: each is in a sample as often. Raises Broken where a run fails."""
    samples = {}

    def prepare(name, run):
        run()
        calls = round(SAMPLE_SECONDS / max(min(seconds_of(run) for _ in range(3)), 1e-6))
        calls = rotation.whole_turns(calls, copies)
        samples[name] = recorded(run, calls), calls, Samples()

    def take(name):
        run, calls, found = samples[name]
        start = time.perf_counter()
        found.add(seconds_of(run) / calls, False, time.perf_counter() - start)

    def by_name(step, name, *more):
        try:
            step(name, *more)
        except RuntimeError as failure:
            raise Broken(f"{name} fails while it is timed: {first_line(failure)}") from None

    for name, run in runs.items():
        by_name(prepare, name, run)
    order = list(samples)
    for rounds in range(1, ROUNDS_MAX + 1):
        for name in order:
            by_name(take, name)
        order.append(order.pop(0))  # nobody comes always after the same one
        if rounds >= ROUNDS_MIN and all(found.spent > seconds for _, _, found in samples.values()):
            break
    return {name: found for name, (_, _, found) in samples.items()}
