"""The overview: how things stand, as a page and as tables for a spreadsheet.

May import ``adapting``, ``domain``, the Store's reading verbs and this room.
"""

from __future__ import annotations

from flask import Response, request

from modbot import observe
from modbot.adapting import standing
from modbot.domain import Site, User
from modbot.errors import CaseNotFound
from modbot.review import access
from modbot.review.blueprint import bp, house
from modbot.review.pages.charts import as_csv
from modbot.review.pages.overview import (
    DEFAULT_DAYS,
    SPANS,
    WEEK,
    OverviewFacts,
    age_bounds,
    blocks,
    first_day,
    overview_page,
    start_of,
)
from modbot.review.render import attach, full_frame, render

# Enough to see what is common; reading their texts takes a few hundredths of a second.
TROUBLES = 500
RULES = 50


@bp.get("/overview")
def overview() -> Response:
    """Show how things stand."""
    user = access.person()
    return render(overview_page(full_frame("overview", user), _facts(user)))


@bp.get("/overview.csv")
def overview_table() -> Response:
    """Give one block of the overview as a table for a spreadsheet."""
    facts, asked = _facts(access.person()), request.args.get("block", "")
    block = next((one for one in blocks(facts) if one.key == asked), None)
    if block is None:
        raise CaseNotFound("There is no such block of the overview.")
    return attach(as_csv(block), block.key)


def _facts(user: User) -> OverviewFacts:
    store, now = house().store, house().clock()
    mine = tuple(site for site in store.sites() if user.may_see(site.id))
    site, days = _chosen(user, mine), _days()
    scope = (site.id,) if site else access.site_ids(user)
    first = first_day(now, days)
    since = start_of(first)
    listed = store.rules(scope, now, limit=RULES)
    return OverviewFacts(
        user=user,
        sites=mine,
        site=site,
        days=days,
        now=now,
        daily=store.daily(scope, first),
        tallies=store.tallies(scope, first, first_day(now, WEEK)),
        ages=store.queue_ages(scope, age_bounds(now)),
        checks=store.checks(site.id, since) if site else (),
        standing=standing(store, site).told() if site else (),
        troubles=store.trouble(scope, since, TROUBLES),
        rules=listed,
        rule_tallies=store.rule_tallies([rule.id for rule in listed], since, scope),
        health=store.site_health(scope),
        appeals=store.appeals(scope, since),
        faults=observe.troubles(),
    )


def _chosen(user: User, mine: tuple[Site, ...]) -> Site | None:
    """Return the site that was asked for; who has only one need not ask."""
    asked = request.args.get("site", "")
    if asked:
        access.require_site(user, asked)
    found = next((site for site in mine if site.id == asked), None)
    return mine[0] if len(mine) == 1 else found


def _days() -> int:
    asked = request.args.get("days", "")
    return int(asked) if asked in map(str, SPANS) else DEFAULT_DAYS
