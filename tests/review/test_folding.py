"""A campaign takes one row of the queue."""

from __future__ import annotations

import re

from modbot.review.pages.filters import ROWS


def listed(page):
    return re.findall(r'data-case="(\w+)"', page)


def test_it_works(at_the_desk, arrive):
    before, copies, after = arrive("Before"), arrive.copies(7), arrive("After")
    page = at_the_desk("ada").get("/queue?order=oldest").text

    assert listed(page) == [before.id, copies[0].id, after.id]
    assert "7 alike wait" in page
    assert 'action="/campaigns/' in page
    # A few of the others, at random, with what differs.
    assert len(re.findall(r'<li class="copies__item">', page)) == 3
    assert re.search(r'<del class="word word--left">0\.</del> <ins class="word word--added">\d\.</ins>', page)


def test_it_fills_the_page_up_and_goes_on_after_it(at_the_desk, arrive):
    arrive.copies(40)
    others = [arrive(f"Comment number {number}") for number in range(20)]
    ada = at_the_desk("ada")

    first = ada.get("/queue?order=oldest").text
    following = re.search(r'href="([^"]+)" rel="next"', first)[1].replace("&amp;", "&")

    assert listed(first)[1:] == [case.id for case in others[: ROWS - 1]]
    assert listed(ada.get(following).text) == [case.id for case in others[ROWS - 1 :]]


def test_it_shows_each_copy_by_itself_where_nothing_waits(at_the_desk, arrive):
    copies, ada = arrive.copies(3), at_the_desk("ada")
    for case in copies:
        ada.decide(case, "rejection")
    assert set(listed(ada.get("/queue?state=rejected").text)) == {case.id for case in copies}


def test_it_folds_nothing_once_a_single_copy_waits(at_the_desk, arrive):
    copies, ada = arrive.copies(2), at_the_desk("ada")
    ada.decide(copies[0], "rejection")
    page = ada.get("/queue").text
    assert listed(page) == [copies[1].id]
    assert "alike wait" not in page
