"""Figures for the overview: ages in the queue, checks by chance, newest trouble, hooks.

Each costs the same however much is stored: a range of an index, counted up to a limit. May import ``domain``, this
room and SQLAlchemy.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Connection, func, literal, select, true, union_all

from modbot.domain import BY_NAME, HELD_BY_RULE, Action, Appeals, Check, QueueAges, ReportKind, SiteHealth, Trouble
from modbot.storage.engine import Database
from modbot.storage.evidence import EvidenceTable
from modbot.storage.ids import CASE_PREFIX, first_id, moment_of
from modbot.storage.outbox import OPEN
from modbot.storage.rows import reasons_from
from modbot.storage.tables import (
    CaseTable,
    CommentTable,
    DeliveryTable,
    ReportTable,
    ReviewTable,
    SignalTable,
    SiteTable,
    VerdictTable,
    table,
)

cases = table(CaseTable)
comments = table(CommentTable)
deliveries = table(DeliveryTable)
evidence = table(EvidenceTable)
reports = table(ReportTable)
reviews = table(ReviewTable)
signals = table(SignalTable)
sites = table(SiteTable)
verdicts = table(VerdictTable)

# Nobody acts differently on 10,000 and on 12,000, but counting them takes longer.
COUNT_LIMIT = 10_000
# So many draws tell 1 % from 1.3 %, and each costs a look at its verdict.
CHECKED_LIMIT = 5_000
# SQLite joins at most 500 selections in one statement, and each site needs two.
SITES_AT_ONCE = 100
TROUBLE = (Action.HOLD.value, Action.REJECT.value)


class FigureVerbs:
    """What the store can count for the overview."""

    _db: Database

    def newest_risks(self, site_id: str, limit: int) -> tuple[float, ...]:
        """Read how risky the newest comments of a site looked, to forecast what other wishes would do.

        Parameters
        ----------
        site_id : str
            Which site.
        limit : int
            How many at most.

        Returns
        -------
        tuple of float
            Risks in [0, 1], as judged when the comments came. What the owner decides by name is left out.
        """
        named = select(signals.c.code).where(
            signals.c.case_id == cases.c.id,
            signals.c.revision == cases.c.text_revision,
            signals.c.site_id == site_id,
            signals.c.code.in_([*BY_NAME, HELD_BY_RULE]),
        )
        newest = (
            select(cases.c.id, cases.c.risk, named.exists().label("by_name"))
            .where(cases.c.site_id == site_id)
            .order_by(cases.c.id.desc())
            .limit(limit)
        )
        with self._db.reading() as connection:
            return tuple(row.risk for row in connection.execute(newest) if not row.by_name)

    def queue_ages(self, site_ids: tuple[str, ...] | None, bounds: Sequence[datetime]) -> QueueAges:
        """Count what waits for a person by when it came.

        Parameters
        ----------
        site_ids : tuple of str or None
            Of these sites; None for all.
        bounds : sequence of datetime
            Moments, the newest first.

        Returns
        -------
        QueueAges
            For each bound how many came at it or later but before the bound before, and how many came earlier still.
        """
        waiting = select(cases.c.id).where(cases.c.queued == true())
        marks = [first_id(CASE_PREFIX, bound) for bound in bounds]
        counts: list[Any] = []
        for before, since in zip([None, *marks], [*marks, None], strict=True):
            some = waiting.where(cases.c.site_id.in_(_named(site_ids)))
            some = some if since is None else some.where(cases.c.id >= since)
            some = some if before is None else some.where(cases.c.id < before)
            counted = select(func.count()).select_from(some.limit(COUNT_LIMIT).subquery())
            counts.append(counted.scalar_subquery().label(f"n{len(counts)}"))
        first = waiting.where(cases.c.site_id == sites.c.id).order_by(cases.c.id).limit(1).correlate(sites)
        each = select(first.scalar_subquery().label("id")).where(sites.c.id.in_(_named(site_ids))).subquery()
        oldest = select(func.min(each.c.id)).scalar_subquery()
        with self._db.reading() as connection:
            *numbers, oldest_id = connection.execute(select(*counts, oldest)).one()
        return QueueAges(tuple(numbers), None if oldest_id is None else moment_of(oldest_id))

    def appeals(self, site_ids: tuple[str, ...] | None, since: datetime) -> Appeals:
        """Count what became of comments whose authors asked for another look.

        Parameters
        ----------
        site_ids : tuple of str or None
            Of these sites; None for all.
        since : datetime
            Appeals of this moment or later, aware.

        Returns
        -------
        Appeals
            Each comment once, by its newest appeal.
        """
        asked = (
            select(reports.c.case_id, func.max(reports.c.at).label("at"))
            .where(reports.c.kind == ReportKind.APPEAL.value, reports.c.at >= since)
            .group_by(reports.c.case_id)
            .subquery()
        )
        answer = select(reviews.c.case_id).where(reviews.c.case_id == asked.c.case_id, reviews.c.at > asked.c.at)
        found = (
            select(cases.c.action, answer.exists().label("answered"))
            .join(asked, asked.c.case_id == cases.c.id)
            .where(cases.c.site_id.in_(_named(site_ids)))
        )
        with self._db.reading() as connection:
            told = Counter((row.action, bool(row.answered)) for row in connection.execute(found))
        overturned, upheld = told[Action.PUBLISH.value, True], told[Action.REJECT.value, True]
        return Appeals(told.total() - overturned - upheld, overturned, upheld)

    def checks(self, site_id: str, since: datetime) -> tuple[Check, ...]:
        """Count what chance laid before people by what the machine had done and what they said.

        Parameters
        ----------
        site_id : str
            At this site.
        since : datetime
            Comments that came at this moment or later, aware.

        Returns
        -------
        tuple of Check
            The newest 5,000 of them at most; without what the owner forbade by name.
        """
        newest = (
            select(evidence.c.case_id, evidence.c.revision, evidence.c.good)
            .where(evidence.c.site_id == site_id, evidence.c.case_id >= first_id(CASE_PREFIX, since))
            .where(evidence.c.banned == literal(False, Boolean()))
            .order_by(evidence.c.case_id.desc())
            .limit(CHECKED_LIMIT)
            .subquery()
        )
        keys = (verdicts.c.action, verdicts.c.audit_rate, newest.c.good)
        same = (verdicts.c.case_id == newest.c.case_id) & (verdicts.c.revision == newest.c.revision)
        asked = select(*keys, func.count()).select_from(newest.join(verdicts, same)).group_by(*keys).order_by(*keys)
        with self._db.reading() as connection:
            return tuple(Check(Action(said), rate, bool(good), n) for said, rate, good, n in connection.execute(asked))

    def trouble(self, site_ids: tuple[str, ...] | None, since: datetime, limit: int) -> tuple[Trouble, ...]:
        """Read the newest comments that are held or rejected.

        Parameters
        ----------
        site_ids : tuple of str or None
            Of these sites; None for all.
        since : datetime
            Comments that came at this moment or later, aware.
        limit : int
            How many at most.

        Returns
        -------
        tuple of Trouble
            The newest first; what was erased has no words.
        """
        with self._db.reading() as connection:
            named = tuple(connection.execute(select(sites.c.id)).scalars()) if site_ids is None else site_ids
            ids = _newest_trouble(connection, named, first_id(CASE_PREFIX, since), limit)
            asked = (
                select(cases.c.action, verdicts.c.reasons, comments.c.body, comments.c.url)
                .join(comments, (comments.c.case_id == cases.c.id) & (comments.c.revision == cases.c.text_revision))
                .join(verdicts, (verdicts.c.case_id == cases.c.id) & (verdicts.c.revision == cases.c.text_revision))
                .where(cases.c.id.in_(ids))
                .order_by(cases.c.id.desc())
            )
            rows = connection.execute(asked).all()
        return tuple(Trouble(Action(action), reasons_from(told), body, url) for action, told, body, url in rows)

    def site_health(self, site_ids: tuple[str, ...] | None) -> tuple[SiteHealth, ...]:
        """Say of each site what waits there and whether it hears what is decided.

        Parameters
        ----------
        site_ids : tuple of str or None
            Of these sites; None for all.

        Returns
        -------
        tuple of SiteHealth
            By name.
        """
        queued = select(cases.c.id).where(cases.c.site_id == sites.c.id, cases.c.queued == true())
        unheard = select(deliveries.c.id).where(deliveries.c.site_id == sites.c.id, OPEN)
        asked = (
            select(
                sites.c.id,
                sites.c.name,
                _count_each(queued),
                sites.c.hook_url.is_not(None),
                sites.c.hook_on,
                sites.c.hook_off_reason,
                sites.c.hook_failures,
                sites.c.hook_failing_since,
                _count_each(unheard),
            )
            .where(sites.c.id.in_(_named(site_ids)))
            .order_by(sites.c.name)
        )
        with self._db.reading() as connection:
            return tuple(SiteHealth(*row) for row in connection.execute(asked))


def _count_each(of_a_site: Any) -> Any:
    """Count something of each site, up to the limit."""
    some = of_a_site.limit(COUNT_LIMIT).correlate(sites).subquery()
    return select(func.count()).select_from(some).scalar_subquery()


def _newest_trouble(connection: Connection, site_ids: tuple[str, ...], since: str, limit: int) -> list[str]:
    """Merge each site's newest of both kinds, so that an index is walked for each."""
    found: list[str] = []
    for start in range(0, len(site_ids), SITES_AT_ONCE):
        parts = []
        for site_id in site_ids[start : start + SITES_AT_ONCE]:
            for action in TROUBLE:
                of_it = select(cases.c.id).where(cases.c.site_id == site_id, cases.c.action == action)
                parts.append(of_it.where(cases.c.id >= since).order_by(cases.c.id.desc()).limit(limit).subquery())
        newest = union_all(*(select(part.c.id) for part in parts)).subquery()
        found += connection.execute(select(newest.c.id).order_by(newest.c.id.desc()).limit(limit)).scalars()
    return sorted(found, reverse=True)[:limit]


def _named(site_ids: tuple[str, ...] | None) -> Any:
    """Every index begins with the site, so "all sites" names them all."""
    return select(sites.c.id) if site_ids is None else site_ids
