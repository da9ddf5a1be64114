#!/usr/bin/env python3
"""The command's rows on a GPU: they are listed, with the reason where they can't run (then 77); else judged.

Usage: rows_test.py BORESIGHT listed|judged [verify's flags..]
"""
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent / "bench"))

from gpu import kernels_on_gpus  # noqa: E402


def main(command, word, *flags):
    found = kernels_on_gpus(command)
    print("\n".join(f"{name}: {why or 'available'}" for name, why in found.items()) or "no row @gpu is listed")
    if word == "listed":
        return 0 if found and not any("this build" in why for why in found.values()) else 1
    if any(found.values()):
        return 77
    return subprocess.run([command, "verify", "--kernel", "cuda/*@gpu", *flags], check=False).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
