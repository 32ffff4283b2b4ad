"""Bulk acts: one decision about many cases, recorded all or nothing and taken back as one.

May import ``domain``, ``errors``, this room and SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Index, insert, select
from sqlalchemy.orm import Mapped, aliased, mapped_column

from modbot.domain import Action, Batch, Case, Review, ReviewDraft
from modbot.errors import CaseNotFound, StaleReview
from modbot.storage.cases import load_cases, locked_state
from modbot.storage.daily import Move, count_moves
from modbot.storage.engine import Database
from modbot.storage.ids import new_id
from modbot.storage.reviews import decide, take_back
from modbot.storage.rows import review_from
from modbot.storage.tables import Base, ReviewTable, table

BATCH_PREFIX = "b"
# The write lock is held for a few hundred milliseconds at this size: submissions wait that long and no longer.
BATCH_LIMIT = 1_000


class BatchTable(Base):
    """One row for each bulk act; its reviews name it."""

    __tablename__ = "batches"
    __table_args__ = (Index("ix_batches_reviewer", "reviewer", "id"),)

    id: Mapped[str] = mapped_column(primary_key=True, comment="sorts by time")
    reviewer: Mapped[str]
    action: Mapped[str]
    reason: Mapped[str]
    size: Mapped[int]
    at: Mapped[datetime]
    undone_at: Mapped[datetime | None]


batches = table(BatchTable)
reviews = table(ReviewTable)


class BatchVerbs:
    """What the store can do with many answers at once."""

    _db: Database

    def record_reviews(self, drafts: Sequence[ReviewDraft], site_ids: Collection[str] | None = None) -> str:
        """Append one decision about each of many cases, all in one transaction or none.

        Parameters
        ----------
        drafts : sequence of ReviewDraft
            By one reviewer, with one action and one reason; at least one and at most 1,000.
        site_ids : collection of str or None
            The sites whose cases this reviewer may decide; None for all. Others count as not there.

        Returns
        -------
        str
            The id of the bulk act, with which `take_back_reviews` undoes it.

        Raises
        ------
        StaleReview
            Some were answered, edited or erased meanwhile; it carries all of them, and nothing was recorded.
        """
        if not 1 <= len(drafts) <= BATCH_LIMIT:
            raise ValueError(f"expected 1 to {BATCH_LIMIT:,} decisions at once, got {len(drafts):,}: take fewer")
        first = drafts[0]
        batch = new_id(BATCH_PREFIX, first.at)
        row = {
            "id": batch,
            "reviewer": first.reviewer,
            "action": first.action.value,
            "reason": first.reason,
            "size": len(drafts),
            "at": first.at,
            "undone_at": None,
        }
        with self._db.writing() as connection:
            connection.execute(insert(batches).inline().values(**row))
            stale: list[str] = []
            moves: list[Move] = []
            # In the order of ids, so that two bulk acts never wait for each other.
            for draft in sorted(drafts, key=lambda one: one.case_id):
                now = _standing(connection, draft, site_ids)
                if now is None:
                    stale.append(draft.case_id)
                elif not stale:
                    moves.append(decide(connection, replace(draft, batch=batch), now))
            if stale:
                raise _refusal(stale, len(drafts))
            count_moves(connection, moves)
        return batch

    def take_back_reviews(self, batch: str, draft: ReviewDraft) -> tuple[int, int]:
        """Take a bulk act back, in one transaction.

        What somebody answered or edited after it stays as they left it.

        Parameters
        ----------
        batch : str
            The id of the bulk act.
        draft : ReviewDraft
            Who takes it back and when; it speaks for every case of the act.

        Returns
        -------
        tuple of int and int
            How many cases are back where they were, and how many had moved on.

        Raises
        ------
        StaleReview
            It was taken back already, or it is not this reviewer's.
        """
        own = select(batches).where(batches.c.id == batch).with_for_update()
        with self._db.writing() as connection:
            act = connection.execute(own).first()
            if act is None or act.reviewer != draft.reviewer or act.undone_at is not None:
                raise StaleReview("There is no bulk act of yours to take back: look again.", 0)
            connection.execute(batches.update().where(batches.c.id == batch).values(undone_at=draft.at))
            done = select(reviews.c.case_id, reviews.c.revision).where(reviews.c.batch == batch)
            decided = connection.execute(done.order_by(reviews.c.case_id)).all()
            moves: list[Move] = []
            for one in decided:
                again = replace(draft, case_id=one.case_id, seen_revision=one.revision + 1, undo=True)
                now = _standing(connection, again, None)
                if now is not None:
                    moves.append(take_back(connection, again, now))
            count_moves(connection, moves)
        return len(moves), len(decided) - len(moves)

    def batch(self, batch: str) -> Batch | None:
        """Read a bulk act.

        Parameters
        ----------
        batch : str
            Its id.

        Returns
        -------
        Batch or None
            None if there is none, or it was taken back.
        """
        with self._db.reading() as connection:
            standing = select(batches).where(batches.c.id == batch, batches.c.undone_at.is_(None))
            row = connection.execute(standing).first()
            return None if row is None else _batch(row)

    def last_decisions(self, reviewer: str, limit: int = 10) -> tuple[tuple[Batch | Review, Case], ...]:
        """List what a person decided last and has not taken back.

        Parameters
        ----------
        reviewer : str
            The person's id.
        limit : int
            How many acts at most; a bulk act counts as one.

        Returns
        -------
        tuple of tuple of Batch or Review, and Case
            Newest first; each with its case as it is now, a bulk act with one of its cases.
        """
        with self._db.reading() as connection:
            acts = sorted(
                (*_last_batches(connection, reviewer, limit), *_last_singles(connection, reviewer, limit)),
                key=lambda pair: pair[0].at,
                reverse=True,
            )[:limit]
            found = {case.id: case for case in load_cases(connection, [case_id for _, case_id in acts])}
        return tuple((act, found[case_id]) for act, case_id in acts)


def _standing(connection: Connection, draft: ReviewDraft, site_ids: Collection[str] | None) -> Any:
    """Lock a case and read where it stands; None if it is not what the draft's author saw."""
    try:
        now = locked_state(connection, draft.case_id, draft.seen_revision)
    except (StaleReview, CaseNotFound):
        return None
    is_theirs = site_ids is None or now.site_id in site_ids
    return now if is_theirs and now.erased_at is None else None


