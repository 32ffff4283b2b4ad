"""What changed in a list since it was loaded. Pure. May import ``domain``, ``review.words`` and other pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from modbot.domain import Action, Case
from modbot.language import N_, _, counted
from modbot.review import words
from modbot.review.pages.queue import NAME_CHARS, claim_words, state_words

# Beyond this many new comments the number changes nothing.
FRESH_MOST = 20
JUST_NOW = {
    Action.PUBLISH: N_("{name} published it just now."),
    Action.REJECT: N_("{name} rejected it just now."),
    Action.HOLD: N_("{name} held it just now."),
}


@dataclass(frozen=True, slots=True)
class Gone:
    """A case that is no longer as it was shown: what happened to it, and whether it still waits."""

    id: str
    sentence: str
    waits: bool


@dataclass(frozen=True, slots=True)
class ChangesPage:
    """The answer to a list that asks what changed."""

    template: ClassVar[str] = "_changes.html"

    gone: tuple[Gone, ...]
    claims: tuple[tuple[str, str], ...]
    waiting: int
    fresh: str
    href: str


def changes_page(moved: Sequence[Case], holders: Mapping[str, str], waiting: int, fresh: int, href: str) -> ChangesPage:
    """Build the answer; it is the same as long as nothing changes, so that its ETag is."""
    return ChangesPage(
        gone=tuple(Gone(case.id, _what_happened(case), case.queued) for case in moved),
        claims=tuple((case_id, claim_words(name)) for case_id, name in sorted(holders.items())),
        waiting=waiting,
        fresh=_fresh(fresh),
        href=href,
    )


def _fresh(number: int) -> str:
    if number > FRESH_MOST:
        return _("{n}+ new comments", n=FRESH_MOST)
    return counted(number, "{n} new comment", "{n} new comments") if number else ""


def _what_happened(case: Case) -> str:
    last = case.reviews[-1] if case.reviews else None
    if case.erased:
        return _("The text was erased.")
    if last is None or last.revision != case.revision - 1:
        return _("It changed. It is now: {state}.", state=state_words(case.action, case.decided_by))
    return _(JUST_NOW[last.action], name=words.excerpt(last.reviewer_name, NAME_CHARS))
