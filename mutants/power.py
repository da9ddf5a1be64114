#!/usr/bin/env python3
"""The power of the judge: every reading as a kernel of its own, each until `verify` catches it, several seeds.

Prints a row each: cases until caught, the median and the worst of the seeds, seconds of the slowest run, the laws that caught it.
Then kernels with two readings at once, which must be named by both; and the control by the book, which must not be caught.
The status is 1 where any of this fails.

Usage: power.py build/release/misreadings [--seeds 5] [--budget 60s] [--only PATTERN] [--control CASES] [--page FILE.md --confusion build/release/confusion]
"""
import argparse
import collections
import concurrent.futures
import fnmatch
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

CONTROL = "misread/by-the-book"
ALONE = "ways_of_running_agree"  # it compares kernels with each other, and each reading is to be caught alone
AGREEMENT = "agrees_with_reference"


def verify(program, laws, kernel, seed, *more):
    """The first finding (or None) of one run on one thread that ends with it, and its seconds."""
    with tempfile.TemporaryDirectory() as folder:
        report = pathlib.Path(folder) / "report.json"
        start = time.monotonic()
        ended = subprocess.run([program, "verify", "--kernel", kernel, "--law", laws, "--seed", str(seed), "--fail-fast", "--quiet",
                                "--threads", "1", "--json", report, *more],
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
        seconds = time.monotonic() - start
        if not report.is_file():
            sys.exit(f"{kernel}, seed {seed}: status {ended.returncode}, no report: {ended.stderr.strip()}")
        findings = json.loads(report.read_text())["findings"]
    return (findings[0] if findings else None), seconds


def listed(program, what):
    lines = subprocess.run([program, "list", what], stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
    return [line.split()[0] for line in lines]


def where_equivalent(program):
    listing = subprocess.run([program, "list", "readings", "--json"], stdout=subprocess.PIPE, text=True, check=True).stdout
    return [f"| {r['id']} | {r['held'].removeprefix('shows: ')} | {r['equivalent']} |" for r in json.loads(listing) if r["equivalent"]]


def row(kernel, runs, seeds, budget):
    """A line of the table, and whether every seed caught it."""
    findings = [finding for finding, _ in runs if finding]
    cases = [finding["case_number"] for finding in findings]
    laws = collections.Counter(finding["law"] for finding in findings)
    caught = ", ".join(f"{law} {count}" for law, count in laws.most_common())
    worst = max(cases) if len(cases) == seeds else f"not within {budget}"
    median = int(statistics.median(cases)) if cases else "-"
    seconds = max(seconds for _, seconds in runs)
    return f"| {kernel.removeprefix('misread/')} | {median} | {worst} | {seconds:.1f} | {caught} |", len(cases) == seeds


def main():
    options = argparse.ArgumentParser()
    options.add_argument("program")
    options.add_argument("--seeds", type=int, default=5)
    options.add_argument("--budget", default="60s")
    options.add_argument("--only", default="*")
    options.add_argument("--control", type=int, default=4000, help="cases of the control by the book, with each of two seeds")
    options.add_argument("--page")
    options.add_argument("--confusion")
    options = options.parse_args()
    program, seeds = str(pathlib.Path(options.program).resolve()), options.seeds
    tried = [k for k in listed(program, "kernels") if k != CONTROL and fnmatch.fnmatch(k.removeprefix("misread/"), options.only)]
    if not tried:
        sys.exit(f"--only {options.only}: no reading has such a name")
    single, double = [k for k in tried if "+" not in k], [k for k in tried if "+" in k]
    laws = ",".join(law for law in listed(program, "laws") if law != ALONE)
    start = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        runs = {k: [pool.submit(verify, program, laws, k, seed, "--no-shrink", "--budget", options.budget)
                    for seed in range(1, seeds + 1)] for k in single}
        pairs = {k: [pool.submit(verify, program, AGREEMENT, k, seed, "--budget", options.budget)
                     for seed in range(1, seeds + 1)] for k in double}
        control = [pool.submit(verify, program, laws, CONTROL, seed, "--cases", str(options.control)) for seed in (1, 2)]
        runs = {k: [run.result() for run in these] for k, these in runs.items()}
        named = {k: [(finding or {}).get("reading", "") for finding, _ in (run.result() for run in these)] for k, these in pairs.items()}
        false_alarms = sum(run.result()[0] is not None for run in control)
    seconds = time.monotonic() - start

    rows = [row(k, runs[k], seeds, options.budget) for k in single]
    lines = ["| reading | median | worst | seconds | caught by |", "|---|---|---|---|---|"] + [line for line, _ in rows]
    missed = sum(not caught for _, caught in rows)
    closing = [f"{len(rows) - missed} of {len(rows)} readings caught with every one of {seeds} seeds, each within {options.budget} on "
               f"one thread; by the book: {false_alarms} findings in {2 * options.control} cases."]
    both = {k: sum(sorted(reading.split(" + ")) == sorted(k.removeprefix("misread/").split("+")) for reading in readings)
            for k, readings in named.items()}
    for kernel, count in both.items():
        closing.append(f"{kernel.removeprefix('misread/')}: caught, and both named, with {count} of {seeds} seeds.")
    print("\n".join(lines + [""] + closing) + f"\n{seconds:.0f} s in all")
    failed = missed or false_alarms or sum(both.values()) < 0.9 * seeds * len(both)

    if options.page:
        confusion = subprocess.run([options.confusion], stdout=subprocess.PIPE, text=True, check=False)
        print(confusion.stdout.splitlines()[-1])
        failed = failed or confusion.returncode != 0
        pathlib.Path(options.page).write_text("\n".join([
            "# The power of the judge", "",
            "Written by `make power`. Every reading of the specification (`boresight list readings`) is a kernel of its own here.", "",
            "## Cases until caught", "",
            f"Until `boresight verify` catches it: cases of all laws in turn but {ALONE}, which compares kernels with each other;",
            "median and worst of the seeds, seconds of the slowest run on one thread.", "", *lines, "", *closing, "",
            "## Named right", "",
            "The kernel of each reading on random cases in which it shows, and what the diagnosis calls it. Readings that compute the",
            "same on a case are one named set: either name is right there.", "", "```", confusion.stdout.rstrip(), "```", "",
            "## Where it can't show", "",
            "A reading that is taken and yet computes what is right (or right give or take a constant of the row, which outputs can't",
            "show) is equivalent there, and no kernel is blamed for it.", "", "| reading | shows | equivalent |", "|---|---|---|",
            *where_equivalent(program)]) + "\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
