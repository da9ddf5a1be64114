#!/usr/bin/env python3
"""docs/workflows/check-kernel.yml, as far as a machine of one's own can run it: every `run:` step is shell that parses, what its jobs
wait for is there, and the steps that build, check and merge are run on a sample, from what is installed here in place of the
cache. Only those that install packages and clone Boresight are not run.

Usage: workflow_test.py BUILD   (whose installation is used)
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import textwrap
import unittest
import xml.etree.ElementTree as xml

TOP = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(sys.argv[1]).resolve()
TEXT = (TOP / "docs/workflows/check-kernel.yml").read_text()
SAMPLE = (TOP / "examples/plain.c").read_text()
PLACE = tempfile.TemporaryDirectory()
BASH = ["bash", "--noprofile", "--norc", "-eo", "pipefail"]  # as the runner calls it, where `shell: bash` is said


def jobs():
    """The text of each job, by name."""
    parts = re.split(r"^  (\w+):\n", TEXT.split("\njobs:\n")[1], flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2]))


def steps(job):
    """(name, script) of the steps of a job that run one."""
    found = re.findall(r"^      - name: (.+)\n(?:        if: .+\n)?        run: \|\n((?:          .*\n)+)", job, re.MULTILINE)
    return [(name, textwrap.dedent(script)) for name, script in found]


def environment(shard):
    """The workflow's own variables, with less to do; and what the runner sets."""
    block = TEXT.split("\nenv:\n")[1].split("\n\n")[0]
    own = {name: value.strip('"') for name, value in re.findall(r"^  (\w+): (.*)$", block, re.MULTILINE)}
    return os.environ | own | {"BUDGET": "3s", "CASES": "4400", "GITHUB_RUN_NUMBER": "7", "SHARD": str(shard)}


def run_job(name, directory, shard=1):
    """The job's steps one after another, but those that set the machine up; the first exit code that is not 0."""
    for step, script in steps(jobs()[name]):
        if step == "Packages":
            continue
        ended = subprocess.run([*BASH, "-c", script], cwd=directory, env=environment(shard), capture_output=True, text=True,
                               check=False, timeout=300)
        if ended.returncode != 0:
            return ended.returncode, ended.stdout + ended.stderr
    return 0, ""


def checkout(name, source):
    """A user's repository with the kernel, and the cache's content."""
    directory = pathlib.Path(PLACE.name) / name
    directory.mkdir()
    (directory / "mine.c").write_text(source)
    (directory / "boresight-installed").symlink_to(pathlib.Path(PLACE.name) / "boresight-installed")
    return directory


def setUpModule():
    subprocess.run(["cmake", "--install", BUILD, "--prefix", pathlib.Path(PLACE.name) / "boresight-installed"], check=True,
                   stdout=subprocess.DEVNULL)


def tearDownModule():
    PLACE.cleanup()


class Text(unittest.TestCase):
    def test_every_step_that_runs_is_shell_that_parses(self):
        scripts = [script for job in jobs().values() for _, script in steps(job)]
        self.assertEqual(len(scripts), len(re.findall(r"^ +run:", TEXT, re.MULTILINE)) - 1)  # `defaults: run:` is no step
        for script in scripts:
            self.assertEqual(subprocess.run([*BASH, "-n", "-c", script], capture_output=True, text=True, check=False).stderr, "")

    def test_what_jobs_wait_for_is_there(self):
        for needs in re.findall(r"^    needs: (.+)$", TEXT, re.MULTILINE):
            for name in needs.strip("[]").split(", "):
                self.assertIn(name, jobs())

    def test_every_shard_has_its_job(self):
        shards = re.search(r"shard: \[(.+)\]", TEXT)[1].split(", ")
        self.assertEqual(shards, [str(k + 1) for k in range(int(environment(1)["SHARDS"]))])

    def test_it_is_indented_by_spaces_and_names_one_key_for_the_cache(self):
        self.assertNotIn("\t", TEXT)
        self.assertEqual(len(set(re.findall(r"^ +key: (.+)$", TEXT, re.MULTILINE))), 1)

    def test_packages_are_what_scripts_setup_knows_or_their_run_time_libraries(self):
        known = (TOP / "scripts/packages.txt").read_text()
        for name in environment(1)["PACKAGES"].split():
            base = re.sub(r"\d+$", "", name)
            self.assertTrue(name in ("ca-certificates", "gcc", "libc6-dev") or re.search(rf"required {base}(-dev)?$", known, re.MULTILINE), name)


class Run(unittest.TestCase):
    def reports(self, directory):
        """The JSON report; the others are there, and are what they are called."""
        xml.parse(directory / "reports/junit.xml")
        self.assertIn("</html>", (directory / "reports/report.html").read_text())
        return json.loads((directory / "reports/report.json").read_text())

    def test_a_push_is_checked(self):
        directory = checkout("push", SAMPLE)
        self.assertEqual(run_job("check", directory), (0, ""))
        self.assertEqual(self.reports(directory)["findings"], [])

    def test_a_mistake_fails_the_push_and_its_reports_are_there_to_be_uploaded(self):
        wrong = SAMPLE.replace("p->causal && distance < 0", "p->causal && distance < -1")
        self.assertNotEqual(wrong, SAMPLE)
        directory = checkout("wrong", wrong)
        self.assertEqual(run_job("check", directory)[0], 1)
        self.assertIn("causal-sees-one-future-key", [finding["reading"] for finding in self.reports(directory)["findings"]])

    def test_shards_are_merged_into_one_report(self):
        directory = checkout("night", SAMPLE)
        shards = directory / "shards"
        shards.mkdir()
        for shard in [1, 2, 3, 4]:
            self.assertEqual(run_job("shards", directory, shard), (0, ""))
            (directory / f"reports/shard-{shard}.json").rename(shards / f"shard-{shard}.json")
        self.assertEqual(run_job("merge", directory), (0, ""))
        merged = self.reports(directory)
        self.assertEqual(merged["cases"], 4400)
        self.assertEqual(merged["shard"]["cases"], 4400)
        (shards / "shard-3.json").unlink()
        code, said = run_job("merge", directory)
        self.assertEqual(code, 2)
        self.assertIn("3/4", said)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
