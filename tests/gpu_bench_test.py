#!/usr/bin/env python3
"""bench/gpu.py, as far as it goes without a GPU: what is missing is told, tables and plot say what was measured (here: made-up numbers),
and its judge refuses what is off by one. What needs torch, matplotlib or the judge's library is left out where that is not here,
unless ALL is said: then it fails.

Usage: gpu_bench_test.py [ALL]   (by the Python of build/venv, with boresight_judge in build/release)"""
import ctypes
import importlib.util
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

TOP = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TOP / "bench"))

from contest import gpu_page, gpu_rows  # noqa: E402
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

    def test_a_number_that_is_none_is_infinitely_far_off(self):
        self.assertEqual(self.fraction(gpu_rows.TINY, "alibi", shift=float("nan")), float("inf"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
