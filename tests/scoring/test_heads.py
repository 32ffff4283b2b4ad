"""Heads: exact shares, in characters of the original."""

import math

import numpy as np
import pytest

from factories import a_comment
from modbot.domain import Head
from modbot.scoring import Scene
from modbot.scoring.heads import BANDS, band, probabilities, probability


def test_it_works(model, odd_comments):
    comment = odd_comments[3]
    spam, *others = model.score(comment)
    assert [spam.head, *[other.head for other in others]] == list(model.heads)
    assert spam.bias + sum(term.share for term in spam.terms) == pytest.approx(spam.margin, abs=1e-12)
    love = next(term for head in model.score(comment, small=0) for term in head.terms if term.label == "love")
    assert comment.body[love.spans[0].start : love.spans[0].end] == "love"
    assert model.look(Scene(comment)) == model.score(comment)


def test_it_adds_up_to_the_margin_of_the_whole_comment(model, odd_comments):
    bulk = model.margins(odd_comments)
    for comment, row in zip(odd_comments, bulk, strict=True):
        for small in (0.0, 0.03, 100.0):
            assert [head.margin for head in model.score(comment, small=small)] == pytest.approx(row.tolist(), abs=1e-6)


def test_it_tells_every_word_when_asked(model, odd_comments):
    for head in model.score(odd_comments[3], small=0):
        assert "rest" not in {term.kind for term in head.terms}
        assert {"love", "works", "name", "links"} <= {term.label for term in head.terms}


def test_it_tells_the_largest_shares_first(model, odd_comments):
    for head in model.score(odd_comments[3]):
        sizes = [abs(term.share) for term in head.terms if term.kind != "rest"]
        assert sizes == sorted(sizes, reverse=True)


def test_it_tells_no_more_than_somebody_reads(model, odd_comments):
    for comment in odd_comments:
        for short, whole in zip(model.score(comment), model.score(comment, small=0), strict=True):
            told = [abs(term.share) for term in short.terms if term.kind != "rest"]
            assert len(told) <= (8 if short.head in {Head.SPAM, Head.TOXICITY} else 2)
            assert told == pytest.approx([abs(term.share) for term in whole.terms[: len(told)]])


def test_it_keeps_spans_inside_the_body(model, odd_comments):
    for comment in odd_comments:
        for head in model.score(comment, small=0):
            assert all(0 <= s.start < s.end <= len(comment.body) for term in head.terms for s in term.spans)


@pytest.mark.parametrize("body", ["\ufdfa" * 20_000, "spam " * 4_000, "x" * 20_000, "a@b." * 5_000])
def test_it_tells_a_hostile_body_briefly(model, body):
    comment = a_comment(body=body)
    for head, margin in zip(model.score(comment), model.margins([comment])[0], strict=True):
        assert head.margin == pytest.approx(margin, abs=1e-6)
        assert sum(len(term.spans) + len(term.label) for term in head.terms) < 5_000


def test_it_handles_no_comments(model):
    assert model.margins([]).shape == (0, 3)


def test_it_survives_any_margin():
    assert probability(-1_000) == 0.0
    assert probability(1_000) == 1.0
    assert probability(math.log(3)) == pytest.approx(0.75)
    margins = np.array([-1_000.0, -2.0, 0.0, 2.0, 1_000.0])
    assert probabilities(margins) == pytest.approx([probability(m) for m in margins])


@pytest.mark.parametrize(
    ("p", "words"), [(0.0, BANDS[0][1]), (0.5, "rather not"), (0.51, "rather likely"), (1.0, BANDS[-1][1])]
)
def test_it_says_a_probability_in_words(p, words):
    assert band(p) == words
