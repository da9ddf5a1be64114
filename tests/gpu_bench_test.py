#!/usr/bin/env python3
"""bench/gpu.py, as far as it goes without a GPU: what is missing is told, tables and plot say what was measured (here: made-up numbers),
and its judge refuses what is off by one. What needs torch, matplotlib or the judge's library is left out where that is not here,
unless ALL is said: then it fails.

Usage: gpu_bench_test.py [ALL]   (by the Python of build/venv, with boresight_judge in build/release)"""
import ctypes
import importlib.util
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import types
import unittest
from unittest import mock

TOP = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TOP / "bench"))

import gpu  # noqa: E402
from contest import gpu_page, gpu_rows, rotation  # noqa: E402
from contest.contestant import Broken, Contestant, NotTaken, Prepared  # noqa: E402
from contest.shapes import MODES, Row, Shape  # noqa: E402

ALL = sys.argv[1:] == ["ALL"]
LIBRARY = TOP / "build/release/libboresight_judge.so"
FACTS = {"date": "2026-01-02", "commit": "abc", "device": "made up"}


def needs(*modules, library=False):
    found = all(importlib.util.find_spec(name) for name in modules) and (not library or LIBRARY.exists())
    return unittest.skipUnless(found or ALL, f"needs {', '.join(modules)}{' and ' + LIBRARY.name if library else ''}")


def row(name, mode, limit="matmul", **times_ms):
    one = Row(gpu_rows.SHAPES[name], mode, "bf16")
    rate = 1e15 if limit == "matmul" else 4e12
    entries = {
        who: {"time_ms": time, "kernel": "cuda/mine" if who == "ours" else "", "error/bound": 0.5, "of_limit": 0.25, "untold": False}
        for who, time in times_ms.items()
    }
    return {
        "row": one.name, "shape": name, "mode": mode, "type": "bf16", "limit": {"name": limit, "rate": rate}, "contestants": entries,
        "flops": one.flops, "bytes": one.bytes_read, "moved": 2 * one.bytes_read,
    }  # fmt: skip


def made_up():
    rows = [row("d128n16k", "plain", ours=10, FA2=20), row("d128n16k", "alibi", ours=11, flex=44)]
    rows.append(row("dec8x32k", "plain", "copy", ours=0.5))
    rows[1]["contestants"] |= {"FA2": {"not_taken": "no mask"}, "cuDNN": {"refused": "wrong: off by 3"}}
    return rows


def cells(table, row_name):
    lines = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines() if line.startswith("| ")]
    return dict(zip(lines[0], next(line for line in lines if line[0] == row_name)))


class Rows(unittest.TestCase):
    def test_every_prefill_has_as_many_tokens_and_is_as_wide(self):
        for shape in gpu_rows.SHAPES.values():
            if shape.queries > 1:
                self.assertEqual((shape.batch * shape.queries, shape.heads * shape.head_dim), (16384, 2048), shape.name)

    def test_rows_that_decode_have_no_causal_ones(self):
        found = list(gpu_rows.rows(gpu_rows.SHAPES, MODES))
        self.assertEqual(len({one.name for one in found}), len(found))
        self.assertFalse([one.name for one in found if one.decodes and one.causal])
        self.assertEqual(len(found), 10 * 4 + 6 * 2)


class Rotation(unittest.TestCase):
    CACHE = 50 << 20  # bytes

    def test_copies_are_four_times_the_cache_and_no_more(self):
        self.assertEqual([rotation.copies(mib << 20, 50 << 20) for mib in (8, 100, 199, 200, 1000)], [25, 2, 2, 1, 1])
        for one in gpu_rows.rows(gpu_rows.SHAPES, MODES):
            if one.decodes:
                copies = rotation.copies(one.bytes_read, self.CACHE)
                self.assertGreaterEqual(copies * one.bytes_read, 4 * self.CACHE, one.name)
                self.assertTrue(copies == 1 or (copies - 1) * one.bytes_read < 4 * self.CACHE, one.name)

    def test_each_copy_is_called_as_often(self):
        self.assertEqual([rotation.whole_turns(*words) for words in ((0, 1), (7, 1), (1, 25), (25, 25), (26, 25))], [1, 7, 25, 25, 50])
        called = []
        run = rotation.in_turns([lambda name=name: called.append(name) for name in "abc"])
        for _ in range(rotation.whole_turns(4, 3)):
            run()
        self.assertEqual("".join(called), "abcabc")


