"""One key decides a campaign, one undo takes it back."""

from __future__ import annotations

import re

import pytest

from modbot.domain import Action


@pytest.fixture
def group(arrive):
    return arrive.copies(4)


@pytest.fixture
def href(house, group):
    return f"/campaigns/{house.store.campaign_of(group[0].id)}"


def standing(house, cases):
    return [house.store.case(case.id).action for case in cases]


def test_it_works(at_the_desk, house, arrive, group, href):
    other, ada = arrive(), at_the_desk("ada")
    done = ada.post(f"{href}/rejection", reason="spam", back="/queue")
    assert (done.status_code, done.location) == (303, "/queue")
    assert standing(house, group) == [Action.REJECT] * 4
    assert {house.store.case(case.id).reviews[0].reason for case in group} == {"spam"}
    assert house.store.case(other.id).queued

    page = ada.get("/queue").text
    assert "Rejected 4 comments." in page
    undo = re.search(r'action="(/queue/batches/\w+/undo)"', page)[1]
    ada.post(undo)
    assert standing(house, group) == [Action.HOLD] * 4


def test_it_decides_what_waits_and_leaves_what_was_decided(at_the_desk, house, group, href):
    ada = at_the_desk("ada")
    ada.decide(group[1], "rejection")
    ada.post(f"{href}/approval", back="/queue")
    assert standing(house, group) == [Action.PUBLISH, Action.REJECT, Action.PUBLISH, Action.PUBLISH]


def test_it_tells_the_list_by_the_address_what_it_did(at_the_desk, group, href):
    ada = at_the_desk("ada")
    done = ada.post(f"{href}/rejection", back=f"/cases/{group[0].id}/outcome")
    told = ada.get(done.location).text
    assert "Rejected 4 comments." in told
    assert "/queue/batches/" in told
    assert "Rejected 4 comments." not in at_the_desk("dora").get(done.location).text


def test_it_shows_some_at_random_and_what_was_decided(at_the_desk, arrive, href):
    arrive.copies(20)
    ada = at_the_desk("ada")
    page = ada.get(href).text
    assert "24 comments alike wait" in page
    assert len(re.findall('<li class="copies__item">', page)) == 13
    chosen = {tuple(re.findall(r'class="case__excerpt" href="(/cases/\w+)"', ada.get(href).text)) for _ in range(5)}
    assert len(chosen) > 1

    ada.post(f"{href}/rejection", back="/queue")
    page = ada.get(href).text
    assert "0 comments alike wait" in page
    assert "None of them waits for a person." in page
    assert "Rejected" in page


def test_it_comes_back_at_the_end_of_the_list_when_it_is_skipped(at_the_desk, arrive, group, href):
    other, ada = arrive(), at_the_desk("ada")
    assert ada.post(f"{href}/skip", back="/queue").location == "/queue"
    listed = re.findall(r'data-case="(\w+)"', ada.get("/queue").text)
    assert listed == [other.id]
    listed = re.findall(r'data-case="(\w+)"', ada.get("/queue?cursor=skipped").text)
    assert len(listed) == 1
    assert listed[0] in {case.id for case in group}


def test_it_says_when_somebody_was_faster(at_the_desk, group, href):
    at_the_desk("dora").post(f"{href}/rejection", back="/queue")
    late = at_the_desk("ada").post(f"{href}/approval", back="/queue")
    assert late.status_code == 409
    assert "None of these comments waits any more" in late.text


def test_it_is_for_those_who_may_decide_there(at_the_desk, house, group, href):
    ben, cal = at_the_desk("ben"), at_the_desk("cal")
    assert ben.get(href).status_code == ben.post(f"{href}/approval").status_code == 404
    assert ben.post(f"{href}/skip").status_code == ben.get("/campaigns/g0").status_code == 404
    assert cal.get(href).status_code == 200
    assert cal.post(f"{href}/rejection").status_code == 403
    assert standing(house, group) == [Action.HOLD] * 4


def test_it_is_reached_from_the_page_of_a_copy(at_the_desk, group, href):
    assert f'href="{href}"' in at_the_desk("ada").get(f"/cases/{group[2].id}").text


def test_it_refuses_a_reason_that_is_not_ours(at_the_desk, house, group, href):
    assert at_the_desk("ada").post(f"{href}/rejection", reason="dislike").status_code == 400
    assert standing(house, group) == [Action.HOLD] * 4
