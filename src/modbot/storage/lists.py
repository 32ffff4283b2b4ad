"""Lists of cases: always limited, always in order, paged by key, each with an index of its own.

Ids sort by time, so the order needs no other tie-break. A list over several sites is the merge of one short
list for each. May import ``domain``, this room and SQLAlchemy.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Connection, Select, case, false, func, select, true, union_all

from modbot.domain import Action, Case, CasePage, CaseQuery, CaseRow, DecidedBy
from modbot.storage.cases import load_cases
from modbot.storage.engine import Database
from modbot.storage.filters import narrowing
from modbot.storage.orders import OF_WAITING, Order
from modbot.storage.rows import heads_from, reasons_from, scores_from
from modbot.storage.search import finding, order_of_writing, words_in
from modbot.storage.tables import CaseTable, CommentTable, SignalTable, SiteTable, VerdictTable, table

cases = table(CaseTable)
comments = table(CommentTable)
verdicts = table(VerdictTable)
signals = table(SignalTable)
sites = table(SiteTable)

PAGE_LIMIT = 200
# Nobody acts differently on 10,000 and on 12,000 waiting cases, but counting them takes longer.
COUNT_LIMIT = 10_000
# SQLite joins at most 500 selections in one statement.
SITES_AT_ONCE = 100
QUEUED_MARK, REST_MARK = "q", "r"
# What fits into the column; a cursor comes from outside.
_TEXT_ID = re.compile(r"[0-9]{1,18}")

_ROW = (
    select(
        cases.c.id,
        cases.c.site_id,
        comments.c.name,
        comments.c.email_masked,
        comments.c.body,
        comments.c.page_title,
        comments.c.page_url,
        cases.c.action,
        cases.c.decided_by,
        cases.c.revision,
        cases.c.queued,
        cases.c.asked,
        cases.c.campaign,
        verdicts.c.band,
        verdicts.c.scores,
        verdicts.c.reasons,
        verdicts.c.explanation,
        cases.c.reports,
        cases.c.received_at,
        comments.c.id.label("text_id"),
        cases.c.risk,
        cases.c.doubt,
    )
    .join(comments, (comments.c.case_id == cases.c.id) & (comments.c.revision == cases.c.text_revision))
    .join(verdicts, (verdicts.c.case_id == cases.c.id) & (verdicts.c.revision == cases.c.text_revision))
)


class ListVerbs:
    """What the store can do with many cases."""

    _db: Database

    def cases(self, query: CaseQuery) -> CasePage:
        """List cases, one page at a time.

        Parameters
        ----------
        query : CaseQuery
            Every field narrows the list; at most 200 rows come at once.

        Returns
        -------
        CasePage
            The rows in the order asked for, and the cursor of the next page, empty at the end. What a search finds
            comes in the order in which it was written, newest first: an edited comment counts as new.
        """
        if query.order in OF_WAITING:
            query = replace(query, queued=True)
        words = words_in(query.text)
        if query.text.strip() and not words:
            return CasePage(())
        limit = max(1, min(query.limit, PAGE_LIMIT))
        rows: list[Any] = []
        with self._db.reading() as connection:
            site_ids = _sites_of(connection, query)
            narrowed = narrowing(query, connection.dialect.name)
            for queued, before in _stretches(query):
                wanted = limit + 1 - len(rows)
                keys = _Keys(query, Order(query.order), queued, before, wanted, words, narrowed)
                rows += _found(connection, keys) if words else _page(connection, keys, site_ids)
                if len(rows) > limit:
                    break
        shown = rows[:limit]
        more = len(rows) > limit
        return CasePage(tuple(_row(row) for row in shown), _cursor(query, shown[-1]) if more else "")

    def whole_cases(self, case_ids: Sequence[str]) -> tuple[Case, ...]:
        """Read several cases with their reviews and reports, in as many statements as for one.

        Parameters
        ----------
        case_ids : sequence of str
            Which ones, such as those of a page.

        Returns
        -------
        tuple of Case
            In the order asked for, without those that are not there.
        """
        if not case_ids:
            return ()
        with self._db.reading() as connection:
            return load_cases(connection, case_ids)

    def queue_counts(self, site_ids: tuple[str, ...] | None) -> Mapping[str, int]:
        """Count what waits for a person.

        Parameters
        ----------
        site_ids : tuple of str or None
            Of these sites; None for all.

        Returns
        -------
        mapping of str to int
            ``queued``, ``held`` and ``asked``; 10,000 stands for that many or more.
        """
        # Every index begins with the site, so "all sites" names them all.
        at_sites = cases.c.site_id.in_(select(sites.c.id) if site_ids is None else site_ids)
        counted = {
            "queued": select(cases.c.id).where(at_sites, cases.c.queued == true()),
            # Asked first: few are, and the index of what waits must not tempt a planner to look at each.
            "asked": select(cases.c.id).where(
                at_sites, cases.c.asked == true(), case((cases.c.queued, 1), else_=0) == 1
            ),
            "held": select(cases.c.id).where(at_sites, cases.c.action == Action.HOLD.value),
        }
        counts = [
            select(func.count()).select_from(some.limit(COUNT_LIMIT).subquery()).scalar_subquery().label(name)
            for name, some in counted.items()
        ]
        with self._db.reading() as connection:
            return dict(connection.execute(select(*counts)).mappings().one())

    def reason_codes(self, site_ids: tuple[str, ...] | None) -> tuple[str, ...]:
        """Name the codes that verdicts gave, for the filter.

        Parameters
        ----------
        site_ids : tuple of str or None
            At these sites; None for all.

        Returns
        -------
        tuple of str
            In alphabetical order, each once.
        """
        with self._db.reading() as connection:
            asked = connection.execute(select(sites.c.id)).scalars() if site_ids is None else site_ids
            found = {code for site_id in tuple(asked) for code in connection.execute(_codes(site_id)).scalars()}
        return tuple(sorted(found))


def _stretches(query: CaseQuery) -> list[tuple[bool | None, str]]:
    """Cut a list into stretches that one index can walk: whether queued, and before which id."""
    if query.order != "queue":
        return [(query.queued, query.cursor)]
    mark, before = query.cursor[:1], query.cursor[1:]
    stretches = [(True, before if mark == QUEUED_MARK else ""), (False, before if mark == REST_MARK else "")]
    if mark == REST_MARK:
        stretches = stretches[1:]
    return [stretch for stretch in stretches if query.queued in {None, stretch[0]}]


def _cursor(query: CaseQuery, last: Any) -> str:
    mark = "" if query.order != "queue" else QUEUED_MARK if last.queued else REST_MARK
    return f"{mark}{last.text_id if query.text.strip() else Order(query.order).cursor(last)}"


@dataclass(frozen=True, slots=True)
class _Keys:
    """Which ids one stretch of a list asks for."""

    query: CaseQuery
    order: Order
    queued: bool | None
    before: str
    limit: int
    words: tuple[str, ...]
    narrowing: Sequence[ColumnElement[bool]] = ()


def _sites_of(connection: Connection, query: CaseQuery) -> tuple[str, ...] | None:
    """Name the sites whose indexes are walked; None where the cases' own order serves all of them."""
    if query.site_ids is not None:
        return query.site_ids
    walks_cases = query.action is None and query.queued is None and query.order != "queue" and not query.reason
    if walks_cases:
        return None
    return tuple(connection.execute(select(sites.c.id)).scalars())


