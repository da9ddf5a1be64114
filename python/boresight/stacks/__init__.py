"""x-transformers' whole stacks under metamorphic laws: `python -m boresight.stacks --cases 1000 --seed 1`.

A configuration is drawn from all that the constructors and forward calls accept, and run twice in ways that must
agree: chunks and one call, a cache and the full pass, padding and none. No reference is needed, and no tolerance.
"""

from .config import Config, parse
from .judge import Verdict, judge
from .laws import LAWS
from .run import Failure, Results, replay, run
from .shrink import shrink

__all__ = ["LAWS", "Config", "Failure", "Results", "Verdict", "judge", "parse", "replay", "run", "shrink"]
