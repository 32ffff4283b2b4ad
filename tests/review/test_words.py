"""Numbers and codes in words."""

from __future__ import annotations

import pytest

from factories import NOON, later
from modbot.domain import Action, Head, Mode, Policy
from modbot.review import words


def test_it_works():
    assert words.done_words(Action.PUBLISH, 1) == "Published 1 comment"
    assert words.done_words(Action.REJECT, 2104) == "Rejected 2,104 comments"
    assert words.as_reason("Rejected", "spam") == "Rejected as spam"
    assert words.head_words(Head.THREAT) == "threats"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "just now"),
        (59, "just now"),
        (60, "1 min ago"),
        (3599, "59 min ago"),
        (3600, "1 hour ago"),
        (86_399, "23 hours ago"),
        (86_400, "1 day ago"),
        (604_799, "6 days ago"),
        (604_800, "14 Mar"),
    ],
)
def test_it_says_how_long_ago(seconds, said):
    assert words.moment(NOON, later(seconds)).words == said


def test_it_keeps_the_exact_time_behind_the_words():
    moment = words.moment(NOON, later(days=400))

    assert moment.words == "14 Mar 2026"
    assert moment.iso == "2026-03-14T12:00:00+00:00"
    assert moment.exact == "Saturday, 14 March 2026, 12:00 UTC"


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (2.0, "strongly for spam"),
        (0.8, "clearly for spam"),
        (0.3, "somewhat for spam"),
        (0.01, "slightly for spam"),
        (-2.5, "strongly against spam"),
        (0.0, "noted, not counted"),
    ],
)
def test_it_says_how_hard_a_share_pulls(share, said):
    assert words.pull(share, Head.SPAM) == said


@pytest.mark.parametrize(
    ("probability", "said"),
    [(0.99, "almost certain"), (0.7, "likely"), (0.5, "unclear"), (0.1, "unlikely"), (0.0, "very unlikely")],
)
def test_it_says_a_probability(probability, said):
    assert words.likelihood(probability) == said


def test_it_knows_every_band_that_the_policy_says():
    from modbot.policy import Yardstick, band

    yardstick = Yardstick(rank=lambda _: 0.0, reject_from=0.99, publish_below=0.4)
    said = {band(risk / 1000, yardstick) for risk in range(1001)}

    assert said == set(words.BANDS)
    assert [words.band_of(one).level for one in words.BANDS] == [1, 2, 3, 4, 5]
    assert words.band_of("").level == 0
    assert words.band_of("odd").words == "Odd"


def test_it_tells_a_promise():
    assert words.promise_words(Policy()) == "A person decides every comment."
    told = words.promise_words(Policy(mode=Mode.BORROWED, max_good_rejected=0.005, max_bad_published=0.05))
    assert told == "At most 0.5 % of good comments rejected and 5 % of bad ones published by machine."


def test_it_says_a_rank_among_good_comments():
    said = [words.among_good(risk) for risk in (0.0, 0.1, 0.5, 0.96, 0.9999, 1.0)]
    assert said[0] == "It looks less suspicious than 9 in 10 good comments."
    assert said[1] == "It looks more suspicious than 1 in 10 good comments."
    assert said[2] == "It looks more suspicious than half of all good comments."
    assert said[3] == "It looks more suspicious than 19 in 20 good comments."
    assert said[4] == said[5] == "It looks more suspicious than 999 in 1,000 good comments."


def test_it_shortens_at_a_word():
    assert words.excerpt("one  two\nthree", 9) == "one two…"
    assert words.excerpt("one two", 9) == "one two"
    assert words.excerpt("x" * 20, 5) == "xxxxx…"


def test_it_tells_reviews():
    assert words.review_words(Action.REJECT, first=True) == "Rejected"
    assert words.review_words(Action.HOLD, first=False) == "Put back into the queue"


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0.0, "0 %"),
        (0.0005, "under 0.1 %"),
        (0.001, "0.1 %"),
        (0.0123, "1.2 %"),
        (0.02, "2 %"),
        (0.0999, "10 %"),
        (0.1346, "13 %"),
        (0.99, "99 %"),
    ],
)
def test_it_says_a_share_with_no_more_figures_than_it_has_meaning(share, said):
    assert words.percent(share) == said


def test_it_repeats_a_promise_to_the_last_figure():
    policy = Policy(mode=Mode.BORROWED, max_good_rejected=0.0005, max_bad_published=0.125)

    assert (
        words.promise_words(policy)
        == "At most 0.05 % of good comments rejected and 12.5 % of bad ones published by machine."
    )
