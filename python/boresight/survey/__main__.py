"""python -m boresight.survey: judges every library that is installed here and has an adapter."""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from fnmatch import fnmatch

from .. import __version__
from ..adapters import adapters, kernels, matching
from .known import page_of
from .page import page, table, verdict
from .row import STACKS, apart


def arguments(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m boresight.survey", description=__doc__)
    parser.add_argument("--only", default="*", metavar="ROWS", help="names of rows (*, ? and commas)")
    parser.add_argument("--cases", type=int, default=2200, help="cases of each row (2200), fewer where a row says so")
    parser.add_argument("--seed", type=int, default=1, help="seed of the cases (1)")
    parser.add_argument("--limit", type=float, default=1800, help="most seconds of one row (1800)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="rows at a time (default: one a core)")
    parser.add_argument("--page", type=pathlib.Path, help="write the survey to this file, as Markdown")
    parser.add_argument("--json", type=pathlib.Path, help="write it to this file, as JSON, cards included")
    parser.add_argument("--list", action="store_true", help="list the rows, and what is not here")
    return parser.parse_args(words)


def absent() -> list[str]:
    """Adapters whose library is not here, and why."""
    lines = []
    for adapter in adapters:
        try:
            kernels(adapter)
        except ImportError as error:
            lines.append(f"SKIPPED {adapter.name}: {error} (pip install {adapter.distribution})")
    return lines


def main(words: list[str] | None = None) -> int:
    options = arguments(words)
    for name in ("cases", "jobs"):
        if getattr(options, name) < 1:
            print(f"boresight: --{name} is {getattr(options, name)}; allowed: 1 and more", file=sys.stderr)
            return 2
    chosen = matching(options.only)
    xt = next(adapter for adapter in adapters if adapter.name == "x-transformers")
    if any(adapter is xt for adapter, _ in matching("*")) and any(fnmatch(STACKS, one) for one in options.only.split(",")):
        chosen.append((xt, STACKS))
    print("\n".join(absent()), file=sys.stderr)
    if options.list or not chosen:
        print("\n".join(name for _, name in chosen) or f"no row has a name like '{options.only}'")
        return 0 if chosen else 3
    rows = []
    pool = ThreadPoolExecutor(options.jobs)
    for row in pool.map(lambda one: apart(one[0], one[1], options.cases, options.seed, options.limit), chosen):
        rows.append(row)
        print(f"{row.name:<44} {row.version:<12} {row.judged:>8} judged {row.seconds:>6.0f} s  {verdict(row)} {row.words}", flush=True)
        for shown in row.shown:
            print(f"    {shown.name}: {page_of(row, shown) or 'NEW'}: {shown.token}", flush=True)
    print("\n" + table(rows), end="")
    if options.page:
        options.page.write_text(page(rows, __version__, options.cases, options.seed), encoding="utf-8")
    if options.json:
        options.json.write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n", encoding="utf-8")
    new = [(row.name, shown.name) for row in rows for shown in row.shown if page_of(row, shown) is None]
    if any(row.outcome in ("CRASHED", "HUNG") for row in rows) or new:
        print(f"\n{len(new)} shown that no page of docs/findings/ explains", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
