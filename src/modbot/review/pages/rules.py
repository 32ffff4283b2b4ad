"""The owner's rules: what each looks at and wants, what it found, and the form with its test box.

Pure. May import ``domain``, ``ruling``'s nouns, ``review.words`` and other pages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import ClassVar
from urllib.parse import urlencode

from modbot.domain import TALLIED_MAX, Action, PastComment, Rule, RuleEffect, RuleKind, RuleTally, Site
from modbot.language import N_, Phrases, Said, _, counted, dated, number
from modbot.review import words
from modbot.review.pages.filters import Choice, choices
from modbot.review.pages.frame import Frame
from modbot.review.pages.queue import state_words
from modbot.ruling import Trial

ENTRIES_SHOWN = 6
# A list of ten thousand words would be most of the page.
ENTRIES_FOLDED = 200
EXCERPT_CHARS = 90
# What every browser and every proxy takes in an address.
ADDRESS_CHARS = 1_000
EVERY_SITE = N_("Every site")
KIND_WORDS = Phrases(
    {
        RuleKind.WORDS: (
            N_("Words"),
            N_("One word or phrase in each line; * at an end stands for any letters: casin*"),
        ),
        RuleKind.LINK: (
            N_("Links to a domain"),
            N_("One domain in each line, with all that is under it: shop.example or *.example"),
        ),
        RuleKind.EMAIL_DOMAIN: (N_("Email domain"), N_("One domain in each line: mail.example")),
        RuleKind.AUTHOR: (N_("Author"), N_("One email address. Only its hash at this site is kept.")),
        RuleKind.NETWORK: (N_("Network"), N_("One address or range in each line: 192.0.2.7 or 192.0.2.0/24")),
        RuleKind.PATTERN: (N_("Pattern"), N_("One RE2 pattern: vi[a4]gr[a4]")),
    }
)
EFFECT_WORDS = Phrases(
    {
        RuleEffect.REJECT: (N_("Reject"), N_("Reject: a ban"), "reject"),
        RuleEffect.HOLD: (N_("Hold"), N_("Hold: a person decides"), "hold"),
        RuleEffect.TRUST: (N_("Trust"), N_("Trust: publish, unless it is surely abuse"), "publish"),
        RuleEffect.NOTE: (N_("Note"), N_("Note: only mark it"), "noted"),
    }
)
SPANS = Phrases(
    {
        "": N_("For good"),
        "1": N_("A day"),
        "7": N_("A week"),
        "30": N_("A month"),
        "365": N_("A year"),
    }
)
# What people and the machine made of comments that a draft would find, in the order in which it matters.
TRIAL_WORDS = Phrases(
    {
        (True, Action.PUBLISH): N_("published by people"),
        (True, Action.REJECT): N_("rejected by people"),
        (False, Action.PUBLISH): N_("published by the machine"),
        (False, Action.REJECT): N_("rejected by the machine"),
        (False, Action.HOLD): N_("waiting for a person"),
        (True, Action.HOLD): N_("put back by people"),
    }
)


@dataclass(frozen=True, slots=True)
class Draft:
    """A rule as it stands in the form, and what is wrong with it by field. ``site`` is empty for every site."""

    site: str | None = None
    kind: str = RuleKind.WORDS.value
    pattern: str = ""
    effect: str = RuleEffect.HOLD.value
    span: str = ""
    note: str = ""
    problems: tuple[tuple[str, str], ...] = ()

    def problem(self, name: str) -> str:
        """What is wrong with a field, in one text."""
        return " ".join(dict.fromkeys(f"{fault[:1].upper()}{fault[1:]}." for of, fault in self.problems if of == name))


@dataclass(frozen=True, slots=True)
class Example:
    """A stored comment that a draft would have found."""

    href: str
    excerpt: str
    name: str
    state: str
    action: str
    came: words.Moment


@dataclass(frozen=True, slots=True)
class TrialView:
    """What a draft would have found."""

    sentence: str
    counts: tuple[tuple[str, str], ...]
    warning: str
    examples: tuple[Example, ...]
    left_out: str


@dataclass(frozen=True, slots=True)
class RuleView:
    """One rule of the list."""

    id: str
    kind: str
    entries: tuple[str, ...]
    folded: tuple[str, ...]
    left_out: int
    note: str
    effect: str
    tone: str
    by: str
    at: words.Moment
    until: str
    found: str
    reversed: str
    can_end: bool
    again_href: str


@dataclass(frozen=True, slots=True)
class RulesPage:
    """Every rule of the sites that this administrator runs, and the form for another one."""

    template: ClassVar[str] = "rules.html"
    title: ClassVar[Said] = Said("Rules")

    frame: Frame
    past: bool
    groups: tuple[tuple[str, tuple[RuleView, ...]], ...]
    next_href: str
    draft: Draft
    sites: tuple[Choice, ...]
    kinds: tuple[Choice, ...]
    effects: tuple[Choice, ...]
    spans: tuple[Choice, ...]
    hints: tuple[tuple[str, str], ...]
    trial: TrialView | None


@dataclass(frozen=True, slots=True)
class RulesFacts:
    """What the store said: a page of rules, what they found lately, and the sites of this person.

    ``everywhere`` says that this person runs all sites, and so may make rules for every one.
    """

    rules: Sequence[Rule]
    tallies: Mapping[str, RuleTally]
    sites: Sequence[Site]
    everywhere: bool
    now: datetime
    past: bool = False
    next_before: int = 0
    trial: Trial | None = None
    draft: Draft = field(default_factory=Draft)


def rules_page(frame: Frame, facts: RulesFacts) -> RulesPage:
    """Build the list of rules with its form."""
    names = {site.id: site.name for site in facts.sites}
    groups: dict[str | None, list[RuleView]] = {}
    for rule in facts.rules:
        groups.setdefault(rule.site_id, []).append(_rule(rule, facts))
    order = [None, *sorted(names, key=lambda site_id: names[site_id].casefold())]
    draft = facts.draft
    sites = {"": _(EVERY_SITE)} if facts.everywhere else {}
    past = "past=1&" if facts.past else ""
    return RulesPage(
        frame=frame,
        past=facts.past,
        groups=tuple((names.get(one or "", _(EVERY_SITE)), tuple(groups[one])) for one in order if one in groups),
        next_href=f"/admin/rules?{past}before={facts.next_before}" if facts.next_before else "",
        draft=draft,
        sites=choices(({site_id: names[site_id] for site_id in order if site_id} | sites).items(), draft.site),
        kinds=choices([(kind.value, told[0]) for kind, told in KIND_WORDS.items()], draft.kind),
        effects=choices([(effect.value, told[1]) for effect, told in EFFECT_WORDS.items()], draft.effect),
        spans=choices(SPANS.items(), draft.span),
        hints=tuple(KIND_WORDS.values()),
        trial=trial_view(facts.trial, draft.effect, facts.now) if facts.trial else None,
    )


def trial_view(trial: Trial, effect: str, now: datetime) -> TrialView:
    """Say what a draft would have found, and whom it would have hit."""
    if not trial.tried or trial.since is None:
        return TrialView(_("There is no stored comment yet to try it on."), (), "", (), "")
    tried = counted(
        trial.tried,
        "Tried on the one stored comment.",
        "Tried on the newest {n} stored comments, back to {date}.",
        date=_date(trial.since),
    )
    found = (
        _("It would have found {n} of them.", n=trial.hits) if trial.hits else _("It would have found none of them.")
    )
    shown = [_example(one, now) for one in trial.examples]
    more = trial.hits - len(shown)
    return TrialView(
        sentence=f"{tried} {found}",
        counts=tuple((number(trial.found[key]), told) for key, told in TRIAL_WORDS.items() if trial.found.get(key)),
        warning=_warning(trial, effect),
        examples=tuple(shown),
        left_out=counted(more, "and {n} more comment", "and {n} more comments") if more else "",
    )


def _warning(trial: Trial, effect: str) -> str:
    published, rejected = (trial.found.get((True, action), 0) for action in (Action.PUBLISH, Action.REJECT))
    if effect == RuleEffect.REJECT.value and published:
        return _("People published {published} of these: this rule would have rejected them.", published=published)
    if effect == RuleEffect.TRUST.value and rejected:
        return _(
            "People rejected {rejected} of these: this rule would have published them, unless surely abuse.",
            rejected=rejected,
        )
    return ""


def _rule(rule: Rule, facts: RulesFacts) -> RuleView:
    entries = (rule.label,) if rule.kind is RuleKind.AUTHOR else rule.entries
    effect, _sentence, tone = EFFECT_WORDS[rule.effect]
    tally = facts.tallies.get(rule.id, RuleTally())
    return RuleView(
        id=rule.id,
        kind=KIND_WORDS[rule.kind][0],
        entries=entries[:ENTRIES_SHOWN],
        folded=entries[ENTRIES_SHOWN:ENTRIES_FOLDED],
        left_out=max(0, len(entries) - ENTRIES_FOLDED),
        note=rule.note,
        effect=effect,
        tone=tone,
        by=rule.by,
        at=words.moment(rule.at, facts.now),
        until=_until(rule, facts.now),
        found=_found(tally),
        reversed=_reversed(rule, tally),
        can_end=rule.is_in_force(facts.now) and (facts.everywhere or rule.site_id is not None),
        again_href=_again(rule) if facts.past and (facts.everywhere or rule.site_id is not None) else "",
    )


def _again(rule: Rule) -> str:
    """Lead to the form filled in with an ended rule; an author's address is not known any more."""
    if rule.kind is RuleKind.AUTHOR or len(rule.pattern) > ADDRESS_CHARS:
        return ""
    fields = {"site": rule.site_id or "", "kind": rule.kind.value, "pattern": rule.pattern}
    return f"/admin/rules?{urlencode(fields | {'effect': rule.effect.value, 'note': rule.note})}"


