"""The overview: how things stand, block by block, each opening with what it means and what to do.

Pure. May import ``domain``, ``review.words`` and other pages.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from math import ceil
from typing import ClassVar
from urllib.parse import urlencode

from modbot.domain import (
    Action,
    Appeals,
    Check,
    DayCount,
    DecidedBy,
    QueueAges,
    Role,
    Rule,
    RuleTally,
    Site,
    SiteHealth,
    Tally,
    Trouble,
    User,
)
from modbot.language import N_, Phrases, Said, _, counted, dated, number
from modbot.review import words
from modbot.review.pages.charts import Block, Row, bars, shown, stacked
from modbot.review.pages.frame import Frame
from modbot.review.pages.mistakes import agreement, appeals, domains, given, mistakes, reasons, rules

SPANS = (7, 30, 90)
DEFAULT_DAYS = 30
WEEK = 7
PEOPLE = frozenset({DecidedBy.PERSON, DecidedBy.SITE})
# Where a comment stands and who put it there, from the foot of a bar to its top.
KINDS: Sequence[tuple[str, str, Action, bool]] = (
    (N_("Published by the machine"), "published", Action.PUBLISH, False),
    (N_("Published by people"), "published-people", Action.PUBLISH, True),
    (N_("Waiting or put back"), "held", Action.HOLD, False),
    (N_("Rejected by people"), "rejected-people", Action.REJECT, True),
    (N_("Rejected by the machine"), "rejected", Action.REJECT, False),
)
AGES = (
    N_("Less than an hour"),
    N_("1 to 6 hours"),
    N_("6 hours to a day"),
    N_("1 to 3 days"),
    N_("3 days to a week"),
    N_("Longer"),
)
AGES_WITHIN = (N_("an hour"), N_("6 hours"), N_("a day"), N_("3 days"), N_("a week"))


# As the log calls them; whatever else it knows is a scorer.
FAULTS = Phrases(
    {
        "refused": N_("Answers that were refused with an error"),
        "outbox_unavailable": N_("Deliveries waited for the database"),
        "deliveries_broke": N_("Deliveries stopped and began anew"),
        "delivery_broke": N_("One delivery failed for no reason of its receiver's"),
        "learning_failed": N_("A site's layer could not learn"),
        "learning_unavailable": N_("Learning waited for the database"),
        "retention_unavailable": N_("Dropping what is old waited for the database"),
        "notice_unavailable": N_("A notice waited for the database"),
        "provider_unreachable": N_("The identity provider could not be reached"),
        "thread_died": N_("A part of the background work died"),
    }
)
OTHER_FAULT = N_("A scorer, or something that has no name here")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of days that the page can show."""

    href: str
    words: str
    current: bool


@dataclass(frozen=True, slots=True)
class OverviewPage:
    """How things stand. ``urgent`` are the blocks that somebody should act on."""

    template: ClassVar[str] = "overview.html"
    title: ClassVar[Said] = Said("Overview")

    frame: Frame
    spans: tuple[Span, ...]
    days: int
    sites: tuple[tuple[str, str, bool], ...]
    blocks: tuple[Block, ...]

    @property
    def urgent(self) -> tuple[Block, ...]:
        """What somebody should act on."""
        return tuple(block for block in self.blocks if block.tone == "problem")


@dataclass(frozen=True, slots=True)
class OverviewFacts:
    """What the store said. ``site`` is the one that was chosen; ``standing`` says what its own evidence carries."""

    user: User
    sites: Sequence[Site]
    site: Site | None
    days: int
    now: datetime
    daily: Sequence[DayCount]
    tallies: Sequence[Tally]
    ages: QueueAges
    checks: Sequence[Check]
    standing: Sequence[str]
    troubles: Sequence[Trouble]
    rules: Sequence[Rule]
    rule_tallies: Mapping[str, RuleTally]
    health: Sequence[SiteHealth]
    appeals: Appeals
    faults: Mapping[str, int]

    @property
    def is_admin(self) -> bool:
        """Whether the administrator's pages are there for this person."""
        return self.user.role is Role.ADMIN

    @property
    def site_id(self) -> str:
        """The chosen site, empty for all."""
        return self.site.id if self.site else ""


def first_day(now: datetime, days: int) -> date:
    """Return the first of so many days, today included, in UTC."""
    return now.astimezone(UTC).date() - timedelta(days=days - 1)


def start_of(day: date) -> datetime:
    """Return the first moment of a day in UTC."""
    return datetime.combine(day, time(), UTC)


def age_bounds(now: datetime) -> tuple[datetime, ...]:
    """Return the moments between the ages that the page tells apart, newest first; the last is that of the week."""
    parts = (timedelta(hours=1), timedelta(hours=6), timedelta(days=1), timedelta(days=3))
    return (*(now - part for part in parts), start_of(first_day(now, WEEK)))


