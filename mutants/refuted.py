#!/usr/bin/env python3
"""Passes when the proof refutes the mutant: `boresight prove` on its geometry must end as a refutation does, with CLAIM among
the claims refuted, and give the smallest call as a token. Where it says that outputs show it, and the mutant's whole command is
built, that command must fail on the token or crash on it, and the right one must do neither: what was found is real. Where it shows in
no output, the same of the claim, proved of that call alone.

Usage: refuted.py MUTANT-prove BORESIGHT [CLAIM]
"""
import pathlib
import re
import shlex
import signal
import subprocess
import sys

HELD, REFUTED, FAILED, UNTESTED = 0, 1, 1, 3
# Of a wrong index, or of a size that is none. No other signal is the bug's doing.
CRASHED = [-number for number in (signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT, signal.SIGFPE)]


def run(*command):
    return subprocess.run(command, capture_output=True, text=True)


def again(prover, boresight, what, arguments):
    """What the command that a counterexample ends with says that it should not; empty: nothing."""
    mutant, token = prover.removesuffix("-prove"), arguments[-1]
    if what == "prove":
        tried = [([prover, *arguments], (REFUTED,)), ([boresight, "prove", *arguments], (HELD, UNTESTED))]
    elif pathlib.Path(mutant).exists():
        tried = [([mutant, "replay", token], (FAILED, *CRASHED)), ([boresight, "replay", token], (HELD, UNTESTED))]
    else:
        tried = []
    for command, codes in tried:
        done = run(*command)
        if done.returncode not in codes:
            return f"{shlex.join(command)} ends with status {done.returncode}\n{done.stdout}{done.stderr}"
    return ""


def main(prover, boresight, claim="*"):
    done = run(prover, "--claim", claim)
    found = re.findall(r"^(\S+) .*  refuted\n((?:  .*\n)*)", done.stdout, re.MULTILINE)
    if done.returncode != REFUTED or not found:
        sys.exit(f"{done.stdout}{done.stderr}\nthe mutant lives: exit status {done.returncode}, no claim {claim} refuted")
    for name, told in found:
        token = re.search(r"^  token   bs1 ", told, re.MULTILINE)
        command = re.search(r"^  again   (.*)$", told, re.MULTILINE)
        if not token or not command:
            sys.exit(f"{done.stdout}\n{name} is refuted without a token")
        _, what, *arguments = shlex.split(command[1])
        if wrong := again(prover, boresight, what, arguments):
            sys.exit(f"{done.stdout}\n{wrong}")


if __name__ == "__main__":
    main(*sys.argv[1:])
