"""python -m boresight: check, identify, replay and probe a kernel that is named by where it is: module:name, or file.py:name."""

from __future__ import annotations

import argparse
import contextlib
import importlib
import importlib.util
import pathlib
import sys
from collections.abc import Iterator
from typing import Any

from . import __version__
from .judge import check, identify, probe, replay
from .kernel import Kernel


@contextlib.contextmanager
def loading(where: str) -> Iterator[None]:
    """Whatever the kernel's file raises is told with its name."""
    try:
        yield
    except Exception as error:
        raise ValueError(f"{where} can't be loaded: {type(error).__name__}: {error}") from error


def find(address: str) -> Any:
    """What stands at "module:name" or "file.py:name"."""
    where, colon, name = address.rpartition(":")
    if not colon or not where or not name:
        raise ValueError(f"{address}: a kernel is named as module:name or file.py:name")
    if where.endswith(".py"):
        path = pathlib.Path(where).resolve()
        specification = importlib.util.spec_from_file_location(f"_boresight_file_{path.stem}", path)
        if not path.is_file() or specification is None or specification.loader is None:
            raise ValueError(f"{where}: there is no such file")
        module = importlib.util.module_from_spec(specification)
        sys.modules[specification.name] = module
        sys.path.insert(0, str(path.parent))
        with loading(where):
            specification.loader.exec_module(module)
    else:
        sys.path.insert(0, "")
        with loading(where):
            module = importlib.import_module(where)
    found: Any = module
    for part in name.split("."):
        if not hasattr(found, part):
            raise ValueError(f"{address}: there is no {part} in {where}")
        found = getattr(found, part)
    return found


def kernels_at(address: str, supports: str | None) -> list[Kernel]:
    """A function, a Kernel, or a list of them."""
    found = find(address)
    kernels = found if isinstance(found, list) else [found]
    if not kernels or not all(callable(one) for one in kernels):
        raise ValueError(f"{address} is {found!r}; right is a function, a boresight.Kernel, or a list of these")
    if supports is not None and any(isinstance(one, Kernel) for one in kernels):
        raise ValueError(f"--supports: {address} is a Kernel, which says itself what it takes")
    made = [one if isinstance(one, Kernel) else Kernel(one, supports=supports) for one in kernels]
    for kernel in made:
        kernel.address = address
    return made


def _check(arguments: argparse.Namespace) -> int:
    files = [arguments.json, arguments.junit, arguments.html]
    for path in files:
        if path and not path.parent.is_dir():
            raise ValueError(f"{path}: there is no such directory")
    report = check(
        kernels_at(arguments.kernel, arguments.supports),
        cases=arguments.cases,
        budget=arguments.budget,
        seed=arguments.seed,
        laws=arguments.law,
    )
    print(report, end="")
    for path, text in zip(files, (report.json, report.junit, report.html), strict=True):
        if path:
            path.write_text(text(), encoding="utf-8")
    return {"PASSED": 0, "FAILED": 1}.get(report.outcome, 3)


def _identify(arguments: argparse.Namespace) -> int:
    cards = [identify(kernel, seed=arguments.seed) for kernel in kernels_at(arguments.kernel, arguments.supports)]
    print("\n".join(str(card) for card in cards), end="")
    return 1 if any(card.departs for card in cards) else 0


def _replay(arguments: argparse.Namespace) -> int:
    verdicts = [replay(arguments.token, kernel) for kernel in kernels_at(arguments.kernel, arguments.supports)]
    print("\n".join(str(verdict).rstrip("\n") for verdict in verdicts))
    outcomes = {verdict.outcome for verdict in verdicts}
    return 1 if "FAILED" in outcomes else 0 if "PASSED" in outcomes else 3


def _probe(arguments: argparse.Namespace) -> int:
    probes = [probe(kernel, arguments.token, rows=arguments.rows) for kernel in kernels_at(arguments.kernel, arguments.supports)]
    print("\n".join(str(one) for one in probes), end="")
    return 1 if any(one.departs for one in probes) else 0


def number(least: int, most: int) -> Any:
    """What reads a whole number within the range."""

    def read(text: str) -> int:
        if not text.isdecimal() or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"{text} is none of the whole numbers from {least} to {most}")
        return int(text)

    return read


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="python -m boresight", description=__doc__)
    top.add_argument("--version", action="version", version=__version__)
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, run: Any, words: str, token: bool = False) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=words, description=words)
        if token:
            command.add_argument("token", help="'bs1 ...', quoted")
        command.add_argument("kernel", help="module:name or file.py:name; of a function, a boresight.Kernel, or a list of these")
        command.add_argument("--supports", help="what a plain function takes, in words of boresight.features (default: all)")
        command.set_defaults(run=run)
        return command

    command = add("check", _check, "judge a kernel by every law")
    command.add_argument("--cases", type=number(1, 2**40), help="number of cases: the same seed then gives the same report")
    command.add_argument("--budget", default="60s", help="time to spend where no --cases are given (60s)")
    command.add_argument("--seed", type=number(0, 2**64 - 1), help="seed of the cases (default: a new one, which is printed)")
    command.add_argument("--law", default="*", help="only laws of this name (*, ? and commas)")
    for form in ("json", "junit", "html"):
        command.add_argument(f"--{form}", type=pathlib.Path, metavar="FILE", help="write the report to this file")
    add("identify", _identify, "say which conventions a kernel follows").add_argument(
        "--seed", type=number(0, 2**64 - 1), default=1, help="seed of all values (1)"
    )
    add("replay", _replay, "judge one case again", token=True)
    add("probe", _probe, "show the bias and mask that a kernel really computes", token=True).add_argument(
        "--rows", type=number(0, 2**31), default=8, help="how many rows to show (8)"
    )
    return top


def main(words: list[str] | None = None) -> int:
    arguments = parser().parse_args(words)
    try:
        return int(arguments.run(arguments))
    except (ValueError, TypeError, ImportError, OSError) as error:
        print(f"boresight: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
