#!/usr/bin/env python3
"""bench/peers.py tells of every contestant its time or the reason why not, times nobody who is wrong, and says where we are behind.
No time is looked at. To be run by the Python of build/venv. Usage: peers_test.py"""
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import unittest

import numpy as np
import torch

TOP = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TOP / "bench"))

from contest import clock, match, numpy_peer, page  # noqa: E402
from contest.contestant import Contestant, NotTaken  # noqa: E402
from contest.inputs import Inputs  # noqa: E402
from contest.judge import Judge  # noqa: E402
from contest.shapes import MODES, SHAPES, TINY, Row, Shape  # noqa: E402

XL = Shape("small xl", 2, 4, 2, 40, 40, 16, memories=24, mem_kv=8)


def no_limit(_inputs):
    return "peak", 1.0, lambda: None


def play(row, *contestants):
    return match.play(row, contestants, no_limit, 0.001, 1)["contestants"]


def shifted(inputs, threads):
    """As NumPy, with all positions off by one."""
    wrong = Inputs(inputs.row)
    wrong.distance = inputs.distance + 1
    return numpy_peer.prepare(wrong, threads)


def in_double(inputs):
    """[B][H][n][D]: the formula as it is written, by NumPy."""
    s, group = inputs.row.shape, inputs.row.shape.heads // inputs.row.shape.kv_heads
    q, k, v = (x.double().numpy() for x in (inputs.q, inputs.k, inputs.v))
    k, v = k.repeat(group, axis=1), v.repeat(group, axis=1)
    scores = q @ k.swapaxes(-1, -2) / s.head_dim**0.5
    for i in range(s.queries):
        for c in range(s.columns):
            distance = i + s.segment - s.queries - (c - s.mem_kv - s.memories) if c >= s.mem_kv else 0
            if inputs.row.alibi:
                scores[:, :, i, c] -= inputs.slopes.double().numpy() * abs(distance)
            if inputs.row.causal and distance < 0:
                scores[:, :, i, c] = -np.inf
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    return weights / weights.sum(-1, keepdims=True) @ v


class Judging(unittest.TestCase):
    def test_the_truth_is_the_formula(self):
        for shape in (TINY, XL):
            for mode in MODES:
                inputs = Inputs(Row(shape, mode, "f32"))
                fraction, off = Judge(inputs).error(torch.from_numpy(in_double(inputs)), {})
                self.assertLess(fraction, 1e-6, inputs.row)
                self.assertLess(off, 1e-12, inputs.row)

    def test_who_is_right_is_timed_and_his_error_told(self):
        for shape in (TINY, XL):
            for mode in MODES:
                told = play(Row(shape, mode, "f32"), *numpy_peer.CONTESTANTS)["numpy"]
                self.assertGreater(told["time_ms"], 0)
                self.assertTrue(0 < told["error/bound"] <= 1, told)

    def test_a_mask_or_a_bias_that_is_off_by_one_is_refused(self):
        for shape in (TINY, XL):
            for mode in ("causal", "alibi", "alibi+causal"):
                told = play(Row(shape, mode, "f32"), Contestant("shifted", shifted, numpy_peer.arithmetic))["shifted"]
                self.assertIn("bounds", told.get("refused", ""), (shape.name, mode))
                self.assertNotIn("time_ms", told)

    def test_an_output_that_is_nan_or_of_another_shape_or_wrong_in_one_row_is_refused(self):
        row = Row(TINY, "plain", "f32")
        first, last = torch.zeros(2, 1, 1, TINY.queries, 1).unbind()
        first[0, 0, 0], last[0, 0, -1] = 1, 1
        for spoil in (lambda out: out * float("nan"), lambda out: out[:, :1], lambda out: out + first, lambda out: out + last):

            def prepare(inputs, threads, spoil=spoil):
                right = numpy_peer.prepare(inputs, threads)
                return right._replace(output=lambda raw: spoil(right.output(raw)))

            self.assertIn("refused", play(row, Contestant("spoilt", prepare, numpy_peer.arithmetic))["spoilt"])

    def test_who_does_not_take_the_row_says_why(self):
        def prepare(_inputs, _threads):
            raise NotTaken("no attention today")

        self.assertEqual(play(Row(TINY, "plain", "f32"), Contestant("idle", prepare, dict))["idle"], {"not_taken": "no attention today"})


class Timing(unittest.TestCase):
    def test_contestants_take_turns_and_begin_by_turns(self):
        asked = []
        runs = {name: lambda name=name: asked.append(name) for name in "abc"}
        found = clock.interleaved(runs, 0.001, 1)
        turns = "".join(name for name, before in zip(asked, [None, *asked]) if name != before)
        self.assertTrue(turns.startswith("abc" + "abc" + "bca" + "cab"), turns)

    def test_a_disturbed_sample_is_dropped_and_counted(self):
        told = clock.Samples(kept=[1.0, 2.0, 3.0], dropped=[50.0, 60.0, 70.0, 80.0]).summary()
        self.assertEqual((told["time_ms"], told["kept"], told["samples"], told["disturbed"]), (2000, 3, 7, False))

    def test_where_nearly_all_were_disturbed_all_count_and_that_is_told(self):
        told = clock.Samples(kept=[1.0], dropped=[3.0, 5.0]).summary()
        self.assertEqual((told["time_ms"], told["disturbed"]), (3000, True))

    def test_who_is_slow_does_not_keep_the_others_waiting(self):
        found = clock.interleaved({"slow": lambda: time.sleep(0.1), "quick": lambda: time.sleep(0.001)}, 0.1, 2)
        slow, quick = (len(found[name].kept) + len(found[name].dropped) for name in ("slow", "quick"))
        self.assertEqual(slow, clock.TELLING)
        self.assertGreater(quick, slow)


