"""Many at once: the page that asks once more, and the page of one's own last decisions.

Pure. May import ``domain``, ``review.words`` and ``review.pages.frame``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from modbot.domain import Action, Batch, Case, Review, User
from modbot.language import Said, _, counted
from modbot.review import words
from modbot.review.pages.frame import Frame

# So many texts are shown once more; of the others the number is said.
SHOWN = 50
EXCERPT_CHARS = 240


@dataclass(frozen=True, slots=True)
class Act:
    """What shall be done to many comments."""

    action: Action
    reason: str = ""

    @property
    def value(self) -> str:
        """How a form says it."""
        return f"{self.action.value}:{self.reason}" if self.reason else self.action.value

    def words(self, count: int) -> str:
        """Say it: "Reject 23 comments as spam"."""
        if self.action is Action.PUBLISH:
            return counted(count, "Publish {n} comment", "Publish {n} comments")
        if not self.reason:
            return counted(count, "Reject {n} comment", "Reject {n} comments")
        because = words.REVIEW_REASONS[self.reason]
        return counted(count, "Reject {n} comment as {reason}", "Reject {n} comments as {reason}", reason=because)


@dataclass(frozen=True, slots=True)
class Shown:
    """One of the comments that are about to be decided."""

    href: str
    name: str
    excerpt: str


@dataclass(frozen=True, slots=True)
class BatchPage:
    """Ask once more, with the texts in view."""

    template: ClassVar[str] = "batch.html"

    frame: Frame
    title: str
    act: Act
    words: str
    cases: tuple[str, ...]
    shown: tuple[Shown, ...]
    unshown: int
    problem: str


@dataclass(frozen=True, slots=True)
class OwnAct:
    """One of a person's last decisions: a single one with its case, or a bulk act with one of its cases."""

    sentence: str
    tone: str
    at: words.Moment
    excerpt: str
    name: str
    href: str
    revision: int
    state: str
    batch: str
    can_undo: bool
    may_review: bool


@dataclass(frozen=True, slots=True)
class MinePage:
    """The last decisions of a person, newest first."""

    template: ClassVar[str] = "mine.html"
    title: ClassVar[Said] = Said("Your last decisions")

    frame: Frame
    acts: tuple[OwnAct, ...]


def batch_page(frame: Frame, act: Act, seen: Mapping[str, int], shown: Sequence[Case], moved_on: int = 0) -> BatchPage:
    """Build the page that asks once more; ``frame.here`` is the list to go back to."""
    problem = ""
    if moved_on:
        problem = counted(
            moved_on,
            "{n} comment changed or was decided by somebody else since you looked, so nothing was recorded. The others "
            "are still here: decide them, or go back and look again.",
            "{n} comments changed or were decided by somebody else since you looked, so nothing was recorded. The "
            "others are still here: decide them, or go back and look again.",
        )
    elif not seen:
        problem = _("No comment was selected. Go back and tick those that you want to decide.")
    title = act.words(len(seen))
    return BatchPage(
        frame=frame,
        title=f"{title}?",
        act=act,
        words=title,
        cases=tuple(f"{case_id}:{revision}" for case_id, revision in seen.items()),
        shown=tuple(_shown(case) for case in shown),
        unshown=max(len(seen) - len(shown), 0),
        problem=problem,
    )


def mine_page(frame: Frame, user: User, acts: Sequence[tuple[Batch | Review, Case]], now: datetime) -> MinePage:
    """Build the page of a person's last decisions."""
    return MinePage(frame, tuple(_own(user, act, case, now) for act, case in acts))


def _shown(case: Case) -> Shown:
    comment = case.comment
    return Shown(f"/cases/{case.id}", comment.name, words.excerpt(comment.body, EXCERPT_CHARS))


def _own(user: User, act: Batch | Review, case: Case, now: datetime) -> OwnAct:
    size = act.size if isinstance(act, Batch) else 1
    done = words.review_words(act.action, first=False) if size == 1 else words.done_words(act.action, size)
    last = case.reviews[-1] if case.reviews else None
    stands = last is not None and last.reviewer == user.id and last.revision == case.revision - 1
    return OwnAct(
        sentence=words.as_reason(done, words.REVIEW_REASONS.get(act.reason, act.reason)),
        tone=act.action.value,
        at=words.moment(act.at, now),
        excerpt=words.excerpt(case.comment.body, EXCERPT_CHARS) or _("(erased)"),
        name=case.comment.name,
        href=f"/cases/{case.id}",
        revision=case.revision,
        state="" if stands else words.ACTION_WORDS[case.action],
        batch=act.id if isinstance(act, Batch) else "",
        can_undo=isinstance(act, Batch) or stands,
        may_review=user.may_review(case.comment.site_id) and not case.erased,
    )
