#!/usr/bin/env python3
"""The boresight command from outside: exit codes, reports, bad input, and Ctrl-C. Usage: command_test.py BORESIGHT MUTANT"""
import json
import os
import pathlib
import pty
import re
import shlex
import signal
import struct
import subprocess
import sys
import tempfile
import time
import unittest
import xml.etree.ElementTree as xml

BORESIGHT = sys.argv[1]
MUTANT = sys.argv[2]
MISREADINGS = str(pathlib.Path(BORESIGHT).parent / "misreadings")
DATA = pathlib.Path(__file__).resolve().parent / "data"
HELD, FAILURE, USAGE, UNTESTED, INTERRUPTED = 0, 1, 2, 3, 130


def run(*words, program=BORESIGHT):
    return subprocess.run([program, *words], capture_output=True, text=True, check=False, timeout=300)


def planted(name):
    """The command with another planted bug, built beside MUTANT."""
    return str(pathlib.Path(MUTANT).parent / name)


class Verify(unittest.TestCase):
    def test_an_honest_kernel_holds(self):
        done = run("verify", "--cases", "300", "--seed", "1")
        self.assertEqual(done.returncode, HELD, done.stdout)
        self.assertIn("PASSED", done.stdout)

    def test_a_planted_bug_fails_and_its_token_replays_it(self):
        done = run("verify", "--cases", "1000", "--seed", "1", program=MUTANT)
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
                run("verify", "--cases", "500", "--seed", "9", "--threads", threads, "--quiet", "--json", str(path), program=MUTANT)
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
        done = run("verify", "--budget", "1s", "--seed", "4")
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
        _, whole = self.report("--cases", "600")
        parts = [self.report("--cases", "600", "--shard", f"{k}/3") for k in (1, 2, 3)]
        for done, part in parts:
            self.assertEqual(done.returncode, HELD, done.stderr)
            self.assertTrue(all(judged(part).values()), part)
        self.assertEqual(judged(whole), {law: sum(judged(part)[law] for _, part in parts) for law in judged(whole)})
        self.assertEqual(sum(part["shard"]["cases"] for _, part in parts), 600)

    def test_one_says_which_it_is_and_how_to_repeat_it(self):
        done = run("verify", "--cases", "600", "--seed", "3", "--shard", "2/3")
        self.assertIn("shard 2/3", done.stdout)
        self.assertIn("again: --cases 600 --seed 3 --shard 2/3", done.stdout)
        budget = run("verify", "--budget", "0.5s", "--seed", "3", "--shard", "2/3").stdout
        counts = budget.splitlines()[-1].split(";")[0]
        again = run("verify", *budget.split("again: ")[1].split()).stdout
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
        done, root = self.suites("--cases", "300")
        self.assertEqual(done.returncode, HELD)
        laws = [line.split()[0] for line in run("list", "laws").stdout.splitlines()]
        suite = next(suite for suite in root if suite.get("name") == "scalar")
        self.assertEqual(sorted(case.get("name") for case in suite.iter("testcase")), sorted(laws))
        self.assertEqual((suite.get("failures"), suite.get("skipped")), ("0", "0"))
        self.assertIn("judged", suite.find("testcase/system-out").text)

    def test_a_failure_holds_the_words_and_the_token(self):
        done, root = self.suites("--cases", "1000", "--law", "agrees*", program=MUTANT)
        failure = root.find(".//failure")
        self.assertIn("outside the certified bound", failure.get("message"))
        self.assertEqual(root.get("failures"), "1")
        self.assertIn(failure.text.strip(), done.stdout)
        self.assertIn("replay 'bs1 ", failure.text)

    def test_what_was_not_judged_is_skipped_with_its_reason(self):
        _, root = self.suites("--cases", "1", "--law", "agrees*,causal")
        skipped = {case.get("name"): case.find("skipped") for case in root.iter("testcase")}
        self.assertIn("none judged", skipped["causal"].get("message"))

    def test_one_that_cannot_be_written_is_an_error_before_the_run(self):
        done = run("verify", "--junit", "/no/such/folder/report.xml")
        self.assertEqual(done.returncode, USAGE)
        self.assertIn("/no/such/folder/report.xml", done.stderr)


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

    def test_a_planted_bug_fails_the_same_on_any_number_of_threads(self):
        one, report = self.json("--bound", "1", "--threads", "1", program=MUTANT)
        self.assertEqual(one.returncode, FAILURE)
        self.assertIn("bias-built-over-persistent-kv", one.stdout)
        self.assertEqual(json.loads(report)["schema"], 1)
        self.assertEqual(self.json("--bound", "1", "--threads", "3", program=MUTANT)[1], report)

    def test_ctrl_c_keeps_a_state_from_which_the_same_command_goes_on(self):
        with tempfile.TemporaryDirectory() as folder:
            state = str(pathlib.Path(folder) / "state.json")
            words = ["exhaust", "--bound", "3", "--kernel", "scalar", "--shard", "1/2", "--resume", state]
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
            self.assertLess(left, 90000)
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


