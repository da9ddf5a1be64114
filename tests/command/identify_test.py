#!/usr/bin/env python3
"""boresight identify from outside: kernels in, a card of the conventions that each follows out.

Usage: identify_test.py BORESIGHT MUTANT
"""
import json
import pathlib
import tempfile
import unittest

from command import FAILURE, HELD, MISREADINGS, MUTANT, USAGE, planted, run, main


def report(*words, program):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "cards.json"
        done = run("identify", *words, "--json", str(path), program=program)
        return done, json.loads(path.read_text())


class Identify(unittest.TestCase):
    def test_our_own_kernels_are_as_specified_in_every_row(self):
        done = run("identify", "--kernel", "scalar,simd/*,cuda/tiled@host,cuda/decode@host")
        self.assertEqual(done.returncode, HELD, done.stdout + done.stderr)
        self.assertIn("NOTHING DEPARTS", done.stdout)
        self.assertNotIn("*  ", done.stdout)
        self.assertNotIn("not told", done.stdout)
        self.assertNotIn("not asked", done.stdout)
        self.assertTrue(all(len(line) <= 120 for line in done.stdout.splitlines()), done.stdout)

    def test_of_a_kernel_for_16_bits_alone_nothing_departs(self):
        done = run("identify", "--kernel", "cuda/tensor_core@host")
        self.assertEqual(done.returncode, HELD, done.stdout + done.stderr)
        self.assertIn("NOTHING DEPARTS", done.stdout)

    def test_a_planted_bug_departs_in_its_row_by_its_name(self):
        done, cards = report("--kernel", "scalar", program=MUTANT)
        self.assertEqual(done.returncode, FAILURE, done.stdout + done.stderr)
        departing = [row for row in cards["cards"][0]["rows"] if row["answer"] == "departs"]
        self.assertEqual([row["row"] for row in departing], ["bias origin"])
        self.assertEqual(departing[0]["departures"][0]["readings"], ["bias-built-over-persistent-kv"])
        self.assertEqual(departing[0]["departures"][0]["source"], "lucidrains/x-transformers#242")
        replayed = run("replay", departing[0]["departures"][0]["token"], "--kernel", "scalar", program=MUTANT)
        self.assertEqual(replayed.returncode, FAILURE, replayed.stdout + replayed.stderr)

    def test_a_bug_that_is_no_reading_is_guessed_to_be_none(self):
        done, cards = report("--kernel", "scalar", program=planted("rescale-forgets-the-sums"))
        for row in cards["cards"][0]["rows"]:
            self.assertNotIn(row["answer"], ("departs",), row)

    def test_kernels_of_one_card_share_it(self):
        done = run("identify", "--kernel", "misread/causal-hides-the-diagonal,misread/causal-ignored,misread/by-the-book",
                   program=MISREADINGS)
        self.assertEqual(done.returncode, FAILURE, done.stdout + done.stderr)
        self.assertEqual(done.stdout.count("\nDEPARTS: "), 2, done.stdout)
        self.assertIn("[causal-hides-the-diagonal]", done.stdout)
        self.assertIn("[causal-ignored]", done.stdout)

    def test_the_same_seed_gives_the_same_report(self):
        words = ("--kernel", "misread/softcap-ignored", "--seed", "5")
        self.assertEqual(report(*words, program=MISREADINGS)[1], report(*words, program=MISREADINGS)[1])

    def test_what_is_asked_wrongly_is_a_usage_error(self):
        for words in (("--kernel", "nonesuch"), ("--seed", "minus"), ("--json", "/nonesuch/cards.json"), ("more",)):
            self.assertEqual(run("identify", *words).returncode, USAGE, words)


if __name__ == "__main__":
    main()
