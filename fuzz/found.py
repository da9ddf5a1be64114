#!/usr/bin/env python3
"""Passes when a fuzzer finds the bug that is planted in its kernels, from the committed seeds and within a minute on one core, in
each of the runs; the input that it kept must show it again. Prints how many executions and seconds each run took, and the medians.

Usage: found.py FUZZER CORPUS [--engine libfuzzer|plain] [--runs N] [--seconds S]
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


class LibFuzzer:
    """What to say to it, and where it says what."""

    def hunt(self, fuzzer, folder, corpus, seed, seconds):
        scratch = folder / "corpus"
        scratch.mkdir()
        return run(fuzzer, f"-seed={seed}", f"-max_total_time={seconds}", "-print_final_stats=1", f"-artifact_prefix={folder}/", scratch, corpus)

    def kept(self, output, folder):
        return [path.read_bytes() for path in folder.glob("crash-*")]

    def executions(self, output):
        counted = re.search(r"number_of_executed_units: (\d+)", output)
        return int(counted.group(1)) if counted else int((re.findall(r"^#(\d+)\s", output, re.MULTILINE) or [0])[-1])

    def again(self, fuzzer, path):
        return run(fuzzer, "-runs=500", path)


class Plain:
    """The same of fuzz/plain_engine.cc."""

    def hunt(self, fuzzer, folder, corpus, seed, seconds):
        return run(fuzzer, "--seed", seed, "--seconds", seconds, corpus)

    def kept(self, output, folder):
        return [text.encode() for text in re.findall(r"^(?:DIED|FOUND) at input \d+: (.*)$", output, re.MULTILINE)]

    def executions(self, output):
        return int(re.search(r"^(?:DIED|FOUND) at input (\d+): ", output, re.MULTILINE).group(1))

    def again(self, fuzzer, path):
        return run(fuzzer, path)


def hunt(engine, fuzzer, corpus, seed, seconds):
    """Executions, seconds, the first line of the finding and its input; or an error that ends the program."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        start = time.monotonic()
        ended = engine.hunt(fuzzer, folder, corpus, seed, seconds)
        took = time.monotonic() - start
        told, kept = TOLD.search(ended.stdout), engine.kept(ended.stdout, folder)
        if ended.returncode == 0 or not told or len(kept) != 1:
            sys.exit(f"{ended.stdout[-4000:]}\nseed {seed}: nothing found in {seconds} seconds")
        again = folder / "kept"
        again.write_bytes(kept[0])
        if not any(engine.again(fuzzer, again).returncode != 0 for _ in range(TRIES_AGAIN)):
            sys.exit(f"{ended.stdout[-4000:]}\nseed {seed}: the input that was kept does not show it again: {kept[0]!r}")
        return engine.executions(ended.stdout), took, told.group(0).strip(), kept[0][:200]


def main():
    words = argparse.ArgumentParser()
    words.add_argument("fuzzer")
    words.add_argument("corpus")
    words.add_argument("--engine", choices=["libfuzzer", "plain"], default="libfuzzer")
    words.add_argument("--runs", type=int, default=1)
    words.add_argument("--seconds", type=int, default=60)
    given = words.parse_args()
    if not pathlib.Path(given.fuzzer).is_file():
        words.error(f"{given.fuzzer} is not there; build it first")
    engine = {"libfuzzer": LibFuzzer, "plain": Plain}[given.engine]()
    found = []
    for seed in range(1, given.runs + 1):
        executions, seconds, told, kept = hunt(engine, given.fuzzer, given.corpus, seed, given.seconds)
        found.append((executions, seconds))
        print(f"seed {seed}: {executions} executions, {seconds:.1f} s: {told}\n  {kept.decode(errors='replace')}", flush=True)
    print(f"{pathlib.Path(given.fuzzer).name}: median of {given.runs}: {statistics.median(e for e, _ in found):.0f} executions, "
          f"{statistics.median(s for _, s in found):.1f} s; longest {max(s for _, s in found):.1f} s")


if __name__ == "__main__":
    main()
