#!/usr/bin/env python3
"""boresight prove from outside: what it proves, refutes and refuses, and that it says where its other program is not.

Usage: prove_test.py BORESIGHT MUTANT
"""
import pathlib
import shutil
import tempfile
import unittest

from command import BORESIGHT, HELD, UNTESTED, USAGE, main, run


class Prove(unittest.TestCase):
    def test_a_claim_is_proved_and_told_in_a_line(self):
        done = run("prove", "--claim", "visible")
        self.assertEqual(done.returncode, HELD, done.stderr)
        self.assertRegex(done.stdout, r"^visible +\d+\.\d\d s  proved\n1 proved, 0 refuted, 0 undecided; ")

    def test_the_list_names_claims_and_what_they_say(self):
        done = run("prove", "--list")
        self.assertEqual(done.returncode, HELD)
        self.assertRegex(done.stdout, r"(?m)^visible +\S.+$")

    def test_one_layout_may_be_very_large_and_its_token_need_not_be_quoted(self):
        token = "bs1 b1 h1 d1 n7 s2147483000 M500 P3 causal tile=16x32".split()
        done = run("prove", "--claim", "visible,visits_ascend", "--at", *token)
        self.assertEqual(done.returncode, HELD, done.stdout + done.stderr)
        self.assertIn("2 proved", done.stdout)

    def test_a_layout_that_no_claim_speaks_of_proves_nothing(self):
        done = run("prove", "--claim", "visible", "--at", "bs1 b1 h1 d1 n0 s0")
        self.assertEqual(done.returncode, UNTESTED)
        self.assertIn("says nothing here", done.stdout)

    def test_every_query_can_be_had_as_smt_lib(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(run("prove", "--claim", "visible", "--smt2", folder).returncode, HELD)
            queries = sorted(pathlib.Path(folder).glob("visible.*.smt2"))
            self.assertGreaterEqual(len(queries), 2)
            self.assertIn("(check-sat)", queries[0].read_text())

    def test_what_is_wrong_is_told_with_what_is_right(self):
        for arguments, words in ((("--claim", "visble"), "did you mean visible?"), (("--tile", "16"), "such as 16x32"),
                                 (("--at", "bs1 b1"), "missing"), (("--solver", "no-such-solver"), "such as cvc5"),
                                 (("--timeout", "0"), "--timeout"), (("--nonesuch",), "--nonesuch")):
            done = run("prove", *arguments)
            self.assertEqual(done.returncode, USAGE, arguments)
            self.assertIn(words, done.stderr)

    def test_help_is_the_provers(self):
        done = run("prove", "--help")
        self.assertEqual(done.returncode, HELD)
        self.assertIn("--smt2", done.stdout)

    def test_a_command_without_its_prover_says_so(self):
        with tempfile.TemporaryDirectory() as folder:
            done = run("prove", program=shutil.copy(BORESIGHT, folder))
        self.assertEqual(done.returncode, UNTESTED)
        self.assertIn("libz3-dev", done.stderr)


if __name__ == "__main__":
    main()
