"""A kernel: a Python function that computes attention, and what it says of itself."""

from __future__ import annotations

import inspect
import os
import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from .call import Call, Library
from .supports import Refusal, by_words

if TYPE_CHECKING:
    from ._native import Options, Problem

Function = Callable[[Call], Any]


class Kernel:
    """A function `fn(call)` that returns `out` [B][H][n][Dv] in the type of the call, or `(out, lse)` where `lse` is true.

    supports
        What it takes: words of `boresight.features` ("causal alibi mem_kv"), all others being refused, and with "!" behind it a word
        that it does not go without ("causal! alibi! mem_kv"); or a function of a
        `Problem` that returns None (or True), or words why not (or False); or None: all of the specification.
    arithmetic
        What it promises of its roundings where that is not a plain loop in f32: a dict, or a function of a `Problem` that returns one,
        of fields of `boresight_arithmetic` in boresight.h, such as `{"weights": "bf16"}`. It decides the certified bound.
    documented
        Readings (`boresight.readings()`) that it follows on purpose, and is judged by in place of the specification.
    tensors
        Of which library the call's arrays are: "torch" or "numpy".
    lse
        It returns `(out, lse)`, lse [B][H][n] in f32, a natural logarithm.
    contiguous
        It takes row-major arrays alone. (torch has no negative strides; arrays that have some are copied for it.)
    batch_invariant
        Promised: a sequence's bits do not depend on what else is in the batch.
    """

    def __init__(
        self,
        fn: Function,
        *,
        name: str | None = None,
        supports: str | Iterable[str] | Refusal | None = None,
        arithmetic: Mapping[str, Any] | Callable[[Problem], Mapping[str, Any] | None] | None = None,
        documented: Iterable[str] = (),
        tensors: str = "torch",
        lse: bool = False,
        contiguous: bool = False,
        batch_invariant: bool = False,
    ) -> None:
        if not callable(fn):
            raise TypeError(f"a kernel is a function of a Call, not {fn!r}")
        declared_otherwise = bool(arithmetic or documented or lse or contiguous or batch_invariant or tensors != "torch")
        self.fn = fn
        self.name = _name(fn) if name is None else name
        if not isinstance(self.name, str) or not re.fullmatch(r"[A-Za-z0-9_./@-]{1,63}", self.name):
            raise ValueError(f"a kernel's name is '{self.name}'; allowed: 1 to 63 letters, digits and - _ . / @")
        self.documented = _words("documented", documented)
        self.lse = bool(lse)
        self.contiguous = bool(contiguous)
        self.batch_invariant = bool(batch_invariant)
        self.library = Library(tensors)
        self.survey_cases: int | None = None  #: the most that the survey gives it, where a call takes seconds
        self._supports = supports if supports is None or callable(supports) else by_words(_words("supports", supports))
        if arithmetic is not None and not callable(arithmetic) and not isinstance(arithmetic, Mapping):
            raise TypeError(f"arithmetic is {arithmetic!r}; allowed: a dict, a function that returns one, or None")
        self._declares = arithmetic
        #: Where `python -m boresight` finds it, "module:name" or "file.py:name"; None: nowhere, or not with all that it says of itself.
        self.address = None if declared_otherwise else _address(fn)

    def __repr__(self) -> str:
        return f"<boresight.Kernel {self.name}>"

    def __call__(self, call: Call) -> Any:
        return self.fn(call)

    # What the native module calls.

    def _refusal(self, problem: Problem) -> str:
        said = self.library.refusal(problem) or (self._supports(problem) if self._supports else None)
        if said is None or said is True:
            return ""
        if said is False:
            return "refused"
        if isinstance(said, str) and said:
            return said.encode("utf-8", "replace").decode()
        raise TypeError(f"supports of {self.name} returned {said!r}; right is None or True, or words why not or False")

    def _arithmetic(self, problem: Problem) -> dict[str, Any] | None:
        declared = self._declares(problem) if callable(self._declares) else self._declares
        return None if declared is None else dict(declared)

    def _run(self, problem: Problem, options: Options, arrays: dict[str, Any]) -> tuple[Any, Any]:
        result = self.fn(Call(problem, options, arrays, self.library))
        if isinstance(result, tuple) and len(result) != 2:
            raise TypeError(f"a tuple of {len(result)} was returned; right is out, or (out, lse)")
        out, lse = result if isinstance(result, tuple) else (result, None)
        if self.lse and lse is None:
            raise TypeError("it says lse=True and returned no (out, lse)")
        return self.library.returned(out), self.library.returned(lse)


def as_kernel(fn: Function | Kernel, **declared: Any) -> Kernel:
    """The kernel itself, or one of a function."""
    if not isinstance(fn, Kernel):
        return Kernel(fn, **declared)
    if declared:
        raise TypeError(f"a Kernel says what it is already: {', '.join(declared)} can't be given beside it")
    return fn


def _words(called: str, words: str | Iterable[str]) -> list[str]:
    given = words.split() if isinstance(words, str) else list(words) if isinstance(words, Iterable) else [words]
    if not all(isinstance(word, str) for word in given):
        raise TypeError(f"{called} is {words!r}; allowed: words, in a text or a list")
    return given


def _address(fn: Function) -> str | None:
    """Of a function of a module or file, which says nothing of itself but what it takes."""
    module, name = getattr(fn, "__module__", None), getattr(fn, "__qualname__", "")
    if not module or not name or "<" in name:
        return None
    if module != "__main__" and not module.startswith("_boresight_file_"):
        return f"{module}:{name}"
    try:
        return f"{os.path.relpath(inspect.getfile(fn))}:{name}"
    except (TypeError, OSError):
        return None


def _name(fn: Function) -> str:
    name = getattr(fn, "__qualname__", type(fn).__name__).replace("<locals>.", "").replace("<lambda>", "lambda")
    return re.sub(r"[^A-Za-z0-9_./@-]", "_", name)[-63:]
