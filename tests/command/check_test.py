#!/usr/bin/env python3
"""boresight check from outside: the examples, kernels that cheat or end badly, and libraries that are none.

The libraries are those of examples/ and tests/strangers/, built beside the command. What each kernel must be called is written
above it there. Usage: check_test.py BORESIGHT MUTANT
"""
import json
import pathlib
import re
import tempfile
import unittest
import xml.etree.ElementTree as xml

from command import BORESIGHT, FAILURE, HELD, UNTESTED, USAGE, run, main

BUILD = pathlib.Path(BORESIGHT).parent
AGREEMENT = "agrees_with_reference"


def example(name):
    return str(BUILD / "examples" / f"{name}.so")


def stranger(name):
    return str(BUILD / "tests/strangers" / f"{name}.so")


def check(library, *words, seed=1):
    """The finished command, and its report."""
    with tempfile.TemporaryDirectory() as folder:
        report = pathlib.Path(folder) / "report.json"
        done = run("check", library, *words, "--seed", str(seed), "--json", str(report))
        return done, json.loads(report.read_bytes()) if report.exists() else None


def said(report, kernel):
    """What was found wrong with a kernel, in the words of its findings."""
    return [finding["what"] for finding in report["findings"] if finding["kernel"] == kernel]


def passed(report, kernel):
    return sum(row["passed"] for row in report["evidence"] if row["kernel"] == kernel)


class Examples(unittest.TestCase):
    def test_the_correct_one_passes_every_law(self):
        done, report = check(example("correct"), "--cases", "600")
        self.assertEqual(done.returncode, HELD, done.stdout)
        self.assertTrue(all(row["passed"] > 0 for row in report["evidence"]), report["evidence"])

    def test_the_plain_one_passes_and_what_it_refuses_is_told(self):
        done, report = check(example("plain"), "--cases", "300")
        self.assertEqual(done.returncode, HELD, done.stdout)
        self.assertTrue(any("not supported" in reason for row in report["evidence"] for reason in row["reasons"]), report)

    def found(self, name, seed=1):
        """Its one finding by agreement, whose token fails again, on it alone."""
        done, report = check(example(name), "--cases", "150", "--law", AGREEMENT, "--fail-fast", seed=seed)
        self.assertEqual(done.returncode, FAILURE, done.stdout)
        finding, = report["findings"]
        self.assertIn(f"replay '{finding['smallest']}' --library {example(name)}", done.stdout)
        again = run("replay", finding["smallest"], "--library", example(name))
        self.assertEqual(again.returncode, FAILURE, again.stdout)
        right = finding["smallest"].replace(f"kernel={name}", "kernel=correct")
        self.assertIn(run("replay", right, "--library", example("correct")).returncode, (HELD, UNTESTED), right)
        return finding

    def test_a_bias_over_persistent_columns_is_named(self):
        self.assertEqual(self.found("wrong_origin")["reading"], "bias-built-over-persistent-kv")

    def test_a_window_one_too_wide_is_named(self):
        self.assertEqual(self.found("wrong_window")["reading"], "window-one-too-wide")

    def test_a_forgotten_rescale_is_no_reading(self):
        self.assertIn("no reading explains it", self.found("wrong_rescale", seed=5)["why"])


