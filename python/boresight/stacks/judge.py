"""The verdict on a configuration, with no tolerance of its own.

Both sides of a law are run in f32 and in double, on the same weights and inputs. What the sides differ by in double
is no rounding if it is more than what f32 makes of the very same calls. Where f32 itself is off by more than 2^-10 of
the output, or where the third run, which should differ, does not, nothing can be told.
"""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from .config import Config
from .laws import LAWS, Sides
from .precision import exact
from .stack import Refused, Stack

MISTRUSTED = 2.0**-10


@dataclass(frozen=True)
class Verdict:
    outcome: str  # "holds", "fails", "raises", "refused", "skipped" or "mistrusted"
    words: str = ""
    kind: str = ""  # of two failures with one kind, one may be the smaller form of the other

    @property
    def failed(self) -> bool:
        return self.outcome in ("fails", "raises")


def largest(difference: Tensor) -> float:
    return difference.double().abs().max().item() if difference.numel() else 0.0


def compare(single: Sides, double: Sides) -> Verdict:
    for side in (single.left, single.right, double.left, double.right):
        if not torch.isfinite(side).all():
            return Verdict("fails", "not finite", "not finite")
    if double.left.shape != double.right.shape:
        return Verdict("fails", f"shapes {tuple(double.left.shape)} and {tuple(double.right.shape)}", "shapes differ")
    noise = max(largest(single.left - double.left), largest(single.right - double.right))
    error, size = largest(double.left - double.right), largest(double.left)
    words = f"differ by {error:.3g} of {size:.3g}, f32 by {noise:.3g}"
    if size == 0.0 and error == 0.0:
        return Verdict("mistrusted", "nothing but zeros")
    if not noise <= MISTRUSTED * size:
        return Verdict("mistrusted", f"f32 is off by {noise:.3g} of {size:.3g}")
    if not error <= noise:
        return Verdict("fails", words, "differ")
    if double.other is not None and double.other.shape == double.left.shape and largest(double.left - double.other) <= noise:
        return Verdict("mistrusted", "the law has nothing to hold: the third run is the same")
    return Verdict("holds", words)


def place(error: BaseException) -> str:
    """The innermost line of x_transformers that an exception went through."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "x_transformers" in frame.filename]
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "outside of x_transformers"


def sides(config: Config, double: bool) -> Sides:
    torch.manual_seed(config.seed)
    stack = Stack(config, exact=double)
    return LAWS[config.law].run(stack, stack.inputs())


def judge(config: Config) -> Verdict:
    law = LAWS[config.law]
    if reason := law.skipped(config):
        return Verdict("skipped", reason)
    try:
        single = sides(config, double=False)
        with exact():
            double = sides(config, double=True)
    except Refused as refused:
        return Verdict("refused", str(refused))
    except Exception as error:  # whatever the library raises on options that it took
        where, message = place(error), " ".join(str(error).split())[:120]
        return Verdict("raises", f"{type(error).__name__} at {where}: {message}", f"{type(error).__name__} at {where}")
    return compare(single, double)
