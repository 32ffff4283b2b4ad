"""Who wrote a comment: the panel on its page, the thread around it, and an address that is shown for once.

Pure. May import ``domain``, ``review.words`` and other pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from modbot.domain import AuthorFacts, AuthorNote, Case, Role, Rule, RuleEffect, RuleKind, User
from modbot.language import N_, Phrases, Said, _, counted
from modbot.review import words
from modbot.review.pages.filters import Choice
from modbot.review.pages.frame import Frame
from modbot.review.pages.queue import state_words
from modbot.review.pages.rules import SPANS

THREAD_CHARS = 1_200
RULED = Phrases(
    {
        RuleEffect.REJECT: N_("Banned"),
        RuleEffect.TRUST: N_("Trusted"),
        RuleEffect.HOLD: N_("Always held"),
        RuleEffect.NOTE: N_("Noted"),
    }
)
WHY_CHARS = 10


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule in force about an author: what it does, until when, whose it is."""

    id: str
    sentence: str
    tone: str


@dataclass(frozen=True, slots=True)
class NoteOnAuthor:
    """What a colleague wrote down about an author."""

    body: str
    who: str
    at: words.Moment


@dataclass(frozen=True, slots=True)
class Person:
    """What is known of an author besides the counts, and what may be done about them."""

    first_seen: words.Moment | None
    other_names: tuple[str, ...]
    lately: str
    notes: tuple[NoteOnAuthor, ...]
    rules: tuple[RuleLine, ...]
    spans: tuple[Choice, ...]
    may_rule: bool
    may_reveal: bool


@dataclass(frozen=True, slots=True)
class ThreadRow:
    """One comment of a page."""

    id: str
    href: str
    name: str
    body: str
    at: words.Moment
    action: str
    state: str
    answers: str
    is_it: bool


@dataclass(frozen=True, slots=True)
class ThreadPage:
    """The comments of one page around one of them, the oldest first."""

    template: ClassVar[str] = "thread.html"
    title: ClassVar[Said] = Said("Thread")

    frame: Frame
    page_title: str
    back: str
    rows: tuple[ThreadRow, ...]
    more_before: bool
    more_after: bool


@dataclass(frozen=True, slots=True)
class RevealPage:
    """An address, shown for once."""

    template: ClassVar[str] = "reveal.html"
    title: ClassVar[Said] = Said("Address")

    frame: Frame
    back: str
    address: str = field(default="", repr=False)
    problem: str = ""


def person_of_case(
    case: Case, user: User, facts: AuthorFacts, known: tuple[Sequence[AuthorNote], Sequence[Rule]], now: datetime
) -> Person:
    """Build what the panel says; ``known`` are the notes on the author and the rules in force at the site."""
    comment, (notes, rules) = case.comment, known
    has_address = bool(comment.author.email_masked)
    mine = [rule for rule in rules if rule.kind is RuleKind.AUTHOR and rule.pattern == comment.author.key]
    may_rule = user.may_review(comment.site_id) and bool(comment.author.key) and not case.erased
    return Person(
        first_seen=words.moment(facts.first_seen, now) if facts.first_seen else None,
        other_names=tuple(name for name in facts.names if name != comment.name) if has_address else (),
        lately=_lately(facts),
        notes=tuple(NoteOnAuthor(note.body, note.by_name, words.moment(note.at, now)) for note in notes),
        rules=tuple(_rule(rule, now) for rule in mine),
        spans=tuple(Choice(value, said, chosen=not value) for value, said in SPANS.items()),
        may_rule=may_rule,
        may_reveal=has_address and not case.erased and user.role is Role.ADMIN,
    )


def thread_page(
    frame: Frame, case: Case, around: tuple[Sequence[Case], Sequence[Case]], limit: int, now: datetime
) -> ThreadPage:
    """Build the thread: what came before, the comment itself, what came after."""
    before, after = around
    shown = [*before[:limit][::-1], case, *after[:limit]]
    names = {one.comment.key: one.comment.name or _("No name") for one in shown}
    return ThreadPage(
        frame=frame,
        page_title=case.comment.page_title or case.comment.page_url,
        back=f"/cases/{case.id}",
        rows=tuple(_row(one, names, now, is_it=one.id == case.id) for one in shown),
        more_before=len(before) > limit,
        more_after=len(after) > limit,
    )


def _lately(facts: AuthorFacts) -> str:
    decided = facts.published + facts.rejected
    if not decided:
        return _("Nothing decided in the last 30 days.")
    return counted(
        decided,
        "In the last 30 days {rejected} of {n} comment rejected.",
        "In the last 30 days {rejected} of {n} comments rejected.",
        rejected=facts.rejected,
    )


def _rule(rule: Rule, now: datetime) -> RuleLine:
    until = words.moment(rule.until, now).exact if rule.until else ""
    told = N_("{what} until {until} by {who}") if until else N_("{what} by {who}")
    tone = {RuleEffect.REJECT: "problem", RuleEffect.TRUST: "done"}.get(rule.effect, "waiting")
    return RuleLine(rule.id, _(told, what=RULED[rule.effect], until=until, who=rule.by), tone)


def _row(case: Case, names: dict[str, str], now: datetime, *, is_it: bool) -> ThreadRow:
    comment = case.comment
    return ThreadRow(
        id=case.id,
        href=f"/cases/{case.id}",
        name=comment.name or _("No name"),
        body=words.excerpt(comment.body, THREAD_CHARS) or _("(erased)"),
        at=words.moment(case.received_at, now),
        action=case.action.value,
        state=state_words(case.action, case.decided_by),
        answers=names.get(comment.parent_id, "") if comment.parent_id else "",
        is_it=is_it,
    )
