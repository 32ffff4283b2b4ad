"""Cut-offs where the expected errors stay within half of the promise."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from factories import later
from modbot.domain import Policy, SiteLayer
from modbot.promise import Cutoffs
from modbot.promise.adapted import adapted, in_force, wished

# Of ten comments, risks 0.1 to 1.0: how likely each is bad.
RISKS = np.arange(1, 11) / 10
P_BAD = np.array([0.0, 0.01, 0.01, 0.02, 0.1, 0.3, 0.8, 0.9, 0.95, 0.99])


def chosen(wishes, *, bounds=(1.0, 0.0), usual_bad=0.3, p_bad=P_BAD) -> Cutoffs:
    return adapted(RISKS, p_bad, wishes, bounds=bounds, usual_bad=usual_bad)


def test_it_works():
    # By hand: 4.08 bad and 5.92 good are expected, more bad than 30 % and fewer good than 70 % of ten. Half of 5 % of 4.08
    # is 0.102: the first five add up to 0.14, the first four to 0.04. Half of 20 % of 7 is 0.7: from the top, 0.01, 0.06,
    # 0.16, 0.36, then 1.06: the comment at 0.6 is one too many.
    assert chosen((0.2, 0.05)) == Cutoffs(reject_from=np.nextafter(0.6, 1.0), publish_below=0.5, good=6, bad=4)


def test_it_takes_the_comments_in_any_order():
    mixed = np.random.default_rng(5).permutation(10)
    found = adapted(RISKS[mixed], P_BAD[mixed], (0.2, 0.05), bounds=(1.0, 0.0), usual_bad=0.3)
    assert found == chosen((0.2, 0.05))


def test_it_is_bolder_with_a_bolder_wish():
    shy, bold = chosen((0.01, 0.01)), chosen((0.3, 0.3))
    assert bold.reject_from < shy.reject_from
    assert bold.publish_below > shy.publish_below


def test_it_keeps_within_its_bounds():
    assert chosen((0.2, 0.05), bounds=(0.35, 0.95)) == Cutoffs(reject_from=0.95, publish_below=0.35, good=6, bad=4)


@pytest.mark.parametrize(
    ("p", "publish_below", "reject_from", "why"),
    [
        (
            0.0,
            1.0,
            np.nextafter(1.0, 2.0),
            "no bad ones: all may be published, and of ten good ones not one may be rejected",
        ),
        (1.0, 0.1, 0.0, "no good ones: nothing may be published"),
        (
            0.01,
            0.8,
            np.nextafter(1.0, 2.0),
            "as if three in ten were bad: half of 5 % of 3 is 0.075, seven comments of 0.01 are within",
        ),
    ],
)
def test_it_reads_the_promise_as_on_a_usual_site_where_one_kind_is_rare(p, publish_below, reject_from, why):
    found = chosen((0.01, 0.05), p_bad=np.full(10, p))
    assert (found.publish_below, found.reject_from) == (pytest.approx(publish_below), reject_from), why


def test_it_keeps_the_promise_where_probabilities_are_right():
    rng = np.random.default_rng(11)
    rejected = published = good = bad = 0
    for _ in range(200):
        p = rng.beta(0.3, 0.6, 1_000)
        found = adapted(p, p, (0.01, 0.05), bounds=(1.0, 0.0), usual_bad=0.2)
        q = rng.beta(0.3, 0.6, 1_000)
        truth = rng.random(1_000) < q
        rejected += (q[~truth] >= found.reject_from).sum()
        published += (q[truth] < found.publish_below).sum()
        good, bad = good + (~truth).sum(), bad + truth.sum()
    # Half of the promise is kept in reserve; chance alone moves these by less than a tenth.
    assert rejected / good == pytest.approx(0.0055, abs=0.0015)
    assert published / bad == pytest.approx(0.025, abs=0.005)


def test_it_is_in_force_only_for_the_wishes_it_was_made_for():
    policy = Policy()
    facts = {"in_use": ["spam"], "wishes": wished(policy), "reject_from": 0.99, "publish_below": 0.4}
    row = SiteLayer("site-ada", 2, later(), facts=facts)
    assert in_force(row, policy) == Cutoffs(0.99, 0.4)
    assert in_force(row, replace(policy, max_bad_published=0.01)) is None
    assert in_force(replace(row, facts={**facts, "in_use": []}), policy) is None
    assert in_force(replace(row, facts={}), policy) is None