def _page(connection: Connection, keys: _Keys, site_ids: tuple[str, ...] | None) -> list[Any]:
    """Read the rows of a stretch: for each site its own newest, so that every site's index is walked."""
    narrowed = _narrowed(keys)
    if site_ids is None:
        return _rows(connection, narrowed, keys)
    owner = signals.c.site_id if _walks_signals(keys) else cases.c.site_id
    rows: list[Any] = []
    for start in range(0, len(site_ids), SITES_AT_ONCE):
        some = [narrowed.where(owner == site_id).subquery() for site_id in site_ids[start : start + SITES_AT_ONCE]]
        rows += _rows(connection, union_all(*(select(one) for one in some)), keys)
    return sorted(rows, key=keys.order.place, reverse=not keys.order.ascends)[: keys.limit]


def _rows(connection: Connection, narrowed: Select[Any] | CompoundSelect[Any], keys: _Keys) -> list[Any]:
    wanted = narrowed.subquery()
    page = _ROW.join(wanted, wanted.c.id == cases.c.id).order_by(*keys.order.sorting()).limit(keys.limit)
    return list(connection.execute(page).all())


def _walks_signals(keys: _Keys) -> bool:
    """Whether a reason's own index gives the order; else the waiting cases are walked and asked for it."""
    return bool(keys.query.reason) and keys.order.measure is None


