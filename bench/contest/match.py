"""One row, played: who takes it and is right is timed, in turns with the limit of the machine; of the others it is told why not."""
import torch

from contest.clock import interleaved
from contest.contestant import NotTaken
from contest.inputs import Inputs

LIMIT = "limit"


def shape_fault(out, inputs):
    """Words, where it is no output of this row."""
    if not torch.is_tensor(out) or out.shape != inputs.q.shape:
        return f"its output is {tuple(getattr(out, 'shape', ()))}, right is {tuple(inputs.q.shape)}"
    return None


def play(row, contestants, limit, seconds, threads, judge_of=None, device="cpu", timed_in_turns=interleaved):
    """`limit` (inputs) -> (name, work, run). A contestant's entry has "not_taken" or "refused" in words, or "time_ms" and more.
    `judge_of` (inputs): None for the one of the Python package."""
    if judge_of is None:
        from contest.judge import Judge as judge_of
    inputs = Inputs(row, device=device)
    judge, told, runs = judge_of(inputs), {}, {}
    for one in contestants:
        try:
            prepared = one.prepare(inputs, threads)
        except NotTaken as why:
            told[one.name] = {"not_taken": str(why)}
            continue
        out = prepared.output(prepared.run())
        fault = shape_fault(out, inputs)
        fraction, error = (float("inf"), float("nan")) if fault else judge.error(out, one.arithmetic(row) | {"flushes_subnormals": True})
        told[one.name] = {"kernel": prepared.kernel, "error/bound": fraction, "error": error}
        if fraction <= 1:
            runs[one.name] = prepared.run
        else:
            told[one.name] = {"refused": fault or f"wrong: off by {error:.3g}, {fraction:.3g} bounds"}
    name, work, runs[LIMIT] = limit(inputs)
    timed = timed_in_turns(runs, seconds, threads)
    for one in told.keys() & timed.keys():
        told[one] |= timed[one].summary() | {"untold": timed[one].disturbed and threads > 1}
    rate = work / timed[LIMIT].median
    needed = row.bytes_read if row.decodes else row.flops
    for entry in told.values():
        if "time_ms" in entry and not entry["untold"] and not (timed[LIMIT].disturbed and threads > 1):
            entry["of_limit"] = needed / (entry["time_ms"] * 1e-3) / rate
    return {
        "row": row.name, "words": str(row), "shape": row.shape.name, "mode": row.mode, "type": row.type,
        "limit": {"name": name, "rate": rate} | timed[LIMIT].summary(), "contestants": told,
    }  # fmt: skip
