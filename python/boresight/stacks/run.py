"""Draw, judge, shrink and group: what a survey of the stacks calls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
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

    def __str__(self) -> str:
        return f"{self.config}\n    {self.verdict.outcome}: {self.verdict.words}\n    first at case {self.first}"


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
            lines += [str(failure), f"    {failure.times} times"]
        lines += ["", "judged, by law:"] + [f"    {self.laws[name]:6} {name}" for name in LAWS]
        lines += ["", "refused, by the library's words:"] + [f"    {count:6} {words}" for words, count in self.refusals.most_common()]
        return "\n".join(lines)


def explained(failures: list[Failure], config: Config, verdict: Verdict) -> tuple[Failure | None, Config]:
    """The known failure that this one is, if without that one's options it is none; else what is left of it without them."""
    for failure in failures:
        small, names = failure.config, failure.config.options
        same = (small.law, small.stack, small.wrapper) == (config.law, config.stack, config.wrapper) or verdict.outcome == "raises"
        if not same or failure.verdict.kind != verdict.kind or not names.items() <= config.options.items():
            continue
        rest = replace(config, options={name: value for name, value in config.options.items() if name not in names})
        found = judge(rest) if names else verdict
        if not names or (found.outcome, found.kind) != (verdict.outcome, verdict.kind):
            return failure, config
        config = rest
    return None, config


def run(cases: int, seed: int = 1, laws: list[str] | None = None, told: Callable[[Failure], None] = lambda failure: None) -> Results:
    """Judges `cases` drawn configurations; `told` is called with each failure as it is found. The same arguments give the same results."""
    results, known = Results(), {}
    for case in range(1, cases + 1):
        config = draw(seed * 1_000_003 + case, {name: LAWS[name] for name in laws or LAWS})
        verdict = judge(config)
        results.counts[verdict.outcome] += 1
        if verdict.outcome == "refused":
            results.refusals[verdict.words] += 1
        if verdict.failed or verdict.outcome == "holds":
            results.laws[config.law] += 1
        if not verdict.failed:
            continue
        failure, config = explained(results.failures, config, verdict)
        if failure is None:
            small, found = shrink(config, verdict)
            options = tuple(sorted(map(str, small.options.items())))
            key = (found.kind, options) if found.outcome == "raises" else (found.kind, options, small.law, small.stack, small.wrapper)
            failure = known.setdefault(key, Failure(small, found, case, 0))
            if failure.times == 0:
                results.failures.append(failure)
                told(failure)
        failure.times += 1
    return results


def replay(line: str) -> Verdict:
    """The case of a line again."""
    return judge(parse(line))
