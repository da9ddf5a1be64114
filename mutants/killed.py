#!/usr/bin/env python3
"""Passes when the law that the table names kills the mutant: under that law alone the command must end as a failed
verification does, and name the law. A crash, a hang or a pass is no kill.

Usage: killed.py MUTANT LAW
"""
import re
import subprocess
import sys

FAILED_VERIFICATION = 1


def main(mutant, law):
    run = subprocess.run([mutant, "verify", "--law", law, "--cases", "2000", "--seed", "1", "--no-shrink", "--fail-fast"],
                         capture_output=True, text=True)
    if run.returncode == FAILED_VERIFICATION and re.search(rf"^FAILED \S+ · {law} · case \d+$", run.stdout, re.MULTILINE):
        return
    sys.exit(f"{run.stdout}{run.stderr}\nthe mutant lives: exit status {run.returncode}, no failure of {law} told")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
