"""Intervals against published numbers and an independent implementation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from modbot.promise.interval import Share, weighted_share, wilson


def test_it_works():
    # Newcombe 1998, Statistics in Medicine 17, 857-872, table I, method 3.
    found = weighted_share([(81, 263, 0.05)])
    assert (found.hits, found.n, found.share) == (81, 263, pytest.approx(81 / 263))
    assert (found.low, found.high) == pytest.approx((0.2553, 0.3662), abs=1e-4)


@pytest.mark.parametrize(("hits", "n"), [(0, 20), (15, 148), (1, 29), (29, 29)])
def test_it_gives_the_interval_of_wilson(hits, n):
    reference = binomtest(hits, n).proportion_ci(method="wilson")
    assert wilson(hits, n) == pytest.approx((reference.low, reference.high))


def test_it_knows_nothing_of_none():
    assert weighted_share([]) == weighted_share([(0, 0, 0.05)]) == Share(0, 0, 0.0, 0.0, 1.0)


def test_it_lets_each_draw_speak_for_those_it_was_drawn_of():
    # 10 of 100 drawn from everything, 1 of 10 drawn at 5 %: 10 and 20 of 100 and 200.
    found = weighted_share([(10, 100, 1.0), (1, 10, 0.05)])
    assert found.share == pytest.approx(30 / 300)
    # By hand: (100 + 200)^2 / (100 * 1 + 10 * 400) draws of equal weight.
    assert (found.low, found.high) == pytest.approx(wilson(0.1 * 90_000 / 4_100, 90_000 / 4_100))
    assert (found.hits, found.n) == (11, 110)


@pytest.mark.parametrize("share", [0.02, 0.2])
def test_it_covers_the_truth_of_mixed_rates_about_as_often_as_it_says(share):
    rng, covered, rounds = np.random.default_rng(7), 0, 600
    for _ in range(rounds):
        groups = [(int(rng.binomial(n, share)), n, rate) for n, rate in ((120, 1.0), (150, 0.2))]
        found = weighted_share(groups)
        covered += found.low <= share <= found.high
    assert covered / rounds > 0.925
