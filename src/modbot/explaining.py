"""A verdict in a few sentences: what told most for and against it, and the smallest edit that would change it.

Every edit is judged again by the same model, rules and cut-offs before it is told; nothing is concluded from shares
alone. May import ``domain``, ``policy`` and ``scoring``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise

from modbot.domain import Action, Comment, HeadScore, Signal, Span, Term, Verdict
from modbot.policy import FIELD_WORDS, HEAD_WORDS, MAIN_HEADS

TOLD = 3
"""So many reasons are told for a head, and so many against it."""

# Shares from here on are strong, below the other one weak; log-odds.
_STRONG, _WEAK = 1.5, 0.5
# How many single edits, how many of the best in pairs, and how many at once are tried: a few hundredths of a second.
_SINGLES_MAX, _PAIRED_MAX, _AT_ONCE_MAX = 60, 8, 12
_WORD = re.compile(r"\w[\w'\u2019-]*")

Judge = Callable[[Comment], Verdict]
"""Gives the verdict that a comment would get now."""


@dataclass(frozen=True, slots=True)
class Telling:
    """The most telling reasons for a head and against it, the strongest first, in sentences."""

    speaks_for: tuple[str, ...]
    speaks_against: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Edit:
    """What a comment would have to lack to be judged otherwise.

    ``words`` are left out wherever they stand (``spans``, in characters of the body), and the website if ``website``
    says so. ``action`` is what the edited comment would get.
    """

    words: tuple[str, ...]
    spans: tuple[Span, ...]
    website: bool
    action: Action

    @property
    def sentence(self) -> str:
        """Say it in one sentence."""
        parts = [f"“{word}”" for word in self.words] + ["its website"] * self.website
        listed = parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
        done = {Action.PUBLISH: "published", Action.HOLD: "held", Action.REJECT: "rejected"}[self.action]
        return f"Without {listed} it would be {done}."


@dataclass(frozen=True, slots=True)
class _Change:
    word: str
    spans: tuple[Span, ...]
    pull: float


def telling(score: HeadScore, signals: Sequence[Signal] = ()) -> Telling:
    """Name the three terms that told most for a head, and the three that told most against it."""
    found = {signal.code: signal.detail for signal in signals}
    ranked = sorted((term for term in score.terms if term.kind != "rest"), key=lambda term: -abs(term.share))
    about = HEAD_WORDS[score.head]
    sides = []
    for side, verb in ((1.0, "for"), (-1.0, "against")):
        pulling = [term for term in ranked if term.share * side > 0 and any(map(str.isalnum, term.label))]
        sides.append(tuple(f"{_force(term, verb)} {about}: {_subject(term, found)}." for term in pulling[:TOLD]))
    return Telling(*sides)


def smallest_edit(comment: Comment, verdict: Verdict, judge: Judge) -> Edit | None:
    """Find the smallest edit by leaving something out that would change a verdict's action; None if no small one does.

    One word or the website alone is tried first, what pulled hardest before all others, then two, then ever more of
    those that pulled hardest, from which whatever is not needed is put back. Of a long comment not every word is tried.
    """
    changes = _changes(comment, verdict)
    tried = ((change,) for change in changes)
    for some in (*tried, *combinations(changes[:_PAIRED_MAX], 2)):
        if (action := _outcome(comment, verdict, some, judge)) is not None:
            return _edit(some, action)
    pulling = sum(change.pull > 0 for change in changes)
    for count in range(3, min(_AT_ONCE_MAX, pulling) + 1):
        if _outcome(comment, verdict, changes[:count], judge) is not None:
            return _needed(comment, verdict, changes[:count], judge)
    return None


def _subject(term: Term, found: dict[str, str]) -> str:
    if term.kind == "rule":
        return f"“{found.get(term.label, term.label).rstrip('.')}”"
    if term.kind == "field":
        return FIELD_WORDS.get(term.label, term.label)
    if term.kind == "site":
        return f"what people here decided about “{term.label}”" if term.spans else "what people here decided so far"
    return f"the word “{term.label}”"


def _force(term: Term, verb: str) -> str:
    if abs(term.share) >= _STRONG:
        return f"Strongly {verb}"
    return f"A little {verb}" if abs(term.share) < _WEAK else verb.capitalize()


def _changes(comment: Comment, verdict: Verdict) -> list[_Change]:
    """What could be left out, what pulled hardest towards the present action first."""
    side = -1.0 if verdict.action is Action.PUBLISH else 1.0
    pulls: dict[str, float] = {}
    spans: dict[str, set[Span]] = {}
    for score in verdict.heads:
        for term in score.terms if score.head in MAIN_HEADS else ():
            key = term.label.casefold() if term.spans else term.label
            if term.kind in {"word", "site"} and term.spans and term.label == _at(comment, term.spans[0]):
                spans.setdefault(key, set()).update(term.spans)
            elif not (term.kind == "field" and term.label == "website" and comment.url):
                continue
            pulls[key] = pulls.get(key, 0.0) + term.share * side
    found = [_Change(key, tuple(sorted(spans.get(key, ()), key=_place)), pull) for key, pull in pulls.items()]
    found = sorted((one for one in found if one.pull > 0), key=lambda one: -one.pull)
    # A word that was not told, or pulled the other way, still changes length and neighbours when it goes.
    others: dict[str, list[Span]] = {}
    for match in _WORD.finditer(comment.body):
        if (key := match.group().casefold()) not in pulls or pulls[key] <= 0:
            others.setdefault(key, []).append(Span(*match.span()))
    return [*found, *(_Change(key, tuple(at), 0.0) for key, at in others.items())][:_SINGLES_MAX]


def _outcome(comment: Comment, verdict: Verdict, changes: Iterable[_Change], judge: Judge) -> Action | None:
    """The action that an edited comment would get, None if it is the same or nothing would be left to judge."""
    changes = tuple(changes)
    spans = sorted((span for change in changes for span in change.spans), key=_place)
    edges = [0, *(edge for span in spans for edge in (span.start, span.end)), len(comment.body)]
    body = "".join(comment.body[start:end] for start, end in list(pairwise(edges))[::2])
    if not body.strip():
        return None
    url = "" if any(not change.spans for change in changes) else comment.url
    action = judge(replace(comment, body=body, url=url)).action
    return None if action is verdict.action else action


def _needed(comment: Comment, verdict: Verdict, changes: Sequence[_Change], judge: Judge) -> Edit:
    """Put back whatever is not needed, the weakest first."""
    kept = list(changes)
    for change in reversed(changes):
        fewer = [one for one in kept if one is not change]
        if fewer and _outcome(comment, verdict, fewer, judge) is not None:
            kept = fewer
    action = _outcome(comment, verdict, kept, judge)
    return _edit(kept, verdict.action if action is None else action)


def _edit(changes: Iterable[_Change], action: Action) -> Edit:
    changes = tuple(changes)
    words = tuple(change.word for change in changes if change.spans)
    spans = tuple(span for change in changes for span in change.spans)
    return Edit(words, spans, any(not change.spans for change in changes), action)


def _at(comment: Comment, span: Span) -> str:
    return comment.body[span.start : span.end]


def _place(span: Span) -> tuple[int, int]:
    return span.start, span.end
