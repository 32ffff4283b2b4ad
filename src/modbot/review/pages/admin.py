"""The administrator's pages: sites with their deliveries, people, models.

Pure. May import ``domain``, ``review.words`` and other pages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import ClassVar

from modbot.domain import DeliveryRow, DeliveryState, Site, User
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
class UserView:
    """A person who works here."""

    name: str
    role: str
    sites: str
    disabled: bool
    is_me: bool


@dataclass(frozen=True, slots=True)
class UsersPage:
    """Everybody who may log in."""

    template: ClassVar[str] = "users.html"
    title: ClassVar[str] = "People"

    frame: Frame
    users: tuple[UserView, ...]


@dataclass(frozen=True, slots=True)
class ModelView:
    """A trained model: its version, on what it was trained, how well it does, and whether it is the live one."""

    version: str
    rows: str
    heads: str
    metrics: tuple[tuple[str, str], ...]
    live: bool


@dataclass(frozen=True, slots=True)
class ModelsPage:
    """Every model version that can be found."""

    template: ClassVar[str] = "models.html"
    title: ClassVar[str] = "Models"

    frame: Frame
    models: tuple[ModelView, ...]


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """What the store said of one site: its last messages, and sentences on what its own evidence carries."""

    site: Site
    deliveries: Sequence[DeliveryRow] = ()
    evidence: Sequence[str] = ()


def sites_page(frame: Frame, sites: Sequence[SiteFacts], now: datetime) -> SitesPage:
    """Build the list of sites."""
    return SitesPage(frame, tuple(_site(facts, now) for facts in sites))


def users_page(frame: Frame, users: Sequence[User], sites: Sequence[Site], me: User) -> UsersPage:
    """Build the list of people."""
    names = {site.id: site.name for site in sites}
    return UsersPage(
        frame,
        tuple(
            UserView(
                name=user.name,
                role=words.ROLE_WORDS[user.role],
                sites=_site_names(user, names),
                disabled=user.disabled,
                is_me=user.id == me.id,
            )
            for user in users
        ),
    )


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


def _site_names(user: User, names: Mapping[str, str]) -> str:
    if user.site_ids is None:
        return "All sites"
    known = sorted(names[site_id] for site_id in user.site_ids & names.keys())
    return ", ".join(known) or "None"


def model_view(card: Mapping[str, object], version: str, *, live: bool) -> ModelView:
    """Show what a model's card says; a card of another version may lack any of it."""
    rows, heads = card.get("rows"), card.get("heads")
    sources = [_number(source, "train") for source in rows.values()] if isinstance(rows, Mapping) else []
    trained_on = int(sum(filter(None, sources)))
    names = [str(head) for head in heads] if isinstance(heads, list | tuple) else []
    return ModelView(
        version=version,
        rows=f"{words.counted(trained_on, 'comment')} from {words.counted(len(sources), 'source')}",
        heads=", ".join(name.replace("_", " ") for name in names) or "unknown",
        metrics=tuple((name.replace("_", " ").capitalize(), _told_apart(card, name)) for name in names),
        live=live,
    )


def _told_apart(card: Mapping[str, object], head: str) -> str:
    """Say how well a head tells comments apart, on sources it knows and on sources it has never seen."""
    known, unseen = (_median_auc(card.get(part), head) for part in ("held_back", "leave_one_source_out"))
    said = [
        f"{known:.2f} on comments held back" if known else "",
        f"{unseen:.2f} on sources never seen" if unseen else "",
    ]
    return "AUC " + ", ".join(filter(None, said)) if any(said) else "not measured"


def _median_auc(measured: object, head: str) -> float | None:
    sources = measured.get(head) if isinstance(measured, Mapping) else None
    values = [_number(source, "auc") for source in sources.values()] if isinstance(sources, Mapping) else []
    found = [value for value in values if value is not None]
    return median(found) if found else None


def _number(facts: object, name: str) -> float | None:
    value = facts.get(name) if isinstance(facts, Mapping) else None
    return float(value) if isinstance(value, int | float) else None