class Replay(unittest.TestCase):
    def test_a_case_that_could_not_have_told_is_untested(self):
        done = run("replay", "bs1 b1 h1 d4 n1 s1")
        self.assertEqual(done.returncode, UNTESTED)
        self.assertIn("MISTRUSTED", done.stdout)

    def test_bad_tokens_are_usage_errors(self):
        for token in ("", "bs2 b1 h1 d4 n1 s1", "bs1 b1 h1 d4 n1", "bs1 b1 h1 d4 n1 s1 casual", "bs1 b0 h1 d4 n1 s1",
                      "bs1 b1 h1 d4 n1 s1 law=nonesuch", "bs1 b1 h1 d4 n1 s1 kernel=nonesuch",
                      "bs1 b65536 h4096 d8 n100000 s100000", "bs1 b1 h1 d1 n100000 s100000"):
            self.assertEqual(run("replay", token).returncode, USAGE, token)

    def test_a_misspelt_word_gets_the_nearest_right_one(self):
        self.assertIn("causal", run("replay", "bs1 b1 h1 d4 n1 s1 casual").stderr)


class Explain(unittest.TestCase):
    TOKEN = "bs1 b1 h2 d8 n2 s5 M2 P2 causal bias=alibi"

    def test_right_kernels_share_one_answer(self):
        done = run("explain", self.TOKEN)
        self.assertEqual(done.returncode, HELD, done.stdout + done.stderr)
        self.assertIn("NOTHING DEPARTS", done.stdout)
        self.assertIn("simd/flash", done.stdout)
        self.assertRegex(done.stdout, r"2 memory +-0\.3125 +-0\.3125")
        self.assertNotIn("*", done.stdout)
        self.assertTrue(all(len(line) <= 120 for line in done.stdout.splitlines()), done.stdout)

    def test_a_planted_bug_departs_where_it_is(self):
        done = run("explain", *self.TOKEN.split(), "--kernel", "scalar", program=MUTANT)
        self.assertEqual(done.returncode, FAILURE, done.stdout + done.stderr)
        self.assertIn("persistent columns too", done.stdout)
        self.assertRegex(done.stdout, r"\* +0 mem_kv +0\.0625 +-0\.375 ± 1e-05")
        self.assertIn("bias-built-over-persistent-kv", done.stdout)

    def test_one_row_or_some_are_shown_and_the_rest_is_told(self):
        for words, row in ((("--row", "0,1,1"), "b 0, h 1, i 1"), (("--rows", "1"), "b 0, h 0, i 0")):
            done = run("explain", self.TOKEN, "--kernel", "scalar", *words)
            self.assertEqual(done.stdout.count("bias above that of"), 1, done.stdout)
            self.assertIn(row, done.stdout)
            self.assertIn("1 of 4 rows are shown; departing among the others: 0", done.stdout)

    def test_what_fails_without_departing_is_neither_bias_nor_mask(self):
        done = run("explain", "bs1 b1 h1 d1 n1 s2 M1 values=integers seed=3 kernel=scalar tile=0x2",
                   program=planted("rescale-forgets-the-sums"))
        self.assertEqual(done.returncode, FAILURE, done.stdout + done.stderr)
        self.assertIn("scalar\nFAILED\n", done.stdout)
        self.assertNotIn("DEPARTS", done.stdout)
        self.assertIn("the probe sees nothing: what is wrong is not the bias or the mask", done.stdout)

    def test_what_departs_in_a_case_that_holds_is_told_as_the_probes(self):
        for law, said in (("threads", "this law"), ("batch_order", "was not judged")):
            done = run("explain", f"{self.TOKEN} law={law}", "--kernel", "scalar", program=MUTANT)
            self.assertEqual(done.returncode, FAILURE, done.stdout + done.stderr)
            self.assertIn("scalar\nDEPARTS\n", done.stdout)
            judged = " ".join(done.stdout.split("  probed ")[0].split())
            self.assertIn("the probe's own calls show what departs", judged)
            self.assertIn(said, judged)
        done = run("explain", "bs1 b1 h2/1 d8 n3 s5 rotary=6 causal softcap=20 bf16", "--kernel", "misread/softcap-after-mask",
                   program=MISREADINGS)
        self.assertEqual(done.returncode, FAILURE, done.stdout + done.stderr)
        self.assertRegex(" ".join(done.stdout.split()), "PASSED · .* the case itself is within its bound probed")

    def test_other_names_of_the_mistake_are_told(self):
        bits = "1" * 32 + "0"
        done = run("explain", f"bs1 b1 h1 d1 n1 s13 P20 attention_mask=0b{bits} attention_mask_shape=h values=integers",
                   "--kernel", "scalar", program=planted("mask-columns-wrap"))
        self.assertEqual(done.returncode, FAILURE, done.stdout + done.stderr)
        self.assertIn("also fits: attention-mask-read-without-persistent-kv", " ".join(done.stdout.split()))

    def test_what_the_probe_says_is_said_once(self):
        token = "bs1 b1 h1 d2 n3 s40 attention_mask=0.5 seed=1"
        mutant = planted("mask-columns-wrap")
        done = run("explain", token, "--kernel", "scalar", program=mutant)
        self.assertEqual(done.returncode, FAILURE, done.stdout + done.stderr)
        self.assertIn("no reading explains it", done.stdout)
        self.assertEqual(" ".join(done.stdout.split()).count("hidden for 6 of 12 elements"), 1, done.stdout)
        self.assertIn("probed: h 0: hidden for 6 of 12 elements", run("replay", token, program=mutant).stdout)

    def test_nothing_to_compare_is_no_pass(self):
        done = run("explain", "bs1 b1 h1 d4 n1 s1")
        self.assertEqual(done.returncode, UNTESTED, done.stdout + done.stderr)
        self.assertIn("NOTHING TO COMPARE", done.stdout)
        self.assertIn("no row shows two columns whose levels could be compared", done.stdout)
        self.assertNotIn("as they should be", done.stdout)
        self.assertEqual(run("explain", "bs1 b1 h1 d4 n1 s1 sink").returncode, HELD)  # a column beside the sink

    def test_a_heading_names_six_kernels(self):
        heading = run("explain", self.TOKEN, program=MISREADINGS).stdout.split("\nNOTHING DEPARTS")[0]
        heading = heading[heading.rfind("\n\n") + 1 :]
        self.assertEqual(heading.count("misread/"), 6, heading)
        self.assertRegex(heading, r"(?s)misread/by-the-book, .* and \d+ more$")

    def test_a_wrong_factor_is_no_wrong_angle(self):
        done = run("explain", "bs1 b1 h1 d8 n3 s5 P2 rotary=6 xpos xpos_scale_base=16 xpos_center=1",
                   "--kernel", "misread/xpos-ignored", program=MISREADINGS)
        self.assertEqual(done.returncode, FAILURE, done.stdout + done.stderr)
        self.assertIn("    rotary angles       1, 0.04642, 0.002154 a position\n", done.stdout)
        self.assertRegex(done.stdout, r"\* XPOS factors +1, 1, 1 on q\.k of row 1 and column 2, right is 0\.79")

    def test_what_cannot_be_probed_is_untested_or_a_usage_error(self):
        self.assertEqual(run("explain", "bs1 b1 h1 d8 n0 s4").returncode, UNTESTED)
        for words, said in ((("bs1 b1 h1 d8 n1 s1 frobnicate",), "frobnicate"),
                            ((self.TOKEN, "--row", "0,2,0"), "below 1,2,2"),
                            ((self.TOKEN, "--row", "0,0,0", "--rows", "2"), "excludes"),
                            ((self.TOKEN, "--kernel", "nobody"), "no kernel has the name 'nobody'"),
                            (("bs1 b1 h1 d8 n100000 s100000",), "allowed: up to"),
                            (("bs1 b1 h8 d8 n512 s4096",), "multiplications")):
            done = run("explain", *words)
            self.assertEqual(done.returncode, USAGE, done.stdout)
            self.assertIn(said, done.stderr)


