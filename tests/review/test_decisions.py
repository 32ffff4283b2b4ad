"""Publish, reject, reopen, undo: what happens, where people go on, who is refused."""

from __future__ import annotations

import re

import pytest

from modbot.domain import Action, DecidedBy
from review.desk import FINE

NOTICE = '<div class="notice"'
VERBS = ("approval", "rejection", "reopening", "undo")


def test_it_works(at_the_desk, arrive, house):
    case = arrive(FINE)
    ada = at_the_desk("ada")

    answer = ada.decide(case, "approval")

    assert answer.status_code == 303
    done = house.store.case(case.id)
    assert (done.action, done.decided_by, done.queued) == (Action.PUBLISH, DecidedBy.PERSON, False)
    assert (done.reviews[0].reviewer_name, done.reviews[0].revision) == ("ada", 1)
    page = ada.get(answer.location).text
    assert "Published" in page
    assert "Thank you, the timetable" in page
    assert f'action="/cases/{case.id}/undo"' in page


def test_it_keeps_the_reason_of_a_rejection(at_the_desk, arrive, house):
    case = arrive()
    ada = at_the_desk("ada")

    ada.decide(case, "rejection", reason="abuse")

    done = house.store.case(case.id)
    assert (done.action, done.reviews[0].reason) == (Action.REJECT, "abuse")
    assert "as abuse" in ada.get(f"/cases/{case.id}").text
    assert ada.decide(done, "rejection", reason="because").status_code == 400


def test_it_takes_a_decision_back(at_the_desk, arrive, house):
    case = arrive()
    ada = at_the_desk("ada")
    ada.decide(case, "rejection")

    answer = ada.decide(house.store.case(case.id), "undo")

    assert answer.location == f"/queue#case-{case.id}"
    back = house.store.case(case.id)
    assert (back.action, back.queued, back.revision) == (Action.HOLD, True, 3)
    page = ada.get("/queue").text
    assert case.id in page
    assert "Taken back:" in page
    assert "/undo" not in page


def test_it_takes_back_one_s_own_decisions_only(at_the_desk, arrive, house):
    case = arrive()
    at_the_desk("ada").decide(case, "approval")

    answer = at_the_desk("dora").decide(house.store.case(case.id), "undo")

    assert answer.status_code == 409
    assert house.store.case(case.id).action is Action.PUBLISH


def test_it_reopens(at_the_desk, arrive, house):
    case = arrive(FINE, action=Action.PUBLISH)

    at_the_desk("ada").decide(case, "reopening")

    again = house.store.case(case.id)
    assert (again.action, again.queued) == (Action.HOLD, True)


def test_it_refuses_a_stale_decision_and_says_what_happened(at_the_desk, arrive, house):
    case = arrive()
    at_the_desk("dora").decide(case, "approval")

    answer = at_the_desk("ada").decide(case, "rejection")

    assert answer.status_code == 409
    assert "dora decided this comment just now. It is now: Published by a moderator." in answer.text
    assert f'href="/cases/{case.id}"' in answer.text
    assert house.store.case(case.id).action is Action.PUBLISH


def test_it_says_that_nothing_was_recorded_when_the_site_erased_the_comment_meanwhile(
    at_the_desk, arrive, house, clock
):
    case = arrive()
    ada = at_the_desk("ada")
    house.store.erase_comment(case.id, clock())

    answer = ada.decide(case, "approval")

    assert answer.status_code == 409
    assert "Nothing was recorded" in answer.text
    assert house.store.case(case.id).action is Action.HOLD


@pytest.mark.parametrize("verb", VERBS)
def test_it_hides_another_site_s_cases(at_the_desk, arrive, house, verb):
    case = arrive()

    assert at_the_desk("ben").decide(case, verb).status_code == 404
    assert house.store.case(case.id) == case


@pytest.mark.parametrize("verb", VERBS)
def test_it_lets_a_viewer_decide_nothing(at_the_desk, arrive, house, verb):
    case = arrive()

    answer = at_the_desk("cal").decide(case, verb)

    assert answer.status_code == 403
    assert "You may read here, but not decide" in answer.text
    assert house.store.case(case.id) == case


@pytest.mark.parametrize("verb", VERBS)
def test_it_sends_strangers_to_the_log_in(visitor, arrive, house, verb):
    case = arrive()

    assert visitor.decide(case, verb).location == "/login"
    assert house.store.case(case.id) == case


def test_it_requires_the_revision_that_was_seen(at_the_desk, arrive):
    case = arrive()

    assert at_the_desk("ada").post(f"/cases/{case.id}/approval").status_code == 409


def test_it_stays_in_the_list_with_the_next_row_in_view(at_the_desk, arrive):
    second, first = arrive(), arrive()

    answer = at_the_desk("ada").decide(first, "approval", back="/queue?reason=NEW_AUTHOR", next=second.id)

    assert answer.location == f"/queue?reason=NEW_AUTHOR#case-{second.id}"


def test_it_goes_from_case_to_case(at_the_desk, arrive, house):
    third, second, first = arrive(), arrive(), arrive()
    ada = at_the_desk("ada")

    page = ada.get(f"/cases/{second.id}").text
    answer = ada.decide(second, "approval", **{"from": "case"})

    assert f'href="/cases/{third.id}" rel="next"' in page
    assert answer.location == f"/cases/{third.id}"
    assert ada.decide(third, "approval", **{"from": "case"}).location == f"/cases/{first.id}"
    assert ada.decide(first, "approval", **{"from": "case"}).location == "/queue"


