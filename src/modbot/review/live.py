"""What changed in a list since it was loaded, for a script that asks every few seconds; mostly nothing (304).

May import ``domain``, the Store's reading verbs and this room.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from flask import Response, abort, request

from modbot.review import access
from modbot.review.blueprint import bp, house
from modbot.review.claims import colleagues
from modbot.review.listing import asked_revisions, filters_of
from modbot.review.pages.live import FRESH_MOST, changes_page
from modbot.review.render import render


@bp.get("/queue/changes")
def changes() -> Response:
    """Tell which of the cases that somebody sees were decided, by whom, who looks at the others, and what came."""
    user, store = access.person(), house().store
    seen, since = asked_revisions(request.args.getlist("case")), _since()
    filters, scope = replace(filters_of(request.args, user), cursor=""), access.site_ids(user)
    newest = replace(filters.query(scope, house().clock()), order="newest", limit=FRESH_MOST + 1)
    fresh = [row for row in store.cases(newest).rows if row.received_at > since and row.id not in seen]
    moved = [case for case in store.whole_cases(store.moved_on(seen)) if user.may_see(case.comment.site_id)]
    holders = {one: name for one, name in colleagues(user).items() if one in seen}
    waiting = store.queue_counts(scope).get("queued", 0)
    answer = render(changes_page(moved, holders, waiting, len(fresh), filters.href()))
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.add_etag()
    answer.make_conditional(request)
    return answer


def _since() -> datetime:
    try:
        return datetime.fromtimestamp(float(request.args.get("since", "")), UTC)
    except (ValueError, OverflowError, OSError):
        abort(400)
