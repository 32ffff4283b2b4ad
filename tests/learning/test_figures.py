"""Figures, against hand calculations and scikit-learn."""

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import binomtest
from sklearn.metrics import (
    average_precision_score,
    brier_score_loss,
    precision_recall_curve,
    roc_auc_score,
    roc_curve,
)

from modbot.learning.figures import (
    FALSE_POSITIVES,
    LOG_ODDS,
    RECALLS,
    area,
    auc_interval,
    curves,
    gains,
    measure,
    share,
    wilson,
)


def slice_of(n, bad, seed, *, ties=False):
    rng = np.random.default_rng(seed)
    y = (np.arange(n) < bad).astype(int)
    margins = rng.normal(size=n) + 1.8 * y - 1.5
    p = 1 / (1 + np.exp(-margins))
    return y, p.round(2) if ties else p


@pytest.mark.parametrize("ties", [False, True])
def test_it_works(ties):
    y, p = slice_of(900, 200, 1, ties=ties)
    found = measure(y, p, prior=0.2)
    assert found["auc"] == pytest.approx(roc_auc_score(y, p))
    assert found["average_precision"] == pytest.approx(average_precision_score(y, p))
    assert found["brier"] == pytest.approx(brier_score_loss(y, p))
    assert (found["rows"], found["positive"]) == (900, 200)
    assert found["good_from_half"] == pytest.approx((p[y == 0] >= 0.5).mean())
    assert found["bad_from_half"] == pytest.approx((p[y == 1] >= 0.5).mean())
    fpr, tpr, _ = roc_curve(y, p, drop_intermediate=False)
    assert found["recall_at_1pct"] == pytest.approx(tpr[fpr <= 0.01].max())
    assert found["recall_at_0.1pct"] == pytest.approx(tpr[fpr <= 0.001].max())
    for name in (key for key in found if key.endswith("_interval")):
        low, high = found[name]
        assert 0 <= low <= found[name.removesuffix("_interval")] <= high <= 1


def test_it_gives_the_same_intervals_each_time_and_whatever_the_order_of_the_rows_the_same_figures():
    y, p = slice_of(400, 90, 2, ties=True)
    assert measure(y, p, prior=0.1) == measure(y, p, prior=0.1)
    mixed = np.random.default_rng(3).permutation(y.size)
    again = measure(y[mixed], p[mixed], prior=0.1)
    for name, value in measure(y, p, prior=0.1).items():
        if not name.endswith("_interval"):
            assert again[name] == pytest.approx(value), name


def test_it_counts_recall_above_the_cutoff_by_hand():
    # 100 good at 0.00 … 0.99: at most one may pass, so the cut-off is 0.98 and two of four bad ones are above.
    y = np.array([0] * 100 + [1] * 4)
    p = np.array([*np.arange(100) / 100, 0.5, 0.98, 0.985, 1.0])
    found = measure(y, p, prior=0.2)
    assert found["recall_at_1pct"] == 0.5
    assert found["recall_at_0.1pct"] == 0.25


@pytest.mark.slow
def test_it_finds_no_calibration_error_in_honest_probabilities_and_all_of_it_in_a_shift():
    rng = np.random.default_rng(4)
    p = rng.beta(1, 4, 30_000)
    y = (rng.random(p.size) < p).astype(int)
    prior = float(y.mean())
    assert measure(y, p, prior=prior)["calibration_error"] < 0.01
    shifted = measure(y, np.clip(p + 0.2, 0, 1), prior=prior)
    assert shifted["calibration_error"] == pytest.approx(0.2, abs=0.01)
    low, high = shifted["calibration_error_interval"]
    assert 0.19 < low < high < 0.21


def test_it_weighs_to_the_prior_by_hand():
    # One bin's worth of probability 0.3 everywhere: after re-weighting 10 % are positive, so the gap is 0.2.
    y = np.array([0] * 50 + [1] * 50)
    assert measure(y, np.full(100, 0.3), prior=0.1)["calibration_error"] == pytest.approx(0.2)


def test_it_says_nothing_where_only_one_answer_is_known():
    found = measure(np.zeros(5, dtype=int), np.full(5, 0.2), prior=0.1)
    assert found["auc"] is found["auc_interval"] is found["bad_from_half"] is found["bad_from_half_interval"] is None
    assert found["brier"] == pytest.approx(0.04)
    assert found["good_from_half_interval"] == pytest.approx(list(wilson(0, 5)))
    assert curves(np.zeros(5, dtype=int), np.full(5, 0.2), prior=0.1)["recall"] == []


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (81, 263, 0.2553, 0.3662), (0, 0, 0, 1)],
)
def test_it_gives_the_interval_of_wilson(hits, n, low, high):
    # 81 of 263: Newcombe 1998, Statistics in Medicine 17, 857-872, table I, method 3.
    assert wilson(hits, n) == pytest.approx((low, high), abs=1e-4)


def test_it_compares_two_models_on_the_same_comments():
    y, better = slice_of(500, 120, 11)
    noise = np.random.default_rng(12).normal(size=y.size)
    worse = 1 / (1 + np.exp(-(np.log(better / (1 - better)) + 0.7 * noise)))
    found = gains(y, worse, better, prior=0.2)
    assert found["auc"] == pytest.approx(roc_auc_score(y, better) - roc_auc_score(y, worse))
    assert found["brier"] == pytest.approx(brier_score_loss(y, better) - brier_score_loss(y, worse))
    # Pairs say more than two separate looks, whose intervals overlap.
    assert found["auc_interval"][0] > 0
    apart = [measure(y, p, prior=0.2)["auc_interval"] for p in (worse, better)]
    assert apart[0][1] > apart[1][0]
    same = gains(y, better, better, prior=0.2)
    assert same["auc_interval"] == [0.0, 0.0]
    assert gains(y, better, worse, prior=0.2)["auc"] == -found["auc"]


