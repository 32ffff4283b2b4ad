"""A site's life played again: what is revealed, what is counted, and that it comes out the same each time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from factories import later
from learning_cases import an_example
from modbot.domain import Action, Head, Mode, Policy
from modbot.errors import ModelError
from modbot.replay import Lived, figures, periods, play

pytestmark = pytest.mark.slow

BORROWED = Policy(mode=Mode.BORROWED)
HOLD_ONLY = Policy(mode=Mode.HOLD_ONLY)
GOOD = {Head.SPAM: 0.0}
SPAM = {Head.SPAM: 1.0}


def a_history(count=150):
    rows = []
    for n in range(count):
        bad = n % 3 == 0
        body = f"Part {n} of my lighthouse poem" if bad else f"The tide table on page {n} is late again"
        rows.append(
            replace(
                an_example(body, SPAM if bad else GOOD, "harbour", name=f"Reader {chr(97 + n % 26)}"), at=later(100 * n)
            )
        )
    return rows


def lived(house, policy, history=None, seed=0):
    return play(history or a_history(), house.model, policy, seed=seed, progress=lambda _: None)


def test_it_works(house):
    life = lived(house, BORROWED)
    whole = figures(life.lived)
    assert (whole.comments, whole.good, whole.bad, life.skipped) == (150, 100, 50, 0)
    assert (whole.first, whole.last) == (later(0), later(14_900))
    assert 0 < whole.read < 150
    assert life.learned.startswith("Layer s")


def test_it_reads_everything_in_hold_only(house):
    whole = figures(lived(house, HOLD_ONLY).lived)
    assert (whole.read, whole.good_rejected, whole.bad_published) == (150, 0, 0)


def test_it_comes_out_the_same_each_time(house):
    assert lived(house, BORROWED) == lived(house, BORROWED)


def test_it_plays_in_the_order_of_dates(house):
    history = a_history(8)
    assert [one.at for one in lived(house, HOLD_ONLY, history[::-1]).lived] == [one.at for one in history]


def test_it_reveals_nothing_that_nobody_read(house):
    # The label of a comment that the machine decided, and that was not drawn, must make no difference to the rest.
    life = lived(house, BORROWED)
    unread = next(n for n, one in enumerate(life.lived) if not one.read)
    history = a_history()
    flipped = GOOD if life.lived[unread].bad else SPAM
    history[unread] = replace(history[unread], labels=flipped)
    again = lived(house, BORROWED, history)
    assert [one.action for one in again.lived] == [one.action for one in life.lived]
    assert again.lived[unread].bad != life.lived[unread].bad


def test_it_leaves_out_rows_without_an_answer(house):
    history = [*a_history(8), replace(an_example("Who knows?", {}, "harbour"), at=later(1))]
    life = lived(house, HOLD_ONLY, history)
    assert (len(life.lived), life.skipped) == (8, 1)


def test_it_plays_what_no_door_would_take(house):
    odd = [
        an_example("A name and a website that no form takes", GOOD, "harbour", name="x" * 300, url="not a url at all"),
        an_example("Broken \ud800 and \x00 text", SPAM, "harbour", domain="example..org"),
        an_example("", SPAM, "harbour"),
    ]
    life = lived(house, HOLD_ONLY, [replace(one, at=later(n)) for n, one in enumerate(odd)])
    assert len(life.lived) == 3


def test_it_requires_dates_and_labels(house):
    with pytest.raises(ModelError, match="no dates"):
        lived(house, BORROWED, [an_example("When?", GOOD, "harbour")])
    with pytest.raises(ModelError, match="no labelled rows"):
        lived(house, BORROWED, [replace(an_example("What?", {}, "harbour"), at=later())])


def test_it_counts_the_machines_errors_and_what_a_check_caught():
    life = [
        Lived(later(0), bad=False, action=Action.REJECT, read=False),
        Lived(later(1), bad=False, action=Action.REJECT, read=True),
        Lived(later(2), bad=True, action=Action.PUBLISH, read=True),
        Lived(later(3), bad=True, action=Action.REJECT, read=False),
        Lived(later(4), bad=False, action=Action.HOLD, read=True),
    ]
    whole = figures(life)
    assert (whole.good, whole.bad, whole.read) == (3, 2, 3)
    assert (whole.good_rejected, whole.good_rejected_caught) == (2, 1)
    assert (whole.bad_published, whole.bad_published_caught) == (1, 1)
    assert [one.comments for one in periods(life * 5)] == [2, 3] * 5
