#!/usr/bin/env python3
"""boresight merge from outside: shards merged are the whole run byte for byte, and what does not belong together is refused.

Usage: merge_test.py BORESIGHT MUTANT
"""
import json
import pathlib
import tempfile
import unittest
import xml.etree.ElementTree as xml

from command import BORESIGHT, FAILURE, HELD, MISREADINGS, MUTANT, UNTESTED, USAGE, run, main

PASSING = (BORESIGHT, ["--kernel", "scalar", "--cases", "400"])
FAILING = (MISREADINGS, ["--kernel", "misread/causal-top-left", "--cases", "200"])
MIXED = (MUTANT, ["--kernel", "scalar,simd/decode", "--law", "agrees*,causal,threads,linear*", "--cases", "200"])


class Folder(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def path(self, name):
        return str(pathlib.Path(self.folder.name) / name)

    def report(self, name, program, words, seed="5"):
        done = run("verify", "--seed", seed, "--json", self.path(name), *words, program=program)
        return done, self.path(name)

    def shards(self, program, words, count=3, seed="5"):
        return [self.report(f"{k}of{count}.json", program, [*words, "--shard", f"{k}/{count}"], seed)[1] for k in range(1, count + 1)]

    def edited(self, path, change):
        """A copy in which change(report) was made."""
        report = json.loads(pathlib.Path(path).read_text())
        change(report)
        self.edits = getattr(self, "edits", 0) + 1
        copy = self.path(f"edited{self.edits}.json")
        pathlib.Path(copy).write_text(json.dumps(report))
        return copy


class Merged(Folder):
    def test_shards_are_the_whole_run_byte_for_byte(self):
        for program, words in (PASSING, FAILING, MIXED):
            whole, path = self.report("whole.json", program, words)
            shards = self.shards(program, words)
            merged = run("merge", *reversed(shards), "--json", self.path("merged.json"), program=program)
            self.assertEqual(pathlib.Path(path).read_text(), pathlib.Path(self.path("merged.json")).read_text(), words)
            self.assertEqual(merged.returncode, whole.returncode, words)
            self.assertEqual(merged.stdout, whole.stdout, words)
            self.assertIn(whole.returncode, (HELD, FAILURE))

    def test_every_case_is_counted_after_the_first_failure_too(self):
        _, path = self.report("whole.json", *FAILING)
        report = json.loads(pathlib.Path(path).read_text())
        self.assertGreater(sum(row["failed"] for row in report["evidence"]), 2 * len(report["findings"]))
        kinds = ("passed", "failed", "skipped", "mistrusted")
        self.assertEqual(sum(row[kind] for row in report["evidence"] for kind in kinds), 200)

    def test_one_whole_report_is_itself_in_every_form(self):
        whole, path = self.report("whole.json", MUTANT, ["--kernel", "scalar", "--law", "agrees*", "--cases", "60",
                                                         "--junit", self.path("whole.xml"), "--html", self.path("whole.html")])
        done = run("merge", path, "--json", self.path("m.json"), "--junit", self.path("m.xml"), "--html", self.path("m.html"),
                   program=MUTANT)
        self.assertEqual((done.returncode, done.stdout), (whole.returncode, whole.stdout))
        for one, other in (("whole.json", "m.json"), ("whole.xml", "m.xml"), ("whole.html", "m.html")):
            self.assertEqual(pathlib.Path(self.path(one)).read_bytes(), pathlib.Path(self.path(other)).read_bytes(), one)
        self.assertEqual(xml.parse(self.path("m.xml")).getroot().get("failures"), "1")

    def test_shards_too_small_to_judge_every_law_are_no_success(self):
        shards = self.shards(BORESIGHT, ["--kernel", "scalar", "--cases", "8"], count=2)
        self.assertEqual(run("merge", *shards).returncode, UNTESTED)


class Refused(Folder):
    WORDS = ["--kernel", "scalar", "--law", "agrees*,causal", "--cases", "60"]

    def refused(self, told, *paths, words=()):
        done = run("merge", *paths, *words)
        self.assertEqual(done.returncode, USAGE, done.stdout + done.stderr)
        for word in (told,) if isinstance(told, str) else told:
            self.assertIn(word, done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)

    def test_what_is_not_of_one_run(self):
        one, two = self.shards(BORESIGHT, self.WORDS, count=2)
        _, other_seed = self.report("seed.json", BORESIGHT, [*self.WORDS, "--shard", "2/2"], seed="6")
        self.refused(["seed.json", "seed is 6", "1of2.json", "it is 5"], one, other_seed)
        for change, told in ((lambda r: r.update(cases=61), "--budget"),
                             (lambda r: r.update(filters=" --law 'x'"), "filters is ' --law 'x''"),
                             (lambda r: r.update(source="--library ./other.so"), "source is '--library ./other.so'"),
                             (lambda r: r.update(boresight="9.9"), "boresight is 9.9"),
                             (lambda r: r["machines"][0].update(commit="0123"), "machines[].commit is 0123"),
                             (lambda r: r["shard"].update(count=3), "shard.count is 3"),
                             (lambda r: r.update(interrupted=True), "interrupted is true"),
                             (lambda r: r["shard"].update(cases=20), "shard.cases is 20"),
                             (lambda r: r["unavailable"].append({"kernel": "k", "instruction_set": "s", "why": "w"}), "unavailable is k (s): w"),
                             (lambda r: r.update(power=None), "power is ")):
            self.refused(["edited", told], one, self.edited(two, change))

    def test_shards_that_are_missing_or_there_twice(self):
        shards = self.shards(BORESIGHT, self.WORDS, count=3)
        self.refused("shard 2/3, 3/3 is not there", shards[0])
        self.refused("shard 2/3 is not there", shards[0], shards[2])
        self.refused(["shard.index is 2", "give each shard once"], *shards, shards[1])

    def test_files_that_are_none_of_ours(self):
        (path,) = self.shards(BORESIGHT, self.WORDS, count=1)
        text = pathlib.Path(path).read_text()
        for content, told in (("", "no whole JSON"), ("[]", "expected an object"), (text[:len(text) // 2], "no whole JSON"),
                              ("{\"schema\": 2}", "schema is 2; this program reads 1"), ("{}", "schema is missing"),
                              ("\xff\xfe", "no whole JSON"), ("[" * 100000, "no whole JSON"), ("{\"schema\": 1e999}", "no whole JSON"),
                              (text.replace('"seed": 5', '"seed": 99999999999999999999'), "seed is 1e+20"),
                              (text.replace('"seed": 5', '"seed": -5'), "seed is -5"),
                              (text.replace('"cases": 60', '"cases": 1e18'), "cases is 1e+18; expected a whole number"),
                              (text.replace('"cases": 60', '"cases": 2000000000000'), "cases is 2000000000000; 0 to 1099511627776")):
            broken = pathlib.Path(self.path("broken.json"))
            broken.write_bytes(content.encode("latin-1") if content.startswith("\xff") else content.encode())
            self.refused(["broken.json", told], str(broken))
        self.refused("can't be read", self.path("none.json"))
        self.refused("is a directory", self.folder.name)

    def test_a_wrong_field_is_told_by_its_name(self):
        (path,) = self.shards(MUTANT, ["--kernel", "scalar", "--law", "agrees*", "--cases", "60"], count=1)

        def first(name, **values):
            return lambda report: report[name][0].update(values)

        def of_map(**values):
            return lambda report: report["findings"][0]["heat_map"].update(values)

        for change, told in ((first("evidence", passed="x"), 'evidence[0].passed is "x"; expected a whole number'),
                             (first("evidence", passed=-1), "evidence[0].passed is -1; 0 to"),
                             (first("evidence", law="nonesuch"), "evidence[0].law is 'nonesuch'"),
                             (first("evidence", more=1), "evidence[0].\"more\" is not known"),
                             (first("evidence", histogram=[1]), "evidence[0].histogram is a list of 1"),
                             (first("evidence", mistrusted=7), "evidence[0].histogram counts"),
                             (first("evidence", largest_error_over_bound="big"), "largest_error_over_bound is no number"),
                             (first("findings", smallest="bs9 what"), "findings[0].smallest is no token"),
                             (first("findings", kernel="k"), "findings[0].kernel is 'k'"),
                             (first("findings", heat_map=None), "findings[0].heat_map is null"),
                             (of_map(rows=[{}] * 25), "findings[0].heat_map.rows has 25 entries"),
                             (of_map(rows=[{"anchor": 0, "rest_departs": False, "right": [1], "recovered": ["seen"], "departs": "*"}]),
                              "recovered[0] is no level"),
                             (of_map(rows=[{"anchor": 0, "rest_departs": False, "right": [1], "recovered": [1, 2], "departs": "*"}]),
                              "recovered[1] is one too many"),
                             (lambda r: r.update(findings=3), "findings is no list"),
                             (lambda r: r["evidence"].append(r["evidence"][0]), "a second time"),
                             (lambda r: r["power"]["cases"].update(more=33), "power.cases.more is 33"),
                             (lambda r: r["shard"].pop("index"), "shard.index is missing"),
                             (lambda r: r["laws"].append(3), "laws[1] is no text")):
            self.refused(["edited", told], self.edited(path, change))

    def test_a_place_that_cannot_be_written(self):
        (path,) = self.shards(BORESIGHT, self.WORDS, count=1)
        self.refused("/no/such/folder/page.html", path, words=["--html", "/no/such/folder/page.html"])


if __name__ == "__main__":
    main()
