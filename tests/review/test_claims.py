"""Who looks at what: said to colleagues, let go with the decision, on leaving or by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest

from factories import a_user
from modbot.domain import Role
from review.desk import HASH

LOOKS = "ada is looking at this"


@pytest.fixture
def eve(people, house, at_the_desk, ada_site):
    """A colleague of Ada's at the same site."""
    house.store.add_user(
        a_user(id="user-eve", name="eve", role=Role.MODERATOR, site_ids=frozenset({ada_site.id})), HASH
    )
    return at_the_desk("eve")


def test_it_works(at_the_desk, eve, arrive, clock):
    case, ada = arrive(), at_the_desk("ada")
    ada.get(f"/cases/{case.id}")

    assert LOOKS in eve.get("/queue").text
    assert LOOKS in eve.get(f"/cases/{case.id}").text
    assert LOOKS not in ada.get("/queue").text
    clock.tick(181)
    assert LOOKS not in eve.get("/queue").text


def test_it_is_kept_by_looking_on_and_released_on_leaving(at_the_desk, eve, arrive, clock):
    case, ada = arrive(), at_the_desk("ada")
    assert ada.post(f"/cases/{case.id}/claim").status_code == 204
    clock.tick(120)
    ada.post(f"/cases/{case.id}/claim")
    clock.tick(120)
    assert LOOKS in eve.get("/queue").text

    assert eve.post(f"/cases/{case.id}/claim/release").status_code == 204
    assert LOOKS in eve.get("/queue").text
    assert ada.post(f"/cases/{case.id}/claim/release").status_code == 204
    assert LOOKS not in eve.get("/queue").text


def test_it_locks_nothing(at_the_desk, eve, arrive, house):
    case, ada = arrive(), at_the_desk("ada")
    ada.get(f"/cases/{case.id}")
    assert eve.decide(case, "approval").status_code == 303
    assert not house.store.case(case.id).queued
    assert house.store.claims(house.clock()) == ()


def test_it_is_released_by_skipping(at_the_desk, arrive, house):
    case, ada = arrive(), at_the_desk("ada")
    ada.get(f"/cases/{case.id}")
    ada.post(f"/cases/{case.id}/skip")
    assert house.store.claims(house.clock()) == ()


def test_it_is_released_by_logging_out(at_the_desk, arrive, house):
    case, ada = arrive(), at_the_desk("ada")
    ada.get(f"/cases/{case.id}")
    ada.post("/logout")
    assert house.store.claims(house.clock() - timedelta(minutes=1)) == ()


def test_it_gives_two_people_different_comments_one_at_a_time(at_the_desk, eve, arrive):
    second, first = arrive("Second"), arrive("First")
    ada = at_the_desk("ada")
    assert f"case-{first.id}" in ada.get("/queue?view=one").text

    page = eve.get("/queue?view=one").text

    assert page.index(f"case-{second.id}") < page.find(f"case-{first.id}") or f"case-{first.id}" not in page
    # What a colleague looks at comes last, not never.
    eve.decide(second, "approval")
    assert f"case-{first.id}" in eve.get("/queue?view=one").text


def test_it_claims_nothing_for_those_who_cannot_decide(at_the_desk, arrive, house):
    case = arrive()
    cal, ben = at_the_desk("cal"), at_the_desk("ben")
    cal.get(f"/cases/{case.id}")
    assert cal.post(f"/cases/{case.id}/claim").status_code == 403
    assert ben.post(f"/cases/{case.id}/claim").status_code == 404
    assert house.store.claims(house.clock()) == ()
