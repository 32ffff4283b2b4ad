"""How a list is told what changed."""

from __future__ import annotations

import pytest

from modbot.review.pages.live import FRESH_MOST, changes_page


@pytest.mark.parametrize(
    ("fresh", "words"),
    [(0, ""), (1, "1 new comment"), (2, "2 new comments"), (FRESH_MOST, "20 new comments"), (21, "20+ new comments")],
)
def test_it_works(fresh, words):
    assert changes_page([], {}, 7, fresh, "/queue").fresh == words


def test_it_is_the_same_whatever_the_order_of_claims():
    one, other = (
        changes_page([], {"c1": "ada", "c2": "eve"}, 0, 0, ""),
        changes_page([], {"c2": "eve", "c1": "ada"}, 0, 0, ""),
    )
    assert one == other
    assert one.claims == (("c1", "ada is looking at this"), ("c2", "eve is looking at this"))