class Ending(unittest.TestCase):
    def test_it_is_0_where_ours_has_a_time_on_every_row_or_was_not_asked(self):
        self.assertEqual(gpu.status(made_up(), ""), 0)
        self.assertEqual(gpu.status([row("d64n2k", "plain", FA2=1)], ""), 0)

    def test_it_is_1_where_ours_has_none(self):
        for entry in ({"not_taken": "no kernel"}, {"refused": "fails: out of memory"}, {"refused": "wrong: off by 3"}):
            found = made_up()
            found[1]["contestants"]["ours"] = entry
            self.assertEqual(gpu.status(found, ""), 1, entry)

    def test_it_is_1_where_measuring_stopped_or_nothing_was_measured(self):
        self.assertEqual(gpu.status(made_up(), "d64n2k/plain/bf16: ours fails: a fault"), 1)
        self.assertEqual(gpu.status([], ""), 1)


class Judged(unittest.TestCase):
    def judge(self, cases=5, **ends_with):
        """By programs that do nothing but end so; compute-sanitizer is there where it is given."""
        with tempfile.TemporaryDirectory() as place:
            for name, code in ({"boresight": 0, "machine_check": 0} | ends_with).items():
                program = pathlib.Path(place) / name.replace("_s", "-s")
                program.write_text(f"#!/bin/sh\nexit {code}\n")
                program.chmod(0o755)
            with open(os.devnull, "w") as nowhere, mock.patch.dict(os.environ, PATH=place), mock.patch("sys.stderr", nowhere):
                return gpu.judge(pathlib.Path(place), cases)

    def test_what_was_looked_at_is_told(self):
        told = self.judge(compute_sanitizer=0)
        for words in ("nothing was found wrong by", "the machine's functions", "every law on 5 cases", "vectors", "memcheck", "racecheck"):
            self.assertIn(words, told)
        self.assertNotIn("SKIPPED", told)

    def test_what_was_skipped_is_told_as_skipped(self):
        found, skipped = self.judge().split("SKIPPED")
        for tool in ("memcheck", "racecheck"):
            self.assertIn(tool, skipped)
            self.assertNotIn(tool, found)
        self.assertIn("NOT JUDGED", self.judge(cases=0, boresight=1))

    def test_what_is_wrong_is_told_by_the_step(self):
        for name in ("machine_check", "boresight", "compute_sanitizer"):
            with self.assertRaisesRegex(gpu.Wrong, f"{name.replace('_s', '-s')}.* ended with 3"):
                self.judge(**{name: 3})

    def test_the_page_tells_it(self):
        text = gpu_page.page(FACTS | {"judged": "every law", "stopped": "ours fails"}, made_up())
        self.assertIn("* judged: every law\n* stopped: ours fails\n", text)


