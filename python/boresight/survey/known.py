"""What the survey's rows are known to show, and where it is explained. What is not in this table is new."""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass

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
    return next((one.page for one in known if one.meets(row, shown)), None)
