"""Time, on a machine that others use too: contestants take turns, so that a slow minute touches all alike, and a sample in which the
system took the processor away is dropped. What is told is the median of the rest, and how many those are. One thread is timed by the
process's own clock, which stands still while a neighbour has the processor, so that disturbed samples are better than none; several by
the clock on the wall, so that they are not."""
import resource
import statistics
import time
from dataclasses import dataclass, field

SAMPLE_SECONDS = 0.004  # of a sample, at the least: shorter calls are repeated within one
ROUNDS_MAX, KEPT_MIN = 200, 5
TELLING = 3  # undisturbed samples, at the least, that a median stands on
PATIENCE = 2  # times the time asked for, until every contestant has KEPT_MIN undisturbed samples
SETTLE_SECONDS = 0.002  # between contestants of several threads: pools spin on for a while after a call


@dataclass
class Samples:
    kept: list = field(default_factory=list)  # seconds of a call
    dropped: list = field(default_factory=list)
    spent: float = 0  # seconds on the wall, of all

    def add(self, seconds, disturbed, spent):
        (self.dropped if disturbed else self.kept).append(seconds)
        self.spent += spent

    @property
    def disturbed(self):
        """Whether too few samples were undisturbed, so that all count."""
        return len(self.kept) < TELLING

    @property
    def told(self):
        return self.kept + self.dropped if self.disturbed else self.kept

    @property
    def median(self):
        return statistics.median(self.told)

    def summary(self):
        ordered = sorted(self.told)
        return {
            "time_ms": self.median * 1e3,
            "quartiles_ms": [ordered[len(ordered) // 4] * 1e3, ordered[3 * len(ordered) // 4] * 1e3],
            "kept": len(self.kept),
            "samples": len(self.kept) + len(self.dropped),
            "disturbed": self.disturbed,
        }


def sample(run, calls, clock):
    """(seconds a call, whether the system took the processor away)."""
    if calls > 1:
        run()  # short calls find their inputs in the cache, as repeated ones do
    switches = resource.getrusage(resource.RUSAGE_SELF).ru_nivcsw
    start = clock()
    for _ in range(calls):
        run()
    seconds = clock() - start
    return seconds / calls, resource.getrusage(resource.RUSAGE_SELF).ru_nivcsw > switches


def calls_a_sample(run):
    """Of a run that is warm."""
    start = time.perf_counter()
    run()
    return max(1, round(SAMPLE_SECONDS / max(time.perf_counter() - start, 1e-7)))


def interleaved(runs, seconds, threads):
    """{name: Samples} of {name: run}, in turns, for about `seconds` a contestant; who needs longer for a call has TELLING of them."""
    clock = time.process_time if threads == 1 else time.perf_counter
    calls = {name: calls_a_sample(run) for name, run in runs.items()}
    found = {name: Samples() for name in runs}
    order = list(runs)
    for rounds in range(1, ROUNDS_MAX + 1):
        for name in order:
            if rounds > TELLING and found[name].spent > seconds * PATIENCE:
                continue
            if threads > 1:
                time.sleep(SETTLE_SECONDS)
            start = time.perf_counter()
            found[name].add(*sample(runs[name], calls[name], clock), time.perf_counter() - start)
        order.append(order.pop(0))  # nobody comes always after the same one
        enough = all(one.spent > seconds * (1 if len(one.kept) >= KEPT_MIN else PATIENCE) for one in found.values())
        if rounds >= TELLING and enough:
            break
    return found
