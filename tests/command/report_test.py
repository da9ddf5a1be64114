#!/usr/bin/env python3
"""Reports as programs read them: JSON as its schema says, one HTML file that asks for nothing, and JUnit that is XML.

Usage: report_test.py BORESIGHT MUTANT
"""
import copy
import html.parser
import json
import pathlib
import re
import sys
import tempfile
import unittest

from command import BORESIGHT, FAILURE, MISREADINGS, MUTANT, RUN_HERE, planted, run, main

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(TOP / "tests"))
from json_schema import complaints  # noqa: E402

SCHEMA = json.loads((TOP / "properties/report/report.schema.json").read_text())


def report(program, *words):
    """(JSON, HTML) of a run."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [str(pathlib.Path(folder) / name) for name in ("report.json", "report.html")]
        run("verify", "--seed", "1", "--quiet", "--json", paths[0], "--html", paths[1], *words, program=program)
        return json.loads(pathlib.Path(paths[0]).read_text()), pathlib.Path(paths[1]).read_text()


class Json(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.failing, _ = report(MUTANT, "--kernel", "scalar", "--cases", "300")

    def test_is_as_its_schema_says(self):
        others = [(BORESIGHT, "--cases", "60"), (BORESIGHT, "--law", "threads", "--cases", "3", "--kernel", "scalar"),
                  (MUTANT, "--no-shrink", "--cases", "60", "--kernel", "scalar"),
                  (MISREADINGS, "--kernel", "misread/sink-ignored,misread/causal-top-left", "--cases", "200"),
                  (BORESIGHT, "--shard", "2/3", "--cases", "70", "--kernel", "scalar")]
        for one in (self.failing, *(report(*words)[0] for words in others)):
            self.assertEqual(list(complaints(one, SCHEMA)), [])
        self.assertTrue(any("rows" in finding["heat_map"] for finding in self.failing["findings"]))

    def test_what_is_not_is_told_by_its_place(self):
        for change, told in ((lambda r: r.pop("seed"), "report.seed is missing"), (lambda r: r.update(more=1), "report.more is not allowed"),
                             (lambda r: r["evidence"][0].update(passed="1"), "report.evidence[0].passed"),
                             (lambda r: r["evidence"][0].update(failed=True), "report.evidence[0].failed"),
                             (lambda r: r["evidence"][0]["histogram"].pop(), "report.evidence[0].histogram has 17 items"),
                             (lambda r: r["findings"][0].update(drawn="b1"), "report.findings[0].drawn"),
                             (lambda r: r["findings"][0]["heat_map"].update(b=-1), "report.findings[0].heat_map"),
                             (lambda r: r.update(outcome="GOOD"), "report.outcome"), (lambda r: r["power"].update(enough=3), "report.power")):
            changed = copy.deepcopy(self.failing)
            change(changed)
            self.assertTrue(any(told in complaint for complaint in complaints(changed, SCHEMA)), told)

    def test_a_word_of_a_schema_that_nobody_checks_is_an_error(self):
        with self.assertRaisesRegex(ValueError, "multipleOf"):
            list(complaints(3, {"multipleOf": 2}))

    def test_its_histograms_count_what_passed_or_was_mistrusted(self):
        for row in self.failing["evidence"]:
            self.assertEqual(sum(row["histogram"]), row["passed"] + row["mistrusted"])
            self.assertEqual(sum(row["reasons"].values()), row["skipped"] + row["mistrusted"])
        self.assertEqual(self.failing["histogram_ends"], [0] + [2.0 ** -k for k in range(16, -1, -1)])

    def test_a_map_shows_what_departs(self):
        maps = [finding["heat_map"] for finding in self.failing["findings"] if "rows" in finding["heat_map"]]
        self.assertTrue(maps)
        for one in maps:
            letters = "".join(row["departs"] for row in one["rows"])
            rests = sum(row["rest_departs"] for row in one["rows"])
            self.assertEqual(letters.count("*") + rests, one["departing"])
            self.assertGreater(one["departing_in_all_heads"], 0)


class Outline(html.parser.HTMLParser):
    """What the page is made of, and whether each element is closed in order."""
    VOID = {"meta", "br", "link", "input"}

    def __init__(self, text):
        super().__init__()
        self.open, self.elements, self.disorder = [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.disorder.append(tag)


class Html(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        _, cls.page = report(MUTANT, "--kernel", "scalar", "--cases", "300")
        cls.outline = Outline(cls.page)

    def test_is_one_file_that_asks_for_nothing(self):
        self.assertFalse(re.search(r"https?:|//[a-z]|url\((?!#)|@import|src=|<link|<iframe", self.page.replace("http://www.w3.org", "")))

    def test_is_well_formed_and_each_id_is_there_once(self):
        self.assertEqual((self.outline.disorder, self.outline.open), ([], []))
        ids = [attributes["id"] for _, attributes in self.outline.elements if "id" in attributes]
        self.assertEqual(len(ids), len(set(ids)))
        for _, attributes in self.outline.elements:
            for target in [attributes.get("aria-labelledby"), attributes.get("data-copy"), (attributes.get("href") or "#")[1:]]:
                self.assertTrue(not target or target in ids, target)

    def test_has_a_language_a_title_captions_and_scopes(self):
        tags = [tag for tag, _ in self.outline.elements]
        self.assertEqual(dict(self.outline.elements)["html"], {"lang": "en"})
        self.assertEqual(tags.count("table"), tags.count("caption"))
        self.assertTrue(all("scope" in attributes for tag, attributes in self.outline.elements if tag == "th"))
        self.assertIn("<title>Failed: scalar · Boresight</title>", self.page)

    def test_says_what_the_terminal_says(self):
        done = run("verify", "--kernel", "scalar", "--cases", "300", "--seed", "1", program=MUTANT)
        self.assertEqual(done.returncode, FAILURE)
        text = html.unescape(re.sub(r"<[^>]*>", "", self.page))
        for line in done.stdout.splitlines():
            if re.match(r"  (what|why|reading|where|again) ", line):
                self.assertIn(re.split(r"; also fits: |; not explained", line[10:])[0], text)

    def test_is_small_for_many_findings(self):
        _, page = report(planted("persistent-columns-counted-as-tokens"), "--cases", "900", *RUN_HERE)
        self.assertLess(len(page.encode()), 2_000_000)
        outline = Outline(page)
        self.assertEqual((outline.disorder, outline.open), ([], []))


if __name__ == "__main__":
    main()
