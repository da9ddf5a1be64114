#!/usr/bin/env python3
"""A fuzzer must find its planted bug from an empty corpus, within a minute, for each of three seeds; say it in words with a
token to replay; and the bytes that it kept must show it again. Prints how many executions each seed took.

Usage: fuzz_finds.py FUZZER_WITH_A_PLANTED_BUG
"""
import pathlib
import re
import subprocess
import sys
import tempfile

SECONDS = 60
SEEDS = (1, 2, 3)


def run(fuzzer, *words):
    return subprocess.run([fuzzer, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)


def finding(output):
    """The token that a finding prints, or None."""
    told = re.search(r"^FAILED \S+ · agrees_with_reference$.*? replay '(bs1 [^']*)'$", output, re.MULTILINE | re.DOTALL)
    return told and told.group(1)


def hunt(fuzzer, seed):
    with tempfile.TemporaryDirectory() as folder:
        corpus = pathlib.Path(folder) / "corpus"
        corpus.mkdir()
        ended = run(fuzzer, f"-seed={seed}", f"-max_total_time={SECONDS}", "-print_final_stats=1", f"-artifact_prefix={folder}/", str(corpus))
        kept = list(pathlib.Path(folder).glob("crash-*"))
        if ended.returncode == 0 or not finding(ended.stdout) or len(kept) != 1:
            sys.exit(f"{ended.stdout}\nseed {seed}: nothing found in {SECONDS} seconds")
        again = run(fuzzer, str(kept[0]))
        if again.returncode == 0 or finding(again.stdout) != finding(ended.stdout):
            sys.exit(f"{again.stdout}\nseed {seed}: the bytes that were kept do not show it again")
        executions = re.search(r"number_of_executed_units: (\d+)", ended.stdout).group(1)
        print(f"seed {seed}: found after {executions} executions: {finding(ended.stdout)}")


if __name__ == "__main__":
    for chosen in SEEDS:
        hunt(sys.argv[1], chosen)
