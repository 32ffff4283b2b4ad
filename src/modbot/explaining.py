"""A verdict in a few sentences: what told most for and against it, and the smallest edit that would change it.

Every edit is judged again by the same model, rules and cut-offs before it is told; nothing is concluded from shares
alone. May import ``domain``, ``policy`` and ``scoring``.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain, combinations, islice, pairwise

from modbot.domain import Action, Comment, HeadScore, Mode, Signal, Span, Term, Verdict
from modbot.language import N_, _
from modbot.policy import FIELD_WORDS, HEAD_WORDS, MAIN_HEADS

TOLD = 3
"""So many reasons are told for a head, and so many against it."""

# Shares from here on are strong, below the other one weak; log-odds.
_STRONG, _WEAK = 1.5, 0.5
# So often a comment is judged again at most. A long one costs more each time, so that it is judged less often: what is
# read in all is bounded, and with it the time, to about a tenth of a second. Each judging costs as much as so many
# characters besides.
_TRIES_MAX, _TRIES_MIN, _READ_MAX_CHARS, _TRY_CHARS = 96, 6, 60_000, 150
# Half of the tries go to single edits, a quarter to pairs of those that pull hardest; then so many go at once.
_PAIR, _PAIRED_MAX, _AT_ONCE = 2, 8, (3, 6, 12)
# Of a long word, such as a link, so much is quoted.
_QUOTED_CHARS = 60
# What the author's website is called among the words; no word is called so.
_WEBSITE = ""
_WORD = re.compile(r"\w[\w'\u2019-]*")

_FOR = (
    N_("A little for {head}: {what}."),
    N_("For {head}: {what}."),
    N_("Strongly for {head}: {what}."),
)
_AGAINST = (
    N_("A little against {head}: {what}."),
    N_("Against {head}: {what}."),
    N_("Strongly against {head}: {what}."),
)
_OUTCOMES = {
    Action.PUBLISH: N_("Without {parts} it would be published."),
    Action.HOLD: N_("Without {parts} it would be held."),
    Action.REJECT: N_("Without {parts} it would be rejected."),
}

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

    ``words`` are left out wherever they stand (``spans``, in characters of the body, in order and apart), and the
    website if ``website`` says so. ``action`` is what the edited comment would get.
    """

    words: tuple[str, ...]
    spans: tuple[Span, ...]
    website: bool
    action: Action

    @property
    def sentence(self) -> str:
        """Say it in one sentence."""
        parts = [f"“{_quoted(word)}”" for word in self.words] + [_("its website")] * self.website
        listed = (
            parts[0] if len(parts) == 1 else _("{several} and {last}", several=", ".join(parts[:-1]), last=parts[-1])
        )
        return _(_OUTCOMES[self.action], parts=listed)


@dataclass(frozen=True, slots=True)
class _Change:
    word: str
    spans: tuple[Span, ...]
    pull: float


def telling(score: HeadScore, signals: Sequence[Signal] = ()) -> Telling:
    """Name the three terms that told most for a head, and the three that told most against it."""
    found = {signal.code: signal.detail for signal in signals}
    ranked = sorted((term for term in score.terms if term.kind != "rest"), key=lambda term: -abs(term.share))
    about = _(HEAD_WORDS[score.head])
    sides = []
    for side, forces in ((1.0, _FOR), (-1.0, _AGAINST)):
        pulling = [term for term in ranked if term.share * side > 0 and any(map(str.isalnum, term.label))]
        told = ((_force(term, forces), _subject(term, found)) for term in pulling[:TOLD])
        sides.append(tuple(_(force, head=about, what=what) for force, what in told))
    return Telling(*sides)


