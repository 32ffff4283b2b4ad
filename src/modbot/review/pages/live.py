"""What changed in a list since it was loaded. Pure. May import ``domain``, ``review.words`` and other pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from modbot.domain import Case
from modbot.review import words
from modbot.review.pages.queue import NAME_CHARS, claim_words, state_words

# Beyond this many new comments the number changes nothing.
FRESH_MOST = 20


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
    number = f"{FRESH_MOST}+" if fresh > FRESH_MOST else f"{fresh}"
    return ChangesPage(
        gone=tuple(Gone(case.id, _what_happened(case), case.queued) for case in moved),
        claims=tuple((case_id, claim_words(name)) for case_id, name in sorted(holders.items())),
        waiting=waiting,
        fresh=f"{number} new {'comment' if fresh == 1 else 'comments'}" if fresh else "",
        href=href,
    )


def _what_happened(case: Case) -> str:
    last = case.reviews[-1] if case.reviews else None
    if case.erased:
        return "The text was erased."
    if last is None or last.revision != case.revision - 1:
        return f"It changed. It is now: {state_words(case.action, case.decided_by).lower()}."
    done = words.review_words(last.action, first=True).lower()
    return f"{words.excerpt(last.reviewer_name, NAME_CHARS)} {done} it just now."
