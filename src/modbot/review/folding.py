"""Folding a list: of a campaign, one row stands for all copies that wait.

May import ``domain``, the Store's reading verbs and this room.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from secrets import SystemRandom

from modbot.domain import CasePage, CaseQuery, CaseRow
from modbot.review.blueprint import house
from modbot.review.pages.alike import SAMPLES_IN_CARD, Alike, alike
from modbot.storage import BATCH_LIMIT

# A page is filled up after folding, but not for ever: in a flood of very many campaigns it may stay short.
STRETCHES = 3
_chance = SystemRandom()


def folded(query: CaseQuery) -> CasePage:
    """Read a page of what waits, with one row for each campaign: the first in the order that was asked for."""
    rows: list[CaseRow] = []
    campaigns: list[str] = []
    page = CasePage((), query.cursor)
    for _ in range(STRETCHES):
        aside = (*query.besides, *campaigns)
        page = house().store.cases(
            replace(query, cursor=page.next_cursor, besides=aside, limit=query.limit - len(rows))
        )
        for row in page.rows:
            if row.campaign not in campaigns:
                rows.append(row)
                campaigns += [row.campaign] * bool(row.campaign)
        if len(rows) == query.limit or not page.next_cursor:
            break
    return CasePage(tuple(rows), page.next_cursor)


def cards(rows: Sequence[CaseRow]) -> Mapping[str, Alike]:
    """Tell, for the rows that stand for several copies, how many wait and how a few of them differ."""
    store, now = house().store, house().clock()
    waiting = store.waiting_in({row.campaign for row in rows if row.campaign and row.queued}, BATCH_LIMIT)
    several = [row for row in rows if len(waiting.get(row.campaign, ())) > 1]
    chosen = {row.id: _some([one for one in waiting[row.campaign] if one != row.id]) for row in several}
    found = {case.id: case for case in store.whole_cases([one for some in chosen.values() for one in some])}
    return {
        row.id: alike(
            row.campaign,
            len(waiting[row.campaign]),
            row.body,
            [found[one] for one in chosen[row.id] if one in found],
            now,
        )
        for row in several
    }


def _some(others: Sequence[str]) -> Sequence[str]:
    return _chance.sample(others, min(SAMPLES_IN_CARD, len(others)))
