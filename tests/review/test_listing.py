"""The list that a person works through: its orders, one at a time, what comes next."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from sqlalchemy import event

from modbot.domain import Action, Head
from review.desk import FINE, a_spam_verdict


def shown(page: str) -> list[str]:
    return re.findall(r'id="case-(\w+)"', page)


@pytest.fixture
def mixed(arrive):
    """A dull one, a doubtful one and a blatant one, in this order of arrival."""

    def one(risk, spam):
        return arrive(verdict=replace(a_spam_verdict(), risk=risk, scores={Head.SPAM: spam, Head.TOXICITY: 0.01}))

    return {"dull": one(0.1, 0.05), "doubtful": one(0.6, 0.5), "blatant": one(0.99, 0.99)}


@pytest.mark.parametrize(
    ("order", "names"),
    [
        ("worst", ["blatant", "doubtful", "dull"]),
        ("oldest", ["dull", "doubtful", "blatant"]),
        ("unsure", ["doubtful", "dull", "blatant"]),
    ],
)
def test_it_works(at_the_desk, mixed, order, names):
    ada = at_the_desk("ada")
    expected = [mixed[name].id for name in names]

    assert shown(ada.get(f"/queue?order={order}").text) == expected
    answer = ada.post(f"/cases/{expected[0]}/approval", revision="1", **{"from": "case"})
    assert answer.location == f"/cases/{expected[1]}"


def test_it_shows_one_at_a_time_with_what_surrounds_it(at_the_desk, arrive, ada_site):
    parent = arrive(FINE, action=Action.PUBLISH)
    arrive("First of all, no.", parent_id=parent.comment.key, author=parent.comment.author)
    ada = at_the_desk("ada")

    page = ada.get("/queue?view=one").text

    assert "In reply to" in page
    assert "1 published, 0 held, 0 rejected" in page
    assert "rows--one" in page
    assert "data-pick" not in page


def test_it_has_only_a_few_at_hand_when_it_shows_one_at_a_time(at_the_desk, arrive):
    for number in range(5):
        arrive(f"Comment {number} about the bus")

    page = at_the_desk("ada").get("/queue?view=one").text

    assert len(shown(page)) == 3
    assert "view=one&amp;cursor=" in page


def test_it_goes_on_in_the_list_that_a_person_came_from(at_the_desk, mixed):
    ada = at_the_desk("ada")
    ada.get("/queue?order=oldest")

    page = ada.get(f"/cases/{mixed['dull'].id}").text

    assert f'href="/cases/{mixed["doubtful"].id}" rel="next"' in page


def test_it_comes_round_to_the_first_at_the_end(at_the_desk, mixed):
    ada = at_the_desk("ada")

    page = ada.get(f"/cases/{mixed['dull'].id}").text

    assert f'href="/cases/{mixed["blatant"].id}" rel="next"' in page


def test_it_asks_no_more_of_the_database_for_more_rows(at_the_desk, arrive, house):
    ada = at_the_desk("ada")
    asked: list[str] = []
    event.listen(house.store._db.engine, "before_cursor_execute", lambda *call: asked.append(call[2]))

    def count(path):
        asked.clear()
        ada.get(path)
        return len(asked)

    arrive()
    few = {path: count(path) for path in ("/queue", "/queue?order=unsure", "/queue/mine")}
    for _ in range(15):
        arrive()
    assert {path: count(path) for path in few} == few