def _refusal(stale: list[str], size: int) -> StaleReview:
    message = f"{len(stale):,} of {size:,} cases changed since they were shown; nothing was recorded: look again."
    return StaleReview(message, 0, tuple(stale))


def _last_batches(connection: Connection, reviewer: str, limit: int) -> list[tuple[Batch | Review, str]]:
    of_it = select(reviews.c.case_id).where(reviews.c.batch == batches.c.id).order_by(reviews.c.case_id).limit(1)
    last = (
        select(batches, of_it.scalar_subquery().label("case_id"))
        .where(batches.c.reviewer == reviewer, batches.c.undone_at.is_(None))
        .order_by(batches.c.id.desc())
        .limit(limit)
    )
    return [(_batch(row), row.case_id) for row in connection.execute(last)]


def _last_singles(connection: Connection, reviewer: str, limit: int) -> list[tuple[Batch | Review, str]]:
    """Read single decisions: only the last of each case, and none that was taken back."""
    later: Any = aliased(ReviewTable)
    by_them = (
        (later.case_id == reviews.c.case_id) & (later.revision > reviews.c.revision) & (later.reviewer == reviewer)
    )
    last = (
        select(reviews)
        .where(reviews.c.reviewer == reviewer, reviews.c.batch.is_(None), reviews.c.undo.is_(False))
        .where(~select(later.case_id).where(by_them).exists())
        .order_by(reviews.c.at.desc(), reviews.c.case_id.desc())
        .limit(limit)
    )
    return [(review_from(row), row.case_id) for row in connection.execute(last)]


def _batch(row: Any) -> Batch:
    return Batch(row.id, row.reviewer, Action(row.action), row.reason, row.size, row.at)
