#!/usr/bin/env python3
"""Judges simd/flash@avx3_bf16 under the emulator: FAULT none must pass, any other must be found, by agreement with the reference.
A processor that has the instructions shows no fault of the emulator, and one without AVX-512 runs neither: both are told, status 77.

Usage: verify.py BF16_EMULATED FAULT
"""
import os
import re
import subprocess
import sys

SKIPPED = 77


def main(command, fault):
    with open("/proc/cpuinfo", encoding="ascii") as info:
        has_instructions = re.search(r"\bavx512_bf16\b", info.read()) is not None
    if has_instructions and fault != "none":
        print("skipped: this processor has the instructions, so that nothing is emulated")
        return SKIPPED
    listed = subprocess.run([command, "list", "kernels"], capture_output=True, text=True, check=True).stdout
    if "simd/flash@avx3_bf16" not in listed or "unavailable" in listed:
        print(f"skipped: {listed}")
        return SKIPPED
    options = ["--cases", "1000", "--seed", "1", "--no-shrink"]
    if fault != "none":
        options += ["--law", "agrees_with_reference", "--fail-fast"]
    environment = {**os.environ}
    if fault != "none":
        environment["BORESIGHT_EMULATOR_FAULT"] = fault
    run = subprocess.run([command, "verify", *options], capture_output=True, text=True, env=environment)
    print(run.stdout, run.stderr)
    if fault == "none":
        judged = re.search(r"^PASSED: .* (\d+) judged", run.stdout, re.MULTILINE)
        return 0 if run.returncode == 0 and judged and int(judged[1]) > 0 else 1
    found = re.search(r"^FAILED simd/flash@avx3_bf16 · agrees_with_reference", run.stdout, re.MULTILINE)
    return 0 if run.returncode == 1 and found else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
