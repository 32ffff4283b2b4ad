"""Where a client waits for a verdict that may still change: kept with the case, told by the outbox.

May import ``domain``, this room and SQLAlchemy.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, ForeignKey, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from modbot.domain import Callback
from modbot.storage.engine import Database, Hot
from modbot.storage.tables import ONE_TREE, Base, CaseTable, table


class CallbackTable(Base):
    """One row for each case whose client said where it wants to hear more."""

    __tablename__ = "callbacks"
    __table_args__ = (ONE_TREE,)

    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    url: Mapped[str]
    about: Mapped[dict[str, Any]] = mapped_column(comment="what the client sent to find its comment again")


callbacks = table(CallbackTable)
cases = table(CaseTable)
_INSERT = Hot(insert(callbacks).inline())


class CallbackVerbs:
    """What the store can do with those who wait."""

    _db: Database

    def callback(self, case_id: str) -> tuple[Callback, str] | None:
        """Look up where the client of a case waits.

        Parameters
        ----------
        case_id : str
            Which case.

        Returns
        -------
        tuple of Callback and str, or None
            With the key under which the client knows the case; None if nobody waits.
        """
        asked = select(callbacks, cases.c.key).join(cases, cases.c.id == callbacks.c.case_id)
        with self._db.reading() as connection:
            row = connection.execute(asked.where(callbacks.c.case_id == case_id)).first()
        return None if row is None else (Callback(row.url, row.about), row.key)


def remember(connection: Connection, case_id: str, callback: Callback) -> None:
    """Keep where a client waits, within the caller's transaction."""
    _INSERT.run(connection, {"case_id": case_id, "url": callback.url, "about": dict(callback.about)})
