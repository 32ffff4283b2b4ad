"""A hostile text cut into pieces that a page can show: words for and against, hidden characters, a fold.

Pure. The list and the case's page ask the same questions here, so that they mark the same words. Escapes
nothing (the templates do) and judges nothing: the shares come from the verdict. May import ``domain`` and
``policy``'s vocabulary.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import accumulate

from modbot.domain import Head, HeadScore, Reason, Term
from modbot.language import N_, Phrases
from modbot.policy import MAIN_HEADS

WORD = re.compile(r"\w+(?:['’]\w+)*")
# A word is marked when it pulls at least this much (log-odds), at least this part of what the hardest pulls, and
# is among so many in its direction: with fewer marks the reason is missed, with more the text turns into confetti.
LEAST_SHARE = 0.2
LEAST_PART = 0.25
MOST_WORDS = 6
STRONG_PART = 0.6
BOTH = frozenset({"for", "against"})
# Characters that change how a text looks without being seen. Joiners inside words of other scripts are honest.
HIDDEN = Phrases(
    {
        "\u00ad": N_("soft hyphen"),
        "\u061c": N_("direction mark"),
        "\u180e": N_("invisible space"),
        "\u200b": N_("invisible space"),
        "\u200e": N_("direction mark"),
        "\u200f": N_("direction mark"),
        "\u202a": N_("direction change"),
        "\u202b": N_("direction change"),
        "\u202c": N_("end of direction change"),
        "\u202d": N_("forced left-to-right"),
        "\u202e": N_("forced right-to-left"),
        "\u2060": N_("invisible joiner"),
        "\u2066": N_("direction change"),
        "\u2067": N_("direction change"),
        "\u2068": N_("direction change"),
        "\u2069": N_("end of direction change"),
        "\ufeff": N_("invisible space"),
    }
)
HIDDEN_RUN = re.compile(f"[{''.join(HIDDEN)}]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text, of a ``kind``; ``strong`` says how hard it pulls.

    "for" and "against" the comment, "hidden" characters, "added" or "left" out of a copy, or "".
    """

    text: str
    kind: str = ""
    strong: bool = False

    @property
    def label(self) -> str:
        """The names of the invisible characters of a hidden piece: "forced right-to-left"."""
        return ", ".join(dict.fromkeys(HIDDEN.get(char, "") for char in self.text))


@dataclass(frozen=True, slots=True)
class Text:
    """A text ready to be shown: what is seen at once, what is folded, what is left out altogether."""

    pieces: tuple[Piece, ...]
    folded: tuple[Piece, ...] = ()
    folded_chars: int = 0
    left_out_chars: int = 0

    @property
    def words_for(self) -> tuple[str, ...]:
        """The marked words that speak for rejecting, each once."""
        return _words(self, "for")

    @property
    def words_against(self) -> tuple[str, ...]:
        """The marked words that speak for publishing, each once."""
        return _words(self, "against")


def marked_head(scores: Mapping[Head, float]) -> Head | None:
    """Choose the head whose words are marked: the likelier of the main ones."""
    return max((head for head in scores if head in MAIN_HEADS), key=lambda head: scores[head], default=None)


def telling_terms(head: Head | None, heads: Iterable[HeadScore], reasons: Iterable[Reason]) -> tuple[Term, ...]:
    """Collect what can be marked: the words of one head; without a model, what the owner's rules found."""
    terms = tuple(term for score in heads if score.head is head for term in score.terms)
    terms = terms or tuple(Term(reason.code, reason.share, reason.spans) for reason in reasons)
    return tuple(term for term in terms if any(char.isalnum() for char in term.label))


def marked(body: str, terms: Iterable[Term], *, shown: int, most: int, kinds: frozenset[str] = BOTH) -> Text:
    """Mark the telling words and fold: ``shown`` characters at once, at most ``most`` in all.

    What is telling is judged by the whole text and in both directions, however much of either is shown.
    """
    kept = body[:most]
    weights = [(start, end, weight) for start, end, weight in _telling(body, terms) if _kind(weight) in kinds]
    pieces = with_hidden(_pieces(kept, weights))
    # A fold that hides half a line annoys more than it saves.
    cut = len(kept) if len(kept) <= shown * 1.25 else _word_end(kept, shown)
    seen, folded = _split(pieces, cut)
    return Text(seen, folded, len(kept) - cut, len(body) - len(kept))


