#!/usr/bin/env python3
"""boresight lint from outside: what a test lets through, and what it says of rules that it can't read.

Usage: lint_test.py BORESIGHT MUTANT
"""
import json
import os
import pathlib
import pty
import re
import shlex
import subprocess
import tempfile
import unittest

from command import BORESIGHT, FAILURE, HELD, UNTESTED, USAGE, run, main


class Lint(unittest.TestCase):
    WEAK = ("lint", "--rule", "allclose(1e-2,1e-2)", "--inputs", "rand", "--sizes", "32x256", "--type", "f16")

    def test_a_rule_that_lets_mistakes_through_fails_and_names_them(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "lint.json"
            done = run(*self.WEAK, "--json", str(path))
            self.assertEqual(done.returncode, FAILURE, done.stderr)
            report = json.loads(path.read_text())
        through = done.stdout.split("LET THROUGH:")[1]
        for known in ("causal-sees-one-future-key", "window-one-too-wide", "the-mean-of-all-values"):
            self.assertIn(f"  {known}  ", through)
            mistake = next(one for one in report["mistakes"] if one["id"] == known)
            self.assertFalse(mistake["caught"])
            self.assertLess(mistake["error_over_threshold"], 1)
        self.assertIn("one too wide: delta >= -1, right is delta >= 0", through)
        self.assertRegex(through, r"--inputs normal: \d+ of these \d+ would be caught")
        self.assertEqual(report["let_through"], int(re.search(r"FAILED: (\d+) mistakes", done.stdout)[1]))

    def test_the_certified_bound_on_short_rows_holds(self):
        done = run("lint", "--rule", "certified", "--sizes", "17x40", "--reading",
                   "causal-sees-one-future-key,window-one-too-wide,sink-ignored")
        self.assertEqual(done.returncode, HELD, done.stdout)
        self.assertIn("PASSED: 0 mistakes let through", done.stdout)

    def test_a_suite_brings_its_rule_inputs_and_sizes(self):
        done = run("lint", "--suite", "kernelbench", "--reading", "causal-*")
        self.assertIn("--suite kernelbench --rule 'allclose(1e-2,1e-2)' --inputs rand --sizes 64x512 --type f16", done.stdout)
        self.assertIn("--sizes 17x40", run("lint", "--suite", "kernelbench", "--reading", "causal-*", "--sizes", "17x40").stdout)
        for suite in run("list", "suites").stdout.splitlines():
            done = run("lint", "--suite", suite.split()[0], "--sizes", "9x20", "--reading", "causal-ignored")
            self.assertIn(done.returncode, (HELD, FAILURE), done.stderr)

    def test_a_suites_line_repeats_its_test(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "lint.json"
            chosen = ("--reading", "dense-*,slope*,sink-*", "--json", str(path))
            for suite in ("pytorch-sdpa", "flash-attention-2", "flashinfer"):
                done = run("lint", "--suite", suite, "--sizes", "9x40", *chosen)
                first = path.read_text()
                line = json.loads(first)["test"]
                self.assertTrue(line.startswith(f"--suite {suite} "), line)
                self.assertIn(f"test: {line}\n", done.stdout)
                run("lint", *shlex.split(line), *chosen)
                self.assertEqual(path.read_text(), first)

    def test_a_suggestion_given_as_an_option_catches_as_many(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "lint.json"
            words = ("lint", "--suite", "kernelbench", "--rule", "max_abs(0.5)", "--sizes", "32x256",
                     "--reading", "dense-*,bias-*,distance-*", "--json", str(path))
            run(*words)
            report = json.loads(path.read_text())
            through = {one["id"] for one in report["mistakes"] if one.get("caught") is False}
            run(*words, "--inputs", "normal")
            now = {one["id"] for one in json.loads(path.read_text())["mistakes"] if one.get("caught")}
        told = next(one["caught"] for one in report["advice"] if one["change"] == "--inputs normal")
        self.assertEqual(told, len(through & now))

    def test_nothing_judged_is_untested(self):
        done = run("lint", "--rule", "finite", "--reading", "forget-*", "--sizes", "64x4")
        self.assertEqual(done.returncode, UNTESTED, done.stdout)
        self.assertIn("UNTESTED", done.stdout)
        self.assertIn("3 nothing could be judged", run("lint", "--help").stdout)

    def test_a_size_that_needs_too_much_memory_is_refused_at_once(self):
        done = run("lint", "--rule", "finite", "--sizes", "64x512, 4096x65536")
        self.assertEqual(done.returncode, USAGE)
        self.assertRegex(done.stderr, r"--sizes: 4096x65536 needs \S+ bytes with its truth; allowed: up to 4e\+09")

    def test_help_names_every_rule_that_suites_have(self):
        shown = run("lint", "--help").stdout
        for rule in re.findall(r"(\w+)\(", " ".join(row["rule"] for row in json.loads(run("list", "suites", "--json").stdout))):
            self.assertRegex(shown, rf"(?m)^{rule}\(")

    def test_progress_on_a_terminal_begins_at_nothing_and_leaves_no_line(self):
        terminal, end = pty.openpty()
        with subprocess.Popen([BORESIGHT, "lint", "--rule", "certified", "--sizes", "9x20", "--reading", "causal-*"],
                              stdout=subprocess.DEVNULL, stderr=end) as running:
            self.assertEqual(running.wait(timeout=300), HELD)
        os.close(end)
        shown = os.read(terminal, 1 << 16).decode()
        os.close(terminal)
        self.assertRegex(shown, r"^\r0 of \d+ problems\r1 of ")
        self.assertTrue(shown.endswith("\r\x1b[K"), shown)

    def test_bad_words_are_told_what_would_be_right(self):
        for words, right in ((["--rule", "finite and"], "nothing stands after the last `and`"),
                             (["--rule", "isclos(1,1)"], "isclose(RTOL,ATOL)"),
                             (["--rule", "allclose(1e-2)"], "write it as allclose(RTOL,ATOL)"),
                             (["--rule", "close(1)"], "allowed: allclose(RTOL,ATOL)"),
                             (["--rule", "finite", "--inputs", "randn"], "allowed: normal, rand"),
                             (["--rule", "finite", "--sizes", "64"], "write QUERIESxKEYS"),
                             (["--rule", "finite", "--type", "f8"], "allowed: f32, bf16, f16"),
                             (["--rule", "finite", "--reading", "nonesuch"], "boresight list readings"),
                             (["--suite", "nonesuch"], "boresight list suites"), ([], "give --rule or --suite"),
                             (["--rule", "finite", "--trials", "0"], "--trials"),
                             (["--rule", "finite", "--matrix", "page.md"], "excludes"),
                             (["--matrix", "/no/such/folder/page.md"], "/no/such/folder/page.md")):
            done = run("lint", *words)
            self.assertEqual(done.returncode, USAGE, words)
            self.assertIn(right, done.stderr)


if __name__ == "__main__":
    main()
