"""The smallest configuration that fails as a given one does: the same law, the same kind of failure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from .config import Config
from .judge import Verdict, judge


def smaller(config: Config) -> Iterator[Config]:
    """Each configuration that is one step simpler, the largest steps first."""
    for name in config.options:
        yield config.without(name)
    if config.wrapper != "bare":
        yield replace(config, wrapper="bare", options=config.of(""))
        kept = {name: value for name, value in config.options.items() if not name.startswith("wrapper.")}
        yield replace(config, wrapper="bare", options=kept)
    if config.stack == "prefix":
        yield replace(config, stack="decoder")
    for name, least in ("batch", 1), ("n", 1), ("extra", 1):
        for value in range(least, getattr(config, name)):
            yield replace(config, **{name: value})
    for name, value in config.options.items():
        if type(value) is int and value > 1:
            yield replace(config, options={**config.options, name: 1})
    if config.seed != 1:
        yield replace(config, seed=1)


def shrink(config: Config, verdict: Verdict) -> tuple[Config, Verdict]:
    while True:
        for candidate in smaller(config):
            found = judge(candidate)
            if found.outcome == verdict.outcome and found.kind == verdict.kind:
                config, verdict = candidate, found
                break
        else:
            return config, verdict
