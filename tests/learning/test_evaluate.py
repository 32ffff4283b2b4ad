"""Figures, against hand calculations and scikit-learn."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from modbot.domain import Head
from modbot.learning.evaluate import calibration_error, compare, measure, model_risks, recall_at, wilson


def test_it_works():
    y = np.array([0, 0, 1, 1, 0, 1])
    p = np.array([0.1, 0.4, 0.35, 0.8, 0.2, 0.9])
    found = measure(y, p, prior=0.5)
    assert found["auc"] == pytest.approx(roc_auc_score(y, p))
    assert found["average_precision"] == pytest.approx(average_precision_score(y, p))
    assert found["brier"] == pytest.approx(brier_score_loss(y, p))
    assert (found["rows"], found["positive"], found["good_from_half"], found["bad_from_half"]) == (
        6,
        3,
        0.0,
        pytest.approx(2 / 3),
    )


def test_it_counts_recall_above_the_cutoff_by_hand():
    # 100 good at 0.00 … 0.99: at most one may pass, so the cut-off is 0.98 and two of four bad ones are above.
    y = np.array([0] * 100 + [1] * 4)
    p = np.array([*np.arange(100) / 100, 0.5, 0.98, 0.985, 1.0])
    assert recall_at(y, p, 0.01) == 0.5
    assert recall_at(y, p, 0.0) == 0.25


def test_it_finds_no_calibration_error_in_honest_probabilities_and_all_of_it_in_a_shift():
    rng = np.random.default_rng(4)
    p = rng.beta(1, 4, 60_000)
    y = (rng.random(p.size) < p).astype(int)
    assert calibration_error(y, p, prior=float(y.mean())) < 0.01
    assert calibration_error(y, np.clip(p + 0.2, 0, 1), prior=float(y.mean())) == pytest.approx(0.2, abs=0.01)


def test_it_weighs_to_the_prior_by_hand():
    # One bin's worth of probability 0.3 everywhere: after re-weighting 10 % are positive, so the gap is 0.2.
    y = np.array([0] * 50 + [1] * 50)
    assert calibration_error(y, np.full(100, 0.3), prior=0.1) == pytest.approx(0.2)


def test_it_says_nothing_where_only_one_answer_is_known():
    found = measure(np.zeros(5, dtype=int), np.full(5, 0.2), prior=0.1)
    assert found["auc"] is None
    assert found["bad_from_half"] is None


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (81, 263, 0.2553, 0.3662), (0, 0, 0, 1)],
)
def test_it_gives_the_interval_of_wilson(hits, n, low, high):
    # 81 of 263: Newcombe 1998, Statistics in Medicine 17, 857-872, table I, method 3.
    assert wilson(hits, n) == pytest.approx((low, high), abs=1e-4)


def test_it_compares_a_model_on_examples(trained, examples):
    found = compare(trained, [one for one in examples if one.source == "harbour"])
    assert found[Head.SPAM.value]["auc"] > 0.9
    assert 0 <= found[Head.SPAM.value]["good_rejected"] <= 1
    risks = model_risks(trained, trained.margins([one.comment for one in examples]))
    assert ((risks > 0) & (risks <= 1)).all()