def smallest_edit(comment: Comment, verdict: Verdict, judge: Judge, mode: Mode = Mode.BORROWED) -> Edit | None:
    """Find the smallest edit by leaving something out that would change a verdict's action; None if no small one does.

    One word or the website alone is tried first, what pulled hardest before all others, then two, then ever more of
    those that pulled hardest, from which whatever is not needed is put back. Of a long comment not every word is tried.
    Where people decide everything no edit changes anything, and none is looked for.
    """
    if mode is Mode.HOLD_ONLY:
        return None
    tries = _Tries(comment, verdict, judge)
    changes, budget = _changes(comment, verdict), tries.left
    singles = ((change,) for change in changes[: budget // 2])
    pairs = islice(combinations(changes[:_PAIRED_MAX], _PAIR), budget // 4)
    for some in chain(singles, pairs):
        if (action := tries.outcome(some)) is not None:
            return _edit(some, action)
    pulling = [change for change in changes if change.pull > 0]
    for some in dict.fromkeys(tuple(pulling[:count]) for count in _AT_ONCE if len(pulling) > _PAIR):
        if (action := tries.outcome(some)) is not None:
            return _needed(some, action, tries)
    return None


def edit_told(edit: Edit | None, mode: Mode) -> str:
    """Say in one sentence what would change a verdict, also where nothing small does or people decide everything."""
    if mode is Mode.HOLD_ONLY:
        return _("People decide every comment on this site, so no edit would change the verdict.")
    return edit.sentence if edit else _("No small edit was found that would change the verdict.")


def _subject(term: Term, found: dict[str, str]) -> str:
    if term.kind == "rule":
        return f"“{found.get(term.label, term.label).rstrip('.')}”"
    if term.kind == "field":
        return _(FIELD_WORDS.get(term.label, term.label))
    if term.kind == "site":
        about = _("what people here decided about “{word}”", word=term.label)
        return about if term.spans else _("what people here decided so far")
    return _("the word “{word}”", word=term.label)


def _force(term: Term, forces: tuple[str, str, str]) -> str:
    little, plain, strong = forces
    if abs(term.share) >= _STRONG:
        return strong
    return little if abs(term.share) < _WEAK else plain


class _Tries:
    """Judges a comment with something left out, so many times and no more."""

    def __init__(self, comment: Comment, verdict: Verdict, judge: Judge) -> None:
        affordable = _READ_MAX_CHARS // (_TRY_CHARS + len(comment.body))
        self.left = min(_TRIES_MAX, max(_TRIES_MIN, affordable))
        self._comment, self._before, self._judge = comment, verdict.action, judge

    def outcome(self, changes: Sequence[_Change]) -> Action | None:
        """The action that an edited comment would get, None if it is the same or there is nothing to judge."""
        body = _without(self._comment.body, _merged(changes))
        if not self.left or not body.strip():
            return None
        self.left -= 1
        url = "" if any(not change.spans for change in changes) else self._comment.url
        action = self._judge(replace(self._comment, body=body, url=url)).action
        return None if action is self._before else action


def _changes(comment: Comment, verdict: Verdict) -> list[_Change]:
    """What could be left out, what pulled hardest towards the present action first, then in the order of the text."""
    side = -1.0 if verdict.action is Action.PUBLISH else 1.0
    pulls: dict[str, float] = {}
    spans: dict[str, set[Span]] = {}
    for term in (term for score in verdict.heads if score.head in MAIN_HEADS for term in score.terms):
        key = _key(comment, term)
        if key is not None:
            pulls[key] = pulls.get(key, 0.0) + term.share * side
            spans.setdefault(key, set()).update(term.spans)
    # A word that was not told still changes length and neighbours when it goes; what is inside a told one goes with it.
    told = _joined(span for at in spans.values() for span in at)
    for match in _WORD.finditer(comment.body):
        if not _touches(Span(*match.span()), told):
            spans.setdefault(match.group().casefold(), set()).add(Span(*match.span()))
    # What pulled the other way may go too, but only after all that did not.
    found = [_Change(key, _joined(at), max(pulls.get(key, 0.0), 0.0)) for key, at in spans.items()]
    found = [change for change in found if change.spans or change.pull > 0]
    return sorted(found, key=lambda one: (-one.pull, one.spans[0].start if one.spans else 0))


def _key(comment: Comment, term: Term) -> str | None:
    """Under what name a term can be left out; None if it cannot."""
    if term.kind in {"word", "site"} and term.spans:
        word = comment.body[term.spans[0].start : term.spans[0].end].casefold()
        # "Without a full stop" would be true and would help nobody; an emoji may be an insult.
        return word if any(char.isalnum() or not char.isascii() for char in word) else None
    return _WEBSITE if term.kind == "field" and term.label == "website" and comment.url else None


def _needed(changes: Sequence[_Change], action: Action, tries: _Tries) -> Edit:
    """Put back whatever is not needed, the weakest first."""
    kept = list(changes)
    for change in reversed(changes):
        fewer = [one for one in kept if one is not change]
        if fewer and (other := tries.outcome(fewer)) is not None:
            kept, action = fewer, other
    return _edit(kept, action)


def _edit(changes: Sequence[_Change], action: Action) -> Edit:
    words = tuple(change.word for change in changes if change.spans)
    return Edit(words, _merged(changes), any(not change.spans for change in changes), action)


def _merged(changes: Iterable[_Change]) -> tuple[Span, ...]:
    return _joined(span for change in changes for span in change.spans)


def _joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Spans in order and apart: those that touch, overlap or lie inside one another become one."""
    found: list[Span] = []
    for span in sorted(spans, key=lambda one: (one.start, one.end)):
        if found and span.start <= found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return tuple(found)


def _touches(span: Span, others: Sequence[Span]) -> bool:
    """Whether a span has a character in common with one of others, which are in order and apart."""
    at = bisect_left(others, span.end, key=lambda one: one.start)
    return at > 0 and others[at - 1].end > span.start


def _without(body: str, spans: Sequence[Span]) -> str:
    edges = [0, *(edge for span in spans for edge in (span.start, span.end)), len(body)]
    return "".join(body[start:end] for start, end in list(pairwise(edges))[::2])


def _quoted(word: str) -> str:
    flat = " ".join(word.split())
    return flat if len(flat) <= _QUOTED_CHARS else f"{flat[:_QUOTED_CHARS]}…"
