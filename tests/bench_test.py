#!/usr/bin/env python3
"""The benchmark of attention times what agrees with the reference, and refuses a kernel with a planted bug: no time, and exit
status 1. No time is looked at. Usage: bench_test.py ATTENTION_BENCH ATTENTION_BENCH_OF_A_MUTANT"""
import json
import re
import subprocess
import sys
import unittest

BENCH, OF_A_MUTANT = sys.argv[1], sys.argv[2]
TIMED, REFUSED, USAGE, NOTHING = 0, 1, 2, 3


def run(program, *words):
    return subprocess.run([program, "--seconds=0.001", "--benchmark_format=json", *words], capture_output=True, text=True, check=False)


def rows(done):
    """By the names without what Google Benchmark adds."""
    return {row["name"].removesuffix("/iterations:1/manual_time"): row for row in json.loads(done.stdout)["benchmarks"]}


class Bench(unittest.TestCase):
    ROW = "attention/scalar/encodings/decode_2048_P16/alibi/f32/t1"

    def test_a_right_kernel_is_timed_and_its_error_told(self):
        done = run(BENCH, f"--benchmark_filter={self.ROW}")
        self.assertEqual(done.returncode, TIMED, done.stderr)
        row = rows(done)[self.ROW]
        self.assertNotIn("error_occurred", row)
        self.assertGreater(row["real_time"], 0)
        self.assertTrue(0 < row["error/bound"] <= 1, row)
        self.assertEqual(row["verified"], 1)
        self.assertEqual(row["label"], "scalar")

    def test_a_row_stands_beside_a_limit_and_tells_its_samples(self):
        row = rows(run(BENCH, f"--benchmark_filter={self.ROW}"))[self.ROW]
        self.assertGreater(row["of read rate"], 0)  # one query reads
        self.assertTrue(0 <= row["kept"] <= row["samples"] and row["samples"] >= 1, row)
        row = rows(run(BENCH, "--benchmark_filter=/scalar/encodings/prefill_512/none/")).popitem()[1]
        self.assertGreater(row["of f32 peak"], 0)  # many multiply
        self.assertNotIn("of read rate", row)

    def test_the_machines_limits_are_told_and_none_is_made_up(self):
        context = json.loads(run(BENCH, f"--benchmark_filter={self.ROW}").stdout)["context"]
        limits = {key: told for key, told in context.items() if key.startswith("limit/")}
        for key in ("limit/bf16 peak/t1", "limit/read rate L2/t1", "limit/read rate L3/t1", "limit/read rate memory/t1",
                    f"limit/f32 peak {context['best set']}/t1"):
            self.assertRegex(limits[key], r"^[0-9.]+(e\+[0-9]+)?$|^absent: " if "bf16" in key else r"^[0-9.]+(e\+[0-9]+)?$", key)

    def test_a_wrong_kernel_is_refused(self):
        done = run(OF_A_MUTANT, f"--benchmark_filter={self.ROW}")
        self.assertEqual(done.returncode, REFUSED, done.stdout)
        row = rows(done)[self.ROW]
        self.assertTrue(row["error_occurred"], row)
        self.assertIn("outside the certified bound", row["error_message"])
        self.assertEqual(row.get("iterations", 0), 0)

    def test_a_wrong_kernel_is_refused_where_only_some_rows_are_seen(self):
        row = "attention/scalar/encodings/prefill_512_P16/alibi/f32/t1"
        right = rows(run(BENCH, f"--benchmark_filter={row}"))[row]
        self.assertTrue(0 < right["verified"] < 1, right)
        done = run(OF_A_MUTANT, f"--benchmark_filter={row}")
        self.assertEqual(done.returncode, REFUSED, done.stdout)
        self.assertIn("outside the certified bound", rows(done)[row]["error_message"])

    def test_a_wrong_kernel_is_timed_where_it_is_right(self):
        done = run(OF_A_MUTANT, "--benchmark_filter=attention/scalar/encodings/decode_2048/alibi/")
        self.assertEqual(done.returncode, TIMED, done.stdout)

    def test_the_kernels_threads_are_a_flag_with_a_range(self):
        done = run(BENCH, "--threads", "1,2", f"--benchmark_filter={self.ROW[:-1]}")
        self.assertEqual(done.returncode, TIMED)
        self.assertEqual(set(rows(done)), {self.ROW, self.ROW[:-1] + "2"})
        for words in (["--threads"], ["--threads=0"], ["--threads", "x"], ["--threads=2000"], ["--threads=1,"]):
            done = run(BENCH, *words)
            self.assertEqual(done.returncode, USAGE, words)
            self.assertIn("1 to 1024", done.stderr)

    def test_an_instruction_set_can_be_forced(self):
        done = run(BENCH, "--set=nonesuch")
        self.assertEqual(done.returncode, USAGE)
        sets = re.search(r"kernels here have (.*)", done.stderr).group(1).split(", ")
        for forced in sets:
            done = run(BENCH, "--set", forced, "--benchmark_filter=(scalar|simd_decode)/encodings/decode_2048/none/")
            labels = {row["label"] for row in rows(done).values()}
            self.assertEqual(labels, {"scalar"} if forced == "any" else {"scalar", f"simd/decode@{forced}"})

    def test_a_filter_that_leaves_nothing_is_no_success(self):
        self.assertEqual(run(BENCH, "--benchmark_filter=nonesuch").returncode, NOTHING)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
