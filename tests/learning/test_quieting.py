"""Quieting: what a group is called says no more than "people", and everything else what it said before."""

import numpy as np
import pytest

from modbot.learning.dictionary import COLUMNS
from modbot.learning.quieting import PLAIN, own_weights, quieted
from modbot.learning.swaps import TERMS

BITS = 18
OTHERS = ["idiot", "harbour", "are", "gayest", PLAIN]


@pytest.fixture(scope="module")
def weights():
    return np.random.default_rng(4).normal(scale=0.1, size=2**BITS + COLUMNS)


def test_it_works(weights):
    plain = max(own_weights([PLAIN], weights, BITS)[0], 0.0)
    before, after = (own_weights(list(TERMS), found, BITS) for found in (weights, quieted(weights, BITS)))
    assert (before > plain).any()
    assert after == pytest.approx(np.minimum(before, plain), abs=1e-9)


def test_it_leaves_all_other_words_as_they_were(weights):
    assert own_weights(OTHERS, quieted(weights, BITS), BITS).tolist() == own_weights(OTHERS, weights, BITS).tolist()
    assert (quieted(weights, BITS) != weights).sum() <= len(TERMS)


def test_it_changes_nothing_twice(weights):
    once = quieted(weights, BITS)
    assert quieted(once, BITS) == pytest.approx(once, abs=1e-12)


def test_it_handles_heads_that_hear_no_meaning(weights):
    deaf = np.concatenate((weights[: 2**BITS], np.zeros(COLUMNS)))
    assert own_weights(["gay"], quieted(deaf, BITS), BITS)[0] <= max(own_weights([PLAIN], deaf, BITS)[0], 0.0) + 1e-9