def _until(rule: Rule, now: datetime) -> str:
    if rule.ended_at is not None:
        return _("Ended {date} by {who}", date=_date(rule.ended_at), who=rule.ended_by)
    if rule.until is None:
        return _("For good")
    return (
        _("Ran out {date}", date=_date(rule.until)) if rule.until <= now else _("Until {date}", date=_date(rule.until))
    )


def _found(tally: RuleTally) -> str:
    if tally.hits >= TALLIED_MAX:
        return _("Found {n} comments or more in 30 days", n=TALLIED_MAX)
    if not tally.hits:
        return _("Found nothing in 30 days")
    return counted(tally.hits, "Found {n} comment in 30 days", "Found {n} comments in 30 days")


def _reversed(rule: Rule, tally: RuleTally) -> str:
    count = tally.reversed_of(rule.effect)
    if not tally.hits or rule.effect is RuleEffect.NOTE:
        return ""
    them = _("the newest {n}", n=TALLIED_MAX) if tally.hits >= TALLIED_MAX else _("them")
    told = (
        N_("people rejected {n} of {them}") if rule.effect is RuleEffect.TRUST else N_("people published {n} of {them}")
    )
    return _(told, n=count or _("none"), them=them)


def _example(one: PastComment, now: datetime) -> Example:
    return Example(
        href=f"/cases/{one.case_id}",
        excerpt=words.excerpt(one.comment.body, EXCERPT_CHARS),
        name=one.comment.name,
        state=state_words(one.action, one.decided_by),
        action=one.action.value,
        came=words.moment(one.received_at, now),
    )


def _date(at: datetime) -> str:
    return f"{dated(at.astimezone(UTC), 'time')} UTC"
