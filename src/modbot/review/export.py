"""A list as a table for a spreadsheet: what was decided, by whom and why; no texts, no names, no addresses.

May import ``domain``, the Store's reading verbs and this room.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from flask import Response, request

from modbot.domain import CaseQuery, CaseRow, Deed
from modbot.review import access
from modbot.review.audit import write_down
from modbot.review.blueprint import bp, house
from modbot.review.listing import filters_of
from modbot.review.pages.charts import sheet
from modbot.review.render import attach

AT_ONCE = 200
MOST = 10_000
COLUMNS = ("case", "site", "received", "state", "decided by", "queued", "band", "reason", "reports", "page")


@bp.get("/queue.csv")
def list_table() -> Response:
    """Give the list that is asked for as a table."""
    user = access.person()
    query = replace(filters_of(request.args, user), cursor="").query(access.site_ids(user), house().clock())
    rows = [_cells(row) for row in _all(replace(query, limit=AT_ONCE))]
    write_down(user, Deed.EXPORTED, "list", "", rows=str(len(rows)))
    return attach(sheet(COLUMNS, rows), "comments")


def _all(query: CaseQuery) -> Iterator[CaseRow]:
    for _ in range(MOST // AT_ONCE):
        page = house().store.cases(query)
        yield from page.rows
        if not page.next_cursor:
            return
        query = replace(query, cursor=page.next_cursor)


def _cells(row: CaseRow) -> tuple[str, ...]:
    reason = row.reasons[0].code if row.reasons else ""
    # Where chance put a machine's decision before a person, the person shall not read it here.
    blind = row.queued and not row.reports
    state, by, band = ("", "", "") if blind else (row.action.value, row.decided_by.value, row.band)
    return (
        *(row.id, row.site_id, row.received_at.isoformat(timespec="seconds"), state, by),
        *("yes" if row.queued else "no", band, reason, str(row.reports), row.page_url),
    )
