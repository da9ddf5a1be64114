"""Boresight: does this attention kernel's positional bias line up?

>>> import boresight
>>> def mine(call):                                       # call.q, call.k, call.v, call.problem, ..
...     scores = call.q @ call.k.mT * call.problem.scale
...     return scores.softmax(-1) @ call.v
>>> report = boresight.check(mine, supports="mem_kv memories cache value_dim", cases=220, seed=1, progress=False)
>>> report.outcome
'PASSED'
"""

from ._native import Problem
from ._native import laws as laws
from ._native import readings as readings
from ._native import version as __version__
from .call import Call
from .case import Bound, Truth, bound, inputs, reference, shortest
from .judge import Card, Finding, Probe, Report, Verdict, check, identify, probe, replay
from .kernel import Kernel
from .supports import features
from .testing import Misaligned, assert_aligned

__all__ = [
    "Bound", "Call", "Card", "Finding", "Kernel", "Misaligned", "Probe", "Problem", "Report", "Truth", "Verdict", "__version__",
    "assert_aligned", "bound", "check", "features", "identify", "inputs", "laws", "probe", "readings", "reference", "replay",
    "shortest",
]  # fmt: skip
