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
from modbot.review import words
from modbot.review.pages.charts import Block, Row, bars, shown, stacked
from modbot.review.pages.frame import Frame
from modbot.review.pages.mistakes import agreement, domains, given, mistakes, reasons, rules

SPANS = (7, 30, 90)
DEFAULT_DAYS = 30
WEEK = 7
PEOPLE = frozenset({DecidedBy.PERSON, DecidedBy.SITE})
# Where a comment stands and who put it there, from the foot of a bar to its top.
KINDS: Sequence[tuple[str, str, Action, bool]] = (
    ("Published by the machine", "published", Action.PUBLISH, False),
    ("Published by people", "published-people", Action.PUBLISH, True),
    ("Waiting or put back", "held", Action.HOLD, False),
    ("Rejected by people", "rejected-people", Action.REJECT, True),
    ("Rejected by the machine", "rejected", Action.REJECT, False),
)
AGES = ("Less than an hour", "1 to 6 hours", "6 hours to a day", "1 to 3 days", "3 days to a week", "Longer")
AGES_WITHIN = ("an hour", "6 hours", "a day", "3 days", "a week")


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
    title: ClassVar[str] = "Overview"

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
        spans=tuple(Span(_href(facts.site_id, days), f"{days} days", days == facts.days) for days in SPANS),
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
        rules(facts.rules, facts.rule_tallies, is_admin=facts.is_admin),
        reasons(facts.troubles, facts.site_id),
        domains(facts.troubles, facts.site_id, is_admin=facts.is_admin),
        people(facts),
        sites(facts),
    )
    return tuple(replace(block, csv_href=_href(facts.site_id, facts.days, block.key)) for block in built)


def queue(facts: OverviewFacts) -> Block:
    """Say how long comments have waited, and when the queue will be empty at the pace of this week."""
    waiting = sum(facts.ages.since)
    if not waiting or facts.ages.oldest is None:
        return Block("queue", "Queue", "Nobody is waiting for you.", columns=("Waiting for", "Comments"))
    ages = zip(AGES, facts.ages.since, bars(facts.ages.since, "wait"), strict=True)
    half = _half_within(facts.ages.since)
    lead = f"{words.counted(waiting, 'comment')} {'waits' if waiting == 1 else 'wait'} for a person; "
    lead += f"the oldest came {_when(facts.ages.oldest, facts.now)}"
    lead += f", half of them have waited less than {half}." if half and waiting > 1 else "."
    return Block(
        key="queue",
        title="Queue",
        lead=lead,
        remedy=_forecast(facts, waiting),
        columns=("Waiting for", "Comments"),
        rows=tuple(Row((age, count), mark=mark) for age, count, mark in ages),
        tone="problem" if facts.ages.since[-1] else "",
        link=(f"/queue?{urlencode({'order': 'oldest'} | given(site=facts.site_id))}", "Begin with the oldest"),
    )


def volume(facts: OverviewFacts) -> Block:
    """Say how many comments came and who decided them."""
    start = first_day(facts.now, facts.days)
    days = [start + timedelta(days=number) for number in range(facts.days)]
    counted: Counter[tuple[date, Action, bool]] = Counter()
    for one in facts.daily:
        by_people = one.decided_by in PEOPLE and one.action is not Action.HOLD
        counted[one.day, one.action, by_people] += one.cases
    kinds = [(name, tone, [counted[day, act, who] for day in days]) for name, tone, act, who in KINDS]
    came = sum(counted.values())
    by_machine = sum(n for (_, action, by_people), n in counted.items() if action is not Action.HOLD and not by_people)
    lead, remedy = f"No comment came in these {facts.days} days.", ""
    if came:
        some = words.counted(came, "comment")
        lead = f"{some} came in {facts.days} days; the machine decided {words.percent(by_machine / came)} of them."
        busiest = max(days, key=lambda day: sum(kind[2][days.index(day)] for kind in kinds))
        most = sum(kind[2][days.index(busiest)] for kind in kinds)
        remedy = f"Most came on {busiest:%A, %-d %B}: {most:,}. Days are those of UTC."
    return Block(
        key="volume",
        title="Comments by day",
        lead=lead,
        remedy=remedy,
        columns=("Day", *(name for name, *_ in KINDS), "All"),
        rows=tuple(_day(day, [numbers[place] for *_, numbers in kinds]) for place, day in enumerate(days)),
        stack=stacked("Comments by day", lead, [f"{day:%-d %b}" for day in days], kinds) if came else None,
    )


