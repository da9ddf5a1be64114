#!/usr/bin/env python3
"""The command's rows on a GPU: they are listed, with the reason where they can't run (then 77); else judged.

Usage: rows_test.py BORESIGHT listed|judged [verify's flags..]
"""
import re
import subprocess
import sys


def rows(command):
    """{name: why not, or ""} of the rows @gpu."""
    text = subprocess.run([command, "list", "kernels"], capture_output=True, text=True, check=True).stdout
    return dict(re.findall(r"^(cuda/\w+@gpu)\s+gpu\s+(?:available|unavailable: (.*))$", text, re.MULTILINE))


def main(command, word, *flags):
    found = rows(command)
    print("\n".join(f"{name}: {why or 'available'}" for name, why in found.items()) or "no row @gpu is listed")
    if word == "listed":
        return 0 if found and not any("this build" in why for why in found.values()) else 1
    if any(found.values()):
        return 77
    return subprocess.run([command, "verify", "--kernel", "cuda/*@gpu", *flags], check=False).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
