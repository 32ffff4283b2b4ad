"""A campaign as one card: how many copies wait, a few of them with what differs, and the page with more.

Pure. May import ``domain``, ``review.words`` and ``review.marks``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from itertools import pairwise
from typing import ClassVar

from modbot.domain import Case, User
from modbot.language import _, counted
from modbot.review import words
from modbot.review.marks import Piece, with_hidden
from modbot.review.pages.frame import Frame

# Copies differ in a few words; comparing more than this of them takes longer than reading.
COMPARED_WORDS = 150
COMPARED_CHARS = 1_200
# So many words of what is the same stand before and after a difference.
AROUND = 4
SAMPLES_IN_CARD = 3
SAMPLES_ON_PAGE = 12
SHOWN_CHARS = 1_200


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy: who sent it, and where its words differ from those of the one that is shown."""

    href: str
    name: str
    email: str
    received: words.Moment
    pieces: tuple[Piece, ...]
    state: str = ""
    action: str = ""


@dataclass(frozen=True, slots=True)
class Alike:
    """What a row stands for besides itself: the copies that wait with it."""

    href: str
    waiting: int
    copies: tuple[Copy, ...] = ()

    @property
    def words(self) -> str:
        """Say how many."""
        return counted(self.waiting, "{n} alike waits", "{n} alike wait")


@dataclass(frozen=True, slots=True)
class CampaignPage:
    """A campaign: the newest copy that waits, others at random, and what was decided already."""

    template: ClassVar[str] = "campaign.html"

    frame: Frame
    title: str
    href: str
    waiting: int
    shown: Copy | None
    samples: tuple[Copy, ...]
    decided: tuple[Copy, ...]
    may_review: bool
    back: str


@dataclass(frozen=True, slots=True)
class CampaignFacts:
    """What the store said about a campaign. ``shown`` is the newest case that waits, if one does."""

    user: User
    id: str
    waiting: int
    shown: Case | None
    samples: Sequence[Case]
    decided: Sequence[Case]
    back: str
    now: datetime


def alike(campaign: str, waiting: int, shown: str, others: Sequence[Case], now: datetime) -> Alike:
    """Build what a row says about the copies that wait with it."""
    return Alike(f"/campaigns/{campaign}", waiting, tuple(copy_of(one, shown, now) for one in others))


def campaign_page(frame: Frame, facts: CampaignFacts) -> CampaignPage:
    """Build the page of a campaign."""
    known = facts.shown or facts.decided[0]
    body = known.comment.body
    return CampaignPage(
        frame=frame,
        title=counted(facts.waiting, "{n} comment alike waits", "{n} comments alike wait"),
        href=f"/campaigns/{facts.id}",
        waiting=facts.waiting,
        shown=_whole(known, facts.now),
        samples=tuple(copy_of(one, body, facts.now) for one in facts.samples),
        decided=tuple(copy_of(one, body, facts.now) for one in facts.decided if one.id != known.id),
        may_review=facts.waiting > 0 and facts.user.may_review(known.comment.site_id),
        back=facts.back,
    )


def copy_of(case: Case, shown: str, now: datetime) -> Copy:
    """Show one copy by what differs from the text that is shown."""
    return Copy(
        href=f"/cases/{case.id}",
        name=case.comment.name,
        email=case.comment.author.email_masked,
        received=words.moment(case.received_at, now),
        pieces=differences(case.comment.body, shown),
        state="" if case.queued else words.ACTION_WORDS[case.action],
        action=case.action.value,
    )


def differences(text: str, shown: str) -> tuple[Piece, ...]:
    """Mark the words in which a text differs from another: what it has more, and what it lacks.

    Of what both have only a few words stand around each difference.
    """
    here, there = _words(text), _words(shown)
    steps = SequenceMatcher(None, there, here, autojunk=False).get_opcodes()
    found: list[Piece] = []
    for tag, i, k, a, b in steps:
        if tag == "equal":
            found.append(Piece(_around(here[a:b], first=a == 0, last=b == len(here))))
            continue
        if k > i:
            found.append(Piece(" ".join(there[i:k]), "left"))
        if b > a:
            found.append(Piece(" ".join(here[a:b]), "added"))
    if [piece.kind for piece in found] == [""]:
        return (Piece(_("The same words.")),)
    return tuple(with_hidden(_spaced(found)))


def _words(text: str) -> list[str]:
    return text[:COMPARED_CHARS].split()[:COMPARED_WORDS]


def _around(same: list[str], *, first: bool, last: bool) -> str:
    """Shorten what is the same to the words next to a difference."""
    head, tail = 0 if first else AROUND, 0 if last else AROUND
    if len(same) <= head + tail + AROUND:
        return " ".join(same)
    return " ".join((*same[:head], "…", *same[len(same) - tail :]))


def _spaced(pieces: list[Piece]) -> list[Piece]:
    """Put the spaces between words back."""
    spaced = pieces[:1]
    for _before, piece in pairwise(pieces):
        spaced += [Piece(" "), piece]
    return spaced


def _whole(case: Case, now: datetime) -> Copy:
    text = words.excerpt(case.comment.body, SHOWN_CHARS) or _("(erased)")
    return Copy(
        href=f"/cases/{case.id}",
        name=case.comment.name,
        email=case.comment.author.email_masked,
        received=words.moment(case.received_at, now),
        pieces=tuple(with_hidden([Piece(text)])),
        state="" if case.queued else words.ACTION_WORDS[case.action],
        action=case.action.value,
    )
