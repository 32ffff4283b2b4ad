"""What teaches: labels drawn from people's reviews, and which model is live.

Only reviews become labels; never a verdict, never a report. May import ``domain``, this room and SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, insert, select

from modbot.domain import ABUSE_KINDS, Action, DecidedBy, Head, Label
from modbot.storage.engine import Database
from modbot.storage.tables import CaseTable, CommentTable, LiveModelTable, ReviewTable, VerdictTable, table

cases = table(CaseTable)
comments = table(CommentTable)
verdicts = table(VerdictTable)
reviews = table(ReviewTable)
live_models = table(LiveModelTable)

# Read in pages, so that a long training run never holds a transaction open.
PAGE = 1_000
GOOD: Mapping[Head, float] = {Head.SPAM: 0.0, Head.TOXICITY: 0.0}
ABUSE = frozenset({"abuse", "toxicity"})


class LabelVerbs:
    """What the store can do for learning."""

    _db: Database

    def labels(self, site_ids: tuple[str, ...] | None = None) -> Iterator[Label]:
        """Read what people decided, with the text that they saw.

        Parameters
        ----------
        site_ids : tuple of str or None
            Of these sites; None for all.

        Yields
        ------
        Label
            From the latest review of each case that was not taken back, oldest case first. Reopened cases, erased
            texts and reasons that speak of no head give none.
        """
        after = ""
        while True:
            with self._db.reading() as connection:
                rows = connection.execute(_reviewed(site_ids, after)).all()
            for row in rows:
                labels = labels_of(row)
                if labels:
                    yield _label(row, labels)
            if len(rows) < PAGE:
                return
            after = rows[-1].case_id

    def live_model(self) -> str | None:
        """Name the model that is live.

        Returns
        -------
        str or None
            Its version; None as long as none was promoted.
        """
        newest = select(live_models.c.version).order_by(live_models.c.id.desc()).limit(1)
        with self._db.reading() as connection:
            return connection.execute(newest).scalar()

    def set_live_model(self, version: str, by: str, at: datetime) -> None:
        """Record which model is live from now on; earlier rows stay, for the way back.

        Parameters
        ----------
        version : str
            Of the model.
        by : str
            Who promoted it.
        at : datetime
            Now, aware.
        """
        with self._db.writing() as connection:
            connection.execute(insert(live_models).inline().values(version=version, by=by, at=at))


def labels_of(row: Any) -> Mapping[Head, float]:
    """Say which heads a review speaks of. A rejection without a reason is of the kind that scored higher."""
    reason = row.reason.strip().casefold()
    if row.action == Action.PUBLISH:
        return GOOD
    if row.action != Action.REJECT or reason == "other":
        return {}
    if reason == "spam":
        return {Head.SPAM: 1.0}
    if reason in ABUSE:
        return {Head.TOXICITY: 1.0}
    if reason in ABUSE_KINDS:
        return {Head.TOXICITY: 1.0, Head(reason): 1.0}
    is_spam = row.scores.get(Head.SPAM.value, 0.0) >= row.scores.get(Head.TOXICITY.value, 0.0)
    return {Head.SPAM: 1.0} if is_spam else {Head.TOXICITY: 1.0}


def standing_revision(case_id: Any) -> Any:
    """Return the review by which people stand: the latest of a case that neither was taken back nor takes one back."""
    one, back = reviews.alias("one"), reviews.alias("back")
    # An undo follows at once what it takes back.
    after = (back.c.case_id == one.c.case_id) & (back.c.revision == one.c.revision + 1)
    taken_back = select(back.c.case_id).where(after, back.c.undo).exists()
    newest = select(func.max(one.c.revision)).where(one.c.case_id == case_id, ~one.c.undo, ~taken_back)
    return newest.correlate(case_id.table).scalar_subquery()


def _reviewed(site_ids: tuple[str, ...] | None, after: str) -> Select[Any]:
    seen = (comments.c.case_id == reviews.c.case_id) & (comments.c.revision == reviews.c.text_revision)
    judged = (verdicts.c.case_id == reviews.c.case_id) & (verdicts.c.revision == reviews.c.text_revision)
    query = (
        select(
            reviews.c.case_id,
            reviews.c.action,
            reviews.c.decided_by,
            reviews.c.reason,
            reviews.c.at,
            cases.c.site_id,
            cases.c.received_at,
            verdicts.c.scores,
            *(comments.c[name] for name in _FROM_COMMENT),
        )
        .join(cases, cases.c.id == reviews.c.case_id)
        .join(comments, seen)
        .join(verdicts, judged)
        .where(reviews.c.case_id > after, cases.c.erased_at.is_(None))
        .where(reviews.c.revision == standing_revision(reviews.c.case_id))
    )
    if site_ids is not None:
        query = query.where(cases.c.site_id.in_(site_ids))
    return query.order_by(reviews.c.case_id).limit(PAGE)


_FROM_COMMENT = (
    "name",
    "email_domain",
    "disposable",
    "url",
    "body",
    "page_title",
    "fingerprint",
    "author_key",
    "elapsed_ms",
)


def _label(row: Any, labels: Mapping[Head, float]) -> Label:
    told = {name: getattr(row, name) for name in _FROM_COMMENT}
    return Label(
        case_id=row.case_id,
        site_id=row.site_id,
        labels=labels,
        decided_by=DecidedBy(row.decided_by),
        received_at=row.received_at,
        reviewed_at=row.at,
        **told,
    )
