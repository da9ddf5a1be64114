"""Check, identify, replay and probe: what the judge says of a kernel."""

from __future__ import annotations

import contextlib
import html
import json
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from . import _native
from .kernel import Function, Kernel, as_kernel

if TYPE_CHECKING:
    import numpy


class _Shown:
    """A notebook shows its words as they stand on a terminal."""

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(str(self))}</pre>"


@dataclass(frozen=True)
class Finding(_Shown):
    """A failure, by the smallest case that still shows it."""

    kernel: str
    law: str
    token: str  #: of the smallest case: `boresight.replay(token, kernel)`, or `boresight replay 'TOKEN'` in the shell
    reading: str  #: the name of the mistake; empty: no reading explains every element
    why: str  #: the mistake in words, and what is right
    what: str  #: what happened: "is outside the certified bound", "raised ValueError: ..."
    where: str  #: the worst element: what it is, what is right, the bound
    unsteady: str  #: empty, or that it does not fail every time
    case_number: int
    shrinks: int
    drawn: str  #: token of the case that showed it first
    words: str  #: all of this, as in the report

    def __str__(self) -> str:
        return self.words


class Report:
    """What a check found. `print` it; a notebook shows it as a page."""

    def __init__(self, checked: Any) -> None:
        self._texts = {each: str(checked.text(each)) for each in (False, True)}
        self._json, self._junit, self._html = str(checked.json()), str(checked.junit()), str(checked.html())
        self.outcome: str = checked.outcome  #: PASSED, FAILED, UNTESTED
        self.seed: int = checked.seed
        self.cases: int = checked.cases
        self.seconds: float = checked.seconds
        #: those of agreement first: they say what a kernel computes, where others compare two of its calls
        self.findings = sorted((Finding(**finding) for finding in checked.findings()), key=lambda f: f.law != "agrees_with_reference")
        self.evidence: dict[str, dict[str, dict[str, Any]]] = checked.evidence()  #: [kernel][law]: judged, failed, skipped, ..

    @property
    def failures(self) -> str:
        """The findings in words, those of one cause together."""
        return str(self).partition("\n\n")[2] if self.findings else ""

    @property
    def passed(self) -> bool:
        return bool(self.outcome == "PASSED")

    def text(self, *, each: bool = False) -> str:
        """As the command prints it; `each`: a row for each kernel and law."""
        return self._texts[bool(each)]

    def json(self) -> str:
        """The report of properties/report/report.schema.json: `boresight merge` takes it."""
        return self._json

    def junit(self) -> str:
        return self._junit

    def html(self) -> str:
        """A page, complete in itself."""
        return self._html

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return f"<boresight.Report {self.outcome}: {len(self.findings)} finding(s) in {self.cases} cases, seed {self.seed}>"

    def _repr_html_(self) -> str:
        page = html.escape(self.html())
        return f'<iframe srcdoc="{page}" style="width: 100%; height: 40em; border: 0"></iframe>'


def check(
    fn: Function | Kernel | list[Kernel],
    *,
    cases: int | None = None,
    budget: str = "60s",
    seed: int | None = None,
    laws: str = "*",
    shrink: bool = True,
    fail_fast: bool = False,
    progress: bool | None = None,
    **declared: Any,
) -> Report:
    """Judges a kernel by every law on random cases, bent to what it supports; shrinks what fails, and names the mistake.

    `cases` of `seed` give the same report again; without them it goes on for `budget` ("60s", "2m"). `laws` is a pattern of names
    (`boresight.laws()`). `progress` shows a bar, by default on a terminal. What else is given is as for `Kernel`.

    >>> import torch
    >>> def mean(call):
    ...     return call.v.mean(2, keepdim=True).expand(-1, -1, call.problem.queries, -1)
    >>> report = check(mean, supports="", cases=44, seed=1, progress=False)
    >>> report.outcome
    'FAILED'
    """
    kernels = [as_kernel(one, **declared) for one in (fn if isinstance(fn, list) else [fn])]
    names = [kernel.name for kernel in kernels]
    if not kernels:
        raise ValueError("no kernel was given")
    if len(set(names)) < len(names):
        raise ValueError(f"two kernels have one name: {', '.join(sorted(names))}")
    if cases is not None:
        whole("cases", cases, 1, 2**40)
    if seed is not None:
        whole("seed", seed, 0, 2**64 - 1)
    for called, text in (("laws", laws), ("budget", budget)):
        if not isinstance(text, str):
            raise TypeError(f"{called} is {text!r}; allowed: a text")
    address = kernels[0].address if len(kernels) == 1 else None
    with _bar(progress, cases) as show:
        checked = _native.check(
            kernels,
            laws,
            cases or 0,
            budget,
            random.getrandbits(32) if seed is None else seed,
            shrink,
            fail_fast,
            show,
            address or "",
        )
    return Report(checked)


