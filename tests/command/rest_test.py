#!/usr/bin/env python3
"""The rest of the command from outside: lists, the version, help, and commands that there are not.

Usage: rest_test.py BORESIGHT MUTANT
"""
import json
import unittest

from command import DATA, HELD, USAGE, planted, run, main


class TheRest(unittest.TestCase):
    def test_lists_have_rows(self):
        for what, row in (("kernels", "scalar"), ("laws", "causal"), ("readings", "causal-top-left"), ("mutants", "causal-top-left"),
                          ("suites", "flash-attention-2"), ("words", "key_mask")):
            done = run("list", what)
            self.assertEqual(done.returncode, HELD)
            self.assertIn(row, done.stdout)
            rows = json.loads(run("list", what, "--json").stdout)
            self.assertEqual([next(iter(each.values())) for each in rows], [line.split()[0] for line in done.stdout.splitlines()])
        self.assertEqual(run("list", "nonesuch").returncode, USAGE)
        done = run("verfy")
        self.assertEqual(done.returncode, USAGE)
        self.assertIn("did you mean verify?", done.stderr)

    def test_the_whole_zoo_is_a_reading_or_planted_or_says_why_not(self):
        lines = dict(line.split(maxsplit=1) for line in run("list", "readings").stdout.splitlines())
        mutants = {line.split()[0] for line in run("list", "mutants").stdout.splitlines()}
        ids = (DATA / "zoo_ids.txt").read_text().split()
        self.assertGreaterEqual(len(ids), 70)
        for entry in ids:
            self.assertIn(entry, lines)
            self.assertRegex(lines[entry], r"(shows|read as|planted|not here): \S", entry)
            if "planted: " in lines[entry]:
                self.assertLessEqual(set(lines[entry].split("planted: ")[1].split(", ")), mutants)

    def test_version_tells_version_commit_compiler_and_instruction_sets(self):
        done = run("--version")
        self.assertEqual(done.returncode, HELD)
        for word in ("boresight", "commit", "compiler", "scalar (any)"):
            self.assertIn(word, done.stdout)

    def test_help_and_no_command(self):
        self.assertEqual(run("--help").returncode, HELD)
        self.assertEqual(run().returncode, USAGE)
        self.assertEqual(run("nonesuch").returncode, USAGE)


if __name__ == "__main__":
    main()
