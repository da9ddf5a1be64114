#!/usr/bin/env python3
"""The benchmark of attention times what agrees with the reference, and refuses a kernel with a planted bug: no time, and exit
status 1. No time is looked at. Usage: bench_test.py ATTENTION_BENCH ATTENTION_BENCH_OF_A_MUTANT"""
import json
import subprocess
import sys
import unittest

BENCH, OF_A_MUTANT = sys.argv[1], sys.argv[2]
TIMED, REFUSED, USAGE, NOTHING = 0, 1, 2, 3


def run(program, *words):
    return subprocess.run([program, "--benchmark_min_time=0.001", "--benchmark_format=json", *words], capture_output=True, text=True,
                          check=False)


def rows(done):
    return {row["name"]: row for row in json.loads(done.stdout)["benchmarks"]}


class Bench(unittest.TestCase):
    ROW = "attention/scalar/decode_2048/alibi/P16"

    def test_a_right_kernel_is_timed_and_its_error_told(self):
        done = run(BENCH, f"--benchmark_filter={self.ROW}$")
        self.assertEqual(done.returncode, TIMED, done.stderr)
        row = rows(done)[self.ROW]
        self.assertNotIn("error_occurred", row)
        self.assertGreater(row["real_time"], 0)
        self.assertTrue(0 < row["error/bound"] <= 1, row)
        self.assertEqual(row["label"], "scalar")

    def test_a_wrong_kernel_is_refused(self):
        done = run(OF_A_MUTANT, f"--benchmark_filter={self.ROW}$")
        self.assertEqual(done.returncode, REFUSED, done.stdout)
        row = rows(done)[self.ROW]
        self.assertTrue(row["error_occurred"], row)
        self.assertIn("outside the certified bound", row["error_message"])
        self.assertEqual(row.get("iterations", 0), 0)

    def test_a_wrong_kernel_is_timed_where_it_is_right(self):
        done = run(OF_A_MUTANT, "--benchmark_filter=attention/scalar/decode_2048/alibi/P0$")
        self.assertEqual(done.returncode, TIMED, done.stdout)

    def test_the_kernels_threads_are_a_flag_with_a_range(self):
        self.assertEqual(run(BENCH, "--threads", "2", f"--benchmark_filter={self.ROW}/real_time$").returncode, TIMED)
        for words in (["--threads"], ["--threads=0"], ["--threads", "x"], ["--threads=2000"]):
            done = run(BENCH, *words)
            self.assertEqual(done.returncode, USAGE, words)
            self.assertIn("1 to 1024", done.stderr)

    def test_a_filter_that_leaves_nothing_is_no_success(self):
        self.assertEqual(run(BENCH, "--benchmark_filter=nonesuch").returncode, NOTHING)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
