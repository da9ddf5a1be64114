#!/usr/bin/env python3
"""Passes when the law that the table names kills the mutant: under that law alone the command must end as a failed
verification does, and name the law. A crash, a hang or a pass is no kill. Where the table names a reading too, the finding of
agreement with the reference, shrunk, must be called that; `none`: it must be called nothing.
READING may be several with commas between: a mistake that has as many faces, of which one or two ("A + B") are named.

Usage: killed.py [--kernel PATTERN] MUTANT LAW [READING]   (of all kernels where PATTERN is empty)
"""
import argparse
import re
import subprocess
import sys

FAILED_VERIFICATION = 1


def finding_of(mutant, kernel, law, *options):
    among = ["--kernel", kernel] if kernel else []
    run = subprocess.run([mutant, "verify", "--law", law, "--cases", "2000", "--seed", "1", "--fail-fast", *among, *options],
                         capture_output=True, text=True)
    if run.returncode != FAILED_VERIFICATION or not re.search(rf"^FAILED \S+ · {law} · case \d+$", run.stdout, re.MULTILINE):
        sys.exit(f"{run.stdout}{run.stderr}\nthe mutant lives: exit status {run.returncode}, no failure of {law} told")
    return run.stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--kernel", default="")
    parser.add_argument("mutant")
    parser.add_argument("law")
    parser.add_argument("reading", nargs="?")
    given = parser.parse_args()
    finding_of(given.mutant, given.kernel, given.law, "--no-shrink")
    if given.reading is None:
        return
    finding = finding_of(given.mutant, given.kernel, "agrees_with_reference")
    named = re.search(r"^  reading (.*)$", finding, re.MULTILINE)
    if not set((named[1] if named else "none").split(" + ")) <= set(given.reading.split(",")):
        sys.exit(f"{finding}\nthe mutant is called {named[1] if named else 'nothing'}, not {given.reading}")


if __name__ == "__main__":
    main()
