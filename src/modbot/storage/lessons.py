"""What one site's people teach: answered texts with what the rules said then, and the texts that came of late.

Only reviews teach; a verdict says how a comment was looked at, never what it was. May import ``domain``, this room and
SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select

from modbot.domain import Action, Author, Comment, Head, Lesson
from modbot.storage.engine import Database
from modbot.storage.labels import labels_of, standing_revision
from modbot.storage.tables import (
    ANSWERED,
    CaseTable,
    CommentTable,
    ReviewTable,
    SignalTable,
    VerdictTable,
    table,
)

cases = table(CaseTable)
comments = table(CommentTable)
verdicts = table(VerdictTable)
reviews = table(ReviewTable)
signals = table(SignalTable)

# Databases limit how many values a statement may name.
_IDS_AT_ONCE = 500

_SEEN = ("name", "email_domain", "disposable", "mx_missing", "url", "body", "page_title", "elapsed_ms")


class LessonVerbs:
    """What the store can do for learning from one site."""

    _db: Database

    def answered(self, site_id: str) -> int:
        """Count the cases that people decided.

        Parameters
        ----------
        site_id : str
            Whose.

        Returns
        -------
        int
            From an index alone.
        """
        with self._db.reading() as connection:
            asked = select(func.count()).select_from(cases).where(cases.c.site_id == site_id, ANSWERED)
            return int(connection.execute(asked).scalar_one())

    def lessons(self, site_id: str, codes: Collection[str], limit: int) -> tuple[Lesson, ...]:
        """Read what people decided about texts of a site.

        Parameters
        ----------
        site_id : str
            Whose.
        codes : collection of str
            The signals that are asked for.
        limit : int
            Of the newest so many cases that people decided.

        Returns
        -------
        tuple of Lesson
            The latest review of each case that was not taken back, in the order in which people answered. Erased texts,
            and reviews that speak of no head, give none.
        """
        with self._db.reading() as connection:
            rows = connection.execute(_answered(site_id, limit)).all()
            strengths = _strengths(connection, site_id, codes, rows)
        found = [_lesson(row, strengths[row.case_id], labels_of(row), row.reviewed_at) for row in rows]
        return tuple(sorted((one for one in found if one.labels), key=lambda one: (one.answered_at, one.comment.key)))

    def lately(self, site_id: str, codes: Collection[str], limit: int) -> tuple[Lesson, ...]:
        """Read the newest texts of a site, whoever decided them, as lessons without an answer.

        Parameters
        ----------
        site_id : str
            Whose.
        codes : collection of str
            The signals that are asked for.
        limit : int
            At most so many.

        Returns
        -------
        tuple of Lesson
            The newest first; erased ones are left out.
        """
        with self._db.reading() as connection:
            rows = connection.execute(_lately(site_id, limit)).all()
            strengths = _strengths(connection, site_id, codes, rows)
        return tuple(_lesson(row, strengths[row.case_id], {}, None) for row in rows)


_COLUMNS = (
    cases.c.id.label("case_id"),
    cases.c.site_id,
    verdicts.c.action.label("machine"),
    verdicts.c.audited,
    verdicts.c.audit_rate,
    verdicts.c.revision.label("text_revision"),
    *(comments.c[name] for name in _SEEN),
)


def _answered(site_id: str, limit: int) -> Select[Any]:
    newest = (
        select(cases.c.id)
        .where(cases.c.site_id == site_id, ANSWERED)
        .order_by(cases.c.id.desc())
        .limit(limit)
        .subquery()
    )
    return (
        select(*_COLUMNS, verdicts.c.scores, reviews.c.action, reviews.c.reason, reviews.c.at.label("reviewed_at"))
        .join(newest, newest.c.id == cases.c.id)
        .join(reviews, (reviews.c.case_id == cases.c.id) & (reviews.c.revision == standing_revision(cases.c.id)))
        .join(comments, (comments.c.case_id == cases.c.id) & (comments.c.revision == reviews.c.text_revision))
        .join(verdicts, (verdicts.c.case_id == cases.c.id) & (verdicts.c.revision == reviews.c.text_revision))
        .where(cases.c.erased_at.is_(None))
    )


def _lately(site_id: str, limit: int) -> Select[Any]:
    return (
        select(*_COLUMNS)
        .join(comments, (comments.c.case_id == cases.c.id) & (comments.c.revision == cases.c.text_revision))
        .join(verdicts, (verdicts.c.case_id == cases.c.id) & (verdicts.c.revision == cases.c.text_revision))
        .where(cases.c.site_id == site_id, cases.c.erased_at.is_(None))
        .order_by(cases.c.id.desc())
        .limit(limit)
    )


def _strengths(
    connection: Connection, site_id: str, codes: Collection[str], rows: Sequence[Any]
) -> dict[str, dict[str, float]]:
    """Read the strengths of the signals that each of these texts raised."""
    revisions = {row.case_id: row.text_revision for row in rows}
    found: dict[str, dict[str, float]] = {case_id: {} for case_id in revisions}
    ids = list(revisions)
    for start in range(0, len(ids), _IDS_AT_ONCE):
        asked = select(signals.c.case_id, signals.c.revision, signals.c.code, signals.c.strength).where(
            signals.c.site_id == site_id,
            signals.c.code.in_(sorted(codes)),
            signals.c.case_id.in_(ids[start : start + _IDS_AT_ONCE]),
            signals.c.strength.is_not(None),
        )
        for case_id, revision, code, strength in connection.execute(asked):
            if revisions[case_id] == revision:
                found[case_id][code] = strength
    return found


def _lesson(row: Any, strengths: Mapping[str, float], labels: Mapping[Head, float], at: datetime | None) -> Lesson:
    author = Author(key="", email_domain=row.email_domain, disposable=row.disposable, mx_missing=row.mx_missing)
    comment = Comment(
        site_id=row.site_id,
        key=row.case_id,
        fingerprint="",
        name=row.name,
        body=row.body,
        author=author,
        url=row.url,
        page_title=row.page_title,
        elapsed_ms=row.elapsed_ms,
    )
    # What was held is read by people, what was decided by machine only where the coin said so; a text that somebody
    # complained about stands for itself alone.
    chance = row.audit_rate if row.audited and row.machine != Action.HOLD else 1.0
    return Lesson(comment=comment, labels=labels, signals=strengths, chance=chance, answered_at=at)
