#!/usr/bin/env python3
"""Passes when a fuzzer finds the bug that is planted in its kernels, from the committed seeds and within a minute on one core, in
each of the runs; the input that it kept must show it again. Prints how many executions and seconds each run took, and the medians.

Usage: found.py FUZZER CORPUS [--runs N] [--seconds S]
"""
import argparse
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

# What a finding looks like: in our words, or a sanitizer's.
TOLD = re.compile(r"^(?:FAILED .*|.*runtime error: .*|==\d+==(?:ERROR|WARNING): \w+Sanitizer: .*|WARNING: ThreadSanitizer: .*|==\d+== ?ERROR: libFuzzer: .*)$",
                  re.MULTILINE)
TRIES_AGAIN = 20  # of an input whose bug depends on how threads meet


def run(fuzzer, *words):
    return subprocess.run([fuzzer, *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", check=False)


def shows_again(fuzzer, kept):
    """Alone, or as one of many: what a kernel remembers needs an input before."""
    return any(run(fuzzer, "-runs=20", kept).returncode != 0 for _ in range(TRIES_AGAIN))


def hunt(fuzzer, corpus, seed, seconds):
    """Executions, seconds and the first line of the finding; or an error that ends the program."""
    with tempfile.TemporaryDirectory() as folder:
        scratch = pathlib.Path(folder) / "corpus"
        scratch.mkdir()
        start = time.monotonic()
        ended = run(fuzzer, f"-seed={seed}", f"-max_total_time={seconds}", "-print_final_stats=1", f"-artifact_prefix={folder}/", scratch, corpus)
        took = time.monotonic() - start
        told = TOLD.search(ended.stdout)
        kept = [path for path in pathlib.Path(folder).iterdir() if path.is_file()]
        if ended.returncode == 0 or not told or len(kept) != 1:
            sys.exit(f"{ended.stdout[-4000:]}\nseed {seed}: nothing found in {seconds} seconds")
        if not shows_again(fuzzer, kept[0]):
            sys.exit(f"{ended.stdout[-4000:]}\nseed {seed}: the input that was kept does not show it again: {kept[0].read_bytes()!r}")
        counted = re.search(r"number_of_executed_units: (\d+)", ended.stdout) or re.findall(r"^#(\d+)\s", ended.stdout, re.MULTILINE)
        executions = int(counted.group(1) if isinstance(counted, re.Match) else (counted or [0])[-1])
        return executions, took, told.group(0).strip(), kept[0].read_bytes()[:200]


def main():
    words = argparse.ArgumentParser()
    words.add_argument("fuzzer")
    words.add_argument("corpus")
    words.add_argument("--runs", type=int, default=1)
    words.add_argument("--seconds", type=int, default=60)
    given = words.parse_args()
    found = []
    for seed in range(1, given.runs + 1):
        executions, seconds, told, kept = hunt(given.fuzzer, given.corpus, seed, given.seconds)
        found.append((executions, seconds))
        print(f"seed {seed}: {executions} executions, {seconds:.1f} s: {told}\n  {kept.decode(errors='replace')}", flush=True)
    print(f"{pathlib.Path(given.fuzzer).name}: median of {given.runs}: {statistics.median(e for e, _ in found):.0f} executions, "
          f"{statistics.median(s for _, s in found):.1f} s; longest {max(s for _, s in found):.1f} s")


if __name__ == "__main__":
    main()
