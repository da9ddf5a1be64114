"""What the tests of the command share: the programs that they run, exit codes, and how to run one.

A test is called with two paths: the boresight command, and a command with a planted bug (persistent-columns-counted-as-tokens).
Other commands with planted bugs, and the one on kernels that misread, lie beside these.
"""
import pathlib
import subprocess
import sys
import unittest

BORESIGHT = sys.argv[1]
MUTANT = sys.argv[2]
MISREADINGS = str(pathlib.Path(BORESIGHT).parent / "misreadings")
DATA = pathlib.Path(__file__).resolve().parent.parent / "data"
# The kernels that the processor runs itself. What is asked of the command and its reports shows on these; emulated kernels take long.
RUN_HERE = ("--kernel", "scalar,simd/*")
HELD, FAILURE, USAGE, UNTESTED, INTERRUPTED = 0, 1, 2, 3, 130


def run(*words, program=BORESIGHT):
    return subprocess.run([program, *words], capture_output=True, text=True, check=False, timeout=300)


def planted(name):
    """The command with another planted bug, built beside MUTANT."""
    return str(pathlib.Path(MUTANT).parent / name)


def main():
    unittest.main(argv=sys.argv[:1], verbosity=2)