@needs("torch")
class Playing(unittest.TestCase):
    """A row of made-up contestants, whose numbers are all right to this judge."""

    ROW = Row(Shape("tiny decode", 2, 4, 2, 1, 48, 16), "plain", "bf16")

    def play(self, *contestants, judge_of=lambda _inputs: mock.Mock(error=lambda *_: (0.5, 0.0)), copies=1, **more):
        from contest import match

        every = [Contestant(name, prepare, lambda _row: {}) for name, prepare in contestants]
        limit = lambda _inputs: ("copy", 1.0, lambda: None)  # noqa: E731
        return match.play(self.ROW, every, limit, 0.001, 1, judge_of, copies=copies, **more)["contestants"]

    @staticmethod
    def good(inputs, _threads):
        return Prepared(lambda: inputs.q)

    @staticmethod
    def failing(_inputs, _threads):
        def run():
            raise RuntimeError("no such instruction\nand much more")

        return Prepared(run)

    def test_a_call_that_fails_is_refused_by_name_and_the_others_are_timed(self):
        told = self.play(("failing", self.failing), ("good", self.good))
        self.assertEqual(told["failing"], {"refused": "fails: no such instruction"})
        self.assertIn("time_ms", told["good"])

    def test_so_is_what_fails_while_it_is_prepared(self):
        def prepare(_inputs, _threads):
            raise ValueError("no layout")

        self.assertEqual(self.play(("failing", prepare))["failing"], {"refused": "fails: no layout"})

    def test_a_fault_that_stays_ends_it_with_the_name_of_who_made_it(self):
        with mock.patch("contest.match.wait", side_effect=RuntimeError("illegal address")):
            with self.assertRaisesRegex(Broken, "^failing fails: no such instruction"):
                self.play(("failing", self.failing), ("good", self.good))

    def test_what_is_timed_reads_every_copy_as_often(self):
        read = []

        def prepare(inputs, _threads):
            def on(inputs):
                return lambda: read.append((inputs.k.data_ptr(), inputs.parts["segment_v"].data_ptr())) or inputs.q

            return Prepared(on(inputs), on=on)

        def timed(runs, _seconds, _threads):
            read.clear()
            for _ in range(6):
                runs["one"]()
            return {"limit": mock.Mock(median=1.0, disturbed=False, summary=dict)}

        self.play(("one", prepare), copies=3, timed_in_turns=timed)
        self.assertEqual(read[:3], read[3:])
        for addresses in zip(*read[:3]):
            self.assertEqual(len(set(addresses)), 3)

    def test_a_sample_is_whole_turns_and_who_fails_in_it_is_named(self):
        from contest import gpu_clock

        calls, samples = [], []
        in_a_graph = lambda run, count: lambda: [run() for _ in range(count)]  # noqa: E731

        def seconds_of(run):
            before = len(calls)
            run()
            samples.append(len(calls) - before)
            return 1e-3

        with mock.patch.multiple(gpu_clock, seconds_of=seconds_of, recorded=in_a_graph):
            gpu_clock.interleaved({"one": lambda: calls.append(1)}, 0, 1, copies=4)
            self.assertEqual(set(samples[3:]), {8})  # of 5 ms, as the first three say
            with self.assertRaisesRegex(Broken, "^bad fails while it is timed: no such"):
                gpu_clock.interleaved({"bad": self.failing(None, 1).run}, 0, 1)


@needs("torch")
class Calls(unittest.TestCase):
    def inputs(self, mode="plain", shape=gpu_rows.TINY):
        from contest.inputs import Inputs

        return Inputs(Row(shape, mode, "bf16"))

    def test_a_call_on_other_inputs_reads_those(self):
        from contest.torch_calls import sdpa
        from torch.nn.attention import SDPBackend

        inputs = self.inputs("causal")
        other = inputs.copied()
        prepared = sdpa(SDPBackend.MATH)(inputs, 1)
        first = prepared.run()
        self.assertTrue(first.equal(prepared.on(other)()))
        other.v.zero_()
        self.assertTrue(first.equal(prepared.run()))
        self.assertEqual(prepared.on(other)().abs().max(), 0)

    def test_parts_of_copies_are_their_own(self):
        inputs = self.inputs()
        before = inputs.parts
        for name, part in inputs.copied().parts.items():
            self.assertTrue(part.equal(before[name]), name)
            self.assertNotEqual(part.data_ptr(), before[name].data_ptr(), name)

    def test_a_mask_that_memory_does_not_hold_is_not_taken(self):
        import torch
        from contest.torch_calls import sdpa
        from torch.nn.attention import SDPBackend

        def too_large(_inputs):
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 17 GiB")

        with self.assertRaisesRegex(NotTaken, "Tried to allocate 17 GiB"):
            sdpa(SDPBackend.MATH, too_large)(self.inputs("alibi"), 1)

    def test_a_mask_that_was_begun_is_not_found_again(self):
        from contest.gpu_contestants import bias

        inputs = self.inputs("alibi")
        inputs.__dict__["visible"] = None
        with self.assertRaises(TypeError):
            bias(inputs)
        del inputs.__dict__["visible"]
        self.assertTrue(bias(inputs).equal(inputs.bias.to(inputs.q.dtype)))
        causal = self.inputs("causal")
        self.assertTrue(bias(causal).equal(causal.bias.to(causal.q.dtype)))

    def test_a_backend_that_refuses_says_why(self):
        from contest.torch_calls import reasons

        warned = [
            types.SimpleNamespace(message=UserWarning(text + " (Triggered internally at /somewhere/sdp_utils.cpp:857.)"))
            for text in (
                "Memory efficient kernel not used because:",
                "Memory Efficient attention has been runtime disabled.",
                "Flash attention kernel not used because:",
                "Flash Attention does not support non-null attn_mask.",
            )
        ]
        self.assertEqual(reasons(warned), "Flash Attention does not support non-null attn_mask.")

    def test_the_package_takes_no_persistent_columns_for_tokens(self):
        from contest.gpu_contestants import flash_attn

        with self.assertRaisesRegex(NotTaken, "persistent columns"):
            flash_attn(self.inputs("alibi"), 1)


