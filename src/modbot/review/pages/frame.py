"""What surrounds every page, and the two pages that are nothing but a frame: log-in and message.

Pure. May import ``domain`` and ``review.words``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from modbot.domain import Action, Case, Role, User
from modbot.review import words

# Enough of a comment to recognise which one the notice speaks of.
NOTICE_CHARS = 60
THEMES = ("system", "light", "dark")
DONE = {Action.PUBLISH: "Published", Action.REJECT: "Rejected", Action.HOLD: "Reopened"}


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
class Notice:
    """What just happened, and the revision to undo from where it can be undone."""

    sentence: str
    excerpt: str = ""
    case_id: str = ""
    revision: int = 0
    can_undo: bool = False


@dataclass(frozen=True, slots=True)
class Undo:
    """The decision that this person would take back next, and the revision that it led to."""

    case_id: str
    revision: int


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a person chose for this browser."""

    theme: str = "system"
    keys: bool = True


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

    @property
    def on_case(self) -> bool:
        """Whether this is the page of one case."""
        return self.here.startswith("/cases/")


@dataclass(frozen=True, slots=True)
class LoginPage:
    """The log-in form, with what was wrong the last time."""

    template: ClassVar[str] = "login.html"
    title: ClassVar[str] = "Log in"

    frame: Frame
    name: str = ""
    next: str = ""
    problem: str = ""


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
    title: ClassVar[str] = "Patterns"

    frame: Frame
    bands: tuple[words.Band, ...] = tuple(words.band_of(band) for band in ("", *words.BANDS))


def person_of(user: User) -> Person:
    """Show a user as the person at the top of the page."""
    return Person(user.name, words.ROLE_WORDS[user.role], user.role is Role.ADMIN)


def nav_for(user: User, waiting: int | None) -> tuple[NavItem, ...]:
    """List the pages this user may open."""
    items = (NavItem("/queue", "Queue", "queue", waiting), NavItem("/overview", "Overview", "overview"))
    if user.role is not Role.ADMIN:
        return items
    return (
        *items,
        NavItem("/admin/sites", "Sites", "sites"),
        NavItem("/admin/rules", "Rules", "rules"),
        NavItem("/admin/users", "People", "users"),
        NavItem("/admin/models", "Models", "models"),
    )


def notice_of(case: Case, done: str, user: User, before: Undo | None = None) -> Notice | None:
    """Say what a person just did to a case: ``done`` is "review" or "undo". None once the case has moved on.

    After an undo the notice offers to take back the decision ``before`` that one.
    """
    text = "" if case.erased else f"“{words.excerpt(case.comment.body, NOTICE_CHARS)}”"
    last = case.reviews[-1] if case.reviews else None
    if last is None or last.reviewer != user.id or last.revision != case.revision - 1:
        return None
    if done == "undo":
        return Notice("Taken back:", text, *((before.case_id, before.revision, True) if before else ()))
    return Notice(DONE[case.action], text, case.id, case.revision, can_undo=True)
