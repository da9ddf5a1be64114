#!/usr/bin/env python3
"""Runs a tier of tests in build/release, and counts: the last line is 'N passed, N failed, N skipped'.

A test that skips itself fails the run unless tests/allowed_skips.txt names it with a reason, since a skip is no evidence.
So does a run in which nothing passed.

Usage: run.py quick|test|full
"""
import os
import pathlib
import re
import subprocess
import sys
import xml.etree.ElementTree as xml

TOP = pathlib.Path(__file__).resolve().parent.parent
BUILD = TOP / "build/release"
TIERS = {"quick": "^quick$", "test": "^(quick|test)$", "full": "^(quick|test|full)$"}


def allowed_skips():
    """Patterns of test names that may skip: a line is 'PATTERN  why'."""
    lines = (TOP / "tests/allowed_skips.txt").read_text().splitlines()
    return [line.split()[0] for line in lines if line.strip() and not line.startswith("#")]


def outcomes(report):
    """(name, passed | failed | skipped) of each test in CTest's JUnit report."""
    for case in xml.parse(report).getroot().iter("testcase"):
        skipped = case.find("skipped")
        if case.get("status") == "run":
            yield case.get("name"), "passed"
        elif skipped is not None and skipped.get("message", "").startswith("SKIP_"):
            yield case.get("name"), "skipped"
        else:
            yield case.get("name"), "failed"


def main(tier):
    report = BUILD / f"tests-{tier}.xml"
    report.unlink(missing_ok=True)
    ended = subprocess.run(["ctest", "--test-dir", BUILD, "-L", TIERS[tier], "-j", str(os.cpu_count()), "--output-on-failure",
                            "--no-tests=error", "--output-junit", report], cwd=TOP, check=False)
    names = {"passed": [], "failed": [], "skipped": []}
    for name, outcome in outcomes(report) if report.is_file() else []:
        names[outcome].append(name)
    surprises = [name for name in names["skipped"] if not any(re.fullmatch(pattern, name) for pattern in allowed_skips())]
    for name in surprises:
        print(f"skipped, and tests/allowed_skips.txt does not allow it: {name}")
    failed = len(names["failed"]) + len(surprises)
    print(f"{len(names['passed'])} passed, {failed} failed, {len(names['skipped']) - len(surprises)} skipped")
    return 0 if ended.returncode == 0 and failed == 0 and names["passed"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