class Page(unittest.TestCase):
    def test_a_cell_is_the_rate_and_its_share(self):
        found = cells(gpu_page.table(made_up()), "d128n16k plain")
        flops = 4 * 128 * 16 * 16384 * 16384
        self.assertEqual(found["ours"], f"{flops / 10e-3 / 1e12:.0f} (25 %)")
        self.assertEqual((found["best peer"], found["ours / best"], found["bias costs"]), ("FA2", "2.00", ""))
        decoded = cells(gpu_page.table(made_up()[2:]), "dec8x32k plain")
        self.assertEqual(decoded["ours"], f"{2 * 8 * 8 * 32768 * 128 * 2 / 0.5e-3 / 1e9:.0f} (25 %)")
        self.assertEqual(decoded["limit"], "copy 4000 GB/s")

    def test_what_the_bias_costs_is_told(self):
        self.assertEqual(cells(gpu_page.table(made_up()), "d128n16k alibi")["bias costs"], "x1.10")

    def test_who_is_not_timed_has_a_reason(self):
        table = gpu_page.table(made_up())
        found = cells(table, "d128n16k alibi")
        for name, cell, why in (("FA2", "- ", "no mask"), ("cuDNN", "REFUSED ", "wrong: off by 3")):
            self.assertTrue(found[name].startswith(cell), found)
            self.assertIn(f"{found[name].split()[1]} {name}: {why}", table)

    def test_the_page_names_device_date_and_commit(self):
        text = gpu_page.page(FACTS, made_up())
        for words in ("* device: made up", "* date: 2026-01-02", "* commit: abc", "## Many queries", "## Decoding"):
            self.assertIn(words, text)

    @needs("matplotlib")
    def test_the_page_and_the_plot_are_written(self):
        with tempfile.TemporaryDirectory() as place:
            raw, target = pathlib.Path(place) / "raw.json", pathlib.Path(place) / "gpu.md"
            raw.write_text(json.dumps(FACTS | {"rows": made_up()}))
            done = run_it("--raw", raw, "--page", target)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("(gpu.svg)", target.read_text())
            for end in ("svg", "png"):
                self.assertGreater(target.with_suffix(f".{end}").stat().st_size, 1000)


def run_it(*words):
    return subprocess.run([sys.executable, TOP / "bench/gpu.py", *words], capture_output=True, text=True, check=False)


class Command(unittest.TestCase):
    def built(self, place, listed):
        """A build of programs that only say what `boresight list kernels` lists."""
        for name in ("boresight", "machine_check", "libboresight_attention.so", "libboresight_judge.so"):
            program = pathlib.Path(place) / name
            program.write_text(f"#!/bin/sh\necho '{listed}'\n")
            program.chmod(0o755)
        return place

    def test_without_a_build_it_says_so_and_ends_with_77(self):
        with tempfile.TemporaryDirectory() as place:
            done = run_it("--build", place)
        self.assertEqual(done.returncode, 77, done.stderr)
        self.assertRegex(done.stdout, r"^nothing was measured: .* has no boresight, .*: make bench-gpu builds them")

    def test_without_a_gpu_it_says_why_and_ends_with_77(self):
        with tempfile.TemporaryDirectory() as place:
            done = run_it("--build", self.built(place, "cuda/tiled@gpu  gpu  unavailable: no GPU: none"))
            self.assertEqual((done.returncode, done.stdout), (77, "nothing was measured: no GPU: none\n"), done.stderr)
            done = run_it("--build", self.built(place, "scalar  any  available"))
            self.assertEqual(done.returncode, 77)
            self.assertIn("has no kernels on GPUs", done.stdout)

    def test_a_word_that_is_wrong_is_told_with_what_is_right(self):
        for words, right in (("--rows=d96*", "d128n16k"), ("--modes=t5", "alibi+causal")):
            done = run_it(words)
            self.assertEqual(done.returncode, 2, words)
            self.assertIn(right, done.stderr)

    def test_help_tells_the_flags(self):
        self.assertTrue(re.search(r"--pack FOLDER.*--rows", run_it("--help").stdout, re.DOTALL))


