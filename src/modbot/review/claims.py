"""Who looks at what: telling colleagues, and letting go.

A claim is taken by opening a case, kept while somebody is at it, and ends with the decision, on leaving, or by itself.
It locks nothing. May import ``domain``, the Store's verbs about claims and this room.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from flask import Response, make_response

from modbot.domain import CaseRow, Claim, User
from modbot.review import access
from modbot.review.blueprint import bp, house
from modbot.review.pages.queue import row_of

# Long enough for a hard case, short enough that nobody waits for a colleague who has gone home.
CLAIM_AGE = timedelta(minutes=3)


@bp.post("/cases/<case_id>/claim")
def claim(case_id: str) -> Response:
    """Say that this person looks at a case, or still does."""
    user = access.person()
    look_at(user, row_of(access.decidable_case(user, case_id)))
    return make_response("", 204)


@bp.post("/cases/<case_id>/claim/release")
def release_claim(case_id: str) -> Response:
    """Say that this person looks no longer."""
    house().store.release(access.person().id, case_id)
    return make_response("", 204)


def look_at(user: User, row: CaseRow) -> None:
    """Claim a case that waits for this person as well as for others."""
    if row.queued and user.may_review(row.site_id):
        now = house().clock()
        house().store.claim(Claim(row.id, user.id, user.name, now + CLAIM_AGE), now)


def colleagues(user: User) -> Mapping[str, str]:
    """Tell at which cases somebody else looks, and who."""
    standing = house().store.claims(house().clock())
    return {claim.case_id: claim.user_name for claim in standing if claim.user_id != user.id}
