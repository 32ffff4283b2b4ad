"""Authors as a site knows them: since when, under which names, and what colleagues noted about them.

All of it hangs on the author's keyed hash: no address is in here. May import ``domain``, this room and SQLAlchemy.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, ForeignKey, Index, delete, func, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from modbot.domain import Action, AuthorFacts, AuthorNote
from modbot.storage.engine import Database
from modbot.storage.ids import CASE_PREFIX, first_id, moment_of
from modbot.storage.tables import Base, CaseTable, CommentTable, RowId, SiteTable, table

# An author with more comments is known by the newest.
NEWEST = 200
NAMES = 6
NOTES = 50


class AuthorNoteTable(Base):
    """Notes on authors. Erasing a comment of theirs takes them away: they may say who it is."""

    __tablename__ = "author_notes"
    __table_args__ = (Index("ix_author_notes_author", "author_key", "site_id", "id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("sites.id"))
    author_key: Mapped[str]
    by: Mapped[str]
    by_name: Mapped[str]
    body: Mapped[str]
    at: Mapped[datetime]


cases = table(CaseTable)
comments = table(CommentTable)
sites = table(SiteTable)
notes = table(AuthorNoteTable)


class PeopleVerbs:
    """What the store can tell and keep about authors."""

    _db: Database

    def author_facts(self, site_id: str, author_key: str, since: datetime) -> AuthorFacts:
        """Tell what a site knows of an author.

        Parameters
        ----------
        site_id : str
            Where.
        author_key : str
            The author's keyed hash.
        since : datetime
            From when on decisions are counted.

        Returns
        -------
        AuthorFacts
            Names and counts of the newest 200 comments; the names without repeats, the newest first.
        """
        theirs = select(cases.c.id, cases.c.action, cases.c.text_revision).where(
            cases.c.author_key == author_key, cases.c.site_id == site_id
        )
        newest = theirs.order_by(cases.c.id.desc()).limit(NEWEST).subquery()
        written = (comments.c.case_id == newest.c.id) & (comments.c.revision == newest.c.text_revision)
        named = select(newest.c.id, newest.c.action, comments.c.name).join(comments, written)
        first = select(func.min(cases.c.id)).where(cases.c.author_key == author_key, cases.c.site_id == site_id)
        with self._db.reading() as connection:
            rows = connection.execute(named.order_by(newest.c.id.desc())).all()
            first_id_of_all = connection.execute(first).scalar()
        names = tuple(dict.fromkeys(row.name for row in rows if row.name))[:NAMES]
        lately = Counter(row.action for row in rows if row.id >= first_id(CASE_PREFIX, since))
        return AuthorFacts(
            first_seen=moment_of(first_id_of_all) if first_id_of_all else None,
            names=names,
            published=lately[Action.PUBLISH.value],
            rejected=lately[Action.REJECT.value],
        )

    def authors_among(self, author_keys: Sequence[str]) -> tuple[str, ...]:
        """Tell from which authors anything came.

        Parameters
        ----------
        author_keys : sequence of str
            Keyed hashes; the same person has another at each site.

        Returns
        -------
        tuple of str
            Those of which at least one comment is stored.
        """
        with self._db.reading() as connection:
            found = select(cases.c.author_key).where(cases.c.author_key.in_(author_keys)).distinct()
            return tuple(connection.execute(found).scalars())

    def add_author_note(self, note: AuthorNote) -> None:
        """Append a note on an author.

        Parameters
        ----------
        note : AuthorNote
            With at least one character.
        """
        row = {
            "site_id": note.site_id,
            "author_key": note.author_key,
            "by": note.by,
            "by_name": note.by_name,
            "body": note.body,
            "at": note.at,
        }
        with self._db.writing() as connection:
            connection.execute(insert(notes).inline().values(**row))

    def author_notes(self, site_id: str, author_key: str) -> tuple[AuthorNote, ...]:
        """Read the notes on an author.

        Parameters
        ----------
        site_id : str
            Where.
        author_key : str
            The author's keyed hash.

        Returns
        -------
        tuple of AuthorNote
            The newest 50, oldest first.
        """
        wanted = (
            select(notes)
            .where(notes.c.author_key == author_key, notes.c.site_id == site_id)
            .order_by(notes.c.id.desc())
            .limit(NOTES)
        )
        with self._db.reading() as connection:
            return tuple(reversed([_note(row) for row in connection.execute(wanted)]))

    def drop_author_notes(self, author_keys: Sequence[str]) -> None:
        """Take away what was noted about an author.

        Parameters
        ----------
        author_keys : sequence of str
            Keyed hashes; the same person has another at each site.
        """
        with self._db.writing() as connection:
            connection.execute(delete(notes).where(notes.c.author_key.in_(author_keys)))


def forget_author_notes(connection: Connection, case_id: str) -> None:
    """Take away what was noted about the author of a case."""
    theirs = select(cases.c.author_key, cases.c.site_id).where(cases.c.id == case_id)
    for author_key, site_id in connection.execute(theirs).all():
        connection.execute(delete(notes).where(notes.c.author_key == author_key, notes.c.site_id == site_id))


def _note(row: Any) -> AuthorNote:
    return AuthorNote(row.site_id, row.author_key, row.by, row.by_name, row.body, row.at)
