"""Attributes in terms of heads, and the score of each sentence."""

from __future__ import annotations

import math

import pytest

from factories import a_verdict
from modbot.domain import Head, HeadScore, Span, Term
from modbot.intake.perspective.attributes import (
    HEADS,
    is_known,
    score_of,
    sentence_scores,
    sentences,
    utf16,
)

SCORES = {Head.TOXICITY: 0.8, Head.INSULT: 0.5, Head.THREAT: 0.1, Head.SPAM: 0.3, Head.OBSCENE: 0.2}


def sigmoid(margin: float) -> float:
    return 1 / (1 + math.exp(-margin))


@pytest.mark.parametrize(
    ("attribute", "score"),
    [
        ("TOXICITY", 0.8),
        ("TOXICITY_EXPERIMENTAL", 0.8),
        ("INSULT", 0.5),
        ("PROFANITY", 0.2),
        ("OBSCENE", 0.2),
        ("SPAM", 0.3),
        ("IDENTITY_ATTACK", 0.0),
        ("SEVERE_TOXICITY", 0.4),
    ],
)
def test_it_works(attribute, score):
    assert score_of(attribute, a_verdict(scores=SCORES)) == pytest.approx(score)


def test_it_never_finds_a_text_more_severely_toxic_than_toxic():
    verdict = a_verdict(scores=SCORES | {Head.THREAT: 1.0})

    assert score_of("SEVERE_TOXICITY", verdict) <= score_of("TOXICITY", verdict)


def test_it_knows_which_attributes_it_knows():
    assert all(is_known(name) for name in HEADS)
    assert not any(map(is_known, ("FLIRTATION", "FLIRTATION_EXPERIMENTAL", "_EXPERIMENTAL", "", "toxicity")))


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("One. Two!\nThree?", ["One. ", "Two!\n", "Three?"]),
        ("No end", ["No end"]),
        ("See pills.example/a.html? No. ", ["See pills.example/a.html? ", "No. "]),
        ("Wait... what?!", ["Wait... ", "what?!"]),
        ("  Lead. In.", ["  Lead. ", "In."]),
        ("...", ["..."]),
        ("", [""]),
        ("\n\nA\n\nB\n", ["\n\nA\n\n", "B\n"]),
    ],
)
def test_it_splits_sentences_without_a_gap(text, parts):
    assert [text[span.start : span.end] for span in sentences(text)] == parts


def test_it_scores_a_sentence_by_its_own_words():
    terms = (
        Term("idiot", 3.0, (Span(0, 5), Span(20, 25))),
        Term("bus", -0.5, (Span(8, 11),)),
        Term("name", 4.0, (), "field"),
    )
    verdict = a_verdict(heads=(HeadScore(Head.TOXICITY, -2.0, terms),))
    first, second = sentence_scores("TOXICITY", verdict, (Span(0, 12), Span(12, 30)))

    assert first == pytest.approx(sigmoid(-2.0 + 1.5 - 0.5))
    assert second == pytest.approx(sigmoid(-2.0 + 1.5))
    assert sentence_scores("THREAT", verdict, (Span(0, 12),)) == (0.0,)
    assert sentence_scores("SEVERE_TOXICITY", verdict, (Span(0, 12),)) == (0.0,)


@pytest.mark.parametrize(("text", "at", "units"), [("abc", 2, 2), ("👍a", 1, 2), ("👍a", 2, 3), ("\ud800a", 2, 2)])
def test_it_counts_in_utf_16(text, at, units):
    assert utf16(text, at) == units
