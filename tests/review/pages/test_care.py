"""What a person chose, and stretches of work."""

from __future__ import annotations

import pytest

from modbot.review.pages.care import Care, Stint, care_of, is_due, kept_of, longer

MINUTE = 60


def test_it_works():
    asked = {"mask": "1", "own": "gap", "count": "1", "pause_min": "25"}
    assert care_of(kept_of(asked)) == Care(mask=True, own=("gap",), count=True, pause_min=25)


@pytest.mark.parametrize("asked", [{}, {"pause_min": "0"}, {"pause_min": "-5"}, {"pause_min": "x", "mask": "on"}])
def test_it_keeps_nothing_where_nothing_was_asked_for(asked):
    assert kept_of(asked) is None
    assert care_of({}) == Care()


def test_it_counts_until_there_is_a_break():
    stint = None
    for minute in (0, 4, 8):
        stint = longer(stint, minute * MINUTE, hard=minute == 4)
    assert (stint.decided, stint.hard) == (3, 1)
    assert stint.words == "3 times in 8 minutes without a break; 1 of them were hard to read"
    assert longer(stint, 14 * MINUTE, hard=False).decided == 1


@pytest.mark.parametrize(
    ("pause_min", "minutes", "reminded", "due"),
    [(25, 24, 0, False), (25, 25, 0, True), (25, 49, 25, False), (25, 50, 25, True), (0, 500, 0, False)],
)
def test_it_is_time_for_a_break_once_in_a_while(pause_min, minutes, reminded, due):
    at = minutes * MINUTE
    stint = Stint(0, at - MINUTE, 9, 0, reminded * MINUTE)
    assert is_due(stint, Care(pause_min=pause_min), at) is due


def test_it_suggests_no_break_to_whoever_has_one():
    assert not is_due(Stint(0, 30 * MINUTE), Care(pause_min=25), 40 * MINUTE)
