#!/usr/bin/env python3
"""Passes when the proof refutes the mutant: `boresight prove` on its geometry must end as a refutation does, with CLAIM among
the claims refuted, and give the smallest call as a token. Where it says that outputs show it, and the mutant's whole command is
built, that command must fail on the token, and the right one must not: what was found is real.

Usage: refuted.py MUTANT-prove BORESIGHT [CLAIM]
"""
import pathlib
import re
import shlex
import subprocess
import sys

HELD, REFUTED, FAILED, UNTESTED = 0, 1, 1, 3


def run(*command):
    return subprocess.run(command, capture_output=True, text=True)


def replayed(command, token, right):
    """What a replay says that should not; empty: all is as it should be."""
    done = run(command, "replay", token)
    good = done.returncode in (HELD, UNTESTED) if right else done.returncode == FAILED
    return "" if good else f"{command} replay '{token}' ends with status {done.returncode}\n{done.stdout}{done.stderr}"


def main(prover, boresight, claim="*"):
    done = run(prover, "--claim", claim)
    found = re.findall(r"^(\S+) .*  refuted\n((?:  .*\n)*)", done.stdout, re.MULTILINE)
    if done.returncode != REFUTED or not found:
        sys.exit(f"{done.stdout}{done.stderr}\nthe mutant lives: exit status {done.returncode}, no claim {claim} refuted")
    for name, told in found:
        if not re.search(r"^  token   bs1 ", told, re.MULTILINE):
            sys.exit(f"{done.stdout}\n{name} is refuted without a token")
    # One that outputs show, where a claim has such a one.
    commands = [shlex.split(again) for _, told in found for again in re.findall(r"^  again   (.*)$", told, re.MULTILINE)]
    for mutant, what, *rest in commands:
        if what == "replay" and pathlib.Path(mutant).exists():
            wrong = replayed(mutant, rest[0], right=False) or replayed(boresight, rest[0], right=True)
            if wrong:
                sys.exit(f"{done.stdout}\n{wrong}")


if __name__ == "__main__":
    main(*sys.argv[1:])
