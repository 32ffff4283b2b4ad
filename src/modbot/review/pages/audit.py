"""The page of the audit log. Pure. May import ``domain``, ``review.words`` and other pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from urllib.parse import urlencode

from modbot.domain import AuditEntry, Deed, Site, User
from modbot.language import N_, Phrases, Said
from modbot.review import words
from modbot.review.pages.filters import Choice
from modbot.review.pages.frame import Frame

DEED_WORDS = Phrases(
    {
        Deed.LOGGED_IN: N_("Logged in"),
        Deed.LOGIN_REFUSED: N_("Log-in refused"),
        Deed.LOGGED_OUT: N_("Logged out"),
        Deed.SITE_ADDED: N_("Added a site"),
        Deed.SITE_CHANGED: N_("Changed a site"),
        Deed.KEY_ROTATED: N_("Made a new key"),
        Deed.USER_ADDED: N_("Added a person"),
        Deed.USER_CHANGED: N_("Changed a person"),
        Deed.PASSWORD_SET: N_("Set a password"),
        Deed.SESSIONS_ENDED: N_("Ended sessions"),
        Deed.FACTOR_SET: N_("Set a second factor up"),
        Deed.FACTOR_DROPPED: N_("Took a second factor away"),
        Deed.RULE_ADDED: N_("Added a rule"),
        Deed.RULE_ENDED: N_("Ended a rule"),
        Deed.MODEL_PROMOTED: N_("Promoted a model"),
        Deed.MODEL_ROLLED_BACK: N_("Rolled the model back"),
        Deed.BULK_DECIDED: N_("Decided many at once"),
        Deed.BULK_TAKEN_BACK: N_("Took a bulk decision back"),
        Deed.ADDRESS_REVEALED: N_("Saw an address"),
        Deed.EXPORTED: N_("Exported"),
        Deed.PERSON_EXPORTED: N_("Exported a person's data"),
        Deed.PERSON_ERASED: N_("Erased a person"),
        Deed.RESTORED: N_("Restored a backup"),
        Deed.NOTICE_SENT: N_("Told the owner that comments wait"),
        Deed.REWRAPPED: N_("Put all secrets under the first master key"),
    }
)


@dataclass(frozen=True, slots=True)
class EntryView:
    """One line of the log."""

    number: int
    at: words.Moment
    who: str
    deed: str
    subject: str
    site: str
    details: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class AuditPage:
    """The log with its two filters."""

    template: ClassVar[str] = "audit.html"
    title: ClassVar[Said] = Said("Audit log")

    frame: Frame
    entries: tuple[EntryView, ...]
    people: tuple[Choice, ...]
    deeds: tuple[Choice, ...]
    next_href: str
    narrow: bool


@dataclass(frozen=True, slots=True)
class AuditFacts:
    """What the store said for one page of the log."""

    entries: Sequence[AuditEntry]
    people: Sequence[User]
    sites: Sequence[Site]
    actor: str
    deed: Deed | None
    next_before: int
    now: datetime


def audit_page(frame: Frame, facts: AuditFacts) -> AuditPage:
    """Build the page of the log."""
    sites = {site.id: site.name for site in facts.sites}
    chosen = facts.deed.value if facts.deed else ""
    following = {"who": facts.actor, "what": chosen, "before": str(facts.next_before)}
    query = urlencode({name: value for name, value in following.items() if value})
    return AuditPage(
        frame=frame,
        entries=tuple(_view(entry, sites, facts.now) for entry in facts.entries),
        people=tuple(Choice(user.id, user.name, user.id == facts.actor) for user in facts.people),
        deeds=tuple(Choice(deed.value, said, deed.value == chosen) for deed, said in DEED_WORDS.items()),
        next_href=f"/admin/audit?{query}" if facts.next_before else "",
        narrow=bool(facts.actor or facts.deed),
    )


def _view(entry: AuditEntry, sites: Mapping[str, str], now: datetime) -> EntryView:
    return EntryView(
        number=entry.number,
        at=words.moment(entry.at, now),
        who=entry.actor_name,
        deed=DEED_WORDS[entry.deed],
        subject=entry.subject,
        site=sites.get(entry.site_id, entry.site_id),
        details=tuple((name.replace("_", " "), value) for name, value in entry.details.items()),
    )
