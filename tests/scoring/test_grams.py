"""Runs of characters: the same hashes, however many tokens come at once."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from modbot.scoring.grams import hashed_runs


def hashed(tokens):
    codes = np.array([code for token in tokens for code in token], dtype=np.uint32)
    return [found.tolist() for found in hashed_runs(codes, np.array([len(token) for token in tokens]))]


def test_it_works():
    runs, whole = hashed([[2, 98, 117, 115, 3], [2, 97, 3]])
    assert (len(runs), len(whole)) == (4 + 3 + 2 + 1 + 2 + 1, 2)
    assert len(set(runs)) == len(runs)


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(0, 0x10FFFF), min_size=2, max_size=40), min_size=2, max_size=40))
def test_it_hashes_many_tokens_as_it_does_one_by_one(tokens):
    alone = [hashed([token]) for token in tokens]
    assert hashed(tokens) == [[found for one in alone for found in one[kind]] for kind in (0, 1)]
