"""Campaigns: deciding all copies that wait as one, and the page that shows them.

May import ``domain``, the Moderator, the Store's reading verbs and this room.
"""

from __future__ import annotations

from collections.abc import Mapping
from secrets import SystemRandom

from flask import Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from modbot.domain import Action, Deed
from modbot.errors import CaseNotFound, StaleReview
from modbot.language import _
from modbot.review import access, refusals
from modbot.review.audit import write_down
from modbot.review.blueprint import bp, house
from modbot.review.decisions import asked_reason, draft_of
from modbot.review.listing import queue_href, skip
from modbot.review.pages.alike import SAMPLES_ON_PAGE, CampaignFacts, campaign_page
from modbot.review.render import full_frame, mention, remember_batch, render
from modbot.storage import BATCH_LIMIT

DECIDED = 6
TRIES = 2
_chance = SystemRandom()


@bp.get("/campaigns/<campaign>")
def campaign(campaign: str) -> Response:
    """Show the copies of one text: some of those that wait, and what was decided."""
    user, store = access.person(), house().store
    newest = store.in_campaign(campaign)
    if not newest or not user.may_see(newest[0].comment.site_id):
        raise CaseNotFound("There is no such campaign, or it belongs to another site.")
    waiting = list(store.waiting_in([campaign], BATCH_LIMIT).get(campaign, ()))
    some = _chance.sample(waiting[1:], min(SAMPLES_ON_PAGE, max(len(waiting) - 1, 0)))
    facts = CampaignFacts(
        user=user,
        id=campaign,
        waiting=len(waiting),
        shown=next(iter(store.whole_cases(waiting[:1])), None),
        samples=store.whole_cases(some),
        decided=[one for one in newest if not one.queued][:DECIDED],
        back=queue_href(),
        now=house().clock(),
    )
    return render(campaign_page(full_frame("queue", user), facts))


@bp.post("/campaigns/<campaign>/approval")
def approve_campaign(campaign: str) -> AnyResponse:
    """Publish all copies that wait."""
    return _decide(campaign, Action.PUBLISH)


@bp.post("/campaigns/<campaign>/rejection")
def reject_campaign(campaign: str) -> AnyResponse:
    """Reject all copies that wait, with a reason where one was given."""
    return _decide(campaign, Action.REJECT, asked_reason())


@bp.post("/campaigns/<campaign>/skip")
def skip_campaign(campaign: str) -> AnyResponse:
    """Leave all copies for later: in this person's list they come last."""
    found = access.visible_case(access.person(), next(iter(_waiting(campaign)), ""))
    skip(campaign)
    mention(found, "skip", house().clock())
    return redirect(access.local_path(request.form.get("back", ""), queue_href()), code=303)


def _waiting(campaign: str) -> Mapping[str, int]:
    return house().store.waiting_in([campaign], BATCH_LIMIT).get(campaign, {})


def _decide(campaign: str, action: Action, reason: str = "") -> AnyResponse:
    user, now = access.person(), house().clock()
    for _try in range(TRIES):
        waiting = _waiting(campaign)
        if not waiting:
            break
        found = access.decidable_case(user, next(iter(waiting)))
        drafts = [draft_of(user, now, one, revision, action, reason=reason) for one, revision in waiting.items()]
        try:
            batch = house().moderator.review_all(drafts, user)
        except StaleReview:
            # A colleague decided one of them a moment ago: the others still wait.
            continue
        site_id = found.comment.site_id
        write_down(user, Deed.BULK_DECIDED, batch, site_id, action=action.value, comments=str(len(waiting)))
        remember_batch(batch, now)
        return redirect(_onward(batch), code=303)
    words = refusals.Words(
        _("Somebody was faster"), _("None of these comments waits any more, so nothing was recorded.")
    )
    return refusals.page(words, StaleReview.status, StaleReview.code)


def _onward(batch: str) -> str:
    back = access.local_path(request.form.get("back", ""), queue_href())
    # The list is told by the address, not by the session, what it shall say.
    return f"{back}?batch={batch}" if back.endswith("/outcome") else back
