#!/usr/bin/env python3
"""Judges simd/flash@avx3_bf16 under the emulator: it must pass; with a WRONG it must be found, by agreement with the reference.
WRONG is a fault of the emulator, or `bug`: one planted in the kernel. A processor that has the instructions shows no fault of the
emulator, and one without AVX-512 runs neither: both are told, with status 77.

Usage: verify.py COMMAND [WRONG]
"""
import os
import re
import subprocess
import sys

SKIPPED = 77


def why_not(command, wrong):
    with open("/proc/cpuinfo", encoding="ascii") as info:
        emulated = "avx512_bf16" not in info.read().split()
    if not emulated and wrong not in (None, "bug"):
        return "this processor has the instructions, so that nothing is emulated"
    listed = subprocess.run([command, "list", "kernels"], capture_output=True, text=True, check=True).stdout
    return "" if re.search(r"^simd/flash@avx3_bf16 .* available$", listed, re.MULTILINE) else f"no kernel to judge: {listed}"


def main(command, wrong=None):
    if reason := why_not(command, wrong):
        print(f"skipped: {reason}")
        return SKIPPED
    environment = dict(os.environ)
    if wrong not in (None, "bug"):
        environment["BORESIGHT_EMULATOR_FAULT"] = wrong
    options = ["--law", "agrees_with_reference", "--fail-fast"] if wrong else []
    run = subprocess.run([command, "verify", "--cases", "2000", "--seed", "1", "--no-shrink", *options],
                         capture_output=True, text=True, env=environment)
    print(run.stdout, run.stderr)
    if wrong:
        return run.returncode != 1 or not re.search(r"^FAILED simd/flash@avx3_bf16 · agrees_with_reference", run.stdout, re.MULTILINE)
    judged = re.search(r"^PASSED: .* (\d+) judged", run.stdout, re.MULTILINE)
    return run.returncode != 0 or not judged or int(judged[1]) == 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
