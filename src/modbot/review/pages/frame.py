"""What surrounds every page, and the two pages that are nothing but a frame: log-in and message.

Pure. May import ``domain`` and ``review.words``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import ClassVar

from modbot.domain import Action, Batch, Case, Role, User
from modbot.language import N_, Phrases, Said, _, counted
from modbot.review import words
from modbot.review.pages.filters import Choice

# Enough of a comment to recognise which one the notice speaks of.
NOTICE_CHARS = 60
THEMES = ("system", "light", "dark")
# Act, usual key, what it does: the sheet of keys, and the page where they are changed, in this order.
ACTS = (
    ("publish", "p", N_("Publish")),
    ("reject", "r", N_("Reject")),
    ("spam", "s", N_("Reject as spam")),
    ("abuse", "a", N_("Reject with a reason: choose which")),
    ("skip", "x", N_("Skip: it comes back at the end of your list")),
    ("ask", "c", N_("Ask a colleague")),
    ("note", "n", N_("Write a note")),
    ("undo", "u", N_("Undo your last decision, then the one before")),
    ("next", "j", N_("Next comment")),
    ("previous", "k", N_("Previous comment")),
    ("open", "o", N_("Open the comment")),
    ("thread", "t", N_("Show the thread around it")),
    ("select", "v", N_("Select for a decision about many")),
    ("search", "/", N_("Search")),
    ("help", "?", N_("This sheet")),
)
DEFAULT_KEYS: Mapping[str, str] = MappingProxyType({act: key for act, key, _meaning in ACTS})
NOTED = Phrases(
    {
        "note": N_("Noted:"),
        "ask": N_("Your colleagues see your question:"),
        "skip": N_("Skipped until the end of your list:"),
    }
)
DONE = Phrases({Action.PUBLISH: N_("Published"), Action.REJECT: N_("Rejected"), Action.HOLD: N_("Reopened")})


@dataclass(frozen=True, slots=True)
class Person:
    """Who is logged in, as the page shows them."""

    name: str
    role: str
    is_admin: bool


@dataclass(frozen=True, slots=True)
class NavItem:
    """One entry of the main navigation."""

    href: str
    words: str
    section: str
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Undo:
    """A decision that can be taken back, and the revision that it led to. A bulk act has its own id and no case."""

    case_id: str
    revision: int = 0
    batch: str = ""

    @property
    def href(self) -> str:
        """Where to post to take it back."""
        return f"/queue/batches/{self.batch}/undo" if self.batch else f"/cases/{self.case_id}/undo"


@dataclass(frozen=True, slots=True)
class Notice:
    """What just happened, and how to take it back where that can be done, or ``again`` what came before it."""

    sentence: str
    excerpt: str = ""
    undo: Undo | None = None
    again: bool = False


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a person chose: colours and whether there are keys for this browser, which keys for themselves."""

    theme: str = "system"
    keys: bool = True
    chosen: Mapping[str, str] = field(default_factory=dict)
    languages: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Frame:
    """Everything around the content. ``static`` is the folder of styles and scripts, ``here`` this address."""

    section: str
    person: Person | None
    nav: tuple[NavItem, ...]
    static: str
    here: str
    preferences: Preferences = Preferences()
    notice: Notice | None = None
    undo: Undo | None = None
    reminder: str = ""

    @property
    def unveiled(self) -> str:
        """The address of the same page with every word in full."""
        return f"{self.here}{'&' if '?' in self.here else '?'}show=1"

    @property
    def keys(self) -> Mapping[str, str]:
        """The key of each act, as this person chose them."""
        return {**DEFAULT_KEYS, **self.preferences.chosen}

    @property
    def sheet(self) -> tuple[tuple[str, str, str], ...]:
        """Every act with its key and what it does."""
        return tuple((act, self.keys[act], _(meaning)) for act, _usual, meaning in ACTS)

    @property
    def reasons(self) -> Mapping[str, str]:
        """The grounds that a person may give for rejecting."""
        return words.REJECT_REASONS

    @property
    def on_case(self) -> bool:
        """Whether this is the page of one case."""
        return self.here.startswith("/cases/")


@dataclass(frozen=True, slots=True)
class LoginPage:
    """The log-in form, with what was wrong the last time."""

    template: ClassVar[str] = "login.html"
    title: ClassVar[Said] = Said("Log in")

    frame: Frame
    name: str = ""
    next: str = ""
    problem: str = ""
    provider: str = ""


@dataclass(frozen=True, slots=True)
class MessagePage:
    """An error or a refusal: what happened, and what to do now."""

    template: ClassVar[str] = "message.html"

    frame: Frame
    title: str
    sentence: str
    remedy: str
    href: str
    link: str
    status: int
    code: str


@dataclass(frozen=True, slots=True)
class PatternsPage:
    """Every component once, for development."""

    template: ClassVar[str] = "patterns.html"
    title: ClassVar[Said] = Said("Patterns")

    frame: Frame
    bands: tuple[words.Band, ...] = tuple(words.Band(level, name) for level, name in enumerate(("", *words.BANDS)))


def person_of(user: User) -> Person:
    """Show a user as the person at the top of the page."""
    return Person(user.name, words.ROLE_WORDS[user.role], user.role is Role.ADMIN)


def nav_for(user: User, waiting: int | None) -> tuple[NavItem, ...]:
    """List the pages this user may open."""
    items = (NavItem("/queue", _("Queue"), "queue", waiting), NavItem("/overview", _("Overview"), "overview"))
    if user.role is not Role.ADMIN:
        return items
    return (
        *items,
        NavItem("/admin/sites", _("Sites"), "sites"),
        NavItem("/admin/rules", _("Rules"), "rules"),
        NavItem("/admin/users", _("People"), "users"),
        NavItem("/admin/models", _("Models"), "models"),
        NavItem("/admin/audit", _("Log"), "audit"),
    )


def notice_of(case: Case, done: str, user: User, before: Undo | None = None) -> Notice | None:
    """Say what a person just did to a case: ``done`` is "review", "undo" or "note". None once the case has moved on.

    After an undo the notice offers to take back the decision ``before`` that one.
    """
    text = "" if case.erased else f"“{words.excerpt(case.comment.body, NOTICE_CHARS)}”"
    if done in NOTED:
        return Notice(NOTED[done], text)
    last = case.reviews[-1] if case.reviews else None
    if last is None or last.reviewer != user.id or last.revision != case.revision - 1:
        return None
    if done == "undo":
        return Notice(_("Taken back:"), text, before, again=True)
    return Notice(DONE[case.action], text, Undo(case.id, case.revision))


def batch_notice(batch: Batch) -> Notice:
    """Say what a person just did to many cases."""
    return Notice(f"{words.done_words(batch.action, batch.size)}.", "", Undo("", batch=batch.id))


def taken_back_notice(back: int, moved_on: int, before: Undo | None) -> Notice:
    """Say what came of taking a bulk act back."""
    told = counted(back, "Taken back: {n} comment.", "Taken back: {n} comments.")
    if moved_on:
        told = counted(
            back,
            "Taken back: {n} comment; {moved_on} had moved on since and stayed.",
            "Taken back: {n} comments; {moved_on} had moved on since and stayed.",
            moved_on=moved_on,
        )
    return Notice(told, "", before, again=True)
