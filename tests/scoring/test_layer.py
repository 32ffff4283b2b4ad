"""A site's layer: fitted from answers, exact in its shares, and nothing where it has shown nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from factories import later
from modbot.domain import Author, Comment, Head, HeadScore, SiteLayer
from modbot.scoring import Scene
from modbot.scoring.layer import (
    LAYER_HEADS,
    Layer,
    Layered,
    Lessons,
    fit,
    layer_from,
    losses,
    p_bad,
    to_bytes,
)
from modbot.scoring.traits import traits_of

GOOD = [f"The tide table for {place} is a day late again" for place in ("Rope Quay", "the pier", "Pilot Lane", "town")]
BAD = [f"Velvet curtains for {place}, ask our showroom" for place in ("your hall", "the pier", "any window", "town")]


def said(body: str, **more) -> Comment:
    return Comment(site_id="", key="", fingerprint="", name="", body=body, author=Author(""), **more)


def lessons(*, weights=1.0, margin=0.0, labels=(0.0, 1.0)) -> Lessons:
    bodies = 5 * (GOOD + BAD)
    spam = [labels[body in BAD] for body in bodies]
    return Lessons(
        traits=[traits_of(said(body)) for body in bodies],
        margins=np.full((len(bodies), 2), margin),
        rules=np.zeros((len(bodies), 2)),
        labels=np.column_stack((spam, np.full(len(bodies), np.nan))),
        weights=np.full(len(bodies), weights),
    )


def margin_of(layer: Layer, body: str, margin: float = 0.0) -> float:
    return layer.margins([traits_of(said(body))], np.array([[margin, margin]]))[0, 0]


@pytest.fixture(scope="module")
def layer() -> Layer:
    return fit(lessons(), version="s1", model="tiny")


def test_it_works(layer):
    assert layer.heads == (Head.SPAM,)
    assert margin_of(layer, "Velvet curtains for the old cinema, ask our showroom") > 1
    assert margin_of(layer, "The tide table for the ferry is late") < -1


def test_it_leaves_a_head_alone_of_which_nobody_spoke(layer):
    corrected = layer.margins([traits_of(said(BAD[0]))], np.array([[0.5, -3.0]]))
    assert corrected[0, 1] == -3.0
    assert corrected[0, 0] != 0.5


def test_it_corrects_nothing_in_no_comments(layer):
    assert layer.margins([], np.empty((0, 2))).shape == (0, 2)


def test_it_learns_the_same_from_the_same():
    one, two, other = (fit(lessons(), version="s1", model="tiny", seed=seed) for seed in (0, 0, 1))
    assert to_bytes(one) == to_bytes(two)
    assert not np.array_equal(one.weights, other.weights)


def test_it_stays_near_the_model_where_the_model_is_right():
    agreed = replace(lessons(), margins=np.where(lessons().labels == 1, 6.0, -6.0))
    layer = fit(agreed, version="s1", model="tiny")
    assert np.abs(layer.weights).max() < 0.2 * np.abs(fit(lessons(), version="s1", model="tiny").weights).max()
    assert margin_of(layer, "Nothing that was ever said here", 1.0) == pytest.approx(1.0, abs=0.3)


def test_it_counts_one_answer_for_all_that_nobody_saw():
    # The same body was rejected four times in view and published once where only one in twenty was looked at.
    trait = traits_of(said("See you at the market"))
    answers = Lessons(
        traits=[trait] * 5,
        margins=np.zeros((5, 2)),
        rules=np.zeros((5, 2)),
        labels=np.column_stack(([1.0, 1.0, 1.0, 1.0, 0.0], np.full(5, np.nan))),
        weights=np.array([1.0, 1.0, 1.0, 1.0, 20.0]),
    )
    even = replace(answers, weights=np.ones(5))
    body = "See you at the market"
    assert (
        margin_of(fit(answers, version="s1", model="m"), body) < 0 < margin_of(fit(even, version="s1", model="m"), body)
    )


def test_it_tells_shares_that_add_up(layer, model, odd_comments):
    for comment in odd_comments:
        scores = model.score(comment)
        told = layer.corrected(comment, scores)
        base = {score.head: score.margin for score in scores}
        expected = layer.margins([traits_of(comment)], np.array([[base[head] for head in LAYER_HEADS]]))[0]
        found = {score.head: score.margin for score in told}
        assert [found[head] for head in LAYER_HEADS] == pytest.approx(expected, abs=1e-6)
        assert found[Head.INSULT] == base[Head.INSULT]


@pytest.mark.parametrize(("base", "suspect"), [(2.0, True), (-0.5, True), (-3.0, False)])
def test_it_argues_no_suspicion_away_of_which_it_knows_one_answer(base, suspect):
    tame = fit(lessons(labels=(0.0, 0.0)), version="s1", model="tiny")
    limited = replace(tame, limited=frozenset({Head.SPAM}))
    (told,) = limited.corrected(said(BAD[0]), [HeadScore(Head.SPAM, base, ())])
    free = margin_of(tame, BAD[0], base)
    # By hand: the log-odds of 20 % are ln 0.25.
    assert free < min(base, -1.386294)
    assert told.margin == pytest.approx(-1.386294 if suspect else free, abs=1e-6)
    assert margin_of(limited, BAD[0], base) == pytest.approx(told.margin)


@pytest.mark.parametrize("body", ["velvet " * 3_000, "v" * 20_000])
def test_it_tells_a_hostile_body_as_briefly_as_any_other(layer, model, body):
    for score in layer.corrected(said(body), model.score(said(body))):
        for term in score.terms:
            assert len(term.label) <= 81
            assert len(term.spans) <= 100


def test_it_points_at_the_words_of_the_original(layer, model):
    comment = said("<b>VELVET</b> ｃｕｒｔａｉｎｓ for the old cinema, ask our showroom")
    spam = next(score for score in layer.corrected(comment, model.score(comment)) if score.head is Head.SPAM)
    site = [term for term in spam.terms if term.kind == "site" and term.spans]
    assert {"VELVET", "ｃｕｒｔａｉｎｓ"} <= {term.label for term in site}
    assert all(comment.body[term.spans[0].start : term.spans[0].end] == term.label for term in site)


def test_it_scores_as_one_with_the_model(layer, model):
    layered = Layered(model, layer)
    comment = said(BAD[0])
    assert layered.look(Scene(comment)) == layer.corrected(comment, model.score(comment))
    assert (layered.name, layered.version) == (model.name, "tiny+s1")


def test_it_comes_back_from_bytes(layer):
    row = a_row(layer)
    back = layer_from(row, "tiny")
    assert (back.version, back.heads) == ("s3", (Head.SPAM,))
    assert margin_of(back, BAD[0], 0.4) == pytest.approx(margin_of(layer, BAD[0], 0.4), abs=1e-5)


def test_it_is_none_where_it_says_nothing(layer):
    assert layer_from(a_row(layer), "another") is None
    assert layer_from(a_row(layer, in_use=[]), "tiny") is None
    assert layer_from(a_row(layer, in_use=[]), "tiny", in_use=False).heads == (Head.SPAM,)
    assert layer_from(SiteLayer("site-ada", 1, later()), "tiny") is None


def test_it_measures_surprise_in_nats(layer):
    two = Lessons(
        traits=[traits_of(said("a")), traits_of(said("b"))],
        margins=np.array([[1.0, 0.0], [-2.0, 0.0]]),
        rules=np.array([[0.5, 0.0], [0.0, 0.0]]),
        labels=np.array([[1.0, np.nan], [0.0, 0.0]]),
        weights=np.ones(2),
    )
    # By hand: ln(1 + e^-1.5) + ln(1 + e^-2) and ln 2.
    assert losses(two, None) == pytest.approx(np.array([[0.201413 + 0.126928, 0.693147]] * 2), abs=1e-5)
    assert losses(two, layer)[1, 0] != losses(two, layer)[0, 0]


def test_it_says_how_likely_a_comment_is_bad_in_any_way():
    # By hand: 1 - (1 - 0.5) (1 - 0.2).
    assert p_bad(np.array([[0.0, np.log(0.25)], [-800.0, -800.0]])) == pytest.approx([0.6, 0.0], abs=1e-6)


def a_row(layer: Layer, in_use=("spam",)) -> SiteLayer:
    facts = {"model": "tiny", "heads": ["spam"], "in_use": list(in_use)}
    return SiteLayer("site-ada", 3, later(), layer=to_bytes(layer), facts=facts)
