"""For tests: one assertion, which fails with the smallest case, its token, and the name of the mistake."""

from __future__ import annotations

from typing import Any

from .judge import Report, check, replay
from .kernel import Function, Kernel, as_kernel

#: How many cases where a test does not say, and of which seed; pytest's --boresight-cases and --boresight-seed set them.
default_cases = 440
default_seed = 1
#: A token from --boresight-replay: tests judge this case alone.
replayed: str | None = None


class Misaligned(AssertionError):
    """A kernel failed. `report` has everything; the message has each finding."""

    def __init__(self, message: str, report: Report | None = None) -> None:
        super().__init__(message)
        self.report = report


def assert_aligned(
    fn: Function | Kernel, *, cases: int | None = None, seed: int | None = None, laws: str = "*", **declared: Any
) -> Report | None:
    """Checks a kernel as `boresight.check` does, and raises Misaligned where it fails, or where nothing at all could be judged. (Laws for
    which the cases were too few are no failure; the report that is returned has them.)

    The cases are the same every time: `cases` of `seed`. What else is given is as for `boresight.Kernel`.
    """
    __tracebackhide__ = True
    kernel = as_kernel(fn, **declared)
    if replayed is not None:
        verdict = replay(replayed, kernel)
        if verdict.outcome == "FAILED":
            raise Misaligned(f"{verdict.reading or verdict.why}: {verdict.token}\n{verdict.words}")
        print(verdict)
        return None
    report = check(
        kernel,
        cases=default_cases if cases is None else cases,
        seed=default_seed if seed is None else seed,
        laws=laws,
        progress=False,
    )
    if report.outcome == "FAILED":
        first = report.findings[0]
        raise Misaligned(f"{first.reading or first.what}: {first.token}\n{report.failures}", report)
    if not any(law["judged"] for by_law in report.evidence.values() for law in by_law.values()):
        raise Misaligned(f"nothing was judged: the kernel refused, or could not have shown, every case\n{report}", report)
    return report