def test_it_answers_the_list_with_the_row_as_it_is_now(at_the_desk, arrive, house):
    arrive()
    case = arrive()
    ada = at_the_desk("ada")

    answer = ada.decide(case, "approval", back=f"/cases/{case.id}/outcome")
    part = ada.get(answer.location).text

    assert answer.location == f"/cases/{case.id}/outcome"
    assert '<span data-part="waiting">1</span>' in part
    assert f'action="/cases/{case.id}/undo"' in part
    assert f'id="case-{case.id}"' in part
    assert "<html" not in part


def test_it_goes_nowhere_else(at_the_desk, arrive):
    answer = at_the_desk("ada").decide(arrive(), "approval", back="//evil.example", next="x y")

    assert answer.location == "/queue"


def test_it_says_nothing_of_what_was_done_long_ago(at_the_desk, arrive, clock):
    ada = at_the_desk("ada")
    ada.decide(arrive(), "approval")

    clock.tick(121)

    assert NOTICE not in ada.get("/queue").text


def test_it_says_once_what_was_done(at_the_desk, arrive):
    ada = at_the_desk("ada")
    case = arrive()
    ada.decide(case, "approval")
    assert NOTICE in ada.get("/queue").text
    assert NOTICE not in ada.get("/queue").text

    answer = ada.decide(arrive(), "approval", back=f"/cases/{case.id}/outcome")

    assert NOTICE in ada.get(answer.location).text
    assert NOTICE not in ada.get("/queue").text


def test_it_takes_back_the_last_ten_decisions_one_after_the_other(at_the_desk, arrive, house):
    ada, cases = at_the_desk("ada"), [arrive(f"Comment number {number}") for number in range(12)]
    for case in cases:
        ada.decide(case, "approval")

    undone = []
    while found := re.search('data-undo="([^"]+)"', ada.get("/queue").text):
        undone.append(found[1])
        ada.decide(house.store.case(found[1]), "undo")

    assert undone == [case.id for case in reversed(cases[2:])]
    assert [house.store.case(case.id).queued for case in cases] == [False] * 2 + [True] * 10


def test_it_leaves_out_what_somebody_else_has_decided_since(at_the_desk, arrive, house):
    first, second = arrive(), arrive()
    ada = at_the_desk("ada")
    for case in (first, second):
        ada.decide(case, "approval")
    at_the_desk("dora").decide(house.store.case(second.id), "rejection")

    page = ada.get("/overview").text

    assert f'action="/cases/{first.id}/undo"' in page
    assert f'action="/cases/{second.id}/undo"' not in page


def test_it_shows_the_case_that_was_taken_back_on_its_page(at_the_desk, arrive, house):
    arrive()
    case = arrive()
    ada = at_the_desk("ada")
    ada.decide(case, "approval", **{"from": "case"})

    answer = ada.decide(house.store.case(case.id), "undo", **{"from": "case"})

    assert answer.location == f"/cases/{case.id}"


def test_it_calls_a_person_you(at_the_desk, arrive):
    case = arrive()
    ada = at_the_desk("ada")
    ada.decide(case, "approval")

    assert "You decided this comment just now. It is now: Published" in ada.decide(case, "rejection").text


def test_it_skips_to_the_end_of_ones_own_list(at_the_desk, arrive):
    last, first = arrive("Comment one about the bus"), arrive("Comment two about the bus")
    ada, cal = at_the_desk("ada"), at_the_desk("dora")

    answer = ada.decide(first, "skip")

    assert answer.status_code == 303
    page = ada.get("/queue").text
    assert "Skipped until the end of your list:" in page
    assert first.id not in page
    aside = ada.get("/queue?cursor=skipped").text
    assert first.id in aside
    assert last.id not in aside
    assert first.id in cal.get("/queue").text


def test_it_shows_what_was_skipped_once_nothing_else_waits(at_the_desk, arrive):
    only = arrive()
    ada = at_the_desk("ada")

    ada.decide(only, "skip")

    assert only.id in ada.get("/queue").text


def test_it_keeps_a_question_and_leaves_the_case_where_it_is(at_the_desk, arrive, house):
    case = arrive()
    ada = at_the_desk("ada")

    answer = ada.post(f"/cases/{case.id}/notes", body="  Is that still fair?  ", asks="1")

    assert answer.location == f"/cases/{case.id}#notes"
    assert house.store.notes([case.id])[case.id][0].body == "Is that still fair?"
    assert (house.store.case(case.id).queued, house.store.case(case.id).revision) == (True, 1)
    queue = at_the_desk("dora").get("/queue?state=asked").text
    assert "ada asks: Is that still fair?" in queue
    assert "Is that still fair?" in ada.get(f"/cases/{case.id}").text


def test_it_refuses_an_empty_note_and_people_of_other_sites(at_the_desk, arrive, house):
    case = arrive()

    assert at_the_desk("ada").post(f"/cases/{case.id}/notes", body=" ").status_code == 400
    assert at_the_desk("ben").post(f"/cases/{case.id}/notes", body="x").status_code == 404
    assert at_the_desk("cal").post(f"/cases/{case.id}/notes", body="x").status_code == 403
    assert house.store.notes([case.id]) == {}


@pytest.mark.parametrize("kind", ["insult", "threat", "identity_attack", "obscene"])
def test_it_keeps_the_kind_of_abuse(at_the_desk, arrive, house, kind):
    case = arrive()

    at_the_desk("ada").decide(case, "rejection", reason=kind)

    assert house.store.case(case.id).reviews[0].reason == kind
