"""Why an operator does not take a problem, as a table: words, and whether they hold."""
from __future__ import annotations

from collections.abc import Mapping


def first(words: Mapping[str, bool]) -> str | None:
    """The first words that hold; None: the problem is taken."""
    return next((why for why, holds in words.items() if holds), None)
