"""Draw, judge, shrink and group: what a survey of the stacks calls."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from importlib.metadata import version

from .config import Config, parse
from .judge import Verdict, judge
from .laws import LAWS
from .options import draw
from .shrink import shrink


@dataclass
class Failure:
    """Failures whose smallest configurations have the same law, options and kind."""

    config: Config
    verdict: Verdict
    first: int  # the case that found it, from 1
    times: int = 1


@dataclass
class Results:
    library: str = field(default_factory=lambda: f"x-transformers {version('x-transformers')}")
    counts: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    laws: Counter[str] = field(default_factory=Counter)  # judged, a law
    failures: list[Failure] = field(default_factory=list)

    def __str__(self) -> str:
        counts = ", ".join(f"{count} {name}" for name, count in sorted(self.counts.items()))
        lines = [f"{self.library}: {sum(self.counts.values())} cases: {counts}; {len(self.failures)} distinct failures", ""]
        for failure in self.failures:
            lines += [str(failure.config), f"    {failure.verdict.outcome}: {failure.verdict.words}",
                      f"    case {failure.first}, {failure.times} times"]  # fmt: skip
        lines += ["", "judged, by law:"] + [f"    {self.laws[name]:6} {name}" for name in LAWS]
        lines += ["", "refused, by the library's words:"] + [f"    {count:6} {words}" for words, count in self.refusals.most_common()]
        return "\n".join(lines)


def run(cases: int, seed: int = 1, laws: list[str] | None = None) -> Results:
    """Judges `cases` drawn configurations. The same arguments give the same results."""
    results, known = Results(), {}
    for case in range(1, cases + 1):
        config = draw(seed * 1_000_003 + case, laws or list(LAWS))
        verdict = judge(config)
        results.counts[verdict.outcome] += 1
        if verdict.outcome == "refused":
            results.refusals[verdict.words] += 1
        if verdict.failed or verdict.outcome == "holds":
            results.laws[config.law] += 1
        if not verdict.failed:
            continue
        small, found = shrink(config, verdict)
        key = small.law, small.stack, small.wrapper, found.kind, tuple(sorted(map(str, small.options.items())))
        if key in known:
            known[key].times += 1
        else:
            known[key] = Failure(small, found, case)
            results.failures.append(known[key])
    return results


def replay(line: str) -> Verdict:
    """The case of a line again."""
    return judge(parse(line))
