#!/usr/bin/env python3
"""The Python package from outside. Ends with 77 where no package index can be reached, or torch can't be had.

Usage: python_test.py tests|documents|a_new_user|peers|gpu_bench BUILD
  tests       python/tests, on the package in build/venv
  documents   what python/README.md and the docstrings say
  a_new_user  pip install . in a new virtual environment, and the README's example of a kernel in NumPy; a wheel that knows its name
  peers       bench/peers.py: who is timed, who is refused, and what is told
  gpu_bench   bench/gpu.py, without a GPU: its judge, its page, its plot
"""
import os
import pathlib
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parent.parent
VENV = TOP / "build/venv"

EXAMPLE = """
import numpy
import boresight

def mine(call):
    scores = call.q @ numpy.swapaxes(call.k, -1, -2) * numpy.float32(call.problem.scale)
    weights = numpy.exp(scores - scores.max(-1, keepdims=True))
    return weights / weights.sum(-1, keepdims=True) @ call.v

report = boresight.check(mine, supports="cache mem_kv", tensors="numpy", cases=220, seed=1)
print(report)
assert report.passed
print("boresight", boresight.__version__, "at", boresight.__file__)
"""


def run(*words, **more):
    return subprocess.run([str(word) for word in words], check=False, **more).returncode


def pytest(*words):
    if (prepared := run(TOP / "scripts/python", cwd=TOP)) != 0:
        return prepared
    ended = run(VENV / "bin/python", "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", *words, cwd=TOP)
    return 1 if ended == 5 else ended  # 5: no test was there


def a_new_user():
    with tempfile.TemporaryDirectory() as place:
        venv = pathlib.Path(place) / "venv"
        if run(sys.executable, "-m", "venv", venv) != 0:
            return 77
        python = venv / "bin/python"
        if run(python, "-m", "pip", "download", "-q", "--no-deps", "-d", place, "scikit-build-core") != 0:
            print("no package index can be reached")
            return 77
        if run(python, "-m", "pip", "install", "-q", "--disable-pip-version-check", TOP) != 0:
            return 1
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        return run(python, "-c", EXAMPLE, cwd=place, env=environment)


def by_the_venv(*words):
    if (prepared := run(TOP / "scripts/python", "peers", cwd=TOP)) != 0:
        return prepared
    return run(VENV / "bin/python", *words, cwd=TOP)


def main(part):
    if part == "peers":
        return by_the_venv(TOP / "tests/peers_test.py")
    if part == "gpu_bench":
        return by_the_venv(TOP / "tests/gpu_bench_test.py", "ALL")
    if part == "a_new_user":
        return a_new_user()
    if part == "documents":
        return pytest("--doctest-modules", "--doctest-glob=README.md", "python/boresight", "python/README.md")
    return pytest("python/tests")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