class Vectors(unittest.TestCase):
    def test_the_oracle_is_within_the_bound_in_every_type(self):
        done = run("vectors", str(DATA / "oracle/x-transformers/vectors.jsonl"))
        self.assertEqual(done.returncode, HELD, done.stdout)
        for row in ("reference f64", "scalar f32", "scalar bf16", "scalar f16"):
            self.assertIn(f"{row}: 251 of 251 within the bound", done.stdout)

    def test_our_second_source_is_within_the_bound(self):
        done = run("vectors", str(DATA / "second_source.jsonl"))
        self.assertEqual(done.returncode, HELD, done.stdout)

    def test_a_planted_bug_is_outside(self):
        done = run("vectors", str(DATA / "oracle/x-transformers/vectors.jsonl"), "--type", "f32", program=MUTANT)
        self.assertEqual(done.returncode, FAILURE)

    def test_wrong_outputs_on_record_are_named_in_the_type_they_were_computed_in(self):
        lines = (DATA / "oracle/historical-bugs/bugs.jsonl").read_text().splitlines()
        done = run("vectors", str(DATA / "oracle/historical-bugs/bugs.jsonl"), "--kernel", "scalar", "--type", "f32")
        self.assertEqual(done.returncode, HELD)
        self.assertEqual(len(re.findall(r"^reading [a-z0-9-]+  ", done.stdout, re.MULTILINE)), len(lines))
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "one.jsonl"
            record = json.loads(lines[0])
            record["observed"]["data"] = [struct.unpack("f", struct.pack("f", x))[0] for x in record["observed"]["data"]]
            for type_of_it, name in (("f64", "-"), ("f32", "bias-built-over-persistent-kv")):
                path.write_text(json.dumps(record | {"observed_type": type_of_it}))
                self.assertIn(f"reading {name}  issue242-math", run("vectors", str(path), "--kernel", "scalar").stdout)

    def test_files_that_are_missing_or_malformed_are_usage_errors(self):
        with tempfile.TemporaryDirectory() as folder:
            bad = pathlib.Path(folder) / "bad.jsonl"
            for text in ("", "{", "[]\n", '{"id": "x"}\n', '{"id": "x", "config": {}, "inputs": {}}\n'):
                bad.write_text(text)
                done = run("vectors", str(bad))
                self.assertEqual(done.returncode, USAGE, text)
                self.assertIn("bad.jsonl", done.stderr)
        self.assertEqual(run("vectors", "/no/such/file.jsonl").returncode, USAGE)


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
    unittest.main(argv=sys.argv[:1], verbosity=2)
