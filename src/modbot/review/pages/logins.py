"""Log-ins of a person: the password, and where they are logged in. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from modbot.domain import Session
from modbot.language import Said, _
from modbot.review import words
from modbot.review.pages.frame import Frame

# In this order: most browsers name others, too.
BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True, slots=True)
class Login:
    """One browser that somebody is logged in at."""

    id: str
    browser: str
    began: words.Moment
    seen: words.Moment
    here: bool


@dataclass(frozen=True, slots=True)
class LoginsPage:
    """A person's own password and log-ins. ``least`` is how many characters a new password needs."""

    template: ClassVar[str] = "logins.html"
    title: ClassVar[Said] = Said("Password and log-ins")

    frame: Frame
    logins: tuple[Login, ...]
    least: int
    problem: str = ""
    done: str = ""


def logins(sessions: Sequence[Session], here: str, now: datetime) -> tuple[Login, ...]:
    """Show where somebody is logged in.

    Parameters
    ----------
    sessions : sequence of Session
        In the order of the list.
    here : str
        The one that asks.
    now : datetime
        Now.

    Returns
    -------
    tuple of Login
        In the same order.
    """
    return tuple(
        Login(
            one.id,
            one.browser or _("A browser of another kind"),
            words.moment(one.began_at, now),
            words.moment(one.seen_at, now),
            one.id == here,
        )
        for one in sessions
    )


def browser_of(user_agent: str) -> str:
    """Say in a few words what a browser calls itself, so that somebody knows their own.

    Parameters
    ----------
    user_agent : str
        As it was sent; anything.

    Returns
    -------
    str
        Such as "Firefox, Linux"; empty for one that is not known.
    """
    named = [next((name for mark, name in kinds if mark in user_agent), "") for kinds in (BROWSERS, SYSTEMS)]
    return ", ".join(filter(None, named))
