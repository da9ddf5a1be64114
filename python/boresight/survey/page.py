"""The survey as a page: a table, then what each row showed, with the smallest case and where it is explained."""

from __future__ import annotations

import datetime
import platform
from collections.abc import Sequence

from .known import page_of
from .row import Row

HEAD = """# Survey of live libraries

What attention of these libraries really computes, judged by `python -m boresight.survey` in Boresight {version}. {machine}; {day}.
Each row is a way to call a library, as an adapter of `python/boresight/adapters/` has it, on cases drawn from seed {seed} and bent to
what the library takes; *judged* counts cases by a law, and *error/bound* is the largest of what passed, as a part of the certified bound.
The same cases again: `python -m boresight.survey --cases {cases} --seed {seed}`.

"""


def verdict(row: Row) -> str:
    if row.shown:
        return f"{len(row.shown)} shown"
    if row.outcome == "UNTESTED" and row.judged:
        return f"passed, {row.not_judged} law(s) not judged"
    return row.outcome.lower()


def table(rows: Sequence[Row]) -> str:
    lines = ["| package | version | path | cases | judged | seconds | error/bound | verdict |", "|---|---|---|---:|---:|---:|---:|---|"]
    for row in rows:
        lines.append(
            f"| {row.distribution} | {row.version} | `{row.name}` | {row.cases} | {row.judged} | {row.seconds:.0f} | "
            f"{row.largest:.3f} | {verdict(row)} |"
        )
    return "\n".join(lines) + "\n"


def details(row: Row) -> str:
    lines = [f"### {row.name}", ""]
    if row.words:
        lines += [row.words, ""]
    for shown in row.shown:
        page = page_of(row, shown)
        where = f"[{page.removesuffix('.md')}](findings/{page})" if page else "**new**"
        name = f"`{shown.reading}`" if shown.reading else shown.name
        beside = f" {shown.unsteady};" if shown.unsteady else ""
        lines.append(f"* {name}: {where};{beside} first by case {shown.case_number}, under {shown.count} law(s): `{shown.token}`")
    if row.documented:
        lines.append(f"* documents, and is judged by: {', '.join(f'`{one}`' for one in row.documented)}")
    if row.departs:
        lines.append(f"* its card departs in {'; '.join(row.departs)}")
    if not row.shown and not row.departs and not row.words:
        lines.append("* nothing departs")
    return "\n".join(lines) + "\n"


def page(rows: Sequence[Row], version: str, cases: int, seed: int) -> str:
    machine = f"CPython {platform.python_version()} on {platform.machine()}"
    head = HEAD.format(version=version, machine=machine, day=datetime.date.today().isoformat(), cases=cases, seed=seed)
    return head + table(rows) + "\n## What was shown\n\n" + "\n".join(details(row) for row in rows)
