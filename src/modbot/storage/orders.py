"""The orders in which lists of cases are walked, and the cursors that keep a place in them.

A cursor holds what the order sorts by, so that a page begins where the last one ended even if that case was decided
or edited since. Risk and doubt stand for every queued case alike, also for one that the machine decided and chance put
before a person: it stands where any other of its risk would. May import ``domain``, this room and SQLAlchemy.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, literal, tuple_

from modbot.domain import Case
from modbot.storage.tables import CaseTable, table

cases = table(CaseTable)

# Orders over what waits only: their indexes hold nothing else.
OF_WAITING = frozenset({"worst", "unsure"})
_MEASURES = {"worst": cases.c.risk, "unsure": cases.c.doubt}
_BETWEEN = "~"


@dataclass(frozen=True, slots=True)
class Order:
    """By which columns a list is sorted; the last is the id, which breaks every tie."""

    name: str

    @property
    def ascends(self) -> bool:
        """Whether small comes first."""
        return self.name == "oldest"

    @property
    def measure(self) -> Any:
        """The column that sorts before the id, if there is one."""
        return _MEASURES.get(self.name)

    def sorting(self, key: Any = cases.c.id) -> tuple[Any, ...]:
        """Return what to sort by; ``key`` is the column that holds the id."""
        columns = (key,) if self.measure is None else (self.measure, key)
        return tuple(column.asc() if self.ascends else column.desc() for column in columns)

    def place(self, row: Any) -> tuple[Any, ...]:
        """Return where a row stands, to merge several lists into one."""
        return (row.id,) if self.measure is None else (getattr(row, self.measure.name), row.id)

    def cursor(self, row: Any) -> str:
        """Return the place after a row, to go on from."""
        return _BETWEEN.join(str(part) for part in self.place(row))

    def beyond(self, cursor: str, key: Any = cases.c.id) -> ColumnElement[bool] | None:
        """Narrow a list to what comes after a cursor; one that nobody gave out narrows nothing."""
        if self.measure is None:
            return (key > cursor if self.ascends else key < cursor) if cursor else None
        at, _, case_id = cursor.partition(_BETWEEN)
        try:
            measured = float(at)
        except ValueError:
            return None
        if not math.isfinite(measured):
            return None
        return tuple_(self.measure, key) < tuple_(literal(measured), literal(case_id))


def cursor_after(order: str, case: Case) -> str:
    """Return the cursor of what comes after a case, wherever in the list it stands or stood."""
    measured = {"worst": case.verdict.risk, "unsure": case.verdict.doubt}.get(order)
    mark = "q" if order == "queue" else ""
    return f"{mark}{case.id}" if measured is None else f"{measured}{_BETWEEN}{case.id}"