def with_hidden(pieces: Iterable[Piece]) -> list[Piece]:
    """Make invisible characters pieces of their own, so that a page can show them."""
    result = []
    for piece in pieces:
        at = 0
        for run in HIDDEN_RUN.finditer(piece.text):
            if run.start() > at:
                result.append(replace(piece, text=piece.text[at : run.start()]))
            result.append(Piece(run.group(), "hidden"))
            at = run.end()
        if at < len(piece.text):
            result.append(replace(piece, text=piece.text[at:]))
    return result


def _weights(body: str, terms: Iterable[Term]) -> list[tuple[int, int, float]]:
    """Sum the shares per word: each term spreads its share evenly over its characters."""
    steps = [0.0] * (len(body) + 1)
    for term in terms:
        spans = [span for span in term.spans if 0 <= span.start < span.end]
        chars = sum(span.end - span.start for span in spans)
        for span in spans:
            steps[min(span.start, len(body))] += term.share / chars
            steps[min(span.end, len(body))] -= term.share / chars
    total = list(accumulate(steps, initial=0.0))
    density = total[1:]
    sums = list(accumulate(density, initial=0.0))
    return [(m.start(), m.end(), sums[m.end()] - sums[m.start()]) for m in WORD.finditer(body)]


def _telling(body: str, terms: Iterable[Term]) -> list[tuple[int, int, float]]:
    """Keep the words that pull hard enough, with their weights as parts of the hardest one's."""
    weights = _weights(body, terms)
    hardest = max((abs(weight) for _, _, weight in weights), default=0.0)
    least = max(LEAST_SHARE, LEAST_PART * hardest)
    pulling = [(start, end, weight / hardest) for start, end, weight in weights if abs(weight) >= least]
    pulls: dict[tuple[str, str], float] = defaultdict(float)
    for start, end, part in pulling:
        key = (_kind(part), body[start:end].casefold())
        pulls[key] = max(pulls[key], abs(part))
    kept: set[tuple[str, str]] = set()
    for kind in BOTH:
        ranked = sorted((key for key in pulls if key[0] == kind), key=lambda key: -pulls[key])
        kept |= set(ranked[:MOST_WORDS])
    return [(start, end, part) for start, end, part in pulling if (_kind(part), body[start:end].casefold()) in kept]


def _kind(weight: float) -> str:
    return "for" if weight > 0 else "against"


def _pieces(body: str, weights: Iterable[tuple[int, int, float]]) -> list[Piece]:
    pieces: list[Piece] = []
    at = 0
    for start, word_end, weight in weights:
        end = min(word_end, len(body))
        if start >= end:
            continue
        kind, strong = _kind(weight), abs(weight) >= STRONG_PART
        before = pieces[-1] if pieces else None
        if before and before == replace(before, kind=kind, strong=strong) and body[at:start] == " ":
            pieces[-1] = replace(before, text=f"{before.text} {body[start:end]}")
        else:
            pieces += [Piece(body[at:start])] if start > at else []
            pieces.append(Piece(body[start:end], kind, strong))
        at = end
    return pieces + ([Piece(body[at:])] if at < len(body) else [])


def _word_end(body: str, near: int) -> int:
    """Find the last white space before a position, else the position itself."""
    spaces = [m.end() for m in re.finditer(r"\s", body[:near])]
    return spaces[-1] if spaces and spaces[-1] > near // 2 else near


def _split(pieces: Iterable[Piece], cut: int) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    seen: list[Piece] = []
    folded: list[Piece] = []
    at = 0
    for piece in pieces:
        here = min(max(cut - at, 0), len(piece.text))
        seen += [replace(piece, text=piece.text[:here])] if here else []
        folded += [replace(piece, text=piece.text[here:])] if here < len(piece.text) else []
        at += len(piece.text)
    return tuple(seen), tuple(folded)


def _words(text: Text, kind: str) -> tuple[str, ...]:
    found = [piece for piece in text.pieces + text.folded if piece.kind == kind]
    found.sort(key=lambda piece: not piece.strong)
    return tuple(dict.fromkeys(piece.text for piece in found))
