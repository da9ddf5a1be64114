"""python -m boresight, from outside."""

import json
import subprocess
import sys

import kernels  # noqa: F401: skips where torch is not here
import pytest

FILE = """
import boresight

def plain(call):
    return (call.q @ call.k.mT * call.problem.scale).softmax(-1) @ call.v

def mean(call):
    return call.v.mean(2, keepdim=True).expand(-1, -1, call.problem.queries, -1)

right = boresight.Kernel(plain, supports="mem_kv cache")
both = [right, boresight.Kernel(mean, supports="mem_kv cache")]
"""


@pytest.fixture
def run(tmp_path):
    (tmp_path / "mine.py").write_text(FILE)
    (tmp_path / "broken.py").write_text("1 / 0\n")

    def run(*words):
        return subprocess.run([sys.executable, "-m", "boresight", *words], cwd=tmp_path, capture_output=True, text=True, check=False)

    return run


def test_check_judges_and_writes_reports(run, tmp_path):
    done = run("check", "mine.py:right", "--cases", "220", "--seed", "1", "--json", "report.json")
    assert done.returncode == 0, done
    assert "PASSED: 220 cases" in done.stdout
    assert json.loads((tmp_path / "report.json").read_text())["cases"] == 220


def test_what_fails_is_run_again_by_the_line_that_is_printed(run):
    done = run("check", "mine:mean", "--supports", "cache", "--cases", "110", "--seed", "1", "--law", "agrees*")
    assert done.returncode == 1, done
    again = next(line for line in done.stdout.splitlines() if line.startswith("  again"))
    token = again.split("'")[1]
    assert again.endswith(f"python -m boresight replay '{token}' mine:mean")
    done = run("replay", token, "mine:mean")
    assert done.returncode == 1 and "FAILED mean" in done.stdout


def test_a_kernel_is_run_again_with_all_that_it_says_of_itself(run, tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "theirs.py").write_text(
        "import boresight, numpy\n\ndef zero(call):\n    p = call.problem\n"
        "    return numpy.zeros((p.batch, p.heads, p.queries, p.value_dim), numpy.float32)\n\n"
        "kernel = boresight.Kernel(zero, supports='cache', tensors='numpy')\n"
    )
    done = run("check", "sub/theirs.py:kernel", "--cases", "44", "--seed", "1", "--law", "agrees*")
    again = next(line for line in done.stdout.splitlines() if line.startswith("  again"))
    assert again.endswith("sub/theirs.py:kernel")
    done = run("replay", again.split("'")[1], "sub/theirs.py:kernel")
    assert done.returncode == 1 and "is outside the certified bound" in done.stdout


def test_lists_of_kernels_are_judged_together(run):
    done = run("check", "mine.py:both", "--cases", "110", "--seed", "1", "--law", "agrees*")
    assert done.returncode == 1 and "FAILED mean" in done.stdout and "FAILED plain" not in done.stdout


def test_identify_and_probe_speak(run):
    done = run("identify", "mine.py:right")
    assert done.returncode == 0 and "NOTHING DEPARTS" in done.stdout, done
    done = run("probe", "bs1 b1 h1 d8 n2 s3", "mine.py:mean")
    assert done.returncode in (0, 1) and "probed" in done.stdout, done


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["check", "mine.py"], "a kernel is named as module:name"),
        (["check", "other.py:right"], "there is no such file"),
        (["check", "mine.py:left"], "there is no left in mine.py"),
        (["check", "nowhere:right"], "No module named 'nowhere'"),
        (["replay", "bs1", "mine.py:right"], "b"),
        (["check", "mine.py:plain", "--supports", "causl"], "no feature 'causl'"),
        (["check", "mine.py:right", "--supports", "causal"], "--supports: mine.py:right is a Kernel"),
        (["check", "mine.py:boresight"], "right is a function"),
        (["check", "broken.py:right"], "broken.py can't be loaded: ZeroDivisionError"),
        (["check", "mine.py:right", "--seed", "-1"], "is none of the whole numbers from 0"),
        (["check", "mine.py:right", "--cases", "2", "--json", "nowhere/report.json"], "there is no such directory"),
    ],
)
def test_what_is_asked_wrongly_is_told(run, words, said):
    done = run(*words)
    assert done.returncode == 2 and said in done.stderr and "Traceback" not in done.stderr, done
