#!/usr/bin/env python3
"""boresight vectors from outside: recorded outputs, right ones and wrong ones.

Usage: vectors_test.py BORESIGHT MUTANT
"""
import json
import pathlib
import re
import struct
import tempfile
import unittest

from command import DATA, FAILURE, HELD, MUTANT, USAGE, run, main


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


if __name__ == "__main__":
    main()
