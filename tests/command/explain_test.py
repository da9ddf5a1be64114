#!/usr/bin/env python3
"""boresight replay and explain from outside: a token in, a verdict or what the kernel really computes out.

Usage: explain_test.py BORESIGHT MUTANT
"""
import unittest

from command import FAILURE, HELD, MISREADINGS, MUTANT, UNTESTED, USAGE, planted, run, main


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


if __name__ == "__main__":
    main()