# What a finding must say, and the law that is asked.
CHEATS = {
    "remembers-addresses": ("called_twice", "on other data in the same memory"),
    "mean-of-the-visible": (AGREEMENT, "outside the certified bound"),
    "zeros": (AGREEMENT, "outside the certified bound"),
    "writes-late": (AGREEMENT, "unwritten|after it had returned|wrote outside"),
    "writes-again-later": (AGREEMENT, "after it had returned|wrote outside"),
    "writes-past-the-end": (AGREEMENT, "past the end of output out"),
    "writes-before-the-start": (AGREEMENT, "wrote outside its output out"),
    "writes-between-rows": (AGREEMENT, "wrote outside its outputs"),
    "scales-q-in-place": ("inputs_unchanged_outputs_fenced", "changed its inputs|input"),
    "nan-everywhere": (AGREEMENT, "NaN"),
    "noisy": ("called_twice", "called again|second|outside"),
    "reads-neighbours": ("batch_order", "the order of sequences shows"),
    "reads-past-the-end": (AGREEMENT, "past the end of input q"),
    "uses-what-lies-past-the-end": (AGREEMENT, "past the end of input q"),
    "leaves-the-last-row": (AGREEMENT, "left 1 of .* unwritten"),
    "adds-to-its-outputs": (AGREEMENT, "unwritten"),
    "right-to-64-columns": (AGREEMENT, "outside the certified bound"),
    "leaves-rounding-upward": (AGREEMENT, "left another rounding mode"),
    "leaves-flush-to-zero": (AGREEMENT, "flushing of subnormals"),
    "says-passed": (AGREEMENT, r"ended its process \(exit code 0\)"),
    "changes-with-threads": ("threads", "one thread and .* give different bits"),
    "hidden-times-zero": ("hidden_is_inert", "NaN and infinities in keys and values that the masks hide reach the output"),
    "promises-nothing": (AGREEMENT, "promises what is no arithmetic: exp_error is 1000000"),
    "closes-all-descriptors": (AGREEMENT, "closed the connection to its judge"),
    "answers-by-itself": (AGREEMENT, "."),
    "scribbles-over-shared-memory": (AGREEMENT, "."),
}


# What some are told to do, where a reading would be a guess.
CONDUCTS = {
    "remembers-addresses": "remembers its results by where its inputs lie",
    "mean-of-the-visible": "never looks at queries and keys",
    "zeros": "gives one number everywhere",
    "nan-everywhere": "gives NaN everywhere",
    "noisy": "gives another answer each time",
    "scales-q-in-place": "writes to its inputs",
    "reads-neighbours": "looks at other sequences of the batch",
    "adds-to-its-outputs": "adds to what its outputs held before",
    "right-to-64-columns": "right up to 64 columns, wrong from 65 on",
}


class Cheats(unittest.TestCase):
    def test_each_is_told_by_what_it_does(self):
        for name, (law, words) in CHEATS.items():
            with self.subTest(name):
                done, report = check(stranger("cheats"), "--kernel", f"cheat/{name}", "--law", law, "--cases", "60", "--fail-fast")
                self.assertEqual(done.returncode, FAILURE, done.stdout)
                whats = said(report, f"cheat/{name}")
                self.assertTrue(whats)
                for what in whats:
                    self.assertRegex(what, words)
                for finding in report["findings"]:
                    self.assertIn(CONDUCTS.get(name, ""), finding["why"])

    def test_one_that_is_right_for_a_while_is_found_in_a_while(self):
        done, report = check(stranger("cheats"), "--kernel", "cheat/right-for-200-calls", "--cases", "1500", "--fail-fast")
        self.assertEqual(done.returncode, FAILURE, done.stdout)
        for finding in report["findings"]:
            self.assertRegex(finding["unsteady"], "does not fail every time")

    def test_the_judges_memory_cannot_be_cut(self):
        done, _ = check(stranger("cheats"), "--kernel", "cheat/shrinks-what-is-open", "--law", AGREEMENT, "--cases", "20")
        self.assertEqual(done.returncode, HELD, done.stdout)

    def test_what_was_hardly_tried_did_not_pass(self):
        for name in ("takes-trivial-problems-alone", "takes-nothing"):
            with self.subTest(name):
                done, _ = check(stranger("cheats"), "--kernel", f"cheat/{name}", "--cases", "500")
                self.assertEqual(done.returncode, UNTESTED, done.stdout)

    def test_no_cheat_harms_the_honest_kernel_beside_it(self):
        done, report = check(stranger("cheats"), "--law", AGREEMENT, "--cases", "20", "--no-shrink", "--timeout", "2s")
        self.assertEqual(done.returncode, FAILURE, done.stdout)
        self.assertGreater(passed(report, "honest"), 0)
        self.assertEqual(said(report, "honest"), [])

    def test_what_a_kernel_prints_is_not_the_judges_word(self):
        done, _ = check(stranger("cheats"), "--kernel", "cheat/says-passed", "--law", AGREEMENT, "--cases", "20")
        self.assertFalse([line for line in done.stdout.splitlines() if line.startswith("PASSED")], done.stdout)


