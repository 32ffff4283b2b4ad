"""What holds for reading stored cases back, on both engines."""

from __future__ import annotations

import pytest

from factories import a_comment, a_draft, a_new_case, an_author, later
from modbot.domain import Action


def recorded(store, key, at, **comment):
    return store.record(a_new_case(comment=a_comment(key=key, **comment), at=at))[0]


@pytest.fixture
def seven(store):
    """Seven cases of Ada's, a second apart, and one of Ben's."""
    recorded(store, "ben", later(3), site_id="site-ben")
    return [recorded(store, f"k{n}", later(n)) for n in range(7)]


def test_it_works(store, seven):
    answered = store.record_review(a_draft(case_id=seven[-1].id, action=Action.REJECT, at=later(60)))
    newest, *rest = store.newest_cases("site-ada", 3)
    assert newest == answered
    assert newest.reviews[0].action is Action.REJECT
    assert [case.id for case in rest] == [seven[5].id, seven[4].id]
    assert store.count_cases("site-ada", 100) == 7


def test_it_pages_by_the_last_case(store, seven):
    assert [case.id for case in store.newest_cases("site-ada", 2, before=seven[2].id)] == [seven[1].id, seven[0].id]
    assert store.newest_cases("site-ada", 2, before=seven[0].id) == ()


def test_it_keeps_out_what_came_before_a_moment(store, seven):
    assert [case.id for case in store.newest_cases("site-ada", 9, since=later(5))] == [seven[6].id, seven[5].id]
    assert store.count_cases("site-ada", 100, since=later(5)) == 2


def test_it_leaves_out_what_was_erased(store, seven):
    store.erase_comment(seven[6].id, later(60))
    assert store.newest_cases("site-ada", 1)[0].id == seven[5].id
    assert store.count_cases("site-ada", 100) == 6


def test_it_counts_no_further_than_asked(store, seven):
    assert store.count_cases("site-ada", 4) == 4


def test_it_finds_the_newest_case_with_a_text(store):
    old, new, others = (
        recorded(store, key, later(n), fingerprint="same", author=an_author(key=who))
        for n, (key, who) in enumerate([("k1", "ada"), ("k2", "ada"), ("k3", "eve")])
    )

    assert store.newest_alike("site-ada", "same").id == others.id
    assert store.newest_alike("site-ada", "same", "ada").id == new.id
    assert store.newest_alike("site-ada", "same", "cal") is None
    assert store.newest_alike("site-ada", "else") is None
    assert store.newest_alike("site-ben", "same") is None
    store.erase_comment(others.id, later(9))
    assert store.newest_alike("site-ada", "same").id == new.id
    assert old.id < new.id
