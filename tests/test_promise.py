"""The promise: order statistics that hold, checked by hand and against scipy."""

from dataclasses import dataclass

import numpy as np
import pytest
from scipy.stats import binom

from modbot import promise
from modbot.domain import Head


@dataclass(frozen=True)
class Known:
    """Evidence about one or two heads."""

    ranks: np.ndarray
    good: np.ndarray
    good_source: np.ndarray
    bad: np.ndarray
    bad_source: np.ndarray
    heads: tuple[Head, ...] = (Head.SPAM,)


def evidence(good, bad=(), sources=None) -> Known:
    good, bad = np.asarray(good, dtype=float)[:, None], np.asarray(bad, dtype=float).reshape(-1, 1)
    return Known(
        ranks=np.linspace(-4, 4, 99)[None, :],
        good=good,
        good_source=np.zeros(len(good), dtype=int) if sources is None else np.asarray(sources),
        bad=bad,
        bad_source=np.zeros(len(bad), dtype=int),
    )


def test_it_works():
    rng = np.random.default_rng(7)
    known = evidence(rng.normal(-2, 1, 2_000), rng.normal(2, 1, 500))
    cutoffs = promise.cutoffs(known, 0.01, 0.05)
    fresh_good = promise.risks(rng.normal(-2, 1, (50_000, 1)), known)
    fresh_bad = promise.risks(rng.normal(2, 1, (50_000, 1)), known)
    assert (fresh_good >= cutoffs.reject_from).mean() <= 0.01
    assert (fresh_bad < cutoffs.publish_below).mean() <= 0.05
    assert (cutoffs.good, cutoffs.bad) == (2_000, 500)


@pytest.mark.parametrize(("share", "needed"), [(0.05, 59), (0.02, 149), (0.01, 299), (0.005, 598), (0.001, 2_995)])
def test_it_requires_so_much_evidence(share, needed):
    assert promise.evidence_needed(share) == needed
    assert promise.order(needed, share) == needed
    assert promise.order(needed - 1, share) is None


@pytest.mark.parametrize(("n", "share"), [(59, 0.05), (100, 0.05), (1_000, 0.01), (5_000, 0.001)])
def test_it_takes_the_lowest_order_statistic_that_serves(n, share):
    k = promise.order(n, share)
    assert binom.sf(k - 1, n, 1 - share) <= 0.05 < binom.sf(k - 2, n, 1 - share)


def test_it_takes_the_largest_of_fifty_nine_and_the_next_to_largest_of_ninety_three():
    # By hand: 0.95**59 = 0.0485; for n = 93, P(at most one above) = 0.95**93 + 93 * 0.05 * 0.95**92 = 0.0500.
    assert promise.upper_cutoff(range(59), 0.05) == np.nextafter(58.0, np.inf)
    assert promise.upper_cutoff(range(93), 0.05) == np.nextafter(91.0, np.inf)
    assert promise.lower_cutoff(range(59), 0.05) == 0.0


def test_it_refuses_a_cutoff_without_evidence():
    cutoffs = promise.cutoffs(evidence(np.zeros(58)), 0.05, 0.05)
    assert cutoffs.reject_from is None
    assert cutoffs.publish_below is None


def test_it_keeps_the_promise_in_nineteen_of_twenty_repeats():
    rng = np.random.default_rng(11)
    broken = sum((1 - cut) > 0.05 for cut in (promise.upper_cutoff(rng.random(200), 0.05) for _ in range(400)))
    assert broken <= 0.05 * 400 + 3 * np.sqrt(400 * 0.05 * 0.95)


def test_it_lets_the_worst_source_decide_at_half_the_promise_when_evidence_is_borrowed():
    rng = np.random.default_rng(5)
    easy, hard, few = rng.normal(-3, 1, 1_200), rng.normal(0, 1, 1_200), [9.0] * 50
    borrowed = promise.cutoffs(evidence([*easy, *hard, *few], sources=[0] * 1_200 + [1] * 1_200 + [2] * 50), 0.02, 0.05)
    assert borrowed.reject_from == promise.cutoffs(evidence(hard), 0.01, 0.05).reject_from


def test_it_refuses_a_borrowed_promise_that_one_large_source_cannot_keep():
    sources = [0] * 4_000 + [1] * 1_000
    assert promise.cutoffs(evidence(np.zeros(5_000), sources=sources), 0.001, 0.05).reject_from is None


def test_it_takes_the_worst_head_and_grows_beyond_the_largest_margin_on_record():
    known = Known(
        ranks=np.array([np.linspace(-4, 4, 99), np.linspace(-8, 0, 99)]),
        good=np.empty((0, 2)),
        good_source=np.empty(0, dtype=int),
        bad=np.empty((0, 2)),
        bad_source=np.empty(0, dtype=int),
        heads=(Head.SPAM, Head.TOXICITY),
    )
    assert promise.risk({Head.SPAM: -4.0, Head.TOXICITY: -4.0}, known) == pytest.approx(0.5)
    rising = [promise.risk({Head.SPAM: m}, known) for m in (-9, -4, -1, 0, 3.9, 4, 5, 9, 20)]
    assert rising == sorted(set(rising))
    both = np.array([[-9.0, -3.0], [6.0, -30.0]])
    one_by_one = [promise.risk({Head.SPAM: a, Head.TOXICITY: b}, known) for a, b in both.tolist()]
    assert promise.risks(both, known) == pytest.approx(one_by_one, abs=1e-12)
