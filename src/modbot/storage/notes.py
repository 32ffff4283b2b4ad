"""What colleagues write to each other about a case: notes and questions. They decide nothing and teach nothing.

May import ``domain``, ``errors``, this room and SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, ForeignKey, Index, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from modbot.domain import Note
from modbot.errors import CaseNotFound
from modbot.storage.cases import change_case, locked_state
from modbot.storage.engine import Database
from modbot.storage.tables import Base, RowId, table

# Longer than this is a letter, and letters have other places.
NOTE_CHARS = 2_000


class NoteTable(Base):
    """Notes and questions, appended. Erasing the comment clears their words: they may quote it."""

    __tablename__ = "notes"
    __table_args__ = (Index("ix_notes_case", "case_id", "id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"))
    author: Mapped[str]
    author_name: Mapped[str]
    body: Mapped[str]
    at: Mapped[datetime]
    asks: Mapped[bool] = mapped_column(comment="it is a question to colleagues")


notes = table(NoteTable)


class NoteVerbs:
    """What the store can do with notes."""

    _db: Database

    def add_note(self, note: Note) -> None:
        """Append a note to a case. A question marks the case until somebody decides it; it stays where it is.

        Parameters
        ----------
        note : Note
            With at most 2,000 characters.

        Raises
        ------
        CaseNotFound
            No such case, or its text was erased.
        """
        if not 1 <= len(note.body) <= NOTE_CHARS:
            raise ValueError(f"expected a note of 1 to {NOTE_CHARS:,} characters, got {len(note.body):,}: shorten it")
        row = {
            "case_id": note.case_id,
            "author": note.author,
            "author_name": note.author_name,
            "body": note.body,
            "at": note.at,
            "asks": note.asks,
        }
        with self._db.writing() as connection:
            now = locked_state(connection, note.case_id)
            if now.erased_at is not None:
                raise CaseNotFound(f"Case {note.case_id} was erased: nothing is left to write about.")
            connection.execute(insert(notes).inline().values(**row))
            if note.asks:
                change_case(connection, note.case_id, asked=True)

    def notes(self, case_ids: Sequence[str]) -> Mapping[str, tuple[Note, ...]]:
        """Read the notes of several cases, such as those of a page, in one statement.

        Parameters
        ----------
        case_ids : sequence of str
            Which cases.

        Returns
        -------
        mapping of str to tuple of Note
            By case, oldest first; a case without notes is not in it.
        """
        if not case_ids:
            return {}
        told: dict[str, tuple[Note, ...]] = {}
        wanted = select(notes).where(notes.c.case_id.in_(case_ids)).order_by(notes.c.id)
        with self._db.reading() as connection:
            for row in connection.execute(wanted):
                told[row.case_id] = (*told.get(row.case_id, ()), _note(row))
        return told


def clear_notes(connection: Connection, case_id: str) -> None:
    """Take the words out of a case's notes."""
    connection.execute(update(notes).where(notes.c.case_id == case_id).values(body=""))


def _note(row: Any) -> Note:
    return Note(row.case_id, row.author, row.author_name, row.body, row.at, row.asks)
