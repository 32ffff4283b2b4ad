"""Erasure: what a person wrote and who they are is taken out for good; what was decided stays.

May import ``domain``, this room and SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, or_, select, update

from modbot.domain import Action, Case
from modbot.storage.campaigns import leave
from modbot.storage.cases import change_case, load_case, locked_state
from modbot.storage.engine import Database
from modbot.storage.ids import CASE_PREFIX, first_id
from modbot.storage.notes import clear_notes
from modbot.storage.people import forget_author_notes
from modbot.storage.rows import ERASED_COMMENT, comment_from, without_words
from modbot.storage.search import forget_words
from modbot.storage.tables import CaseTable, CommentTable, ReportTable, VerdictTable, table

# Cases in one transaction: others get their turn between two.
BATCH = 100
# What `drop_origins` may forget.
ORIGINS = ("ip", "user_agent")

cases = table(CaseTable)
comments = table(CommentTable)
verdicts = table(VerdictTable)
reports = table(ReportTable)


class ErasureVerbs:
    """What the store can do to forget."""

    _db: Database

    def erase_comment(self, case_id: str, at: datetime) -> Case:
        """Forget what a person wrote and who they are, in every revision; the decision is kept.

        Parameters
        ----------
        case_id : str
            Which case.
        at : datetime
            Now, aware.

        Returns
        -------
        Case
            Without name, text, address, website, IP and user agent; verdicts and complaints without words.

        Raises
        ------
        CaseNotFound
            No such case.
        """
        with self._db.writing() as connection:
            if _forget(connection, case_id, at):
                forget_words(connection)
            case = load_case(connection, case_id)
        self._db.settle()
        return case

    def erase_comments(self, case_ids: Sequence[str], at: datetime) -> int:
        """Forget many comments, a hundred in a transaction.

        Parameters
        ----------
        case_ids : sequence of str
            Cases that are there; those erased before are passed over.
        at : datetime
            Now, aware.

        Returns
        -------
        int
            How many were erased now.
        """
        erased = 0
        for some in _batches(case_ids):
            with self._db.writing() as connection:
                done = sum(_forget(connection, case_id, at) for case_id in some)
                if done:
                    forget_words(connection)
            erased += done
        if erased:
            self._db.settle()
        return erased

    def cases_of(self, author_keys: Sequence[str], person: str) -> tuple[str, ...]:
        """Find what a person wrote, in any revision. Reads every comment: not for a page.

        Parameters
        ----------
        author_keys : sequence of str
            The keyed hashes of the address, one for each site.
        person : str
            The house-wide hash of the address, as sealed addresses begin with.

        Returns
        -------
        tuple of str
            Ids of cases, oldest first.
        """
        sealed = func.substr(comments.c.sealed_email, 1, len(person)) == person.encode()
        theirs = or_(comments.c.author_key.in_(author_keys), sealed)
        found = select(comments.c.case_id).where(theirs).distinct().order_by(comments.c.case_id)
        with self._db.reading() as connection:
            return tuple(connection.execute(found).scalars())

    def cases_of_erased(self, erased: Mapping[str, datetime]) -> tuple[str, ...]:
        """Find what people wrote up to the moment at which they were erased, in one pass over every comment.

        Parameters
        ----------
        erased : mapping of str to datetime
            By the house-wide hash of the address.

        Returns
        -------
        tuple of str
            Ids of cases, oldest first.
        """
        if not erased:
            return ()
        whose = func.substr(comments.c.sealed_email, 1, len(next(iter(erased)))).label("whose")
        sealed = select(comments.c.case_id, comments.c.at, whose).where(comments.c.sealed_email.is_not(None))
        until = {person.encode(): at for person, at in erased.items()}
        with self._db.reading() as connection:
            rows = connection.execute(sealed.order_by(comments.c.case_id))
            found = [row.case_id for row in rows if (at := until.get(bytes(row.whose))) and row.at <= at]
        return tuple(dict.fromkeys(found))

    def texts_of(self, case_id: str) -> tuple[tuple[int, datetime, Any], ...]:
        """Read every text that a comment had.

        Parameters
        ----------
        case_id : str
            Which case.

        Returns
        -------
        tuple of (int, datetime, Comment)
            Revision, when it came, and the comment; oldest first.
        """
        asked = (
            select(comments, cases.c.site_id, cases.c.key)
            .join(cases, cases.c.id == comments.c.case_id)
            .where(comments.c.case_id == case_id)
            .order_by(comments.c.revision)
        )
        with self._db.reading() as connection:
            rows = connection.execute(asked).all()
        return tuple((row.revision, row.at, comment_from(row, row.site_id, row.key)) for row in rows)

    def standing(self, case_ids: Sequence[str]) -> tuple[str, ...]:
        """Tell which of these cases are there and not erased.

        Parameters
        ----------
        case_ids : sequence of str
            Any ids.

        Returns
        -------
        tuple of str
            In the given order.
        """
        found: set[str] = set()
        with self._db.reading() as connection:
            for some in _batches(case_ids):
                there = select(cases.c.id).where(cases.c.id.in_(some), cases.c.erased_at.is_(None))
                found.update(connection.execute(there).scalars())
        return tuple(case_id for case_id in case_ids if case_id in found)

    # -- what has been kept long enough -------------------------------------------------

    def old_texts(self, before: datetime) -> tuple[str, ...]:
        """Find comments whose texts were kept long enough. What waits for a person is never among them.

        Parameters
        ----------
        before : datetime
            Comments that came earlier are old.

        Returns
        -------
        tuple of str
            Ids of cases, oldest first.
        """
        old = select(cases.c.id).where(
            cases.c.id < first_id(CASE_PREFIX, before),
            cases.c.erased_at.is_(None),
            ~cases.c.queued,
            cases.c.action != Action.HOLD.value,
        )
        with self._db.reading() as connection:
            return tuple(connection.execute(old.order_by(cases.c.id)).scalars())

    def old_origins(self, origin: str, before: datetime) -> int:
        """Count the texts that still say where they came from, though they are old.

        Parameters
        ----------
        origin : str
            ``ip`` or ``user_agent``.
        before : datetime
            Comments that came earlier are old.

        Returns
        -------
        int
            How many revisions.
        """
        with self._db.reading() as connection:
            old = _with_origin(origin, before)
            return connection.execute(select(func.count()).select_from(old.subquery())).scalar_one()

    def drop_origins(self, origin: str, before: datetime) -> int:
        """Forget where old comments came from.

        Parameters
        ----------
        origin : str
            ``ip`` or ``user_agent``.
        before : datetime
            Comments that came earlier are old.

        Returns
        -------
        int
            How many revisions lost it now.
        """
        with self._db.reading() as connection:
            ids = connection.execute(_with_origin(origin, before)).scalars().all()
        for some in _batches(ids):
            with self._db.writing() as connection:
                connection.execute(update(comments).where(comments.c.id.in_(some)).values({origin: ""}))
        if ids:
            self._db.settle()
        return len(ids)


def _batches(ids: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))


def _with_origin(origin: str, before: datetime) -> Select[Any]:
    if origin not in ORIGINS:
        raise ValueError(f"expected one of {', '.join(ORIGINS)}, got {origin!r}")
    column = comments.c[origin]
    return select(comments.c.id).where(comments.c.case_id < first_id(CASE_PREFIX, before), column != "")


def _forget(connection: Connection, case_id: str, at: datetime) -> bool:
    """Take the words out of a case; False if that was done before."""
    if locked_state(connection, case_id).erased_at is not None:
        return False
    connection.execute(update(comments).where(comments.c.case_id == case_id).values(**ERASED_COMMENT))
    # An appeal is in the author's words, a flag may quote them.
    connection.execute(update(reports).where(reports.c.case_id == case_id).values(reason=""))
    clear_notes(connection, case_id)
    forget_author_notes(connection, case_id)
    _clear_words(connection, case_id)
    leave(connection, case_id)
    change_case(connection, case_id, sketch=None, queued=False, erased_at=at, updated_at=at)
    return True


def _clear_words(connection: Connection, case_id: str) -> None:
    told = select(verdicts.c.revision, verdicts.c.reasons, verdicts.c.explanation).where(verdicts.c.case_id == case_id)
    for revision, reasons, explanation in connection.execute(told).all():
        connection.execute(
            update(verdicts)
            .where(verdicts.c.case_id == case_id, verdicts.c.revision == revision)
            .values(**without_words(reasons, explanation))
        )
