"""Deciding: publish, reject, reopen, undo. Every POST names the revision that the person saw and answers 303.

May import ``domain``, the Moderator and this room.
"""

from __future__ import annotations

from flask import abort, redirect, request
from werkzeug.wrappers import Response

from modbot.domain import Action, Case, DecidedBy, ReviewDraft
from modbot.errors import CaseNotFound, StaleReview
from modbot.review import access, refusals
from modbot.review.blueprint import bp, house
from modbot.review.pages.queue import state_words
from modbot.review.render import remember
from modbot.review.views import next_id, queue_href, visible_case
from modbot.review.words import moment

REASONS = frozenset({"", "spam", "abuse", "other"})


@bp.post("/cases/<case_id>/approval")
def approve(case_id: str) -> Response:
    """Publish a comment."""
    return _decide(case_id, Action.PUBLISH)


@bp.post("/cases/<case_id>/rejection")
def reject(case_id: str) -> Response:
    """Reject a comment, with a reason where one was given."""
    reason = request.form.get("reason", "")
    if reason not in REASONS:
        abort(400)
    return _decide(case_id, Action.REJECT, reason=reason)


@bp.post("/cases/<case_id>/reopening")
def reopen(case_id: str) -> Response:
    """Change one's mind: the case waits for a person again."""
    return _decide(case_id, Action.HOLD)


@bp.post("/cases/<case_id>/undo")
def undo(case_id: str) -> Response:
    """Take back one's own last decision."""
    return _decide(case_id, Action.HOLD, undo=True)


def _decide(case_id: str, action: Action, *, reason: str = "", undo: bool = False) -> Response:
    user, now = access.person(), house().clock()
    seen = visible_case(user, case_id)
    if not user.may_review(seen.comment.site_id):
        abort(403)
    draft = ReviewDraft(
        case_id=case_id,
        action=action,
        reviewer=user.id,
        reviewer_name=user.name,
        decided_by=DecidedBy.PERSON,
        seen_revision=request.form.get("revision", 0, type=int),
        at=now,
        not_before=now,
        reason=reason,
        undo=undo,
    )
    try:
        done = house().moderator.review(draft, user)
    except (StaleReview, CaseNotFound):
        # The second means that the site erased the text a moment ago.
        return _stale(visible_case(user, case_id))
    remember(done, "undo" if undo else "review", now)
    return redirect(_onward(case_id, undo=undo), code=303)


def _onward(case_id: str, *, undo: bool) -> str:
    """Return where the person goes on: to the next case, or to the next row of the list."""
    if request.form.get("from") == "case":
        if undo:
            return f"/cases/{case_id}"
        following = next_id(access.person(), case_id)
        return f"/cases/{following}" if following else queue_href()
    back = access.local_path(request.form.get("back", ""), queue_href())
    focus = case_id if undo else request.form.get("next", "")
    return f"{back}#case-{focus}" if focus.isalnum() and back.startswith("/queue") else back


def _stale(case: Case) -> Response:
    """Say who was faster and what they did."""
    state = state_words(case.action, case.decided_by)
    last = case.reviews[-1] if case.reviews else None
    if last is not None and last.revision == case.revision - 1:
        when = moment(last.at, house().clock()).words
        who = "You" if last.reviewer == access.person().id else last.reviewer_name
        sentence = f"{who} decided this comment {when}. It is now: {state.lower()}. Your decision was not recorded."
    else:
        sentence = f"The comment changed while you looked at it. It is now: {state.lower()}. Nothing was recorded."
    remedy = "Look at it again, then decide."
    words = refusals.Words("Somebody was faster", sentence, remedy, "Look at it", f"/cases/{case.id}")
    return refusals.page(words, StaleReview.status, StaleReview.code)
