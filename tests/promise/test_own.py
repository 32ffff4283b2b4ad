"""A site's own promise: what it spends, when it is due, what is missing; numbers by hand and from scipy."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import binom

from modbot.domain import Cut
from modbot.promise import lower_cutoff, upper_cutoff
from modbot.promise.own import in_force, is_due, meter, missing, renewed, spending, spent, told

CUT = Cut(at=0.9, share=0.01, evidence=400, looks=1)


def test_it_works():
    risks = np.random.default_rng(3).random(400)
    assert renewed(None, 0.01, risks[:367], upper_cutoff) is None
    first = renewed(None, 0.01, risks, upper_cutoff)
    assert (first.share, first.evidence, first.looks) == (0.01, 400, 1)
    assert first.at == np.nextafter(risks.max(), math.inf)
    assert renewed(first, 0.01, [*risks, *risks[:399]], upper_cutoff) is first
    assert renewed(first, 0.01, [*risks, *risks], upper_cutoff).looks == 2


def test_it_spends_no_more_than_one_in_twenty_however_often_it_looks():
    assert spending(1) == pytest.approx(0.025)
    assert spending(3) == pytest.approx(0.05 / 12)
    assert sum(spending(k) for k in range(1, 100_000)) == pytest.approx(0.05, abs=1e-6)


@pytest.mark.parametrize(("share", "needed"), [(0.05, 72), (0.02, 183), (0.01, 368), (0.005, 736), (0.001, 3_688)])
def test_it_needs_somewhat_more_than_a_promise_that_is_made_once(share, needed):
    # By hand: a first look spends 0.025, and 0.95**72 = 0.0249.
    assert (1 - share) ** needed <= 0.025 < (1 - share) ** (needed - 1)
    assert missing(None, share, 0) == needed
    assert missing(None, share, needed) == 0
    assert is_due(None, share, needed)
    assert not is_due(None, share, needed - 1)


@pytest.mark.parametrize(
    ("cut", "share", "checked", "due", "why"),
    [
        (CUT, 0.01, 799, False, "the evidence has not doubled"),
        (CUT, 0.01, 800, True, "it has doubled"),
        (CUT, 0.05, 401, True, "the owner promises less"),
        (CUT, 0.005, 953, False, "the owner promises more than a second look carries"),
        (CUT, 0.005, 956, True, "and here it does: 0.995**956 is below 0.05 / 6"),
        (None, 0.05, 71, False, "there is too little evidence for anything"),
    ],
)
def test_it_makes_a_cutoff_when_there_is_news_and_enough_of_it(cut, share, checked, due, why):
    assert is_due(cut, share, checked) is due, why


def test_it_takes_the_order_statistic_that_the_look_may_spend():
    risks = np.arange(2_000) / 2_000
    cut = renewed(Cut(0.9, 0.01, 900, 2), 0.01, risks, upper_cutoff)
    k = round(cut.at * 2_000) + 1
    assert binom.sf(k - 1, 2_000, 0.99) <= 0.05 / 12 < binom.sf(k - 2, 2_000, 0.99)


def test_it_publishes_below_the_least_risk_that_is_sure():
    risks = [0.4 + n / 1_000 for n in range(72)]
    assert renewed(None, 0.05, risks, lower_cutoff).at == 0.4


def test_it_keeps_in_force_only_what_keeps_the_present_wish():
    assert in_force(CUT, 0.01) == 0.9
    assert in_force(CUT, 0.05) == 0.9
    assert in_force(CUT, 0.005) is None
    assert in_force(None, 0.05) is None


def test_it_keeps_what_was_spent_when_the_scores_become_others():
    left = spent(CUT)
    assert spent(None) is None
    assert in_force(left, 0.01) is None
    # By hand: a second look spends 0.05 / 6, and 0.99**477 is below it.
    assert (missing(left, 0.01, 0), is_due(left, 0.01, 476), is_due(left, 0.01, 477)) == (477, False, True)
    assert 0.99**477 <= 0.05 / 6 < 0.99**476
    assert renewed(left, 0.01, np.arange(477) / 477, upper_cutoff).looks == 2


def test_it_reads_what_the_evidence_is_good_for():
    now = meter(None, 0.01, 200)
    assert (now.supports, now.next, now.missing, now.wish_missing) == ((0.05, 0.02), 0.01, 168, 168)
    # A cut-off in force needs nothing more, although a second look would: 0.99**476 is above 0.05 / 6.
    later = meter(CUT, 0.01, 450)
    assert (later.supports, later.wish_missing, later.cutoff) == ((0.05, 0.02, 0.01), 0, 0.9)
    assert (later.next, later.missing) == (0.005, 956 - 450)
    assert 0.995**956 <= 0.05 / 6 < 0.995**955
    everything = meter(None, 0.01, 4_000)
    assert (everything.next, everything.missing) == (None, 0)


@pytest.mark.parametrize(
    ("wish", "checked", "sentence"),
    [
        (0.05, 1, "1 checked bad comment supports no promise; 71 more would support 5 %."),
        (0.05, 80, "80 checked bad comments support 5 %; 103 more would support 2 %."),
        (0.01, 80, "80 checked bad comments support 5 %; 103 more would support 2 %. The promised 1 % needs 288 more."),
        (0.01, 4_000, "4,000 checked bad comments support 5 %, 2 %, 1 %, 0.5 % and 0.1 %."),
    ],
)
def test_it_says_so_in_a_sentence(wish, checked, sentence):
    assert told(meter(None, wish, checked), "bad") == sentence
