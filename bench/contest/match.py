"""One row, played: who takes it and is right is timed, in turns with the limit of the machine; of the others it is told why not."""
import torch

from contest import rotation
from contest.clock import interleaved
from contest.contestant import Broken, NotTaken, first_line
from contest.inputs import Inputs

LIMIT = "limit"


def shape_fault(out, inputs):
    """Words, where it is no output of this row."""
    if not torch.is_tensor(out) or out.shape != inputs.q.shape:
        return f"its output is {tuple(getattr(out, 'shape', ()))}, right is {tuple(inputs.q.shape)}"
    return None


def wait(device):
    """Until all that was launched there is done. What went wrong meanwhile is raised."""
    if device != "cpu":
        torch.cuda.synchronize()


def play(row, contestants, limit, seconds, threads, judge_of=None, device="cpu", timed_in_turns=interleaved, copies=1):
    """`limit` (inputs) -> (name, work, run). A contestant's entry has "not_taken" or "refused" in words, or "time_ms" and more.
    `judge_of` (inputs): None for the one of the Python package. `copies`: of keys and values, which the timed calls read in turn.
    Raises Broken where a failure leaves the device of no use."""
    if judge_of is None:
        from contest.judge import Judge as judge_of
    inputs = Inputs(row, device=device)
    others = [inputs.copied() for _ in range(copies - 1)]
    judge, told, runs = judge_of(inputs), {}, {}
    for one in contestants:
        try:
            prepared = one.prepare(inputs, threads)
            calls = [prepared.run, *(prepared.on(other) for other in others)]
            out = prepared.output([call() for call in calls][0])
            wait(device)
        except NotTaken as why:
            told[one.name] = {"not_taken": str(why)}
            continue
        except Exception as failure:  # whatever a library raises
            told[one.name] = {"refused": f"fails: {first_line(failure)}"}
            try:
                wait(device)
            except RuntimeError:  # a fault stays with the process
                raise Broken(f"{one.name} fails: {first_line(failure)}") from None
            continue
        fault = shape_fault(out, inputs)
        fraction, error = (float("inf"), float("nan")) if fault else judge.error(out, one.arithmetic(row) | {"flushes_subnormals": True})
        told[one.name] = {"kernel": prepared.kernel, "error/bound": fraction, "error": error}
        if fraction <= 1:
            runs[one.name] = rotation.in_turns(calls) if others else prepared.run
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
