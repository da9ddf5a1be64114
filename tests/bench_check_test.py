#!/usr/bin/env python3
"""The gate on speed and the tables, on made-up runs of attention_bench, and the gate on a real one whose stored shares were
doctored. No time and no share of this machine is looked at. Usage: bench_check_test.py ATTENTION_BENCH"""
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import unittest

BENCH = sys.argv[1]
TOP = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TOP / "bench"))
import check  # noqa: E402
import report  # noqa: E402

HELD, SLOWER, USAGE, NOTHING_STORED = 0, 1, 2, 77
LIMIT = "of f32 peak"
FLASH, DECODE = check.ROWS[0], check.ROWS[5]
# A program that prints the runs of a file, those of the rows that the filter names, and notes that it ran.
FAKE = """#!{python}
import json, re, sys
told = json.load(open({told!r}))
wanted = next(word.split("=", 1)[1] for word in sys.argv if word.startswith("--benchmark_filter="))
told["benchmarks"] = [run for run in told["benchmarks"] if re.search(wanted, run["name"])]
print(json.dumps(told))
open({log!r}, "a").write(wanted + "\\n")
"""


def runs(row, shares, **more):
    common = {"name": f"attention/{row}/iterations:1/manual_time", "run_type": "iteration", "family_index": 0, "label": "simd/flash@best",
              "real_time": 2.0, "kept": 5, "samples": 6, "scores": 1e6}
    return [common | {LIMIT: share} | more for share in shares]


def made_up(benchmarks, **context):
    return {"context": {"date": "2026-11-01T00:00:00", "num_cpus": 2, "best set": "best"} | context, "benchmarks": benchmarks}


