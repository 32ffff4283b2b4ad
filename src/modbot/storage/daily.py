"""Counts by day, kept in step with every arrival and every answer, so that a page over months reads a few hundred rows.

Days are those of UTC. A writer counts last in its transaction and in the order of the keys, so that writers wait for
each other only here and never in a circle. May import ``domain``, this room and SQLAlchemy.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, ForeignKey, bindparam, case, func, select
from sqlalchemy.orm import Mapped, mapped_column

from modbot.domain import Action, DayCount, DecidedBy, NewCase, Tally
from modbot.storage.engine import Database, Hot, Insert
from modbot.storage.ids import moment_of
from modbot.storage.tables import ONE_TREE, Base, SiteTable, VerdictTable, table


class DailyTable(Base):
    """How many of the cases that arrived on a day stand so now."""

    __tablename__ = "daily"
    __table_args__ = (ONE_TREE,)

    site_id: Mapped[str] = mapped_column(ForeignKey("sites.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True, comment="of arrival, in UTC")
    action: Mapped[str] = mapped_column(primary_key=True)
    decided_by: Mapped[str] = mapped_column(primary_key=True)
    cases: Mapped[int]


class DailyReviewTable(Base):
    """How many decisions each person took on a day, by what the machine had said; what was taken back is not in it."""

    __tablename__ = "daily_reviews"
    __table_args__ = (ONE_TREE,)

    site_id: Mapped[str] = mapped_column(ForeignKey("sites.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True, comment="of the decision, in UTC")
    reviewer: Mapped[str] = mapped_column(primary_key=True)
    decided_by: Mapped[str] = mapped_column(primary_key=True)
    said: Mapped[str] = mapped_column(primary_key=True, comment="the machine's action")
    band: Mapped[str] = mapped_column(primary_key=True, comment="the machine's words")
    audited: Mapped[bool] = mapped_column(primary_key=True)
    action: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(comment="the reviewer's, at the last decision")
    decisions: Mapped[int]
    waited: Mapped[int] = mapped_column(comment="of them, about cases that were in the queue")


daily = table(DailyTable)
daily_reviews = table(DailyReviewTable)
verdicts = table(VerdictTable)
sites = table(SiteTable)


def _adding(insert: Insert) -> Any:
    made = insert(daily)
    return made.on_conflict_do_update(
        index_elements=["site_id", "day", "action", "decided_by"],
        set_={"cases": daily.c.cases + made.excluded.cases},
    )


_REVIEW_KEY = ("site_id", "day", "reviewer", "decided_by", "said", "band", "audited", "action")


def _adding_review(insert: Insert) -> Any:
    """What the machine had said is looked up on the way."""
    given = {
        name: bindparam(f"new_{name}", type_=daily_reviews.c[name].type)
        for name in ("site_id", "day", "reviewer", "decided_by", "action", "name", "decisions", "waited")
    }
    said = {"said": verdicts.c.action, "band": verdicts.c.band, "audited": verdicts.c.audited}
    columns = {**given, **said}
    told = select(*(value.label(name) for name, value in columns.items())).where(
        verdicts.c.case_id == bindparam("of_case", type_=verdicts.c.case_id.type),
        verdicts.c.revision == bindparam("of_text", type_=verdicts.c.revision.type),
    )
    made = insert(daily_reviews).from_select(list(columns), told)
    added = {name: daily_reviews.c[name] + made.excluded[name] for name in ("decisions", "waited")}
    return made.on_conflict_do_update(index_elements=list(_REVIEW_KEY), set_={"name": made.excluded.name, **added})


_ADD, _ADD_REVIEW = Hot(_adding), Hot(_adding_review)


@dataclass(frozen=True, slots=True)
class Move:
    """A case that stands elsewhere from now on: ``was`` and ``now`` are an action and who took it.

    ``review`` is the decision that moved it, ``decisions`` 1, or -1 where it was taken back.
    """

    site_id: str
    case_id: str
    was: tuple[str, str]
    now: tuple[str, str]
    review: Mapping[str, Any] | None = None
    decisions: int = 1


class DailyVerbs:
    """What the store can tell of days."""

    _db: Database

    def daily(self, site_ids: tuple[str, ...] | None, since: date) -> tuple[DayCount, ...]:
        """Count the cases that arrived on each day by where they stand now.

        Parameters
        ----------
        site_ids : tuple of str or None
            Of these sites; None for all.
        since : date
            The first day that counts, in UTC.

        Returns
        -------
        tuple of DayCount
            The oldest day first; what there is none of is left out.
        """
        total = func.sum(daily.c.cases)
        asked = (
            select(daily.c.day, daily.c.action, daily.c.decided_by, total)
            .where(_at(daily, site_ids), daily.c.day >= since)
            .group_by(daily.c.day, daily.c.action, daily.c.decided_by)
            .having(total > 0)
            .order_by(daily.c.day, daily.c.action, daily.c.decided_by)
        )
        with self._db.reading() as connection:
            rows = connection.execute(asked).all()
        return tuple(DayCount(day, Action(action), DecidedBy(by), int(n)) for day, action, by, n in rows)

    def tallies(self, site_ids: tuple[str, ...] | None, since: date, lately: date) -> tuple[Tally, ...]:
        """Count what people decided, by what the machine had said.

        Parameters
        ----------
        site_ids : tuple of str or None
            About cases of these sites; None for all.
        since : date
            The first day that counts, in UTC.
        lately : date
            The first day of those that are counted apart; not before ``since``.

        Returns
        -------
        tuple of Tally
            Without what was taken back.
        """
        counted = daily_reviews.c
        keys = [counted[name] for name in _REVIEW_KEY if name not in {"site_id", "day"}]
        total = func.sum(counted.decisions)
        in_days = func.sum(case((counted.day >= lately, counted.waited), else_=0))
        asked = (
            select(*keys, func.max(counted.name), total, func.sum(counted.waited), in_days)
            .where(_at(daily_reviews, site_ids), counted.day >= since)
            .group_by(*keys)
            .having(total > 0)
            .order_by(*keys)
        )
        with self._db.reading() as connection:
            return tuple(_tally(row) for row in connection.execute(asked))


def count_arrival(connection: Connection, new: NewCase) -> None:
    """Count a case that has just come."""
    key = {"site_id": new.comment.site_id, "day": _day(new.at)}
    _ADD.run(connection, {**key, "action": new.action.value, "decided_by": new.decided_by.value, "cases": 1})


def count_moves(connection: Connection, moves: Iterable[Move]) -> None:
    """Count cases that stand elsewhere from now on."""
    moves = tuple(moves)
    changes: Counter[tuple[str, date, str, str]] = Counter()
    for move in moves:
        day = _day(moment_of(move.case_id))
        changes[move.site_id, day, *move.was] -= 1
        changes[move.site_id, day, *move.now] += 1
    names = ("site_id", "day", "action", "decided_by", "cases")
    rows = [dict(zip(names, (*key, change), strict=True)) for key, change in sorted(changes.items()) if change]
    if rows:
        _ADD.run_many(connection, rows)
    reviews = [_review(move, move.review) for move in moves if move.review]
    if reviews:
        _ADD_REVIEW.run_many(connection, reviews)


def _review(move: Move, review: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "new_site_id": move.site_id,
        "new_day": _day(review["at"]),
        "new_reviewer": review["reviewer"],
        "new_decided_by": review["decided_by"],
        "new_action": review["action"],
        "new_name": review["reviewer_name"],
        "new_decisions": move.decisions,
        "new_waited": move.decisions * review["was_queued"],
        "of_case": move.case_id,
        "of_text": review["text_revision"],
    }


def _day(at: datetime) -> date:
    return at.astimezone(UTC).date()


def _at(counted: Any, site_ids: tuple[str, ...] | None) -> Any:
    """Every key begins with the site, so "all sites" names them all."""
    return counted.c.site_id.in_(select(sites.c.id) if site_ids is None else site_ids)


def _tally(row: Any) -> Tally:
    reviewer, decided_by, said, band, audited, action, name, decisions, waited, lately = row
    return Tally(
        reviewer=reviewer,
        name=name,
        decided_by=DecidedBy(decided_by),
        said=Action(said),
        band=band,
        audited=bool(audited),
        action=Action(action),
        decisions=int(decisions),
        waited=int(waited),
        lately=int(lately),
    )
