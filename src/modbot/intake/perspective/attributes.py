"""Perspective's attributes in terms of our heads, and the score of each stretch of a text.

Where we have a head for an attribute the score is its calibrated probability; what is only near is said in ``NEAR``.
Pure. May import ``domain`` and ``text``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from itertools import pairwise

from modbot.domain import Head, HeadScore, Span, Verdict

EXPERIMENTAL = "_EXPERIMENTAL"
HEADS: Mapping[str, Head] = {
    "TOXICITY": Head.TOXICITY,
    "TOXICITY_FAST": Head.TOXICITY,
    "IDENTITY_ATTACK": Head.IDENTITY_ATTACK,
    "INSULT": Head.INSULT,
    "PROFANITY": Head.OBSCENE,
    "OBSCENE": Head.OBSCENE,
    "THREAT": Head.THREAT,
    "SPAM": Head.SPAM,
    "SEVERE_TOXICITY": Head.TOXICITY,
}
SEVERE = "SEVERE_TOXICITY"
# No head of its own: as toxic as it is, times the likeliest of its worst kinds.
WORST = (Head.INSULT, Head.OBSCENE, Head.THREAT, Head.IDENTITY_ATTACK)
# A sentence ends with its mark and the space after it, or with the line; a dot within an address ends nothing.
END = re.compile(r"(?:[.!?]+(?=\s)|\n)\s*")
LARGEST_MARGIN = 700.0


def plain_name(attribute: str) -> str:
    """Return an attribute without the mark of an experiment."""
    return attribute.removesuffix(EXPERIMENTAL)


def is_known(attribute: str) -> bool:
    """Whether there is an answer to an attribute."""
    return plain_name(attribute) in HEADS


def score_of(attribute: str, verdict: Verdict) -> float:
    """Return an attribute's probability for a whole text."""
    name = plain_name(attribute)
    score = verdict.scores.get(HEADS[name], 0.0)
    return score * _worst(verdict.scores) if name == SEVERE else score


def sentences(text: str) -> tuple[Span, ...]:
    """Split a text into its sentences, in characters, without a gap; one that covers all if there is but one."""
    starts = [0]
    for end in END.finditer(text):
        if text[starts[-1] : end.end()].strip() and text[end.end() :].strip():
            starts.append(end.end())
    return tuple(Span(start, end) for start, end in pairwise([*starts, len(text)]))


def sentence_scores(attribute: str, verdict: Verdict, spans: tuple[Span, ...]) -> tuple[float, ...]:
    """Return what each sentence would score if only its own words counted: the exact shares of the head's sum."""
    name = plain_name(attribute)
    by_head = {score.head: score for score in verdict.heads}
    own = tuple(_alone(by_head, HEADS[name], span) for span in spans)
    if name != SEVERE:
        return own
    worst = ({head: _alone(by_head, head, span) for head in WORST} for span in spans)
    return tuple(score * _worst(kinds) for score, kinds in zip(own, worst, strict=True))


def utf16(text: str, at: int) -> int:
    """Return an offset in characters as one in UTF-16 code units, as Java and JavaScript count."""
    return len(text[:at].encode("utf-16-le", "surrogatepass")) // 2


def _alone(by_head: Mapping[Head, HeadScore], head: Head, span: Span) -> float:
    score = by_head.get(head)
    if score is None:
        return 0.0
    margin = score.bias + sum(_inside(score, span))
    return 1 / (1 + math.exp(-max(-LARGEST_MARGIN, min(LARGEST_MARGIN, margin))))


def _inside(score: HeadScore, span: Span) -> Iterator[float]:
    """Give each term the part of its share whose places lie in a stretch."""
    for term in score.terms:
        inside = sum(span.start <= place.start < span.end for place in term.spans)
        if inside:
            yield term.share * inside / len(term.spans)


def _worst(scores: Mapping[Head, float]) -> float:
    return max((scores.get(head, 0.0) for head in WORST), default=0.0)
