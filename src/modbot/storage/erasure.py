"""Erasure: what a person wrote and who they are is taken out for good; what was decided stays.

May import ``domain``, this room and SQLAlchemy.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select, update

from modbot.domain import Case
from modbot.storage.campaigns import leave
from modbot.storage.cases import change_case, load_case, locked_state
from modbot.storage.engine import Database
from modbot.storage.notes import clear_notes
from modbot.storage.people import forget_author_notes
from modbot.storage.rows import ERASED_COMMENT, without_words
from modbot.storage.search import forget_words
from modbot.storage.tables import CommentTable, ReportTable, VerdictTable, table

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
            now = locked_state(connection, case_id)
            if now.erased_at is None:
                connection.execute(update(comments).where(comments.c.case_id == case_id).values(**ERASED_COMMENT))
                # An appeal is in the author's words, a flag may quote them.
                connection.execute(update(reports).where(reports.c.case_id == case_id).values(reason=""))
                clear_notes(connection, case_id)
                forget_author_notes(connection, case_id)
                _clear_words(connection, case_id)
                leave(connection, case_id)
                change_case(connection, case_id, sketch=None, queued=False, erased_at=at, updated_at=at)
                forget_words(connection)
            case = load_case(connection, case_id)
        self._db.settle()
        return case


def _clear_words(connection: Connection, case_id: str) -> None:
    told = select(verdicts.c.revision, verdicts.c.reasons, verdicts.c.explanation).where(verdicts.c.case_id == case_id)
    for revision, reasons, explanation in connection.execute(told).all():
        connection.execute(
            update(verdicts)
            .where(verdicts.c.case_id == case_id, verdicts.c.revision == revision)
            .values(**without_words(reasons, explanation))
        )