def people(facts: OverviewFacts) -> Block:
    """Say who decided how much: of everybody for administrators, of oneself for the others."""
    counted: dict[str, Counter[Action]] = {}
    for one in facts.tallies:
        if facts.is_admin or one.reviewer == facts.user.id:
            name = f"{one.name} (the site's own moderators)" if one.decided_by is DecidedBy.SITE else one.name
            counted.setdefault(name, Counter())[one.action] += one.decisions
    told = [(name, n.total(), n[Action.PUBLISH], n[Action.REJECT]) for name, n in sorted(counted.items())]
    told.sort(key=lambda one: -one[1])
    whole = words.counted(sum(decisions for _, decisions, *_ in told), "decision")
    if not facts.is_admin:
        lead = f"You took {whole} in these {facts.days} days."
    elif len(told) > 1:
        lead = f"{len(told):,} reviewers took {whole}; {told[0][0]} took the most."
    else:
        lead = f"{told[0][0]} took {whole}." if told else "Nobody took a decision in this time."
    return Block(
        key="people",
        title="Who decided" if facts.is_admin else "Your decisions",
        lead=lead,
        remedy="What was taken back is not counted." if told else "",
        columns=("Reviewer", "Decisions", "Published", "Rejected"),
        rows=tuple(Row(one, mark=mark) for one, mark in zip(told, bars([one[1] for one in told]), strict=True)),
    )


def sites(facts: OverviewFacts) -> Block:
    """Say what waits at each site, and which does not hear what is decided."""
    deaf = [one for one in facts.health if one.has_hook and (not one.hook_on or one.failures)]
    hooks = sum(one.has_hook for one in facts.health)
    lead = (
        "No site has a webhook: sites ask for decisions themselves."
        if not hooks
        else "Every webhook takes its messages."
    )
    if deaf:
        lost = words.counted(sum(one.unheard for one in deaf), "decision")
        verb = "does" if len(deaf) == 1 else "do"
        lead = f"{words.counted(len(deaf), 'site')} {verb} not take messages; {lost} did not arrive."
    return Block(
        key="sites",
        title="Sites and their webhooks",
        lead=lead,
        remedy="Look at what the site answered; what is kept is sent once the webhook is on again." if deaf else "",
        columns=("Site", "Webhook", "Waiting", "Not delivered"),
        heads=("Site", "Waiting", "Not delivered"),
        rows=tuple(_site(one, facts) for one in facts.health),
        tone="problem" if deaf else "",
        link=("/admin/sites", "All deliveries") if facts.is_admin else None,
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
        return "Nobody decided a waiting comment this week."
    if grows >= 1:
        return f"At this week's pace it grows by {grows:,.0f} a day."
    if grows > -1:
        return "At this week's pace it stays as long as it is."
    return f"At this week's pace it is empty in {words.counted(ceil(waiting / -grows), 'day')}."


def _half_within(since: Sequence[int]) -> str:
    seen, whole = 0, sum(since)
    for count, within in zip(since, AGES_WITHIN, strict=False):
        seen += count
        if 2 * seen >= whole:
            return within
    return ""


def _day(day: date, numbers: Sequence[int]) -> Row:
    cells = (*numbers, sum(numbers))
    return Row((day.isoformat(), *cells), told=(f"{day:%a %-d %b}", *map(shown, cells)))


def _site(one: SiteHealth, facts: OverviewFacts) -> Row:
    hook = "No webhook"
    if one.has_hook:
        hook = "Webhook on" if one.hook_on else f"Webhook switched off. {one.off_reason}".strip()
    if one.has_hook and one.hook_on and one.failures and one.failing_since:
        hook = f"Webhook failing, first {_when(one.failing_since, facts.now)}"
    told = (one.name, f"{one.queued:,}", f"{one.unheard:,}")
    return Row((one.name, hook, one.queued, one.unheard), _href(one.site_id, facts.days), told=told, note=hook)


def _when(at: datetime, now: datetime) -> str:
    told = words.moment(at, now).words
    return told if told.endswith(("ago", "now")) else f"on {told}"


def _href(site: str, days: int, block: str = "") -> str:
    """Return the address of the page, or of one block as a table."""
    query = urlencode(given(block=block, site=site, days="" if days == DEFAULT_DAYS else str(days)))
    path = "/overview.csv" if block else "/overview"
    return f"{path}?{query}" if query else path
