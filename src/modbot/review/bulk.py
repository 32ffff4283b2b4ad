"""Many at once: confirm, decide all or nothing, take all back; and the last ten decisions of one's own.

May import ``domain``, the Moderator, the Store's reading verbs and this room.
"""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

from flask import Response, abort, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from modbot.domain import Action, Deed
from modbot.errors import StaleReview
from modbot.language import _
from modbot.review import access, refusals
from modbot.review.audit import write_down
from modbot.review.blueprint import bp, house
from modbot.review.decisions import REASONS, draft_of
from modbot.review.listing import asked_revisions, filters_of, queue_href
from modbot.review.pages.bulk import SHOWN, Act, batch_page, mine_page
from modbot.review.render import forget_batch, full_frame, mention_batch, remember_batch, render
from modbot.storage import BATCH_LIMIT

# One statement reads so many of those that match.
STRETCH = 200


@bp.post("/queue/batches/confirm")
def confirm_batch() -> Response:
    """Show what is about to be decided, and how many."""
    act, seen = _asked_act(), asked_revisions(request.form.getlist("case"))
    if request.form.get("everything") == "1":
        seen = _all_that_match()
    return _confirm(act, seen)


@bp.post("/queue/batches")
def decide_batch() -> AnyResponse:
    """Decide all of them, or none if one has moved on."""
    user, now = access.person(), house().clock()
    act, seen = _asked_act(), asked_revisions(request.form.getlist("case"))
    if not seen:
        return _confirm(act, seen)
    drafts = [draft_of(user, now, one, revision, act.action, reason=act.reason) for one, revision in seen.items()]
    try:
        batch = house().moderator.review_all(drafts, user)
    except StaleReview as error:
        still = {one: revision for one, revision in seen.items() if one not in error.case_ids}
        return _confirm(act, still, moved_on=len(error.case_ids))
    write_down(user, Deed.BULK_DECIDED, batch, action=act.value, comments=str(len(seen)))
    remember_batch(batch, now)
    return redirect(_back(), code=303)


@bp.post("/queue/batches/<batch>/undo")
def undo_batch(batch: str) -> AnyResponse:
    """Take back everything that was decided in one act."""
    user, now = access.person(), house().clock()
    try:
        back, moved_on = house().moderator.take_back_all(
            batch, draft_of(user, now, "", 0, Action.HOLD, undo=True), user
        )
    except StaleReview:
        gone = _("It was taken back already, or it was somebody else's.")
        words = refusals.Words(_("Nothing to take back"), gone, "", _("Your last decisions"), "/queue/mine")
        return refusals.page(words, StaleReview.status, StaleReview.code)
    write_down(user, Deed.BULK_TAKEN_BACK, batch, comments=str(back))
    forget_batch(batch)
    mention_batch(back, moved_on, now)
    return redirect(_back(), code=303)


@bp.get("/queue/mine")
def mine() -> Response:
    """Show the last ten decisions of this person, each to change or to take back."""
    user = access.person()
    acts = house().store.last_decisions(user.id)
    return render(mine_page(full_frame("queue", user), user, acts, house().clock()))


def _confirm(act: Act, seen: dict[str, int], moved_on: int = 0) -> Response:
    user = access.person()
    shown = house().store.whole_cases(list(seen)[:SHOWN])
    theirs = [case for case in shown if user.may_review(case.comment.site_id)]
    surround = replace(full_frame("batch", user), here=_back())
    page = batch_page(surround, act, seen, theirs, moved_on)
    return render(page, StaleReview.status if moved_on else 200)


def _asked_act() -> Act:
    """Read what shall be done: "publish", "reject", or "reject:" and a reason."""
    verb, _colon, reason = request.form.get("what", "").partition(":")
    if verb not in {"publish", "reject"} or reason not in REASONS:
        abort(400)
    return Act(Action(verb), reason)


def _all_that_match() -> dict[str, int]:
    """Collect what the list that the person looks at holds, as far as one act may go."""
    user, store = access.person(), house().store
    filters = filters_of(dict(parse_qsl(urlsplit(_back()).query)), user)
    query = replace(filters, cursor="").query(access.site_ids(user), house().clock())
    query = replace(query, limit=STRETCH)
    found: dict[str, int] = {}
    while len(found) < BATCH_LIMIT:
        stretch = store.cases(query)
        found |= {row.id: row.revision for row in stretch.rows if user.may_review(row.site_id)}
        if not stretch.next_cursor:
            break
        query = replace(query, cursor=stretch.next_cursor)
    return dict(list(found.items())[:BATCH_LIMIT])


def _back() -> str:
    return access.local_path(request.form.get("back", ""), queue_href())
