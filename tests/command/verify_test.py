#!/usr/bin/env python3
"""boresight verify from outside: exit codes, reports, shards, bad input, and Ctrl-C.

Usage: verify_test.py BORESIGHT MUTANT
"""
import json
import pathlib
import re
import shlex
import signal
import subprocess
import tempfile
import time
import unittest
import xml.etree.ElementTree as xml

from command import BORESIGHT, FAILURE, HELD, INTERRUPTED, MUTANT, RUN_HERE, UNTESTED, USAGE, run, main


class Verify(unittest.TestCase):
    def test_an_honest_kernel_holds(self):
        done = run("verify", "--cases", "300", "--seed", "1")
        self.assertEqual(done.returncode, HELD, done.stdout)
        self.assertIn("PASSED", done.stdout)

    def test_a_planted_bug_fails_and_its_token_replays_it(self):
        done = run("verify", "--cases", "500", "--seed", "1", *RUN_HERE, program=MUTANT)
        self.assertEqual(done.returncode, FAILURE, done.stdout)
        token = next(line.split("'")[1] for line in done.stdout.splitlines() if line.startswith("  again "))
        for words in ([token], token.split()):
            again = run("replay", *words, program=MUTANT)
            self.assertEqual(again.returncode, FAILURE, again.stdout)
        self.assertEqual(run("replay", token).returncode, HELD)

    def test_equal_seeds_give_equal_reports_on_any_number_of_threads(self):
        with tempfile.TemporaryDirectory() as folder:
            reports = []
            for threads in ("1", "2", "3"):
                path = pathlib.Path(folder) / threads
                run("verify", "--cases", "250", "--seed", "9", "--threads", threads, "--quiet", "--json", str(path), *RUN_HERE,
                    program=MUTANT)
                reports.append(path.read_bytes())
            self.assertEqual(reports[0], reports[1])
            self.assertEqual(reports[0], reports[2])
            self.assertEqual(json.loads(reports[0])["schema"], 1)

    def test_shards_need_a_seed(self):
        done = run("verify", "--shard", "1/2", "--cases", "50")
        self.assertEqual(done.returncode, USAGE)
        self.assertIn("--seed", done.stderr)

    def test_the_line_that_repeats_the_run_names_what_was_chosen(self):
        done = run("verify", "--cases", "60", "--seed", "2", "--kernel", "scalar", "--law", "threads")
        self.assertIn("again: --cases 60 --seed 2 --kernel 'scalar' --law 'threads'", done.stdout)

    def test_fail_fast_ends_soon_after_the_first_failure(self):
        done = run("verify", "--cases", "100000", "--seed", "1", "--law", "agrees_with_reference", "--fail-fast", program=MUTANT)
        self.assertEqual(done.returncode, FAILURE, done.stdout)
        self.assertLess(int(re.search(r"finding\(s\) in (\d+) cases", done.stdout)[1]), 1000)

    def test_a_budget_ends_and_prints_how_to_repeat(self):
        done = run("verify", "--budget", "1s", "--seed", "4", "--kernel", "scalar")
        self.assertEqual(done.returncode, HELD, done.stdout)
        self.assertIn("again: --cases ", done.stdout)

    def test_a_report_that_cannot_be_written_is_an_error_before_the_run(self):
        started = time.monotonic()
        done = run("verify", "--json", "/no/such/folder/report.json")
        self.assertEqual(done.returncode, USAGE)
        self.assertLess(time.monotonic() - started, 30)
        self.assertIn("/no/such/folder/report.json", done.stderr)

    def test_ctrl_c_gives_the_report_so_far(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "report.json"
            process = subprocess.Popen([BORESIGHT, "verify", "--budget", "10m", "--json", path], stdout=subprocess.PIPE,
                                       stderr=subprocess.DEVNULL, text=True)
            time.sleep(2)
            process.send_signal(signal.SIGINT)
            output, _ = process.communicate(timeout=60)
            self.assertEqual(process.returncode, INTERRUPTED)
            self.assertIn("agrees_with_reference", output)
            self.assertTrue(json.loads(path.read_text())["interrupted"])
            self.assertIn("INTERRUPTED: ", output)
            self.assertNotIn("PASSED", output)

    def test_a_misspelt_name_among_others_is_told_and_never_passed_over(self):
        for words, told in ((["--kernel", "scalar,nonesuch"], "no kernel has the name 'nonesuch'"),
                            (["--kernel", "flash"], "did you mean simd/flash"),
                            (["--law", "threads,causl"], "did you mean causal?"),
                            (["--seed", "-3"], "give a whole number")):
            done = run("verify", "--cases", "22", *words)
            self.assertEqual(done.returncode, USAGE, words)
            self.assertIn(told, done.stderr + done.stdout)

    def test_unknown_names_and_numbers_are_usage_errors(self):
        for words in (["--kernel", "nonesuch"], ["--law", "nonesuch"], ["--budget", "soon"], ["--cases", "0"], ["--cases", "x"],
                      ["--cases", "5", "--budget", "5s"], ["--threads", "0"], ["--shard", "0/2"], ["--shard", "3/2"],
                      ["--shard", "2"], ["--shard", "1/2x"], ["--nonesuch"]):
            done = run("verify", *words)
            self.assertEqual(done.returncode, USAGE, words)
            self.assertTrue(done.stderr + done.stdout)

    def test_a_law_that_judged_nothing_is_no_success(self):
        self.assertEqual(run("verify", "--cases", "1", "--law", "agrees*,causal", "--seed", "1").returncode, UNTESTED)


class Shards(unittest.TestCase):
    def report(self, *words, program=BORESIGHT):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "report.json"
            done = run("verify", "--seed", "3", "--quiet", "--json", str(path), *words, program=program)
            return done, json.loads(path.read_text())

    def test_together_judge_what_the_whole_judges(self):
        def judged(report):
            return {row["law"]: row["passed"] + row["failed"] for row in report["evidence"]}
        # A third of these cases is too little for emulated kernels.
        _, whole = self.report("--cases", "600", *RUN_HERE)
        parts = [self.report("--cases", "600", "--shard", f"{k}/3", *RUN_HERE) for k in (1, 2, 3)]
        for done, part in parts:
            self.assertEqual(done.returncode, HELD, done.stderr)
            self.assertTrue(all(judged(part).values()), part)
        self.assertEqual(judged(whole), {law: sum(judged(part)[law] for _, part in parts) for law in judged(whole)})
        self.assertEqual(sum(part["shard"]["cases"] for _, part in parts), 600)

    def test_one_says_which_it_is_and_how_to_repeat_it(self):
        done = run("verify", "--cases", "600", "--seed", "3", "--shard", "2/3", *RUN_HERE)
        self.assertIn("shard 2/3", done.stdout)
        self.assertIn("again: --cases 600 --seed 3 --kernel 'scalar,simd/*' --shard 2/3", done.stdout)
        budget = run("verify", "--budget", "0.5s", "--seed", "3", "--shard", "2/3", *RUN_HERE).stdout
        counts = budget.splitlines()[-1].split(";")[0]
        again = run("verify", *shlex.split(budget.split("again: ")[1])).stdout
        self.assertIn(counts, again)

    def test_one_too_small_to_meet_every_law_is_no_success(self):
        self.assertEqual(self.report("--cases", "8", "--shard", "2/2")[0].returncode, UNTESTED)
        self.assertEqual(self.report("--cases", "5", "--shard", "2/2")[0].returncode, UNTESTED)

    def test_a_bad_one_is_told_the_flag_and_the_range(self):
        done = run("verify", "--shard", "3/2")
        self.assertIn("--shard 3/2", done.stderr)
        self.assertIn("1 <= K <= N", done.stderr)


class Junit(unittest.TestCase):
    def suites(self, *words, program=BORESIGHT):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "report.xml"
            done = run("verify", "--seed", "1", "--junit", str(path), *words, program=program)
            return done, xml.parse(path).getroot()

    def test_is_a_suite_each_kernel_and_a_test_each_law(self):
        done, root = self.suites("--cases", "300", *RUN_HERE)
        self.assertEqual(done.returncode, HELD)
        laws = [line.split()[0] for line in run("list", "laws").stdout.splitlines()]
        suite = next(suite for suite in root if suite.get("name") == "scalar")
        self.assertEqual(sorted(case.get("name") for case in suite.iter("testcase")), sorted(laws))
        self.assertEqual((suite.get("failures"), suite.get("skipped")), ("0", "0"))
        self.assertIn("judged", suite.find("testcase/system-out").text)

    def test_a_failure_holds_the_words_and_the_token(self):
        done, root = self.suites("--cases", "300", "--law", "agrees*", "--kernel", "scalar", program=MUTANT)
        failure = root.find(".//failure")
        self.assertIn("outside the certified bound", failure.get("message"))
        self.assertEqual(root.get("failures"), "1")
        self.assertIn(failure.text.strip(), done.stdout)
        self.assertIn("replay 'bs1 ", failure.text)

    def test_what_was_not_judged_is_skipped_with_its_reason(self):
        _, root = self.suites("--cases", "1", "--law", "agrees*,causal")
        suite = next(suite for suite in root if suite.get("name") == "scalar")  # which every machine can run
        skipped = {case.get("name"): case.find("skipped") for case in suite.iter("testcase")}
        self.assertIn("none judged", skipped["causal"].get("message"))

    def test_one_that_cannot_be_written_is_an_error_before_the_run(self):
        done = run("verify", "--junit", "/no/such/folder/report.xml")
        self.assertEqual(done.returncode, USAGE)
        self.assertIn("/no/such/folder/report.xml", done.stderr)


if __name__ == "__main__":
    main()
