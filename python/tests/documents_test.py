"""What is written down is so: the README's example runs, every page of docs/findings shows what it says, and the index has them all."""

import contextlib
import importlib.metadata
import io
import pathlib
import re

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
def test_a_page_shows_what_it_says(page):
    text = page.read_text(encoding="utf-8")
    package, version = told_of(text)
    try:
        here = importlib.metadata.version(package).partition("+")[0]
    except importlib.metadata.PackageNotFoundError:
        pytest.skip(f"{package} is not here")
    if here != version:
        pytest.skip(f"the page tells of {package} {version}, here is {here}")
    script, output = re.search(r"```python\n(.*?)```\n+```\w*\n(.*?)```", text, re.DOTALL).groups()
    said = io.StringIO()
    ended = ""  # the name of the exception that the script ends with
    with contextlib.redirect_stdout(said):
        try:
            exec(script, {"__name__": "page"})
        except Exception as error:
            ended = type(error).__name__
    if ended:
        assert output.startswith(said.getvalue()) and ended in output.removeprefix(said.getvalue()), (said.getvalue(), ended)
    else:
        assert said.getvalue() == output


@pytest.mark.parametrize("page", FINDINGS, ids=lambda page: page.stem)
def test_a_page_says_what_a_reader_needs(page):
    text = page.read_text(encoding="utf-8")
    for part in ("**Expected.**", "**Mechanism.**", "**Boresight.**", "**Since.**"):
        assert part in text, part
    assert page.name in (TOP / "docs/findings/README.md").read_text(encoding="utf-8")


def test_every_page_of_the_survey_is_there():
    from boresight.survey.known import known

    assert {one.page for one in known} <= {page.name for page in FINDINGS}