FAULTS = {
    "null-dereference": r"crashed \(SIGSEGV\) through a null pointer",
    "abort": r"aborted.*Assertion `mem_kv == 0' failed",
    "division-by-zero": r"crashed \(SIGFPE\)",
    "throws": "threw: tile sizes do not divide",
    "returns-an-error": "reported: no workspace of 48 bytes",
    "returns-control-characters": "reported: .*PASSED",
    "returns-a-long-error": "reported: xxx",
    "hangs": "did not return within its limit of 0.4 s",
    "hangs-ignoring-signals": "did not return within its limit of 0.4 s",
    "eats-memory": "took more memory than its limit of 64 MiB",
    "stack-overflow": r"crashed \(SIGSEGV\): its stack overflowed",
    "exits": r"ended its process \(exit code 0\)",
    "kills-itself": "was killed",
    "stops-itself": "did not return within its limit of 0.4 s",
    "crashes-when-asked": r"crashed \(SIGSEGV\) through a null pointer \(asked what it supports\)",
    "promises-nan": "exp_error is nan",
    "promises-a-negative-chain": "dot_chain is -1",
    "promises-no-type": "accumulator is 99",
}
LIMITS = ("--timeout", "20s", "--memory", "64M")
SHORT = ("--timeout", "0.4s")


