#!/usr/bin/env python3
"""The power of the judge: every reading as a kernel of its own, each until `verify` catches it, several seeds.

Prints a row each: cases until caught, the median and the worst of the seeds, seconds of the worst, the laws that caught it; and
last the control by the book, which must not be. The status is 1 where a reading was not caught within the budget, or where the
control was.

Usage: power.py build/release/misreadings [--seeds 5] [--budget 60s] [--only PATTERN] [--page FILE.md]
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


def verify(program, laws, kernel, seed, *limit):
    """(case number or None, law, seconds) of one run on one thread that ends with the first finding."""
    with tempfile.TemporaryDirectory() as folder:
        report = pathlib.Path(folder) / "report.json"
        start = time.monotonic()
        ended = subprocess.run([program, "verify", "--kernel", kernel, "--law", laws, "--seed", str(seed), "--fail-fast",
                                "--no-shrink", "--quiet", "--threads", "1", "--json", report, *limit],
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
        seconds = time.monotonic() - start
        if not report.is_file():
            sys.exit(f"{kernel}, seed {seed}: status {ended.returncode}, no report: {ended.stderr.strip()}")
        findings = json.loads(report.read_text())["findings"]
    if not findings:
        return None, "", seconds
    return findings[0]["case_number"], findings[0]["law"], seconds


def listed(program, what):
    lines = subprocess.run([program, "list", what], stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
    return [line.split()[0] for line in lines]


def main():
    options = argparse.ArgumentParser()
    options.add_argument("program")
    options.add_argument("--seeds", type=int, default=5)
    options.add_argument("--budget", default="60s")
    options.add_argument("--only", default="*")
    options.add_argument("--page")
    options = options.parse_args()
    program = str(pathlib.Path(options.program).resolve())
    laws = ",".join(law for law in listed(program, "laws") if law != ALONE)
    tried = [k for k in listed(program, "kernels") if k != CONTROL and fnmatch.fnmatch(k, options.only)]
    if not tried:
        sys.exit(f"--only {options.only}: no reading has such a name")
    start = time.monotonic()
    results = collections.defaultdict(list)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        runs = {pool.submit(verify, program, laws, kernel, seed, "--budget", options.budget): kernel
                for seed in range(1, options.seeds + 1) for kernel in tried}
        control = [pool.submit(verify, program, laws, CONTROL, seed, "--cases", "4000") for seed in (1, 2)]
        for run in concurrent.futures.as_completed(runs):
            results[runs[run]].append(run.result())
        false_alarms = [run.result()[0] for run in control if run.result()[0] is not None]
    lines = ["| reading | median | worst | seconds | caught by |", "|---|---|---|---|---|"]
    missed = []
    for kernel in tried:
        cases = [case for case, _, _ in results[kernel] if case is not None]
        if len(cases) < options.seeds:
            missed.append(kernel)
        laws = collections.Counter(law for _, law, _ in results[kernel] if law)
        caught = ", ".join(f"{law} {count}" for law, count in laws.most_common())
        worst = max(cases) if len(cases) == options.seeds else f"not within {options.budget}"
        median = int(statistics.median(cases)) if cases else "-"
        lines.append(f"| {kernel.removeprefix('misread/')} | {median} | {worst} | {max(s for _, _, s in results[kernel]):.1f} | {caught} |")
    closing = (f"{len(tried) - len(missed)} of {len(tried)} readings caught with every one of {options.seeds} seeds, each within "
               f"{options.budget} on one thread; by the book: {len(false_alarms)} findings in 8000 cases")
    print("\n".join(lines) + f"\n\n{closing}; {time.monotonic() - start:.0f} s in all")
    if options.page:
        pathlib.Path(options.page).write_text(
            "# Cases until caught\n\nEvery reading as a kernel of its own, until `boresight verify` catches it: cases of all laws in turn, but "
            "turn, median and worst of the seeds,\nseconds of the slowest run on one thread. Written by `make power`.\n\n"
            + "\n".join(lines) + f"\n\n{closing}.\n")
    return 1 if missed or false_alarms else 0


if __name__ == "__main__":
    sys.exit(main())
