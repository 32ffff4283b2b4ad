"""Many at once: asked once more, all or nothing, taken back as one; and the last ten decisions."""

from __future__ import annotations

import re

import pytest

from modbot.domain import Action
from review.desk import FINE


@pytest.fixture
def three(arrive):
    return [arrive(f"Comment {number} about the bus") for number in range(3)]


def ticked(cases):
    return [f"{case.id}:{case.revision}" for case in cases]


def standing(house, cases):
    return [house.store.case(case.id).action for case in cases]


def test_it_works(at_the_desk, house, three):
    ada = at_the_desk("ada")

    asked = ada.post("/queue/batches/confirm", what="reject:spam", case=ticked(three[:2]))
    assert "Reject 2 comments as spam?" in asked.text
    assert "Comment 0 about the bus" in asked.text
    assert "Comment 2 about the bus" not in asked.text
    assert standing(house, three) == [Action.HOLD] * 3

    done = ada.post("/queue/batches", what="reject:spam", case=ticked(three[:2]))
    assert (done.status_code, done.location) == (303, "/queue")
    assert standing(house, three) == [Action.REJECT, Action.REJECT, Action.HOLD]
    page = ada.get("/queue").text
    assert "Rejected 2 comments." in page

    undo = re.search(r'action="(/queue/batches/\w+/undo)"', page)[1]
    assert ada.post(undo).status_code == 303
    assert standing(house, three) == [Action.HOLD] * 3
    assert "Taken back: 2 comments." in ada.get("/queue").text
    assert ada.post(undo).status_code == 409


def test_it_decides_none_if_one_has_moved_on_and_offers_the_others(at_the_desk, house, three):
    ada, dora = at_the_desk("ada"), at_the_desk("dora")
    dora.decide(three[1], "approval")

    answer = ada.post("/queue/batches", what="publish", case=ticked(three))

    assert answer.status_code == 409
    assert "1 comment changed" in answer.text
    assert "Publish 2 comments?" in answer.text
    assert f"{three[1].id}:" not in answer.text
    assert standing(house, three) == [Action.HOLD, Action.PUBLISH, Action.HOLD]


def test_it_takes_everything_that_matches_and_says_how_many(at_the_desk, arrive, three):
    arrive(FINE, page_url="https://gazette.example/other")
    ada = at_the_desk("ada")

    every = ada.post("/queue/batches/confirm", what="publish", everything="1", back="/queue").text
    some = ada.post("/queue/batches/confirm", what="publish", everything="1", back="/queue?q=about").text

    assert "Publish 4 comments?" in every
    assert "Publish 3 comments?" in some


def test_it_says_so_when_nothing_was_ticked(at_the_desk):
    assert "No comment was selected." in at_the_desk("ada").post("/queue/batches/confirm", what="publish").text


@pytest.mark.parametrize("what", ["", "hold", "reject:because", "publish:because"])
def test_it_refuses_what_is_no_decision(at_the_desk, what):
    assert at_the_desk("ada").post("/queue/batches/confirm", what=what).status_code == 400


@pytest.mark.parametrize("case", ["c1", "c1:", "c1:x", ":1", "c1:99999999999999"])
def test_it_refuses_what_is_no_case(at_the_desk, case):
    assert at_the_desk("ada").post("/queue/batches/confirm", what="publish", case=case).status_code == 400


def test_it_decides_nothing_of_other_peoples_sites(at_the_desk, house, three):
    """Ben moderates another site, Cal only reads."""
    for name in ("ben", "cal"):
        person = at_the_desk(name)
        assert "about the bus" not in person.post("/queue/batches/confirm", what="publish", case=ticked(three)).text
        assert person.post("/queue/batches", what="publish", case=ticked(three)).status_code == 409
        assert "Publish 0" in person.post("/queue/batches/confirm", what="publish", everything="1").text
    assert standing(house, three) == [Action.HOLD] * 3


def test_it_takes_back_only_ones_own(at_the_desk, house, three):
    ada, dora = at_the_desk("ada"), at_the_desk("dora")
    ada.post("/queue/batches", what="reject", case=ticked(three))
    batch = ada.get("/queue/mine").text.split("/queue/batches/", 1)[1].split("/", 1)[0]

    assert dora.post(f"/queue/batches/{batch}/undo").status_code == 409
    assert standing(house, three) == [Action.REJECT] * 3


def test_it_lists_the_last_ten_decisions_each_to_change(at_the_desk, arrive, house, clock):
    cases = [arrive(f"Comment {number} about the bus") for number in range(12)]
    ada = at_the_desk("ada")
    for case in cases:
        clock.tick(1)
        ada.decide(case, "approval")

    page = ada.get("/queue/mine").text
    assert page.count("Take it back") == 10
    assert "Comment 1 about" not in page
    assert "Comment 11 about" in page

    last = house.store.case(cases[-1].id)
    answer = ada.post(f"/cases/{last.id}/rejection", revision=str(last.revision), back="/queue/mine")
    assert answer.location.startswith("/queue/mine")
    assert house.store.case(last.id).action is Action.REJECT


def test_it_says_what_became_of_a_decision(at_the_desk, arrive, house, clock):
    case = arrive()
    ada, dora = at_the_desk("ada"), at_the_desk("dora")
    ada.decide(case, "approval")
    clock.tick(1)
    dora.decide(house.store.case(case.id), "rejection")

    page = ada.get("/queue/mine").text

    assert "It has moved on since. It is now: Rejected." in page
    assert "Take it back" not in page
