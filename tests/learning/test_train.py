"""Training: fits, calibrates, measures without leaks, and does it the same way twice."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from learning_cases import SMALL, an_example
from modbot.domain import Head
from modbot.errors import NotEnoughEvidence
from modbot.learning.estimators import comment_of
from modbot.learning.folds import Fold
from modbot.learning.recipe import HEADS, Learner, Source
from modbot.learning.table import tabulate
from modbot.learning.train import _alike, _Prepared, row_weights, sigmoid, train

pytestmark = pytest.mark.slow


def quiet(*_):
    return None


def test_it_works(trained, examples):
    assert {Head.SPAM, Head.TOXICITY} <= set(trained.heads)
    spam, good = (
        np.mean(trained.margins(one.comment for one in examples if one.labels.get(Head.SPAM) == label)[:, 0])
        for label in (1.0, 0.0)
    )
    assert spam > 0 > good
    card = trained.card
    assert set(card["leave_one_source_out"]["spam"]) == {"harbour", "market", "quay"}
    assert card["held_back"]["toxicity"]["harbour"]["rows"] == card["rows"]["harbour"]["test"] - sum(
        one.part == "test" and one.source == "harbour" and Head.TOXICITY not in one.labels for one in examples
    )


def test_it_gives_the_same_arrays_for_the_same_seed(trained, examples):
    again = train(examples, SMALL, seed=1, version="small", progress=quiet)
    assert np.array_equal(again.weights, trained.weights)
    assert np.array_equal(again.bias, trained.bias)
    assert np.array_equal(again.evidence.good, trained.evidence.good)
    assert again.card == trained.card


def test_it_never_learns_from_what_it_is_tested_on(trained, examples):
    flipped = [
        replace(one, labels={head: 1 - label for head, label in one.labels.items()}) if one.part == "test" else one
        for one in examples
    ]
    again = train(flipped, SMALL, seed=1, version="small", progress=quiet)
    assert np.array_equal(again.weights, trained.weights)
    assert np.array_equal(again.bias, trained.bias)


def lied_about(examples, lies):
    return [
        replace(one, labels={head: 1 - label for head, label in one.labels.items()}) if lies(one) else one
        for one in examples
    ]


def test_it_learns_nothing_of_a_source_that_is_left_out(examples):
    lied = lied_about(examples, lambda one: one.source == "market")
    honest, other = (tabulate(rows, SMALL, 0, quiet) for rows in (examples, lied))
    market = Fold(honest.source == honest.sources.index("market"), part=False)
    without = [_Prepared(table, SMALL).fit((0, market)) for table in (honest, other)]
    assert np.array_equal(without[0].weights, without[1].weights)
    everything = [_Prepared(table, SMALL).fit((0, None)) for table in (honest, other)]
    assert not np.array_equal(everything[0].weights, everything[1].weights)


def test_it_takes_no_evidence_from_what_it_was_fitted_on(examples):
    # Of the only source there is, campaigns are left out: what is lied about one of them shows in its own margins least.
    alone = [one for one in examples if one.source == "harbour"]
    table = tabulate(alone, SMALL, 0, quiet)
    part = Fold(table.campaign == 1, part=True)
    lied = tabulate(lied_about(alone, lambda one: table.campaign[alone.index(one)] == 1), SMALL, 0, quiet)
    fits = [_Prepared(rows, SMALL).fit((0, part)) for rows in (table, lied)]
    assert np.array_equal(fits[0].weights, fits[1].weights)
    evidence = train(alone, SMALL, seed=1, version="x", progress=quiet).evidence
    assert len(evidence.good) + len(evidence.bad) > sum(one.part == "test" for one in alone)


def test_it_calibrates_on_the_sources_that_the_recipe_names(examples):
    sources = {name: Source(calibrates=float(name == "harbour")) for name in ("harbour", "market", "quay")}
    named, plain = (
        train(examples, recipe, seed=1, version="x", progress=quiet)
        for recipe in (replace(SMALL, sources=sources), SMALL)
    )
    assert np.allclose(
        named.weights[:, 0] / named.card["calibration"]["spam"]["slope"],
        plain.weights[:, 0] / plain.card["calibration"]["spam"]["slope"],
        atol=1e-4,
    )
    assert named.card["calibration"]["spam"] != plain.card["calibration"]["spam"]
    assert named.card["calibration"]["toxicity"] == plain.card["calibration"]["toxicity"]


def test_it_lets_all_sources_weigh_the_same_when_it_calibrates(examples):
    table = tabulate(examples, SMALL, 1, quiet)
    recipe = replace(SMALL, sources={"quay": Source(cut=True)})
    for head, of_quay in ((Head.TOXICITY, 0.0), (Head.INSULT, 1.0)):
        at = HEADS.index(head)
        rows = np.flatnonzero(~np.isnan(table.labels[:, at]))
        weights = np.linspace(1.0, 2.0, rows.size)
        given = weights.copy()
        _alike(table, at, rows, weights, recipe)
        for name in table.sources:
            mine = table.source[rows] == table.sources.index(name)
            for side in (mine & (table.labels[rows, at] >= 0.5), mine & (table.labels[rows, at] < 0.5)):
                share = of_quay if name == "quay" else 1.0
                if side.any():
                    assert weights[side] == pytest.approx(share * given[side] / given[side].sum())
    every = replace(SMALL, sources={name: Source(cut=True) for name in table.sources})
    at = HEADS.index(Head.TOXICITY)
    rows = np.flatnonzero(~np.isnan(table.labels[:, at]))
    weights = np.ones(rows.size)
    _alike(table, at, rows, weights, every)
    assert (weights > 0).all()


def test_it_takes_the_mild_passages_of_bad_comments_for_good_ones(examples):
    talk = "We went to the tram stop by the old mill again. {rude} The tram by the mill was late, as we all know."
    rude = [one.comment.body for one in examples if one.source == "market" and one.labels.get(Head.TOXICITY) == 1]
    bad = [an_example(talk.format(rude=one), {Head.TOXICITY: 1.0}, "mill") for one in rude]
    plain, cut = (
        train([*examples, *bad], replace(SMALL, sources={"mill": Source(cut=cut)}), seed=0, version="x", progress=quiet)
        for cut in (False, True)
    )
    at = plain.heads.index(Head.TOXICITY)
    asked = [comment_of("The tram stop by the old mill."), comment_of(rude[0])]
    before, after = (model.margins(asked)[:, at] for model in (plain, cut))
    assert after[1] - after[0] > before[1] - before[0] > 0


def test_it_weighs_sources_and_answers_by_the_recipe(examples):
    recipe = replace(
        SMALL,
        sources={
            "harbour": Source({Head.SPAM: 3.0}),
            "market": Source({Head.SPAM: 1.0}),
            "quay": Source({Head.SPAM: 1.0}),
        },
    )
    table = tabulate(examples, recipe, 0, quiet)
    rows = np.flatnonzero(~np.isnan(table.labels[:, 0]) & table.trains)
    weights = row_weights(table, 0, rows, recipe)
    by_source = [
        weights[table.source[rows] == table.sources.index(name)].sum() for name in ("harbour", "market", "quay")
    ]
    assert np.array(by_source) / by_source[1] == pytest.approx([3, 1, 1])
    mine = table.source[rows] == table.sources.index("harbour")
    bad = table.labels[rows, 0] == 1
    assert weights[mine & bad].sum() == pytest.approx(weights[mine & ~bad].sum())
    assert weights.mean() == pytest.approx(1.0)


def test_it_lifts_a_rare_answer_over_all_sources_together(examples):
    plain = replace(SMALL, learners={Head.TOXICITY: Learner()})
    lifted = replace(SMALL, learners={Head.TOXICITY: Learner(lift=0.7)})
    table = tabulate(examples, plain, 0, quiet)
    at = HEADS.index(Head.TOXICITY)
    rows = np.flatnonzero(~np.isnan(table.labels[:, at]) & table.trains)
    bad = table.labels[rows, at] == 1
    before, after = (row_weights(table, at, rows, recipe) for recipe in (plain, lifted))
    assert before[bad].sum() / before.sum() != pytest.approx(0.7, abs=0.05)
    assert after[bad].sum() / after.sum() == pytest.approx(0.7)
    assert after.mean() == pytest.approx(1.0)
    assert np.ptp(after[bad] / before[bad]) == pytest.approx(0)
    assert np.ptp(after[~bad] / before[~bad]) == pytest.approx(0)


def test_it_fits_the_sigmoid_that_scikit_learn_fits():
    rng = np.random.default_rng(6)
    margins = rng.normal(size=3_000)
    y = rng.random(3_000) < expit(1.7 * margins - 0.4)
    weights = rng.random(3_000) + 0.5
    reference = LogisticRegression(C=np.inf, tol=1e-10).fit(margins[:, None], y, sample_weight=weights)
    assert sigmoid(margins, y, weights) == pytest.approx((reference.coef_[0, 0], reference.intercept_[0]), abs=1e-3)


def test_it_never_turns_a_head_around():
    margins = np.linspace(-1, 1, 200)
    slope, _ = sigmoid(margins, margins < 0, np.ones(200))
    assert slope > 0


def test_it_refuses_to_learn_from_next_to_nothing(examples):
    with pytest.raises(NotEnoughEvidence):
        train(examples[:30], SMALL, seed=0, version="x", progress=quiet)