def whole(called: str, number: Any, least: int, most: int) -> int:
    """The number, where it is a whole one within the range."""
    if isinstance(number, bool) or not isinstance(number, int) or not least <= number <= most:
        raise ValueError(f"{called} is {number!r}; allowed: whole numbers, {least} to {most}")
    return number


@contextlib.contextmanager
def _bar(progress: bool | None, cases: int | None) -> Iterator[Any]:
    if not (sys.stderr.isatty() if progress is None else progress):
        yield None
        return
    from tqdm.auto import tqdm

    with tqdm(total=cases, unit=" cases", leave=False) as bar:
        yield lambda done, _seconds: bar.update(done - bar.n)


@dataclass(frozen=True)
class Verdict(_Shown):
    """One case, judged: PASSED, FAILED, SKIPPED (with the reason) or MISTRUSTED (the case could not have told)."""

    outcome: str
    kernel: str
    law: str
    token: str
    why: str  #: of a skip or mistrust the reason; of a failure what happened
    reading: str
    largest: float  #: error / bound
    words: str = field(repr=False)

    def __str__(self) -> str:
        if self.words:
            return self.words
        beside = f"largest error/bound {self.largest:.3g}" if self.outcome == "PASSED" else self.why
        return f"{self.outcome} {self.kernel} · {self.law} · {beside}"


def _text(token: Any) -> str:
    if not isinstance(token, str):
        raise TypeError(f"the token is {token!r}; allowed: a text, 'bs1 ...'")
    return token


def replay(token: str, fn: Function | Kernel, **declared: Any) -> Verdict:
    """Judges one case again, by the law that its token names, or by agreement.

    >>> def zero(call):
    ...     return call.q.new_zeros(1, 1, 1, 1)
    >>> replay("bs1 b1 h1 d1 n1 s1", zero, supports="").outcome
    'FAILED'
    """
    kernel = as_kernel(fn, **declared)
    found = _native.replay(kernel, _text(token), kernel.address or "")
    return Verdict(
        found["outcome"], found["kernel"], found["law"], found["token"], found["what"], found["reading"], found["largest"],
        found["words"],
    )  # fmt: skip


class Card(_Shown):
    """Which conventions a kernel follows, row by row."""

    def __init__(self, kernel: str, found: dict[str, Any]) -> None:
        self.kernel = kernel
        self.departs: bool = found["departs"]
        self.summary: str = found["summary"]
        self.rows: list[dict[str, Any]] = json.loads(found["json"])["rows"]
        self._asked: bool = found["asked"]
        self._text: str = found["text"]

    def __str__(self) -> str:
        word = "DEPARTS" if self.departs else "NOTHING DEPARTS" if self._asked else "NOTHING ASKED"
        return f"{self.kernel}\n{word}: {self.summary}\n{self._text}"

    def __repr__(self) -> str:
        return f"<boresight.Card {self.kernel}: {self.summary}>"


def identify(fn: Function | Kernel, *, seed: int = 1, **declared: Any) -> Card:
    """Says which conventions a kernel follows, from its outputs alone: as specified, or by which reading it departs."""
    kernel = as_kernel(fn, **declared)
    return Card(kernel.name, _native.identify(kernel, whole("seed", seed, 0, 2**64 - 1)))


@dataclass(frozen=True)
class Probe(_Shown):
    """The bias and the mask that a kernel really computes on a case, read off its outputs.

    `levels` [B][H][n][K] are logarithms of weights where q.k = 0, beside `right_levels`: their differences within a row are those of
    the bias. NaN where a column is not visible; `visible` is 1, 0, or NaN where it can't be told. None where nothing was probed.
    """

    departs: bool
    sentences: tuple[str, ...]  #: what departs, in words
    levels: numpy.ndarray | None
    right_levels: numpy.ndarray | None
    visible: numpy.ndarray | None
    text: str = field(repr=False)

    def __str__(self) -> str:
        return self.text


def probe(fn: Function | Kernel, token: str, *, rows: int = 8, **declared: Any) -> Probe:
    """Reads bias and mask of a kernel off its outputs, element by element; `rows` of them are shown in the text."""
    found = _native.probe(as_kernel(fn, **declared), _text(token), whole("rows", rows, 0, 2**31))
    return Probe(
        found["departs"], tuple(found["sentences"]), found.get("levels"), found.get("right_levels"), found.get("visible"),
        found["text"],
    )  # fmt: skip
