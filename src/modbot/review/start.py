"""The first steps: site, key, test comment, first decision. The list ticks itself off from what the store holds.

May import ``domain``, the Store and this room.
"""

from __future__ import annotations

from datetime import date

from flask import Response

from modbot.domain import CaseQuery, User
from modbot.review import access
from modbot.review.blueprint import bp, house
from modbot.review.pages.start import StartFacts, start_page
from modbot.review.render import full_frame, render

EVER = date(2000, 1, 1)


@bp.get("/start")
def start() -> Response:
    """Lead through the first steps."""
    user = access.require_admin()
    return render(start_page(full_frame("start", user), _facts(user)))


def is_new(user: User) -> bool:
    """Whether somebody who can add sites has none yet: then the first steps come before the queue."""
    is_admin = access.may_administer(user) and user.site_ids is None
    return is_admin and not house().store.sites()


def _facts(user: User) -> StartFacts:
    store, scope = house().store, access.site_ids(user)
    sites = [site for site in store.sites() if user.may_see(site.id)]
    newest = store.cases(CaseQuery(site_ids=scope, limit=1)).rows
    decided = any(tally.decisions for tally in store.tallies(scope, EVER, EVER))
    return StartFacts(tuple(sites), newest[0] if newest else None, decided)