def overview_page(frame: Frame, facts: OverviewFacts) -> OverviewPage:
    """Build the overview."""
    return OverviewPage(
        frame=frame,
        spans=tuple(
            Span(_href(facts.site_id, days), counted(days, "{n} day", "{n} days"), days == facts.days) for days in SPANS
        ),
        days=facts.days,
        sites=tuple((site.id, site.name, site.id == facts.site_id) for site in facts.sites),
        blocks=blocks(facts),
    )


def blocks(facts: OverviewFacts) -> tuple[Block, ...]:
    """Build every block, in the order of the page."""
    built = (
        queue(facts),
        mistakes(facts.site, facts.checks, facts.standing, is_admin=facts.is_admin),
        volume(facts),
        agreement(facts.tallies),
        appeals(facts.appeals),
        rules(facts.rules, facts.rule_tallies, is_admin=facts.is_admin),
        reasons(facts.troubles, facts.site_id),
        domains(facts.troubles, facts.site_id, is_admin=facts.is_admin),
        people(facts),
        sites(facts),
        *([faults(facts.faults)] if facts.is_admin else []),
    )
    return tuple(replace(block, csv_href=_href(facts.site_id, facts.days, block.key)) for block in built)


def queue(facts: OverviewFacts) -> Block:
    """Say how long comments have waited, and when the queue will be empty at the pace of this week."""
    waiting = sum(facts.ages.since)
    if not waiting or facts.ages.oldest is None:
        return Block("queue", _("Queue"), _("Nobody is waiting for you."), columns=(_("Waiting for"), _("Comments")))
    ages = zip(map(_, AGES), facts.ages.since, bars(facts.ages.since, "wait"), strict=True)
    half = _half_within(facts.ages.since)
    lead = counted(
        waiting,
        "{n} comment waits for a person; the oldest came {when}.",
        "{n} comments wait for a person; the oldest came {when}.",
        when=words.when(facts.ages.oldest, facts.now),
    )
    if half and waiting > 1:
        lead += " " + _("Half of them have waited less than {time}.", time=half)
    return Block(
        key="queue",
        title=_("Queue"),
        lead=lead,
        remedy=_forecast(facts, waiting),
        columns=(_("Waiting for"), _("Comments")),
        rows=tuple(Row((age, count), mark=mark) for age, count, mark in ages),
        tone="problem" if facts.ages.since[-1] else "",
        link=(f"/queue?{urlencode({'order': 'oldest'} | given(site=facts.site_id))}", _("Begin with the oldest")),
    )


def volume(facts: OverviewFacts) -> Block:
    """Say how many comments came and who decided them."""
    start = first_day(facts.now, facts.days)
    days = [start + timedelta(days=number) for number in range(facts.days)]
    tallied: Counter[tuple[date, Action, bool]] = Counter()
    for one in facts.daily:
        by_people = one.decided_by in PEOPLE and one.action is not Action.HOLD
        tallied[one.day, one.action, by_people] += one.cases
    kinds = [(_(name), tone, [tallied[day, act, who] for day in days]) for name, tone, act, who in KINDS]
    came = sum(tallied.values())
    by_machine = sum(
        n for (_day, action, by_people), n in tallied.items() if action is not Action.HOLD and not by_people
    )
    lead, remedy = _("No comment came in these {days} days.", days=facts.days), ""
    if came:
        lead = counted(
            came,
            "{n} comment came in {days} days; the machine decided {share} of them.",
            "{n} comments came in {days} days; the machine decided {share} of them.",
            days=facts.days,
            share=words.percent(by_machine / came),
        )
        busiest = max(days, key=lambda day: sum(kind[2][days.index(day)] for kind in kinds))
        most = sum(kind[2][days.index(busiest)] for kind in kinds)
        remedy = _(
            "Most came on {day}: {most}. Days are those of UTC.", day=dated(start_of(busiest), "long day"), most=most
        )
    return Block(
        key="volume",
        title=_("Comments by day"),
        lead=lead,
        remedy=remedy,
        columns=(_("Day"), *(_(kind[0]) for kind in KINDS), _("All")),
        rows=tuple(_day(day, [numbers[place] for _name, _tone, numbers in kinds]) for place, day in enumerate(days)),
        stack=stacked(_("Comments by day"), lead, [dated(start_of(day), "day") for day in days], kinds)
        if came
        else None,
    )


def faults(told: Mapping[str, int]) -> Block:
    """Say what failed that should not, since modbot was started."""
    named: Counter[str] = Counter()
    for event, times in told.items():
        named[FAULTS[event] if event in FAULTS else _(OTHER_FAULT)] += times
    return Block(
        key="faults",
        title=_("Faults"),
        lead=_("Nothing failed since modbot was started.")
        if not told
        else counted(
            sum(told.values()),
            "Since modbot was started, something failed {n} time.",
            "Since modbot was started, something failed {n} times.",
        ),
        remedy=_("The log says what and where.") if told else "",
        columns=(_("What failed"), _("Times")),
        rows=tuple(Row(one) for one in named.most_common()),
    )


