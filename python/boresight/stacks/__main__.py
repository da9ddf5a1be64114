"""`python -m boresight.stacks --cases N --seed S [--law NAME ..]`, or with a line as its argument: that case again."""

from __future__ import annotations

import argparse
import sys
from functools import partial

import torch

from . import LAWS, replay, run


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m boresight.stacks", description="x-transformers' stacks under metamorphic laws")
    parser.add_argument("line", nargs="?", help="a configuration to judge again, in quotes")
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--law", action="append", choices=list(LAWS))
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if arguments.line:
        verdict = replay(arguments.line)
        print(f"{verdict.outcome}: {verdict.words}")
    else:
        tell = partial(print, file=sys.stderr, flush=True)
        print(run(arguments.cases, arguments.seed, arguments.law, told=tell))


if __name__ == "__main__":
    main()
