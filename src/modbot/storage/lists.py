"""Lists of cases: always limited, always in order, paged by key, each with an index of its own.

Ids sort by time, so the order needs no other tie-break. A list over several sites is the merge of one short
list for each. May import ``domain``, this room and SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import CompoundSelect, Select, false, func, select, true, union_all

from modbot.domain import Action, CasePage, CaseQuery, CaseRow, DecidedBy
from modbot.storage.engine import Database
from modbot.storage.rows import reasons_from, scores_from
from modbot.storage.search import matches, words_in
from modbot.storage.tables import CaseTable, CommentTable, SignalTable, VerdictTable, table

cases = table(CaseTable)
comments = table(CommentTable)
verdicts = table(VerdictTable)
signals = table(SignalTable)

PAGE_LIMIT = 200
# Nobody acts differently on 10,000 and on 12,000 waiting cases, but counting them takes longer.
COUNT_LIMIT = 10_000
QUEUED_MARK, REST_MARK = "q", "r"

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
        verdicts.c.band,
        verdicts.c.scores,
        verdicts.c.reasons,
        cases.c.reports,
        cases.c.received_at,
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
            The rows, newest first (queued ones before all others in the order ``queue``), and the cursor of
            the next page, empty at the end.
        """
        words = words_in(query.text)
        if query.site_ids == () or (query.text.strip() and not words):
            return CasePage(())
        limit = max(1, min(query.limit, PAGE_LIMIT))
        rows: list[Any] = []
        with self._db.reading() as connection:
            for queued, before in _stretches(query):
                wanted = limit + 1 - len(rows)
                keys = _keys(query, (queued, before, wanted), words, connection.dialect.name).subquery()
                page = _ROW.join(keys, keys.c.id == cases.c.id).order_by(cases.c.id.desc()).limit(wanted)
                rows += connection.execute(page).all()
                if len(rows) > limit:
                    break
        shown = rows[:limit]
        more = len(rows) > limit
        return CasePage(tuple(_row(row) for row in shown), _cursor(query, shown[-1]) if more else "")

    def queue_counts(self, site_ids: tuple[str, ...] | None) -> Mapping[str, int]:
        """Count what waits for a person.

        Parameters
        ----------
        site_ids : tuple of str or None
            Of these sites; None for all.

        Returns
        -------
        mapping of str to int
            ``queued`` and ``held``; 10,000 stands for that many or more.
        """
        where = [] if site_ids is None else [cases.c.site_id.in_(site_ids)]
        counted = {
            "queued": select(cases.c.id).where(cases.c.queued == true(), *where),
            "held": select(cases.c.id).where(cases.c.action == Action.HOLD.value, *where),
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
        wheres: list[list[Any]] = [[]] if site_ids is None else [[signals.c.site_id == one] for one in site_ids]
        with self._db.reading() as connection:
            found = {code for where in wheres for code in connection.execute(_codes(where)).scalars()}
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
    return f"{mark}{last.id}"


def _keys(
    query: CaseQuery, stretch: tuple[bool | None, str, int], words: tuple[str, ...], engine: str
) -> Select[Any] | CompoundSelect[Any]:
    """Select the ids of one page: for each site its own newest, so that every site's index is walked."""
    queued, before, limit = stretch
    narrowed = _narrowed(query, queued, before)
    if words:
        narrowed = narrowed.join(
            comments, (comments.c.case_id == cases.c.id) & (comments.c.revision == cases.c.text_revision)
        ).where(matches(words, engine))
    if query.site_ids is None:
        return _newest(narrowed, query, limit)
    owner = signals.c.site_id if query.reason else cases.c.site_id
    per_site = [_newest(narrowed.where(owner == site_id), query, limit) for site_id in query.site_ids]
    return union_all(*(select(some.subquery()) for some in per_site))


def _narrowed(query: CaseQuery, queued: bool | None, before: str) -> Select[Any]:  # noqa: FBT001
    if query.reason:
        narrowed = (
            select(cases.c.id)
            .join(signals, (signals.c.case_id == cases.c.id) & (signals.c.revision == cases.c.text_revision))
            .where(signals.c.code == query.reason)
        )
    else:
        narrowed = select(cases.c.id)
    if before:
        narrowed = narrowed.where((signals.c.case_id if query.reason else cases.c.id) < before)
    if queued is not None:
        # Spelled as a comparison because SQLite uses an index for "= 1" and not for a bare column.
        narrowed = narrowed.where(cases.c.queued == (true() if queued else false()))
    if query.action is not None:
        narrowed = narrowed.where(cases.c.action == query.action.value)
    if query.page_url:
        narrowed = narrowed.where(cases.c.page_url == query.page_url)
    if query.author_key:
        narrowed = narrowed.where(cases.c.author_key == query.author_key)
    return narrowed


def _newest(some: Select[Any], query: CaseQuery, limit: int) -> Select[Any]:
    key = signals.c.case_id if query.reason else cases.c.id
    return some.order_by(key.desc()).limit(limit)


def _codes(where: list[Any]) -> Select[Any]:
    """Walk from each code to the next one: as many steps as there are codes, however many cases."""
    seen = select(func.min(signals.c.code).label("code")).where(*where).cte("seen", recursive=True)
    after = select(func.min(signals.c.code)).where(signals.c.code > seen.c.code, *where).scalar_subquery()
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
    )
