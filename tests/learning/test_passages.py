"""Passages: long comments fall into sentences, and the mildest of each may stand for good ones."""

import numpy as np
import pytest

from modbot.learning.passages import mild, passages


def test_it_works():
    text = "The bus came late again on Monday morning. You fool! Nobody at the harbour was told about it.\nSo we all had to walk home."
    found = passages(text)
    assert found == [
        "The bus came late again on Monday morning.",
        "Nobody at the harbour was told about it.",
        "So we all had to walk home.",
    ]
    assert mild(np.array([-3.0, 1.5, -2.0]), np.array([4, 4, 4])).tolist() == [True, False, True]


@pytest.mark.parametrize(
    "text", ["", "One. Two.", "The bus came late again on Monday. And it left early on Tuesday too."]
)
def test_it_does_not_cut_short_comments(text):
    assert passages(text) == []


@pytest.mark.parametrize(
    ("margins", "comment", "expected", "why"),
    [
        ([0.0], [7], [False], "a passage is no milder than itself"),
        ([0.0, -0.9], [7, 7], [False, False], "not well below the worst"),
        ([0.0, -1.1], [7, 7], [False, True], "well below the worst"),
        ([2.0, -3.0, 0.0, 0.1], [7, 3, 7, 3], [False, True, True, False], "each comment by itself, in any order"),
        ([-5, 0, -4, -3, -2, -1.5, 0, 0, 0, 0], [1] * 10, [True, False, True, True, True, True] + [False] * 4, "gap"),
        ([-9, -8, -7, -6, -5, -4, -3, -2, -1.5, 9], [1] * 10, [True] * 7 + [False] * 3, "seven in ten"),
    ],
)
def test_it_takes_the_mildest(margins, comment, expected, why):
    assert mild(np.array(margins, dtype=float), np.array(comment)).tolist() == expected, why


def test_it_takes_nothing_from_nothing():
    assert mild(np.empty(0), np.empty(0, dtype=int)).tolist() == []