def row(mode, **times):
    sure = {"of_limit": 0.5, "error/bound": 0.1, "disturbed": False, "untold": False}
    entries = {name: {"time_ms": ms} | sure for name, ms in times.items()}
    return {"shape": "pre512", "mode": mode, "type": "f32", "limit": {"name": "peak", "rate": 1e11}, "contestants": entries}


class Page(unittest.TestCase):
    def test_it_says_where_we_are_behind(self):
        words = page.behind([row("plain", ours=2, a=1, b=3), row("causal", ours=1, a=2), row("alibi", ours=1, a=1.1)])
        self.assertIn("Not ahead of every peer on pre512 plain (0.50).", words)
        self.assertIn("on pre512 alibi (1.10)", words)
        self.assertNotIn("pre512 causal", words)

    def test_it_says_where_we_are_ahead(self):
        self.assertEqual(page.behind([row("plain", ours=1, a=2)]), "Ahead of every peer on all 1 rows.\n")

    def test_without_ours_or_without_peers_nothing_is_claimed(self):
        for rows in ([row("plain", a=1)], [row("plain", ours=1)]):
            self.assertEqual(page.behind(rows), "On no row can ours be compared with a peer.\n")

    def test_what_was_disturbed_on_several_threads_is_not_compared(self):
        doubtful = row("causal", ours=1, a=2)
        doubtful["contestants"]["a"] |= {"disturbed": True, "untold": True}
        words = page.behind([row("plain", ours=1, a=2), doubtful])
        self.assertEqual(words, "Ahead of every peer on all 1 rows. 1 more could not be told.\n")
        self.assertIn("~2 ", page.table([doubtful]))


class Work(unittest.TestCase):
    def test_causality_leaves_half_the_work_and_the_diagonal(self):
        whole, half = (Row(SHAPES["pre512"], mode, "f32").flops for mode in ("plain", "causal"))
        self.assertEqual(half / whole, 513 / 1024)

    def test_memories_and_persistent_columns_stay_under_causality(self):
        whole, half = (Row(SHAPES["xl512"], mode, "f32").flops for mode in ("plain", "causal"))
        self.assertEqual(half / whole, (528 + 513 / 2) / 1040)


class Command(unittest.TestCase):
    CONTESTANTS = ("ours", "torch flash", "torch math", "torch by hand", "torch flex", "ORT MHA", "ORT GQA", "ORT Attention-23", "numpy")

    def run_it(self, *words):
        return subprocess.run([sys.executable, TOP / "bench/peers.py", *words], capture_output=True, text=True, check=False)

    def test_every_contestant_has_its_time_or_the_reason(self):
        with tempfile.TemporaryDirectory() as place:
            target = pathlib.Path(place) / "speed.md"
            row = ("--rows=tiny", "--modes=alibi+causal", "--threads=1", "--seconds=0.01")
            done = self.run_it(*row, f"--page={target}", f"--results={place}")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertTrue(done.stdout.startswith("# "), done.stdout)
            for end in ("md", "svg", "png"):
                self.assertGreater(target.with_suffix(f".{end}").stat().st_size, 1000)
            (raw,) = pathlib.Path(place).glob("*-peers.json")
            self.assertEqual(self.run_it("--raw", raw).stdout, done.stdout)
            other = pathlib.Path(place) / "other.json"
            other.write_text(raw.read_text().replace('"denormals": "flushed"', '"denormals": "kept"'))
            self.assertIn("its denormals is kept", self.run_it("--raw", raw, other).stderr)
        for type_ in ("f32", "bf16"):
            section = done.stdout.split(f"## {type_}, 1 thread\n")[1].split("## ")[0]
            lines = [[cell.strip() for cell in line.split("|")[1:-1]] for line in section.splitlines() if line.startswith("| ")]
            cells = dict(zip(*lines))
            self.assertIn("simd/", cells["kernel"])
            for name in self.CONTESTANTS:
                cell = cells[f"{name}, ms"]
                if note := re.fullmatch(r"- (\[\d+\])", cell):
                    self.assertIn(f"{note.group(1)} {name}: ", section)
                else:
                    self.assertRegex(cell, r"^~?[\d.e-]+ \(\d+ %\)$")
            self.assertRegex(section, r"(Ahead|Not ahead) of every peer on ")

    def test_a_word_that_is_wrong_is_told_with_what_is_right(self):
        for words, right in ((["--rows=pre511"], "pre512"), (["--threads=0"], "1 to 1024"), (["--isa=neon"], "avx2")):
            done = self.run_it(*words)
            self.assertEqual(done.returncode, 2, words)
            self.assertIn(right, done.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