class Gate(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.ratios = self.folder / "ratios.json"
        self.bench = self.folder / "bench"
        self.bench.write_text(FAKE.format(python=sys.executable, told=str(self.folder / "told.json"), log=str(self.folder / "log")))
        self.bench.chmod(0o755)

    def check(self, benchmarks, *words, **context):
        (self.folder / "told.json").write_text(json.dumps(made_up(benchmarks, **context)))
        return self.run_gate(self.bench, *words)

    def run_gate(self, bench, *words):
        return subprocess.run([TOP / "bench/check.py", bench, "--ratios", self.ratios, *words], capture_output=True, text=True, check=False)

    def test_a_row_below_what_is_stored_fails_by_its_name_and_both_shares(self):
        self.assertEqual(self.check(runs(FLASH, [0.80, 0.81, 0.82]) + runs(DECODE, [0.5, 0.5, 0.5]), "--store").returncode, HELD)
        done = self.check(runs(FLASH, [0.60, 0.61, 0.62]) + runs(DECODE, [0.5, 0.5, 0.5]))
        self.assertEqual(done.returncode, SLOWER, done.stdout)
        self.assertIn(f"{FLASH}: 0.610 {LIMIT}, stored 0.810: SLOWER", done.stdout)
        self.assertIn(f"{DECODE}: 0.500 {LIMIT}, stored 0.500: as stored", done.stdout)

    def test_it_is_looked_at_again_before_it_fails_and_alone(self):
        self.check(runs(FLASH, [0.8] * 3) + runs(DECODE, [0.5] * 3), "--store")
        self.check(runs(FLASH, [0.6] * 3) + runs(DECODE, [0.5] * 3))
        asked = (self.folder / "log").read_text().splitlines()
        self.assertEqual(asked[2], f"^attention/({FLASH})/")

    def test_the_margin_is_what_both_runs_know_of_their_medians(self):
        self.check(runs(FLASH, [0.70, 0.80, 0.90]), "--store")  # known within 0.2
        self.assertEqual(self.check(runs(FLASH, [0.55, 0.60, 0.65])).returncode, HELD)
        self.assertEqual(self.check(runs(FLASH, [0.45, 0.50, 0.50])).returncode, SLOWER)
        self.assertEqual(self.check(runs(FLASH, [0.59, 0.60, 0.60])).returncode, HELD)
        self.assertEqual(self.check(runs(FLASH, [0.58, 0.58, 0.58])).returncode, SLOWER)

    def test_one_of_nine_repetitions_may_go_astray(self):
        self.assertAlmostEqual(check.width([0.5] * 8 + [0.1]), 0)
        self.assertAlmostEqual(check.width([0.5] * 7 + [0.1, 0.1]), 0.4)
        self.assertAlmostEqual(check.width([0.5, 0.5, 0.1]), 0.4)

    def test_a_faster_row_is_told_and_is_no_failure(self):
        self.check(runs(FLASH, [0.5] * 3), "--store")
        done = self.check(runs(FLASH, [0.7] * 3))
        self.assertEqual(done.returncode, HELD)
        self.assertIn("faster", done.stdout)

    def test_nothing_stored_for_a_machine_is_said_and_has_a_status_of_its_own(self):
        for context in ({}, {"best set": "another"}):
            done = self.check(runs(FLASH, [0.5] * 3), **context)
            self.assertEqual(done.returncode, NOTHING_STORED, done.stdout)
            self.assertIn("nothing was checked", done.stdout)
            self.assertIn("make bench-store", done.stdout)
            self.check(runs(FLASH, [0.5] * 3), "--store")  # for the first

    def test_storing_keeps_what_is_stored_for_other_machines(self):
        self.ratios.write_text('{"another": {"rows": {}}}')
        self.check(runs(FLASH, [0.5] * 3), "--store")
        self.assertEqual(len(json.loads(self.ratios.read_text())), 2)

    def test_a_refused_kernel_fails_and_is_not_stored(self):
        self.check(runs(FLASH, [0.5] * 3), "--store")
        refused = runs(FLASH, [0.5], error_occurred=True, error_message="refused: it is outside the certified bound")
        self.assertEqual(self.check(refused).returncode, SLOWER)
        before = self.ratios.read_text()
        self.assertNotEqual(self.check(refused, "--store").returncode, HELD)
        self.assertEqual(self.ratios.read_text(), before)

    def test_one_repetition_knows_nothing_of_its_spread(self):
        done = self.check([], "--repetitions", "1")
        self.assertEqual(done.returncode, USAGE)
        self.assertIn("at least 2", done.stderr)

    def test_a_real_run_against_doctored_shares(self):
        words = ("--repetitions", "2", "--seconds", "0.001")
        done = self.run_gate(BENCH, "--store", *words)
        self.assertEqual(done.returncode, HELD, done.stdout + done.stderr)
        stored = json.loads(self.ratios.read_text())
        machine, = stored
        self.assertEqual(set(stored[machine]["rows"]), set(check.ROWS))
        for factor, status, word in ((1000, SLOWER, "SLOWER"), (0.001, HELD, "faster")):
            doctored = {row: {limit: [statistics.median(shares) * factor] * 2 for limit, shares in limits.items()}
                        for row, limits in stored[machine]["rows"].items()}
            self.ratios.write_text(json.dumps({machine: {"rows": doctored}}))
            done = self.run_gate(BENCH, *words)
            self.assertEqual(done.returncode, status, done.stdout + done.stderr)
            for row in check.ROWS:
                self.assertRegex(done.stdout, f"{row}: .*{word}")


class Tables(unittest.TestCase):
    def page(self, benchmarks, **context):
        told = made_up(benchmarks, **context)
        return report.page(report.head(told["context"]), told["context"], list(report.rows(told["benchmarks"])))

    def test_a_share_stands_with_its_limit_goal_and_factor(self):
        page = self.page(runs("simd_flash/prefill/pre512/plain/f32/t1", [0.5])
                         + runs("simd_flash/prefill/pre512/alibi/f32/t1", [0.4], real_time=3.0))
        self.assertRegex(page, r"pre512 *\| plain *\| simd/flash@best *\| 50% peak · goal 88 · 2 ms *\|")
        self.assertRegex(page, r"pre512 *\| alibi *\| simd/flash@best *\| 40% peak · goal 86 · 3 ms · x1.50 *\|")

    def test_samples_that_others_disturbed_are_marked(self):
        run, = runs("simd_flash/prefill/pre512/plain/f32/t2", [0.5], kept=0)
        del run[LIMIT]  # as attention_bench leaves it out
        self.assertIn("no share · ~2 ms", self.page([run]))

    def test_growth_is_told_for_each_score(self):
        page = self.page(runs("simd_flash/growth_P/P0/plain/f32/t1", [0.5])
                         + runs("simd_flash/growth_P/P512/plain/f32/t1", [0.5], scores=2e6, real_time=6.0))
        self.assertRegex(page, r"P512 *\| simd/flash@best *\| 3000.0 ps x1.50")

    def test_limits_that_are_not_numbers_are_told_in_their_words(self):
        page = self.page(runs(FLASH, [0.5]), **{"limit/f32 peak best/t1": "1.5e+11", "limit/bf16 peak/t1": "absent: because"})
        self.assertRegex(page, r"f32 peak best *\| 150.0 GFLOP/s")
        self.assertRegex(page, r"bf16 peak *\| absent: because")

    def test_repetitions_make_a_median_and_a_refused_kernel_fails(self):
        path = pathlib.Path(tempfile.mkdtemp()) / "a.json"
        self.addCleanup(lambda: (path.unlink(), path.parent.rmdir()))
        for extra, status in ({}, 0), ({"error_occurred": True, "error_message": "refused: it is wrong"}, 1):
            path.write_text(json.dumps(made_up(runs("simd_flash/prefill/pre512/plain/f32/t1", [0.1, 0.5, 0.6], **extra))))
            done = subprocess.run([TOP / "bench/report.py", path], capture_output=True, text=True, check=False,
                                  env=os.environ | {"PYTHONIOENCODING": "utf-8"})
            self.assertEqual(done.returncode, status, done.stderr)
            self.assertIn("REFUSED" if status else "50% peak", done.stdout)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
