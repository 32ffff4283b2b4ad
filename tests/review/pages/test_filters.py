"""What a list is narrowed by, in words and as an address."""

from __future__ import annotations

from datetime import timedelta

import pytest

from factories import NOON, a_site, a_user
from modbot.review.pages.filters import AGES, NARROWING, Filters, bounds, more_of


@pytest.mark.parametrize("name", NARROWING)
def test_it_works(name):
    filters = Filters(state="all", **{name: "x"})
    assert filters.narrow
    assert filters.href() == f"/queue?state=all&{'q' if name == 'text' else name}=x"
    assert not Filters(state="all").narrow


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        (Filters(text="night bus"), "“night bus”"),
        (Filters(site="site-ada"), "Harbour Gazette"),
        (Filters(reason="NEW_AUTHOR"), "New author"),
        (Filters(age="older"), "Older than 30 days"),
        (Filters(band="probably bad"), "Probably bad"),
        (Filters(who="machine"), "Decided by the machine"),
        (Filters(who="user-ada"), "Decided by ada"),
        (Filters(who="gone"), "Decided by gone"),
        (Filters(host="casino.example"), "casino.example"),
        (Filters(author="0123"), "One author"),
    ],
)
def test_it_says_what_is_in_force(filters, said):
    (chip,) = more_of(filters, [a_site()], [a_user()], (), 20_000).chips
    assert (chip.words, chip.href) == (said, "/queue")


@pytest.mark.parametrize("age", ["", *AGES])
def test_it_bounds_an_age(age):
    since, until = bounds(age, NOON)
    assert since is None or since < NOON
    assert until is None or until < NOON
    assert bounds("week", NOON) == (NOON - timedelta(days=7), None)
    assert bounds("older", NOON) == (None, NOON - timedelta(days=30))
