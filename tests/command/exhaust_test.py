#!/usr/bin/env python3
"""boresight exhaust from outside: layouts, shards, states that are gone on from, and Ctrl-C.

Usage: exhaust_test.py BORESIGHT MUTANT
"""
import json
import pathlib
import signal
import subprocess
import tempfile
import time
import unittest

from command import BORESIGHT, FAILURE, HELD, INTERRUPTED, MUTANT, UNTESTED, USAGE, run, main


class Exhaust(unittest.TestCase):
    def json(self, *words, program=BORESIGHT):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "report.json"
            done = run("exhaust", "--quiet", "--json", str(path), *words, program=program)
            return done, path.read_bytes() if path.exists() else None

    def test_an_honest_kernel_holds_and_the_last_line_counts(self):
        done = run("exhaust", "--bound", "1")
        self.assertEqual(done.returncode, HELD, done.stdout)
        self.assertRegex(done.stdout.splitlines()[-1], r"^PASSED: 504 layouts x \d+ kernels, [\d,]+ runs, 0 failed; again: exhaust --bound 1$")

    def test_emulated_kernels_are_left_out_aloud_and_judged_where_asked_for(self):
        done = run("exhaust", "--bound", "0")
        self.assertRegex(done.stderr, r"\d emulated kernel\(s\) left out; --kernel 'cuda/\*' judges them")
        self.assertNotIn("@host", done.stdout)
        asked = run("exhaust", "--bound", "0", "--kernel", "cuda/*")
        self.assertEqual(asked.returncode, HELD, asked.stdout)
        self.assertIn("cuda/tensor_core@host", asked.stdout)

    def test_a_planted_bug_fails_the_same_on_any_number_of_threads(self):
        one, report = self.json("--bound", "1", "--threads", "1", program=MUTANT)
        self.assertEqual(one.returncode, FAILURE)
        self.assertIn("bias-built-over-persistent-kv", one.stdout)
        self.assertEqual(json.loads(report)["schema"], 1)
        self.assertEqual(self.json("--bound", "1", "--threads", "3", program=MUTANT)[1], report)

    def test_ctrl_c_keeps_a_state_from_which_the_same_command_goes_on(self):
        with tempfile.TemporaryDirectory() as folder:
            state = str(pathlib.Path(folder) / "state.json")
            words = ["exhaust", "--bound", "3", "--kernel", "scalar", "--shard", "1/8", "--resume", state]
            whole = run(*words[:-2]).stdout
            process = subprocess.Popen([BORESIGHT, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            while not pathlib.Path(state).exists():  # the first one is written before any layout is judged
                time.sleep(0.05)
            time.sleep(0.3)
            process.send_signal(signal.SIGINT)
            output, told = process.communicate(timeout=60)
            self.assertEqual(process.returncode, INTERRUPTED, output)
            self.assertIn("INTERRUPTED", output)
            self.assertIn(f"goes on from {state}", told)
            left = json.loads(pathlib.Path(state).read_text())["layouts"]
            self.assertLess(left, 24000)
            self.assertEqual(run(*words).stdout, whole)
            other = run("exhaust", "--bound", "2", "--resume", state)
            self.assertEqual(other.returncode, USAGE)
            self.assertIn("another run: its bound", other.stderr)

    def test_without_a_state_file_ctrl_c_says_that_nothing_is_kept(self):
        process = subprocess.Popen([BORESIGHT, "exhaust", "--bound", "4"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        time.sleep(2)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=60)
        self.assertEqual(process.returncode, INTERRUPTED)
        self.assertIn("--resume FILE", told)

    def test_shards_add_up(self):
        parts = [json.loads(self.json("--bound", "1", "--kernel", "scalar", "--shard", f"{k}/3")[1]) for k in (1, 2, 3)]
        self.assertEqual(sum(part["kernels"][0]["layouts"] for part in parts), 504)
        self.assertEqual(sum(part["layouts"]["gone_through"] for part in parts), 504)

    def test_a_shard_without_a_layout_is_no_success(self):
        self.assertEqual(run("exhaust", "--bound", "0", "--shard", "60000/60000").returncode, UNTESTED)

    def test_bad_options_are_usage_errors(self):
        for words in (["--bound", "-1"], ["--bound", "7"], ["--bound", "x"], ["--kernel", "nonesuch"], ["--shard", "2/1"],
                      ["--threads", "0"], ["--resume", "/no/such/folder/state"], ["--json", "/no/such/folder/report.json"]):
            done = run("exhaust", *words)
            self.assertEqual(done.returncode, USAGE, words)
            self.assertTrue(done.stderr + done.stdout)


if __name__ == "__main__":
    main()
