#!/usr/bin/env python3
"""boresight-field from outside: its table, its exit codes, and that a failure is told small enough and runs again.
Usage: field_test.py BORESIGHT_FIELD MUTANT_FIELD"""
import re
import shlex
import subprocess
import sys
import unittest

FIELD, MUTANT = sys.argv[1], sys.argv[2]  # the mutant: every block past the first reads the value rows of the first
HELD, WRONG, USAGE, NOTHING = 0, 1, 2, 3


def run(*words):
    return subprocess.run(words, capture_output=True, text=True, check=False)


class Field(unittest.TestCase):
    def test_what_holds_is_told_law_by_law(self):
        done = run(FIELD, "--cases", "50")
        self.assertEqual(done.returncode, HELD, done.stdout)
        rows = re.findall(r"^\| (\w+) \| 50 \| (\d+) \| \d+ \| [\d.]+ \| 0 \|$", done.stdout, re.MULTILINE)
        self.assertGreaterEqual(len(rows), 14)
        self.assertTrue(all(int(compared) > 0 for _, compared in rows), rows)

    def test_a_failure_is_shrunk_and_runs_again(self):
        done = run(MUTANT, "--cases", "2000", "--fail-fast")
        self.assertEqual(done.returncode, WRONG, done.stdout)
        self.assertRegex(done.stdout, r"(?m)^FAILED equals_the_plain_sum: ")
        self.assertRegex(done.stdout, r"(?m)^  smallest queries=1,segment=17,tile_keys=17,seed=\d+$")
        told = re.search(r"^  head 0, row 0: .* against the plain sum$", done.stdout, re.MULTILINE)
        self.assertIsNotNone(told, done.stdout)
        again = run(*shlex.split(re.search(r"^  again    (.*)$", done.stdout, re.MULTILINE)[1]))
        self.assertEqual(again.returncode, WRONG, again.stdout)
        self.assertIn(told[0], again.stdout)

    def test_where_nothing_is_compared_that_is_told(self):
        self.assertEqual(run(FIELD, "--cases", "0").returncode, NOTHING)
        self.assertEqual(run(FIELD, "--law", "chunks_are_one_call", "--case", "queries=1,segment=3").returncode, NOTHING)

    def test_bad_usage_says_what_would_be_right(self):
        for words, right in ((("--law", "nonsense"), "no law"), (("--case", "heads=x"), "1 to 8"), (("--case", "quries=1"), "queries=1"),
                             (("--cases", "many"), "cases")):
            with self.subTest(words):
                done = run(FIELD, *words)
                self.assertEqual(done.returncode, USAGE, done.stdout)
                self.assertIn(right, done.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
