#!/usr/bin/env python3
"""Runs fuzzers one after another, each on all cores (-fork), from the committed corpus; what is new stays in BUILD/corpus/TARGET.
A finding ends the program with status 1, and says which file replays it. Prints a line a target: executions, and what is covered.

Usage: hunt.py BUILD [--seconds S] TARGET..
"""
import argparse
import os
import pathlib
import re
import subprocess
import sys

FUZZ = pathlib.Path(__file__).resolve().parent


def words_for(build, target, seconds):
    kept = build / "corpus" / target
    kept.mkdir(parents=True, exist_ok=True)
    words = [build / target, f"-fork={os.cpu_count()}", f"-max_total_time={seconds}", f"-artifact_prefix={build}/{target}-", "-rss_limit_mb=4096",
             "-timeout=25", "-ignore_timeouts=0", "-ignore_ooms=0", kept, FUZZ / "corpus" / target]
    dictionary = FUZZ / f"{target}.dict"
    return words + ([f"-dict={dictionary}"] if dictionary.is_file() else [])


def hunt(build, target, seconds):
    """The last line of progress; ends the program where something was found."""
    progress = "it said nothing"
    told = []
    process = subprocess.Popen(list(map(str, words_for(build, target, seconds))), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                               errors="replace")
    for line in process.stdout:
        told.append(line)
        if re.match(r"#\d+: cov: ", line):
            progress = line.strip()
    if process.wait() != 0:
        kept = sorted(build.glob(f"{target}-*"), key=os.path.getmtime)
        again = f"\nagain: {build / target} {kept[-1]}\nits text: {kept[-1].read_bytes()[:2000].decode(errors='replace')}" if kept else ""
        sys.exit("".join(told[-200:]) + f"\n{target}: FOUND something{again}")
    return progress


def main():
    words = argparse.ArgumentParser()
    words.add_argument("build", type=pathlib.Path)
    words.add_argument("targets", nargs="+")
    words.add_argument("--seconds", type=int, default=60)
    given = words.parse_args()
    if given.seconds < 1:
        words.error(f"--seconds is {given.seconds}; it must be 1 or more")
    for target in given.targets:
        if not (given.build / target).is_file():
            words.error(f"{given.build / target} is not there; build it first")
    for target in given.targets:
        print(f"{target}: {hunt(given.build, target, given.seconds)}", flush=True)


if __name__ == "__main__":
    main()
