"""Sites: the list, and one with its promise, its keys, its webhook and a test.

Pure. May import ``domain``, ``review.words`` and other pages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from modbot.domain import Action, Case, DeliveryRow, DeliveryState, Mode, Site
from modbot.language import N_, Phrases, Said, _, counted, number
from modbot.review import words
from modbot.review.pages.filters import Choice
from modbot.review.pages.frame import Frame
from modbot.review.pages.queue import state_words
from modbot.review.reasons import said_of

REASONS = 4
# The caution slider: of the good comments, at most this share is rejected by machine.
CAUTION = Phrases(
    {
        0.05: N_("Bold"),
        0.02: N_("Brisk"),
        0.01: N_("Careful"),
        0.005: N_("Very careful"),
        0.001: N_("As careful as can be"),
    }
)
SHARES: Mapping[float, str] = {0.1: "10 %", 0.05: "5 %", 0.02: "2 %", 0.01: "1 %"}
RARELY = Phrases(
    {
        0.2: N_("1 in 5"),
        0.1: N_("1 in 10"),
        0.05: N_("1 in 20"),
        0.02: N_("1 in 50"),
        0.01: N_("1 in 100"),
    }
)
SWITCHES = Phrases(
    {
        "show_reasons": N_("Answers to the site say why"),
        "signed_requests": N_("The site signs its requests with the webhook secret"),
    }
)
LIMIT_SWITCHES = Phrases(
    {
        "email_required": N_("A comment needs an address"),
        "refuse_disposable": N_("Throw-away addresses are refused"),
        "check_mx": N_("Look up whether the domain of an address takes mail"),
    }
)
KEYS = Phrases(
    {
        "key": N_("API key"),
        "akismet": N_("Akismet key"),
        "webhook": N_("Webhook secret"),
        "coral": N_("Coral secret"),
    }
)
ANSWERED = "status_"
REASON_WORDS = Phrases(
    {
        "timeout": N_("the site did not answer in time"),
        "dns_timeout": N_("the name server did not answer in time"),
        "dns_failed": N_("there is no host of this name"),
        "refused_private_address": N_("the address is private and not on the allow list"),
        "connection_refused": N_("nobody listens at this address"),
        "connection_closed": N_("the connection broke"),
        "connection_failed": N_("there is no way to this address"),
        "tls_failed": N_("its certificate is not valid"),
        "bad_response": N_("the answer was no HTTP"),
        "redirect": N_("the site redirects: give the final address"),
        "gone": N_("the site wants no more messages"),
        "rate_limited": N_("the site asked for a pause"),
        "bad_url": N_("the address is none"),
        "no_hook": N_("the site has no webhook any more"),
        "no_secret": N_("a secret is missing: make a new one"),
        "bad_secret": N_("a secret cannot be read: make a new one"),
        "no_callback": N_("nobody waits for this comment any more"),
        "internal_error": N_("a fault of modbot: see the log"),
    }
)


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
    """A site in the list."""

    href: str
    name: str
    url: str
    mode: str
    policy: str
    hook_state: str
    hook_tone: str


@dataclass(frozen=True, slots=True)
class SitesPage:
    """Every site this administrator runs, and the form for one more."""

    template: ClassVar[str] = "sites.html"
    title: ClassVar[Said] = Said("Sites")

    frame: Frame
    sites: tuple[SiteView, ...]
    may_add: bool
    problem: str = ""
    name: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One setting of the caution slider: the promise in words, and what it would have done lately."""

    value: str
    words: str
    chosen: bool
    forecast: str


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of a test comment, or what was wrong with it."""

    href: str = ""
    action: str = ""
    state: str = ""
    reasons: tuple[str, ...] = ()
    problem: str = ""

    @classmethod
    def of(cls, case: Case) -> Tried:
        """Show the verdict."""
        reasons = tuple(said_of(reason) for reason in case.verdict.reasons[:REASONS])
        return cls(f"/cases/{case.id}", case.action.value, state_words(case.action, case.decided_by), reasons)


@dataclass(frozen=True, slots=True)
class SitePage:
    """One site with everything an administrator may change."""

    template: ClassVar[str] = "site.html"

    frame: Frame
    title: str
    id: str
    site: Site
    modes: tuple[ModeChoice, ...]
    caution: tuple[Step, ...]
    judged: int
    shares: tuple[Choice, ...]
    rates: tuple[Choice, ...]
    evidence: tuple[str, ...]
    hook_state: str
    hook_tone: str
    hook_reason: str
    deliveries: tuple[DeliveryView, ...]
    switches: tuple[Choice, ...]
    keys: tuple[Choice, ...]
    form: str
    call: str
    made: Mapping[str, str] = field(default_factory=dict, repr=False)
    tried: Tried | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ModeChoice:
    """A mode to choose, with what it means."""

    value: str
    words: str
    sentence: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """What the store said of one site. ``forecast`` counts outcomes for each step of caution."""

    site: Site
    deliveries: Sequence[DeliveryRow]
    evidence: Sequence[str]
    forecast: Mapping[float, Mapping[Action, int]]
    form: str
    call: str
    now: datetime


def sites_page(frame: Frame, sites: Sequence[Site], *, may_add: bool) -> SitesPage:
    """Build the list of sites."""
    return SitesPage(frame, tuple(_row(site) for site in sites), may_add)


def site_page(frame: Frame, facts: SiteFacts) -> SitePage:
    """Build the page of one site."""
    site, policy = facts.site, facts.site.policy
    state, tone, reason = _hook(site)
    said = {**SWITCHES, **LIMIT_SWITCHES}
    switches = {name: getattr(site, name, None) for name in SWITCHES} | {
        name: getattr(site.limits, name) for name in LIMIT_SWITCHES
    }
    return SitePage(
        frame=frame,
        title=site.name,
        id=site.id,
        site=site,
        modes=tuple(ModeChoice(mode.value, *words.MODE_WORDS[mode], chosen=mode is policy.mode) for mode in Mode),
        caution=tuple(
            Step(f"{share:g}", caution_words(share), share == policy.max_good_rejected, _foretold(counts))
            for share, counts in facts.forecast.items()
        ),
        judged=max((sum(counts.values()) for counts in facts.forecast.values()), default=0),
        shares=_choices(SHARES, policy.max_bad_published),
        rates=_choices(RARELY, policy.audit_rate),
        evidence=tuple(facts.evidence),
        hook_state=state,
        hook_tone=tone,
        hook_reason=reason,
        deliveries=tuple(_delivery(row, facts.now) for row in facts.deliveries),
        switches=tuple(Choice(name, said[name], bool(on)) for name, on in switches.items()),
        keys=tuple(Choice(kind, said, chosen=False) for kind, said in KEYS.items()),
        form=facts.form,
        call=facts.call,
    )


def caution_words(share: float) -> str:
    """Say a promise as a count: "at most 1 in 100 good comments is rejected by machine"."""
    said = CAUTION.get(share, "")
    so_many = f"{share * 1000:g}"
    if not said:
        return _("At most {n} in 1,000 good comments rejected by machine", n=so_many)
    return _("{caution}: at most {n} in 1,000 good comments rejected by machine", caution=said, n=so_many)


def _foretold(counts: Mapping[Action, int]) -> str:
    parts = ((Action.PUBLISH, _("published")), (Action.HOLD, _("held for people")), (Action.REJECT, _("rejected")))
    return ", ".join(f"{number(counts.get(action, 0))} {said}" for action, said in parts)


def _choices(steps: Mapping[float, str], chosen: float) -> tuple[Choice, ...]:
    known = {**steps, chosen: steps.get(chosen, f"{chosen * 100:g} %")}
    return tuple(Choice(f"{step:g}", known[step], step == chosen) for step in sorted(known, reverse=True))


def _hook(site: Site) -> tuple[str, str, str]:
    hook = site.hook
    if hook is None:
        return _("No webhook"), "noted", ""
    return (_("On"), "done", "") if hook.on else (_("Switched off"), "problem", hook.off_reason)


def _row(site: Site) -> SiteView:
    state, tone, _reason = _hook(site)
    return SiteView(
        href=f"/admin/sites/{site.id}",
        name=site.name,
        url=site.url,
        mode=words.MODE_WORDS[site.policy.mode][0],
        policy=words.promise_words(site.policy),
        hook_state=state,
        hook_tone=tone,
    )


def _why(reason: str) -> str:
    if reason.startswith(ANSWERED):
        return _("the site answered {status}", status=reason.removeprefix(ANSWERED))
    return REASON_WORDS.get(reason) or reason.replace("_", " ")


def _delivery(row: DeliveryRow, now: datetime) -> DeliveryView:
    tones = {DeliveryState.DONE: "done", DeliveryState.GIVEN_UP: "problem", DeliveryState.UNDONE: "noted"}
    return DeliveryView(
        id=row.id,
        case_href=f"/cases/{row.case_id}",
        decision=state_words(row.action, row.decided_by),
        state=words.DELIVERY_WORDS[row.state],
        tone=tones.get(row.state, "waiting"),
        attempts=counted(row.attempts, "{n} try", "{n} tries"),
        reason=_why(row.last_reason),
        created=words.moment(row.created_at, now),
        can_resend=row.state in (DeliveryState.DONE, DeliveryState.GIVEN_UP),
    )