def _narrowed(keys: _Keys) -> Select[Any]:
    query, narrowed, key = keys.query, select(cases.c.id), cases.c.id
    if _walks_signals(keys):
        key = signals.c.case_id
        spoken = (signals.c.case_id == cases.c.id) & (signals.c.revision == cases.c.text_revision)
        narrowed = narrowed.join(signals, spoken).where(signals.c.code == query.reason)
    elif query.reason:
        narrowed = narrowed.where(_gave(query.reason))
    beyond = keys.order.beyond(keys.before, key)
    if beyond is not None:
        narrowed = narrowed.where(beyond)
    return narrowed.where(*_equal(keys), *keys.narrowing).order_by(*keys.order.sorting(key)).limit(keys.limit)


def _gave(reason: str) -> ColumnElement[bool]:
    """Whether the verdict of a case's present text gave a reason."""
    spoken = (signals.c.case_id == cases.c.id) & (signals.c.revision == cases.c.text_revision)
    is_given = (signals.c.site_id == cases.c.site_id) & (signals.c.code == reason)
    return select(signals.c.code).where(spoken, is_given).exists()


def _equal(keys: _Keys) -> list[ColumnElement[bool]]:
    query = keys.query
    equal = {"action": query.action and query.action.value, "page_url": query.page_url, "author_key": query.author_key}
    where = [cases.c[name] == value for name, value in equal.items() if value]
    if keys.queued is not None:
        # Spelled as a comparison because SQLite uses an index for "= 1" and not for a bare column.
        where.append(cases.c.queued == (true() if keys.queued else false()))
    if query.asked is not None:
        where.append(cases.c.asked == (true() if query.asked else false()))
    if query.besides:
        elsewhere = cases.c.campaign.is_(None) | cases.c.campaign.not_in(query.besides)
        where += [cases.c.id.not_in(query.besides), elsewhere]
    if query.among:
        where.append(cases.c.id.in_(query.among) | cases.c.campaign.in_(query.among))
    return where


def _found(connection: Connection, keys: _Keys) -> list[Any]:
    """Read the rows that a search finds: the index of words is walked, newest text first."""
    query, engine = keys.query, connection.dialect.name
    newest = order_of_writing(engine)
    found = finding(_ROW, keys.words, engine).where(*_equal(keys), *keys.narrowing)
    if query.site_ids is not None:
        found = found.where(cases.c.site_id.in_(query.site_ids))
    if query.reason:
        found = found.where(_gave(query.reason))
    if _TEXT_ID.fullmatch(keys.before):
        found = found.where(newest < int(keys.before))
    return list(connection.execute(found.order_by(newest.desc()).limit(keys.limit)).all())


def _codes(site_id: str) -> Select[Any]:
    """Walk from each code to the next one: as many steps as there are codes, however many cases."""
    first = select(func.min(signals.c.code).label("code")).where(signals.c.site_id == site_id)
    seen = first.cte("seen", recursive=True)
    after = first.where(signals.c.code > seen.c.code).scalar_subquery()
    seen = seen.union_all(select(after.correlate(seen)).where(seen.c.code.is_not(None)))
    return select(seen.c.code).where(seen.c.code.is_not(None))


def _row(row: Any) -> CaseRow:
    return CaseRow(
        id=row.id,
        site_id=row.site_id,
        name=row.name,
        email_masked=row.email_masked,
        body=row.body,
        page_title=row.page_title,
        page_url=row.page_url,
        action=Action(row.action),
        decided_by=DecidedBy(row.decided_by),
        revision=row.revision,
        queued=row.queued,
        band=row.band,
        scores=scores_from(row.scores),
        reasons=reasons_from(row.reasons),
        reports=row.reports,
        received_at=row.received_at,
        heads=heads_from(row.explanation),
        asked=row.asked,
        campaign=row.campaign or "",
    )
