"""One row of the survey, in a process of its own: what the library does may be to crash, or never to return."""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field
from typing import Any

from ..adapters import Adapter, kernel
from ..judge import check, identify


STACKS = "x-transformers/stacks"  #: the row that is no kernel


@dataclass
class Shown:
    """What a kernel was seen to do: a finding, or all that have one cause."""

    reading: str  #: its name; empty: no reading explains it
    what: str
    law: str
    token: str  #: the smallest case
    case_number: int  #: the case that showed it first
    count: int = 1  #: laws under which it was found
    unsteady: str = ""

    @property
    def name(self) -> str:
        """The reading, or what happened without this case's numbers."""
        what = re.sub(r"\d+", "N", self.what.partition(" (")[0])
        return self.reading or re.sub(r"N(, N)*", "N", what)[:90]


@dataclass
class Row:
    name: str
    distribution: str
    version: str
    outcome: str = "CRASHED"
    cases: int = 0
    judged: int = 0
    seconds: float = 0
    seed: int = 0
    not_judged: int = 0  #: laws about what it supports, for which its cases were too few or too small
    largest: float = 0  #: error / bound, of what passed
    shown: list[Shown] = field(default_factory=list)
    documented: list[str] = field(default_factory=list)
    card: str = ""
    departs: list[str] = field(default_factory=list)  #: on the card, by reading: "causality: causal-top-left"
    words: str = ""  #: where it crashed


def judge(adapter: Adapter, name: str, cases: int, seed: int) -> Row:
    """In this process."""
    row = kernel(name)
    started = time.monotonic()
    report = check(row, cases=min(cases, row.survey_cases or cases), seed=seed, progress=False)
    done = Row(name, adapter.distribution, importlib.metadata.version(adapter.distribution), report.outcome, report.cases)
    done.seed, done.documented = seed, list(row.documented)
    evidence = [counts for by_law in report.evidence.values() for counts in by_law.values()]
    done.judged = sum(counts["judged"] for counts in evidence)
    done.largest = max((counts["largest"] for counts in evidence), default=0)
    for finding in report.findings:
        done.shown.append(
            Shown(finding.reading, finding.what, finding.law, finding.token, finding.case_number, unsteady=finding.unsteady)
        )
    done.shown = together(done.shown)
    done.not_judged = sum(counts["judged"] == 0 and "not supported" not in counts["reasons"] for counts in evidence)
    card = identify(row)
    done.card = str(card)
    done.departs = [
        ": ".join(filter(None, (one["row"], ", ".join(departure["readings"])))) for one in card.rows for departure in one.get("departures") or []
    ]
    done.seconds = time.monotonic() - started
    return done


def judge_stacks(cases: int, seed: int) -> Row:
    """Whole x-transformers, under laws of their own: no kernel, and no card."""
    from ..stacks import run

    started = time.monotonic()
    results = run(cases, seed)
    counts = results.counts
    done = Row(STACKS, "x-transformers", importlib.metadata.version("x-transformers"), seed=seed, cases=cases)
    done.judged = sum(results.laws.values())
    for failure in results.failures:
        config = failure.config
        done.shown.append(Shown("", failure.verdict.words, config.law, str(config), failure.first, failure.times))
    done.outcome = "FAILED" if done.shown else "PASSED" if done.judged else "UNTESTED"
    done.words = ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
    done.seconds = time.monotonic() - started
    return done


def together(shown: list[Shown]) -> list[Shown]:
    """Those of one name once: the first, with how many there are."""
    first: dict[str, Shown] = {}
    for one in shown:
        kept = first.setdefault(one.name, one)
        if kept is not one:
            kept.count += 1
            kept.case_number = min(kept.case_number, one.case_number)
    return list(first.values())


def apart(adapter: Adapter, name: str, cases: int, seed: int, limit: float) -> Row:
    """In a process apart, `limit` seconds at most."""
    version = importlib.metadata.version(adapter.distribution)
    words = [sys.executable, "-m", "boresight.survey.row", name, str(cases), str(seed)]
    alone = {**os.environ, "OMP_NUM_THREADS": "1"}  # small calls; and several rows at a time
    try:
        done = subprocess.run(words, env=alone, capture_output=True, text=True, timeout=limit, check=False)
    except subprocess.TimeoutExpired:
        return Row(name, adapter.distribution, version, "HUNG", seed=seed, words=f"did not end within {limit:g} s")
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no word"])[-1]
        return Row(name, adapter.distribution, version, seed=seed, words=f"ended with {done.returncode}: {last}")
    return read(json.loads(done.stdout.splitlines()[-1]))


def read(fields: dict[str, Any]) -> Row:
    return Row(**{**fields, "shown": [Shown(**one) for one in fields["shown"]]})


def main() -> None:
    from ..adapters import matching

    name, cases, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    if name == STACKS:
        row = judge_stacks(cases, seed)
    else:
        [(adapter, _)] = matching(name)
        row = judge(adapter, name, cases, seed)
    print(json.dumps(asdict(row)))


if __name__ == "__main__":
    main()
