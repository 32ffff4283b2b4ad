"""Sites with their deliveries.

Pure. May import ``domain``, ``review.words`` and other pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from modbot.domain import DeliveryRow, DeliveryState, Site
from modbot.review import words
from modbot.review.pages.frame import Frame
from modbot.review.pages.queue import state_words

REASON_WORDS = {
    "timeout": "the site did not answer in time",
    "private_address": "the address is private and not on the allow list",
    "too_many_redirects": "the site redirects",
}


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """One outgoing message of a site."""

    id: str
    case_href: str
    decision: str
    state: str
    tone: str
    attempts: str
    reason: str
    created: words.Moment
    can_resend: bool


@dataclass(frozen=True, slots=True)
class SiteView:
    """A site with its mode, its hook and what went out to it."""

    id: str
    name: str
    url: str
    mode: str
    mode_sentence: str
    policy: str
    hook: str
    hook_state: str
    hook_tone: str
    hook_reason: str
    evidence: tuple[str, ...]
    deliveries: tuple[DeliveryView, ...]


@dataclass(frozen=True, slots=True)
class SitesPage:
    """Every site this administrator runs."""

    template: ClassVar[str] = "sites.html"
    title: ClassVar[str] = "Sites"

    frame: Frame
    sites: tuple[SiteView, ...]


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """What the store said of one site: its last messages, and sentences on what its own evidence carries."""

    site: Site
    deliveries: Sequence[DeliveryRow] = ()
    evidence: Sequence[str] = ()


def sites_page(frame: Frame, sites: Sequence[SiteFacts], now: datetime) -> SitesPage:
    """Build the list of sites."""
    return SitesPage(frame, tuple(_site(facts, now) for facts in sites))


def _site(facts: SiteFacts, now: datetime) -> SiteView:
    site = facts.site
    mode, sentence = words.MODE_WORDS[site.policy.mode]
    hook = site.hook
    state, tone = "No webhook", "noted"
    if hook is not None:
        state, tone = ("On", "done") if hook.on else ("Switched off", "problem")
    return SiteView(
        id=site.id,
        name=site.name,
        url=site.url,
        mode=mode,
        mode_sentence=sentence,
        policy=words.promise_words(site.policy),
        hook=hook.url if hook else "",
        hook_state=state,
        hook_tone=tone,
        hook_reason=hook.off_reason if hook and not hook.on else "",
        evidence=tuple(facts.evidence),
        deliveries=tuple(_delivery(row, now) for row in facts.deliveries),
    )


def _delivery(row: DeliveryRow, now: datetime) -> DeliveryView:
    tones = {DeliveryState.DONE: "done", DeliveryState.GIVEN_UP: "problem", DeliveryState.UNDONE: "noted"}
    return DeliveryView(
        id=row.id,
        case_href=f"/cases/{row.case_id}",
        decision=state_words(row.action, row.decided_by),
        state=words.DELIVERY_WORDS[row.state],
        tone=tones.get(row.state, "waiting"),
        attempts=words.counted(row.attempts, "try", "tries"),
        reason=REASON_WORDS.get(row.last_reason, row.last_reason.replace("_", " ")),
        created=words.moment(row.created_at, now),
        can_resend=row.state in (DeliveryState.DONE, DeliveryState.GIVEN_UP),
    )