def people(facts: OverviewFacts) -> Block:
    """Say who decided how much: of everybody for administrators, of oneself for the others."""
    tallied: dict[str, Counter[Action]] = {}
    for one in facts.tallies:
        if facts.is_admin or one.reviewer == facts.user.id:
            name = (
                _("{name} (the site's own moderators)", name=one.name) if one.decided_by is DecidedBy.SITE else one.name
            )
            tallied.setdefault(name, Counter())[one.action] += one.decisions
    told = [(name, n.total(), n[Action.PUBLISH], n[Action.REJECT]) for name, n in sorted(tallied.items())]
    told.sort(key=lambda one: -one[1])
    whole = counted(sum(one[1] for one in told), "{n} decision", "{n} decisions")
    if not facts.is_admin:
        lead = _("You took {decisions} in these {days} days.", decisions=whole, days=facts.days)
    elif len(told) > 1:
        lead = _("{n} reviewers took {decisions}; {name} took the most.", n=len(told), decisions=whole, name=told[0][0])
    else:
        lead = (
            _("{name} took {decisions}.", name=told[0][0], decisions=whole)
            if told
            else _("Nobody took a decision in this time.")
        )
    return Block(
        key="people",
        title=_("Who decided") if facts.is_admin else _("Your decisions"),
        lead=lead,
        remedy=_("What was taken back is not counted.") if told else "",
        columns=(_("Reviewer"), _("Decisions"), _("Published"), _("Rejected")),
        rows=tuple(Row(one, mark=mark) for one, mark in zip(told, bars([one[1] for one in told]), strict=True)),
    )


def sites(facts: OverviewFacts) -> Block:
    """Say what waits at each site, and which does not hear what is decided."""
    deaf = [one for one in facts.health if one.has_hook and (not one.hook_on or one.failures)]
    hooks = sum(one.has_hook for one in facts.health)
    lead = (
        _("No site has a webhook: sites ask for decisions themselves.")
        if not hooks
        else _("Every webhook takes its messages.")
    )
    if deaf:
        lost = counted(sum(one.unheard for one in deaf), "{n} decision", "{n} decisions")
        lead = counted(
            len(deaf),
            "{n} site does not take messages; {decisions} did not arrive.",
            "{n} sites do not take messages; {decisions} did not arrive.",
            decisions=lost,
        )
    return Block(
        key="sites",
        title=_("Sites and their webhooks"),
        lead=lead,
        remedy=_("Look at what the site answered; what is kept is sent once the webhook is on again.") if deaf else "",
        columns=(_("Site"), _("Webhook"), _("Waiting"), _("Not delivered")),
        heads=(_("Site"), _("Waiting"), _("Not delivered")),
        rows=tuple(_site(one, facts) for one in facts.health),
        tone="problem" if deaf else "",
        link=("/admin/sites", _("All deliveries")) if facts.is_admin else None,
    )


def _forecast(facts: OverviewFacts, waiting: int) -> str:
    """Say where the queue goes: what entered it in a week against what people took out of it."""
    week = first_day(facts.now, WEEK)
    answered = sum(one.cases for one in facts.daily if one.day >= week and one.decided_by in PEOPLE)
    entered, left = sum(facts.ages.since[:-1]) + answered, sum(one.lately for one in facts.tallies)
    since = min((one.day for one in facts.daily if one.day >= week), default=week)
    days = (facts.now.astimezone(UTC).date() - since).days + 1
    grows = (entered - left) / days
    if not left:
        return _("Nobody decided a waiting comment this week.")
    if grows >= 1:
        return _("At this week's pace it grows by {n} a day.", n=round(grows))
    if grows > -1:
        return _("At this week's pace it stays as long as it is.")
    days = ceil(waiting / -grows)
    return counted(days, "At this week's pace it is empty in {n} day.", "At this week's pace it is empty in {n} days.")


def _half_within(since: Sequence[int]) -> str:
    seen, whole = 0, sum(since)
    for count, within in zip(since, AGES_WITHIN, strict=False):
        seen += count
        if 2 * seen >= whole:
            return _(within)
    return ""


def _day(day: date, numbers: Sequence[int]) -> Row:
    cells = (*numbers, sum(numbers))
    return Row((day.isoformat(), *cells), told=(dated(start_of(day), "weekday"), *map(shown, cells)))


def _site(one: SiteHealth, facts: OverviewFacts) -> Row:
    hook = _("No webhook")
    if one.has_hook:
        hook = _("Webhook on") if one.hook_on else f"{_('Webhook switched off.')} {one.off_reason}".strip()
    if one.has_hook and one.hook_on and one.failures and one.failing_since:
        hook = _("Webhook failing, first {when}", when=words.when(one.failing_since, facts.now))
    told = (one.name, number(one.queued), number(one.unheard))
    return Row((one.name, hook, one.queued, one.unheard), _href(one.site_id, facts.days), told=told, note=hook)


def _href(site: str, days: int, block: str = "") -> str:
    """Return the address of the page, or of one block as a table."""
    query = urlencode(given(block=block, site=site, days="" if days == DEFAULT_DAYS else str(days)))
    path = "/overview.csv" if block else "/overview"
    return f"{path}?{query}" if query else path