class Faults(unittest.TestCase):
    def test_each_is_a_verdict_in_its_own_words(self):
        for name, words in FAULTS.items():
            with self.subTest(name):
                done, report = check(stranger("faults"), "--kernel", f"fault/{name}", "--law", AGREEMENT, "--cases", "16", "--fail-fast",
                                     *(SHORT if "did not return" in words else LIMITS))
                self.assertEqual(done.returncode, FAILURE, done.stdout)
                self.assertRegex(said(report, f"fault/{name}")[0], words)

    def test_the_run_goes_on_to_the_other_kernels(self):
        others = [name for name in FAULTS if "hang" not in name and name != "stops-itself"]
        kernels = ",".join([f"fault/{name}" for name in others] + ["honest"])
        done, report = check(stranger("faults"), "--kernel", kernels, "--law", AGREEMENT, "--cases", "8", "--no-shrink", *LIMITS)
        self.assertEqual(done.returncode, FAILURE, done.stdout)
        self.assertEqual({finding["kernel"] for finding in report["findings"]}, {f"fault/{name}" for name in others}, done.stdout)
        self.assertGreater(passed(report, "honest"), 0)

    def test_a_hang_when_asked_is_told(self):
        done, report = check(stranger("faults"), "--kernel", "fault/hangs-when-asked", "--law", AGREEMENT, "--cases", "1", *SHORT)
        self.assertEqual(done.returncode, FAILURE, done.stdout)
        self.assertIn("did not return within its limit of 0.4 s (asked what it supports)", said(report, "fault/hangs-when-asked")[0])

    def test_a_leak_is_told(self):
        done, report = check(stranger("faults"), "--kernel", "fault/leaks", "--law", AGREEMENT, "--cases", "40", "--fail-fast", *LIMITS)
        self.assertRegex(" ".join(said(report, "fault/leaks")), "took more memory than its limit of 64 MiB")

    def test_a_crash_is_shrunk_and_its_token_crashes_again(self):
        _, report = check(stranger("faults"), "--kernel", "fault/null-dereference", "--law", AGREEMENT, "--cases", "16")
        token = report["findings"][0]["smallest"]
        self.assertRegex(token, r"\bn3\b")
        again = run("replay", token, "--library", stranger("faults"))
        self.assertEqual(again.returncode, FAILURE, again.stdout)
        self.assertIn("crashed (SIGSEGV)", again.stdout)

    def test_a_strangers_words_are_printed_as_text(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "report.xml"
            done = run("check", stranger("faults"), "--kernel", "fault/returns-control-characters", "--law", AGREEMENT, "--cases", "20",
                       "--seed", "1", "--junit", str(path))
            self.assertNotIn("\x1b", done.stdout)
            self.assertIn("]]>", xml.parse(path).getroot().find(".//failure").get("message"))

    def test_a_long_error_is_cut(self):
        done, _ = check(stranger("faults"), "--kernel", "fault/returns-a-long-error", "--law", AGREEMENT, "--cases", "20")
        self.assertLess(len(done.stdout), 20_000)


class Documented(unittest.TestCase):
    def judged(self, kernel, *words):
        return check(stranger("good"), "--kernel", kernel, *words)

    def test_a_kernel_is_held_to_what_it_documents(self):
        done, report = self.judged("good/top-left", "--law", AGREEMENT, "--cases", "40")
        self.assertEqual(done.returncode, HELD, done.stdout)
        self.assertGreater(passed(report, "good/top-left"), 0)

    def test_one_that_does_not_follow_it_fails(self):
        done, report = self.judged("bad/says-top-left", "--law", AGREEMENT, "--cases", "60", "--fail-fast")
        self.assertEqual(done.returncode, FAILURE, done.stdout)
        self.assertRegex(said(report, "bad/says-top-left")[0], "held to the readings that it documents")

    def test_one_that_documents_nothing_is_named(self):
        done, report = self.judged("bad/top-left", "--law", AGREEMENT, "--cases", "60", "--fail-fast")
        self.assertEqual(done.returncode, FAILURE, done.stdout)
        self.assertEqual(report["findings"][0]["reading"], "causal-top-left")

    def test_no_law_blames_a_kernel_for_what_it_documents(self):
        done, _ = self.judged("good/top-left", "--cases", "400")
        self.assertEqual(done.returncode, HELD, done.stdout)

    def test_a_kernel_without_lse_is_not_asked_for_one(self):
        done, report = self.judged("good/without-lse", "--cases", "400")
        self.assertEqual(done.returncode, HELD, done.stdout)
        self.assertGreater(passed(report, "good/without-lse"), 0)
        self.assertRegex(done.stdout, "parts are merged by lse|splitting_keys +0")

    def test_an_honest_kernel_is_not_blamed_for_its_neighbours(self):
        done, _ = self.judged("good/honest", "--cases", "400")
        self.assertEqual(done.returncode, HELD, done.stdout)


BROKEN = {
    "crashes-when-loaded": "crashed (SIGSEGV)",
    "hangs-when-loaded": "did not return within its limit",
    "exits-when-loaded": "ended its process (exit code 0)",
    "crashes-in-its-table": "crashed (SIGSEGV)",
    "hangs-in-its-table": "did not return within its limit",
    "no-table": "boresight_kernels() returned NULL",
    "no-symbol": "has no function boresight_kernels",
    "undefined-symbol": "undefined symbol: defined_nowhere",
    "another-interface": "version 7 of the interface; this program has version 1",
    "no-kernels": "its table has 0 kernels",
    "no-list-of-kernels": "its table's kernels is NULL",
    "too-many-kernels": "its table has 4000000000 kernels",
    "a-kernel-that-is-null": "kernel 1 of its table is NULL",
    "two-of-a-name": "two kernels have the name fine",
    "no-name": "kernel 2 of its table: its name",
    "empty-name": "kernel 2 of its table: its name",
    "name-with-a-space": "kernel 2 of its table: its name",
    "name-with-a-control-character": "kernel 2 of its table: its name",
    "long-name": "kernel 2 of its table: its name",
    "small-struct": "struct_size is 16",
    "small-problem": "problem_size is 8",
    "unknown-reading": "no reading has the name 'causal-top-lefty'",
    "unknown-flag": "flags is 1048576",
    "odd-alignment": "alignment is 48",
    "large-alignment": "alignment is 8192",
    "no-run": "run is NULL",
}


class Broken(unittest.TestCase):
    def refused(self, path, words):
        done = run("check", path, "--cases", "10", "--timeout", "0.4s")
        self.assertEqual(done.returncode, USAGE, done.stdout + done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertIn(f"{path}: ", done.stderr)
        self.assertIn(words, done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertNotIn("\x1b", done.stderr)

    def test_each_is_refused_by_file_and_field(self):
        for name, words in BROKEN.items():
            with self.subTest(name):
                self.refused(stranger(name), words)

    def test_what_is_no_library_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            text = pathlib.Path(folder) / "text.so"
            text.write_text("no library\n" * 100)
            self.refused(str(text), "can't be loaded")
            self.refused(str(pathlib.Path(folder) / "absent.so"), "can't be loaded")
            self.refused(folder, "can't be loaded")


if __name__ == "__main__":
    main()