def test_it_gives_a_share_as_scipy_does():
    found = share("held", 7, 12)
    reference = binomtest(7, 12).proportion_ci(method="wilson")
    assert found == {"held": pytest.approx(7 / 12), "held_interval": pytest.approx([reference.low, reference.high])}
    assert share("held", 0, 0) == {"held": None, "held_interval": None}


@pytest.mark.parametrize(("auc", "bad", "good"), [(0.9, 40, 200), (0.62, 15, 12), (0.98, 300, 50)])
def test_it_gives_the_interval_of_an_area_where_the_score_equation_says(auc, bad, good):
    # Newcombe 2006, method 5: |area - auc| = z * sqrt(V(area)), solved here by another root finder.
    half = (bad + good) / 2 - 1

    def equation(area):
        v = area * (1 - area) / (bad * good) * (1 + half * (1 - area) / (2 - area) + half * area / (1 + area))
        return abs(area - auc) - 1.959963984540054 * np.sqrt(v)

    expected = brentq(equation, 1e-9, auc), brentq(equation, auc, 1 - 1e-9)
    assert auc_interval(auc, bad, good) == pytest.approx(expected, abs=1e-8)


def test_it_measures_an_area_as_scikit_learn_does_ties_and_all():
    rng = np.random.default_rng(3)
    for size in (1, 7, 200):
        bad, good = rng.integers(0, 9, size) / 3, rng.integers(0, 7, size + 2) / 3
        y = np.arange(bad.size + good.size) < bad.size
        assert area(bad, good) == pytest.approx(roc_auc_score(y, np.concatenate((bad, good))), abs=1e-12)


def test_it_is_as_sure_of_an_area_as_a_bootstrap():
    y, p = slice_of(500, 120, 7)
    rng = np.random.default_rng(8)
    drawn = []
    for _ in range(400):
        rows = np.concatenate([rng.choice(np.flatnonzero(y == answer), (y == answer).sum()) for answer in (0, 1)])
        drawn.append(roc_auc_score(y[rows], p[rows]))
    low, high = measure(y, p, prior=0.2)["auc_interval"]
    assert (low, high) == pytest.approx(np.quantile(drawn, (0.025, 0.975)), abs=0.012)


def test_it_is_not_sure_of_a_perfect_figure_on_few_comments():
    found = measure(np.array([0] * 20 + [1] * 3), np.array([0.1] * 20 + [0.9] * 3), prior=0.2)
    assert found["auc"] == found["recall_at_1pct"] == 1.0
    assert found["auc_interval"][0] < 0.85
    assert found["recall_at_1pct_interval"][0] == pytest.approx(wilson(3, 3)[0])
    assert auc_interval(0.0, 5, 5)[0] == 0.0


@pytest.mark.slow
def test_it_covers_the_truth_in_about_nineteen_of_twenty_repeats():
    truth = measure(*slice_of(40_000, 10_000, 99), prior=0.25)
    repeats = [measure(*slice_of(400, 100, seed), prior=0.25) for seed in range(60)]
    for name in ("auc", "average_precision", "recall_at_1pct", "brier", "good_from_half", "bad_from_half"):
        intervals = [one[f"{name}_interval"] for one in repeats]
        inside = sum(low <= truth[name] <= high for low, high in intervals)
        # 60 repeats at 95 %: fewer than 51 would happen once in two thousand times.
        assert inside >= 51, name


def test_it_tells_the_curves_that_scikit_learn_draws():
    y, p = slice_of(900, 200, 5, ties=True)
    found = curves(y, p, prior=200 / 900)
    fpr, tpr, _ = roc_curve(y, p, drop_intermediate=False)
    assert found["recall"] == pytest.approx([tpr[fpr <= part].max() for part in FALSE_POSITIVES], abs=1e-4)
    precision, recall, _ = precision_recall_curve(y, p)
    expected = [precision[recall >= wanted - 1e-9][-1] for wanted in RECALLS]
    assert found["precision"] == pytest.approx(expected, abs=1e-4)


def test_it_tells_where_scores_lie():
    y = np.array([0, 0, 0, 0, 1, 1])
    p = np.array([0.0, 0.5, 0.5, 0.6, 1.0, 0.9999])
    found = curves(y, p, prior=0.5)
    assert len(found["good"]) == len(LOG_ODDS) - 1
    assert found["good"][0] == 0.25
    assert found["good"][LOG_ODDS.index(0.0)] == 0.75
    assert found["bad"][-1] == 1.0


def test_it_tells_how_far_what_was_said_came_true():
    # Two probabilities, each in bins of its own at equal weight of the answers: 40 % and 80 % came true.
    y = np.array([1, 1, 0, 0, 0, 1, 1, 1, 1, 0])
    p = np.repeat([0.3, 0.7], 5)
    pairs = curves(y, p, prior=0.6)["reliability"]
    assert pairs == [pytest.approx([0.3, 0.4]), pytest.approx([0.7, 0.8])]
