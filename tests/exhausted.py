#!/usr/bin/env python3
"""Passes when a planted bug is found among the layouts up to bound 2, and its first finding is named by this reading and fails
again from its token.

Usage: exhausted.py MUTANT READING
"""
import re
import subprocess
import sys

FAILURE = 1


def run(*words):
    return subprocess.run(words, capture_output=True, text=True, check=False, timeout=250)


def main(mutant, reading):
    done = run(mutant, "exhaust", "--bound", "2")
    if done.returncode != FAILURE:
        sys.exit(f"{done.stdout}{done.stderr}\nthe mutant lives: exit status {done.returncode}")
    named = re.search(r"^  reading (\S+)$", done.stdout, re.MULTILINE)
    if named is None or named[1] != reading:
        sys.exit(f"{done.stdout}\nthe first finding is not named {reading}")
    token = re.search(r"^  again   .* replay '(.*)'$", done.stdout, re.MULTILINE)[1]
    again = run(mutant, "replay", token)
    if again.returncode != FAILURE:
        sys.exit(f"{again.stdout}{again.stderr}\nit does not fail again: {token}")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
