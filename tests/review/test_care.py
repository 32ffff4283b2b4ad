"""What people asked to be spared, on the pages that they work on."""

from __future__ import annotations

import pytest

from modbot.review.render import CARE

RUDE = "You fucking moron, the bus was early"


def test_it_works(at_the_desk, house, arrive):
    case = arrive(RUDE, name="Bitch Slayer")
    ada = at_the_desk("ada")
    assert "fucking" in ada.get("/queue").text
    answer = ada.post("/preferences/care", mask="1", own="moron", pause_min="0")
    assert answer.location == "/preferences/care?saved=1"
    page = ada.get("/queue").text
    assert "f••••••" in page
    assert "m••••" in page
    assert "B•••• Slayer" in page
    assert not any(word in page.lower() for word in ("fucking", "moron", "bitch"))
    assert f'href="/cases/{case.id}?show=1"' in page
    assert "fucking" in at_the_desk("dora").get("/queue").text


@pytest.mark.parametrize("path", ["/cases/{id}", "/cases/{id}/thread", "/queue?view=one", "/queue?state=all"])
def test_it_veils_wherever_a_comment_is_shown_until_asked(at_the_desk, arrive, path):
    case = arrive(RUDE)
    ada = at_the_desk("ada")
    ada.post("/preferences/care", mask="1")
    assert "fucking" not in ada.get(path.format(id=case.id)).text
    asked = path.format(id=case.id)
    assert "fucking" in ada.get(asked + ("&" if "?" in asked else "?") + "show=1").text


def test_it_veils_what_is_said_of_a_decision(at_the_desk, arrive):
    case = arrive(RUDE)
    ada = at_the_desk("ada")
    ada.post("/preferences/care", mask="1")
    ada.decide(case, "rejection")
    assert "You f•••••• moron" in ada.get("/queue").text


def test_it_leaves_what_people_typed_as_they_typed_it(at_the_desk, arrive):
    arrive(RUDE)
    ada = at_the_desk("ada")
    ada.post("/preferences/care", mask="1", own="gap")
    page = ada.get("/queue?q=fucking&host=fuck.example").text
    assert 'value="fucking"' in page
    assert 'value="fuck.example"' in page
    assert "q=fucking" in page
    assert ">gap<" in ada.get("/preferences/care").text


def test_it_forgets_what_nobody_wants_any_more(at_the_desk, house):
    ada = at_the_desk("ada")
    ada.post("/preferences/care", mask="1", count="1")
    ada.post("/preferences/care", pause_min="0")
    assert CARE not in house.store.preferences("user-ada")
