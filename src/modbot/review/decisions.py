"""Deciding: publish, reject, reopen, undo; and what decides nothing: skip, note, ask.

Every POST names the revision that the person saw and answers 303. May import ``domain``, the Moderator and this room.
"""

from __future__ import annotations

from datetime import datetime

from flask import abort, redirect, request
from werkzeug.wrappers import Response

from modbot.domain import Action, Case, DecidedBy, Note, ReviewDraft, User
from modbot.errors import CaseNotFound, StaleReview
from modbot.language import N_, _
from modbot.review import access, refusals
from modbot.review.blueprint import bp, house
from modbot.review.listing import next_id, queue_href, skip
from modbot.review.pages.queue import state_words
from modbot.review.render import mention, remember
from modbot.review.words import REJECT_REASONS, when

REASONS = frozenset({"", *REJECT_REASONS})
NOTE_CHARS = 2_000


@bp.post("/cases/<case_id>/approval")
def approve(case_id: str) -> Response:
    """Publish a comment."""
    return _decide(case_id, Action.PUBLISH)


@bp.post("/cases/<case_id>/rejection")
def reject(case_id: str) -> Response:
    """Reject a comment, with a reason where one was given."""
    return _decide(case_id, Action.REJECT, reason=asked_reason())


@bp.post("/cases/<case_id>/reopening")
def reopen(case_id: str) -> Response:
    """Change one's mind: the case waits for a person again."""
    return _decide(case_id, Action.HOLD)


@bp.post("/cases/<case_id>/undo")
def undo(case_id: str) -> Response:
    """Take back one's own last decision."""
    return _decide(case_id, Action.HOLD, undo=True)


@bp.post("/cases/<case_id>/skip")
def skip_case(case_id: str) -> Response:
    """Leave a case for later: in this person's list it comes last."""
    user = access.person()
    found = access.visible_case(user, case_id)
    following = next_id(user, found)
    skip(case_id)
    house().store.release(user.id, case_id)
    mention(found, "skip", house().clock())
    return redirect(_onward(found, following=following), code=303)


@bp.post("/cases/<case_id>/notes")
def note(case_id: str) -> Response:
    """Write something down for the colleagues, or ask them."""
    user, now = access.person(), house().clock()
    found = access.decidable_case(user, case_id)
    body = request.form.get("body", "").strip()[:NOTE_CHARS]
    if not body:
        empty = _("The note was empty, so nothing was kept.")
        words = refusals.Words(
            _("Nothing was written"), empty, _("Write a few words."), _("Back"), f"/cases/{case_id}#notes"
        )
        return refusals.page(words, 400, "empty_note")
    asks = request.form.get("asks") == "1"
    house().store.add_note(Note(case_id, user.id, user.name, body, now, asks))
    mention(found, "ask" if asks else "note", now)
    back = access.local_path(request.form.get("back", ""), "")
    return redirect(back or f"/cases/{case_id}#notes", code=303)


def draft_of(
    user: User, now: datetime, case_id: str, revision: int, action: Action, **about: str | bool
) -> ReviewDraft:
    """Draft a decision of the person who is logged in; the Moderator signs it."""
    return ReviewDraft(
        case_id=case_id,
        action=action,
        reviewer=user.id,
        reviewer_name=user.name,
        decided_by=DecidedBy.PERSON,
        seen_revision=revision,
        at=now,
        not_before=now,
        reason=str(about.get("reason", "")),
        undo=bool(about.get("undo")),
    )


def asked_reason() -> str:
    """Read why a comment shall be rejected; a reason that is not ours is refused."""
    reason = request.form.get("reason", "")
    if reason not in REASONS:
        abort(400)
    return reason


def _decide(case_id: str, action: Action, *, reason: str = "", undo: bool = False) -> Response:
    user, now = access.person(), house().clock()
    seen = access.decidable_case(user, case_id)
    revision = request.form.get("revision", 0, type=int)
    # What comes next is asked while the case still stands where it stood.
    following = next_id(user, seen) if request.form.get("from") == "case" and not undo else ""
    try:
        done = house().moderator.review(draft_of(user, now, case_id, revision, action, reason=reason, undo=undo), user)
    except (StaleReview, CaseNotFound):
        # The second means that the site erased the text a moment ago.
        return _stale(access.visible_case(user, case_id))
    remember(done, "undo" if undo else "review", now)
    return redirect(_onward(done, following=following, undo=undo), code=303)


def _onward(case: Case, *, following: str, undo: bool = False) -> str:
    """Return where the person goes on: to the next case, or to the next row of the list."""
    if request.form.get("from") == "case":
        if undo:
            return f"/cases/{case.id}"
        return f"/cases/{following}" if following else queue_href()
    back = access.local_path(request.form.get("back", ""), queue_href())
    focus = case.id if undo else request.form.get("next", "")
    return f"{back}#case-{focus}" if focus.isalnum() and back.startswith("/queue") else back


def _stale(case: Case) -> Response:
    """Say who was faster and what they did."""
    state = state_words(case.action, case.decided_by)
    last = case.reviews[-1] if case.reviews else None
    if last is not None and last.revision == case.revision - 1:
        told = N_("{who} decided this comment {when}. It is now: {state}. Your decision was not recorded.")
        if last.reviewer == access.person().id:
            told = N_("You decided this comment {when}. It is now: {state}. Your decision was not recorded.")
        sentence = _(told, who=last.reviewer_name, when=when(last.at, house().clock()), state=state)
    else:
        sentence = _(
            "The comment changed while you looked at it. It is now: {state}. Nothing was recorded.", state=state
        )
    remedy = _("Look at it again, then decide.")
    words = refusals.Words(_("Somebody was faster"), sentence, remedy, _("Look at it"), f"/cases/{case.id}")
    return refusals.page(words, StaleReview.status, StaleReview.code)
