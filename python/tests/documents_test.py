"""What is written down is so: the README's example runs, every page of docs/findings shows what it says, and the index has them all."""

import importlib.metadata
import pathlib
import re
import signal
import subprocess
import sys

import kernels  # noqa: F401: skips where torch is not here
import pytest

TOP = pathlib.Path(__file__).parents[2]
FINDINGS = sorted(path for path in (TOP / "docs/findings").glob("*.md") if path.name != "README.md")


def test_the_example_of_the_readme_runs(capsys):
    [example] = re.findall(r"^```python\n(.*?)^```", (TOP / "README.md").read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    names = {}
    exec(example, names)
    assert "PASSED: " in capsys.readouterr().out
    names["test_mine"]()


def told_of(text):
    """The package that a page tells of, and the version that is told."""
    return re.search(r"\b(torch|onnx|onnxruntime|x-transformers) (\d+(?:\.\d+)+)", text.replace("PyTorch", "torch")).groups()


@pytest.mark.parametrize("page", FINDINGS, ids=lambda page: page.stem)
def test_a_page_shows_what_it_says(page, tmp_path):
    text = page.read_text(encoding="utf-8")
    package, version = told_of(text)
    try:
        here = importlib.metadata.version(package).partition("+")[0]
    except importlib.metadata.PackageNotFoundError:
        pytest.skip(f"{package} is not here")
    if here != version:
        pytest.skip(f"the page tells of {package} {version}, here is {here}")
    script, output = re.search(r"```python\n(.*?)```\n+```\w*\n(.*?)```", text, re.DOTALL).groups()
    (tmp_path / "page.py").write_text(script)
    done = subprocess.run([sys.executable, "-W", "ignore", "page.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    said, told = done.stdout.splitlines(), output.splitlines()
    if done.returncode < 0:
        assert signal.Signals(-done.returncode).name in output
    elif done.returncode:  # the page ends with the exception, in as many lines as tell something
        assert any(line.rpartition(".")[2].partition(":")[0] in done.stderr for line in told[len(said) :]), done.stderr
    else:
        assert len(said) == len(told), done.stdout
    anything = "other numbers each time" in text
    for one, other in zip(said, told, strict=False):
        assert skeleton(one) == skeleton(other), done.stdout
        assert anything or all(map(alike, numbers(one), numbers(other))), (one, other)


NUMBER = re.compile(r"-?(?:\d+\.?\d*(?:e[-+]?\d+)?|nan)")


def steady(line):
    """Without the name of a file that is new each time, and with one kind of quotes."""
    return re.sub(r"[a-z0-9]*\.main\.cpp:\d+:\d+", ".main.cpp", line.replace("\u2018", "'").replace("\u2019", "'"))


def skeleton(line):
    return re.sub(r"\s+", " ", NUMBER.sub("N", steady(line))).strip()


def numbers(line):
    return [float(number) for number in NUMBER.findall(steady(line))]


def alike(one, other):
    """The same two digits, or rounding both: other processors round otherwise."""
    return one == other or one != one != other != one or f"{one:.1e}" == f"{other:.1e}" or max(abs(one), abs(other)) < 1e-5


@pytest.mark.parametrize("page", FINDINGS, ids=lambda page: page.stem)
def test_a_page_says_what_a_reader_needs(page):
    text = page.read_text(encoding="utf-8")
    for part in ("**Expected.**", "**Mechanism.**", "**Boresight.**", "**Since.**"):
        assert part in text, part
    assert page.name in (TOP / "docs/findings/README.md").read_text(encoding="utf-8")


def test_every_page_of_the_survey_is_there():
    from boresight.survey.known import known

    assert {one.page for one in known} <= {page.name for page in FINDINGS}