@needs("torch", library=True)
class Judging(unittest.TestCase):
    SHAPES = (gpu_rows.TINY, Shape("xl", 3, 4, 2, 40, 40, 16, memories=24, mem_kv=8), Shape("dec", 2, 4, 2, 1, 70, 16))

    def fraction(self, shape, mode, shift=0):
        """Of what the formula gives in double, its positions shifted, rounded to the row's type."""
        import torch
        from contest.gpu_contestants import arithmetic
        from contest.gpu_judge import Judge
        from contest.inputs import Inputs

        inputs = Inputs(Row(shape, mode, "bf16"))
        judge, s = Judge(ctypes.CDLL(str(LIBRARY)), inputs), shape
        inputs.distance = inputs.distance + shift
        q, k, v = (x.double() for x in (inputs.q, *(x.repeat_interleave(s.heads // s.kv_heads, 1) for x in (inputs.k, inputs.v))))
        scores = q @ k.mT / s.head_dim**0.5 + (0 if inputs.bias is None else inputs.bias)
        out = (scores.softmax(-1) @ v).to(torch.bfloat16)
        return judge.error(out, arithmetic(inputs.row))[0]

    def test_what_is_right_is_within_the_bound(self):
        for shape in self.SHAPES:
            for mode in MODES:
                self.assertLessEqual(self.fraction(shape, mode), 1, f"{shape.name} {mode}")

    def test_what_is_off_by_one_is_not(self):
        for shape in self.SHAPES[:2]:
            for mode in ("causal", "alibi+causal"):
                self.assertGreater(self.fraction(shape, mode, shift=1), 1, f"{shape.name} {mode}")

    def test_the_package_is_called_so_that_its_rules_give_ours(self):
        """A stand-in with what it says of itself: [B][n][H][D], causality and distances from the bottom right."""
        import torch
        from contest.gpu_contestants import arithmetic, flash_attn
        from contest.gpu_judge import Judge
        from contest.inputs import Inputs

        def flash_attn_func(q, k, v, causal, alibi_slopes):
            q, k, v = (x.transpose(1, 2).double() for x in (q, k, v))
            k, v = (x.repeat_interleave(q.shape[1] // k.shape[1], 1) for x in (k, v))
            n, columns = q.shape[2], k.shape[2]
            distance = torch.arange(n)[:, None] + columns - n - torch.arange(columns)
            scores = q @ k.mT / q.shape[-1] ** 0.5
            if alibi_slopes is not None:
                scores = scores - alibi_slopes[:, None, None] * distance.abs()
            if causal:
                scores = scores.masked_fill(distance < 0, float("-inf"))
            return (scores.softmax(-1) @ v).transpose(1, 2).to(torch.bfloat16)

        with mock.patch.dict(sys.modules, flash_attn=types.SimpleNamespace(flash_attn_func=flash_attn_func)):
            for shape in self.SHAPES:
                for mode in MODES:
                    if MODES[mode][1] and shape.mem_kv:
                        continue
                    inputs = Inputs(Row(shape, mode, "bf16"))
                    prepared = flash_attn(inputs, 1)
                    out = prepared.output(prepared.run())
                    fraction, _ = Judge(ctypes.CDLL(str(LIBRARY)), inputs).error(out, arithmetic(inputs.row))
                    self.assertLessEqual(fraction, 1, f"{shape.name} {mode}")

    def test_a_number_that_is_none_is_infinitely_far_off(self):
        self.assertEqual(self.fraction(gpu_rows.TINY, "alibi", shift=float("nan")), float("inf"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
