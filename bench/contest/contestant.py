"""A contestant: a way to compute a row. `prepare` does once what a user does once (layouts, masks, compilation), and gives the call
that is timed; it says in words why it does not take a row."""
from collections.abc import Callable
from typing import Any, NamedTuple


class NotTaken(Exception):
    """Why a contestant does not take a row, in words."""


class Prepared(NamedTuple):
    run: Callable[[], Any]  # one call, all of it
    output: Callable[[Any], Any] = lambda result: result  # what run gave -> a tensor of torch, [B][H][n][D]; not timed
    kernel: str = ""  # which one was chosen, where the contestant has several


class Contestant(NamedTuple):
    name: str
    prepare: Callable[..., Prepared]  # of (inputs, threads)
    arithmetic: Callable[..., dict[str, Any]]  # of a row: what it rounds otherwise than a plain loop in f32, as boresight.Kernel has it
