"""One case by its token: the inputs that a kernel gets, what is right for them, and how far a right kernel may be off."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from . import _native
from .call import Call, Library

if TYPE_CHECKING:
    import numpy

    from ._native import Problem


@dataclass(frozen=True)
class Truth:
    """Attention in double, every row of it: arrays of NumPy."""

    out: numpy.ndarray  #: [B][H][n][Dv]
    lse: numpy.ndarray  #: [B][H][n], natural; -inf for an empty row
    bias: numpy.ndarray  #: [B][H][n][K]
    scores: numpy.ndarray  #: [B][H][n][K], after bias and cap, hidden columns too
    weights: numpy.ndarray  #: [B][H][n][K], 0 where hidden
    visible: numpy.ndarray  #: [B][H][n][K] bool
    out_of_domain: str = field(default="")  #: why no kernel is judged on these inputs; empty: it is

    def __iter__(self) -> Any:
        return iter((self.out, self.lse))


@dataclass(frozen=True)
class Bound:
    """How far any right kernel of an arithmetic may be from the truth: derived, never tuned."""

    out: numpy.ndarray  #: [B][H][n][Dv]
    lse: numpy.ndarray  #: [B][H][n]

    def __iter__(self) -> Any:
        return iter((self.out, self.lse))


def inputs(token: str, *, tensors: str = "torch", contiguous: bool = False) -> Call:
    """The call that a kernel gets for this case.

    >>> inputs("bs1 b1 h2 d8 n4 s6 causal bias=alibi", tensors="numpy").q.shape
    (1, 2, 4, 8)
    """
    library = Library(tensors)
    if why := library.refusal(_native.inputs(token, True)[0]):
        raise ValueError(f"{token}: {why}; allowed: tensors='torch'")
    problem, options, arrays = _native.inputs(token, contiguous or not library.negative_strides)
    return Call(problem, options, arrays, library)


def reference(token: str, **values: Any) -> Truth:
    """What is right for this case, or for arrays of yours that stand in for some of its tensors: `reference(token, q=q, segment_k=k)`.

    >>> out, lse = reference("bs1 b1 h2 d8 n4 s6 causal bias=alibi")
    >>> out.shape
    (1, 2, 4, 8)
    """
    found = _native.reference(token, values, None)
    return Truth(
        found["out"], found["lse"], found["bias"], found["scores"], found["weights"], found["visible"] != 0, found["out_of_domain"]
    )


def bound(
    token: str, *, arithmetic: Mapping[str, Any] | Callable[[Problem], Mapping[str, Any]] | None = None, **values: Any
) -> Bound:
    """The certified bound around the truth of this case, for a plain loop in f32 or what `arithmetic` declares otherwise.

    >>> float(bound("bs1 b1 h2 d8 n4 s6").out.max()) < 1e-5
    True
    """
    declared = arithmetic(_native.inputs(token, True)[0]) if callable(arithmetic) else arithmetic
    found = _native.reference(token, values, None if declared is None else dict(declared))
    return Bound(found["out_bound"], found["lse_bound"])


def shortest(token: str) -> str:
    """The token in its shortest form, words in the one order.

    >>> shortest("bs1 b1 h2 d8 n4 s6 kv=2")
    Traceback (most recent call last):
    ValueError: column 18: unknown word kv=2; the words are b h d n s ...
    >>> shortest("bs1 d8 causal b1 h2 n4 s6 seed=0")
    'bs1 b1 h2 d8 n4 s6 causal'
    """
    return str(_native.shortest(token))
