"""What the survey's rows are known to show, and where it is explained. What is not in this table is new."""

from __future__ import annotations

import fnmatch
import importlib
from dataclasses import dataclass

from ..adapters import adapters
from .row import Row, Shown


@dataclass(frozen=True)
class Known:
    rows: str  #: names of rows, * and ? allowed, by commas
    shows: str  #: patterns, by |, of what is shown (its reading, or what happened without its numbers), or of its smallest case
    page: str  #: in docs/findings/

    def meets(self, row: Row, shown: Shown) -> bool:
        return any(fnmatch.fnmatchcase(row.name, one) for one in self.rows.split(",")) and any(
            fnmatch.fnmatchcase(text, one) for text in (shown.name, shown.token) for one in self.shows.split("|")
        )


known: tuple[Known, ...] = ()


def page_of(row: Row, shown: Shown) -> str | None:
    """The page that explains it; None: it is new."""
    return next((one.page for one in known if one.meets(row, shown)), None) or by_adapter(row, shown)


def by_adapter(row: Row, shown: Shown) -> str | None:
    """An adapter may tell by itself, from the case: many mistakes of one library end in the same exception."""
    module = next((one.module for one in adapters if row.name.startswith(f"{one.name}/")), None)
    if module is None:
        return None
    try:
        tells = getattr(importlib.import_module(f"boresight.adapters.{module}"), "page_of", None)
    except ImportError:
        return None
    return tells(row.name, shown.token, shown.reading) if tells else None
