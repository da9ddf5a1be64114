"""A contestant: a way to compute a row. `prepare` does once what a user does once (layouts, masks, compilation), and gives the call
that is timed; it says in words why it does not take a row."""
from collections.abc import Callable
from typing import Any, NamedTuple


class NotTaken(Exception):
    """Why a contestant does not take a row, in words."""


class Broken(Exception):
    """Nobody can be timed any more, since a contestant's call has failed: whose, and how, in words."""


def first_line(failure):
    """Of what an exception says."""
    return next(iter(str(failure).strip().splitlines()), type(failure).__name__)[:200]


class Prepared(NamedTuple):
    run: Callable[[], Any]  # one call, all of it
    output: Callable[[Any], Any] = lambda result: result  # what run gave -> a tensor of torch, [B][H][n][D]; not timed
    kernel: str = ""  # which one was chosen, where the contestant has several
    on: Callable[[Any], Callable[[], Any]] | None = None  # of other inputs of the row: the same call on them; None: on no others


class Contestant(NamedTuple):
    name: str
    prepare: Callable[..., Prepared]  # of (inputs, threads)
    arithmetic: Callable[..., dict[str, Any]]  # of a row: what it rounds otherwise than a plain loop in f32, as boresight.Kernel has it
