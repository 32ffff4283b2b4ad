"""What a list is narrowed by: as it stands in the address, as selects, and as chips that can be taken away.

Pure. May import ``domain`` and ``review.words``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlencode

from modbot.domain import Action, CaseQuery, Site, User
from modbot.language import N_, Phrases, _
from modbot.review import words
from modbot.review.reasons import reason_name

# So many rows of the worst kind stay below 150 kB with their forms, and are more than a screen on any device.
ROWS = 14
# One comment large, and the next two, so that they are there at once.
ROWS_OF_ONE = 3
# Longer searches than this are pasted by accident.
SEARCH_CHARS = 200
CHIP_CHARS = 40
STATES: Mapping[str, tuple[str, Action | None, bool | None]] = {
    "waiting": (N_("Waiting"), None, True),
    "asked": (N_("Asked"), None, True),
    "published": (N_("Published"), Action.PUBLISH, None),
    "rejected": (N_("Rejected"), Action.REJECT, None),
    "all": (N_("All"), None, None),
}
ORDERS = Phrases({"worst": N_("Worst first"), "oldest": N_("Oldest first"), "unsure": N_("Least sure first")})
VIEWS = Phrases({"list": N_("List"), "one": N_("One at a time")})
# After the end of the list comes what this person set aside.
SKIPPED = "skipped"
NARROWING = ("site", "reason", "text", "author", "host", "band", "age", "who")
# Age: what it is called, from how many days ago, until how many days ago.
AGES: Mapping[str, tuple[str, int | None, int | None]] = {
    "day": (N_("The last 24 hours"), 1, None),
    "week": (N_("The last 7 days"), 7, None),
    "month": (N_("The last 30 days"), 30, None),
    "older": (N_("Older than 30 days"), None, 30),
}
BY: Mapping[str, bool | None] = {"": None, "machine": False, "people": True}
# Filters that no index serves: they look at the newest, and that is said.
LOOKED_THROUGH = ("band", "host")


@dataclass(frozen=True, slots=True)
class Filters:
    """What the person asked to see, as it stands in the address."""

    state: str = "waiting"
    site: str = ""
    reason: str = ""
    text: str = ""
    author: str = ""
    host: str = ""
    band: str = ""
    age: str = ""
    who: str = ""
    order: str = "worst"
    view: str = "list"
    cursor: str = ""

    @property
    def narrow(self) -> bool:
        """Whether anything but the state was asked for."""
        return any(getattr(self, name) for name in NARROWING)

    def href(self, path: str = "/queue") -> str:
        """Return the address of this view."""
        asked = {"state": "" if self.state == "waiting" else self.state}
        asked |= {"q" if name == "text" else name: getattr(self, name) for name in NARROWING}
        asked |= {
            "order": "" if self.order == "worst" else self.order,
            "view": "" if self.view == "list" else self.view,
        }
        asked |= {"cursor": self.cursor}
        query = urlencode({name: value for name, value in asked.items() if value})
        return f"{path}?{query}" if query else path

    @property
    def waits(self) -> bool:
        """Whether this is a list of what waits for a person."""
        return STATES[self.state][2] is True

    @property
    def walk(self) -> str:
        """The order in which the store goes through it. What is decided already comes newest first."""
        return self.order if self.waits else "newest"

    def query(self, site_ids: tuple[str, ...] | None, now: datetime, skipped: tuple[str, ...] = ()) -> CaseQuery:
        """Ask the store for it, within the sites that this person may see; what they skipped comes at the end."""
        action, queued = STATES[self.state][1:]
        aside = skipped if self.waits else ()
        at_end = self.cursor == SKIPPED
        since, until = bounds(self.age, now)
        return CaseQuery(
            site_ids=(self.site,) if self.site else site_ids,
            action=action,
            queued=queued,
            asked=True if self.state == "asked" else None,
            reason=self.reason,
            text=self.text,
            authors=tuple(self.author.split(",")) if self.author else (),
            host=self.host,
            band=self.band,
            reviewer="" if self.who in BY else self.who,
            by_people=BY.get(self.who),
            since=since,
            until=until,
            order=self.walk,
            cursor="" if at_end else self.cursor,
            limit=ROWS if self.view == "list" else ROWS_OF_ONE,
            besides=() if at_end else aside,
            among=aside if at_end else (),
        )


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a select."""

    value: str
    words: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in force, and the address of the list without it."""

    words: str
    href: str


@dataclass(frozen=True, slots=True)
class Saved:
    """A list that somebody keeps under a name."""

    name: str
    href: str


@dataclass(frozen=True, slots=True)
class More:
    """The filters behind the first row, what is in force, and what this person keeps."""

    ages: tuple[Choice, ...] = ()
    bands: tuple[Choice, ...] = ()
    people: tuple[Choice, ...] = ()
    chips: tuple[Chip, ...] = ()
    saved: tuple[Saved, ...] = ()
    note: str = ""
    href: str = ""
    csv_href: str = ""


NO_MORE = More()


def bounds(age: str, now: datetime) -> tuple[datetime | None, datetime | None]:
    """Return from when and until when the cases of an age came."""
    since, until = AGES.get(age, ("", None, None))[1:]
    return _days_before(now, since), _days_before(now, until)


def more_of(
    filters: Filters, sites: Sequence[Site], people: Sequence[User], saved: Sequence[Saved], looked_at: int
) -> More:
    """Build what stands beside the list besides search, site, reason and order."""
    names = {user.id: user.name for user in people}
    who = [("machine", _("The machine")), ("people", _("People")), *names.items()]
    known = {"site": {site.id: site.name for site in sites}, "who": dict(who)}
    through = any(getattr(filters, name) for name in LOOKED_THROUGH)
    return More(
        ages=choices([(age, _(told[0])) for age, told in AGES.items()], filters.age),
        bands=choices([(band, words.band_of(band).words) for band in words.BANDS], filters.band),
        people=choices(who, filters.who),
        chips=tuple(
            Chip(_said(name, value, known), replace(filters, cursor="", **{name: ""}).href())
            for name in NARROWING
            if (value := getattr(filters, name))
        ),
        saved=tuple(saved),
        note=_("Looked for among the newest {n} comments.", n=looked_at) if through else "",
        href=replace(filters, cursor="").href(),
        csv_href=replace(filters, cursor="", view="list").href("/queue.csv"),
    )


def choices(pairs: Iterable[tuple[str, str]], chosen: str | None) -> tuple[Choice, ...]:
    """Build the options of a select."""
    return tuple(Choice(value, label, value == chosen) for value, label in pairs)


def _days_before(now: datetime, days: int | None) -> datetime | None:
    return None if days is None else now - timedelta(days=days)


def _said(name: str, value: str, known: Mapping[str, Mapping[str, str]]) -> str:
    said = known.get(name, {}).get(value, value)
    match name:
        case "text":
            said = f"“{words.excerpt(value, CHIP_CHARS)}”"
        case "reason":
            said = reason_name(value)
        case "author":
            said = _("One author")
        case "age":
            said = _(AGES[value][0])
        case "band":
            said = words.band_of(value).words
        case "who":
            by = {"machine": _("Decided by the machine"), "people": _("Decided by people")}
            said = by.get(value) or _("Decided by {name}", name=said)
    return said
