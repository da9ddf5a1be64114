"""The pytest plugin: options for `assert_aligned`, which is also the fixture of that name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

_before = pytest.StashKey[tuple[int, int, "str | None"]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("boresight", "attention kernels (boresight)")
    group.addoption("--boresight-cases", type=int, metavar="N", help="cases of each assert_aligned that does not say how many")
    group.addoption("--boresight-seed", type=int, metavar="S", help="seed of their cases")
    group.addoption("--boresight-replay", metavar="TOKEN", help="judge this case alone, in every assert_aligned")


def pytest_configure(config: pytest.Config) -> None:
    asked = {name: config.getoption(f"--boresight-{name}") for name in ("cases", "seed", "replay")}
    if all(value is None for value in asked.values()):
        return
    for name, least in (("cases", 1), ("seed", 0)):
        if asked[name] is not None and asked[name] < least:
            raise pytest.UsageError(f"--boresight-{name} is {asked[name]}; allowed: {least} and more")
    from . import shortest, testing

    config.stash[_before] = (testing.default_cases, testing.default_seed, testing.replayed)
    testing.default_cases = asked["cases"] or testing.default_cases
    testing.default_seed = testing.default_seed if asked["seed"] is None else asked["seed"]
    if asked["replay"] is not None:
        try:
            testing.replayed = shortest(asked["replay"])
        except ValueError as error:
            raise pytest.UsageError(f"--boresight-replay: {error}") from None


def pytest_unconfigure(config: pytest.Config) -> None:
    if _before in config.stash:
        from . import testing

        testing.default_cases, testing.default_seed, testing.replayed = config.stash[_before]


@pytest.fixture
def assert_aligned() -> Callable[..., Any]:
    """boresight.assert_aligned"""
    from .testing import assert_aligned

    return assert_aligned
