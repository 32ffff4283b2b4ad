"""The first steps, ticked off by what is there."""

from __future__ import annotations

import pytest

from factories import a_user
from modbot.domain import CaseQuery, Role
from review.desk import HASH, Person


@pytest.fixture
def first(app, house):
    """The administrator of an empty house."""
    house.store.add_user(a_user(id="user-dora", name="dora", role=Role.ADMIN, site_ids=None), HASH)
    person = Person(app.test_client())
    person.log_in("dora")
    return person


def done(person) -> list[bool]:
    page = person.get("/start").text
    return ["Done</span>" in step for step in page.split('<li class="card steps__item')[1:]]


def test_it_works(first, house):
    assert first.get("/queue").location == "/start"
    assert done(first) == [False] * 4

    answer = first.post("/admin/sites", name="My blog", url="https://blog.example")
    assert 'href="/start"' in answer.text
    assert first.get("/queue").status_code == 200
    assert 'href="/start"' in first.get("/queue").text
    assert done(first) == [True, False, False, False]

    first.post("/admin/sites/my-blog/test", name="Test", email="test@example.org", body="This is a test.")
    assert done(first) == [True, True, True, False]
    (row,) = house.store.cases(CaseQuery()).rows
    assert f'href="/cases/{row.id}"' in first.get("/start").text

    first.post(f"/cases/{row.id}/approval", revision="1")
    assert done(first) == [True] * 4
    assert "Everything works." in first.get("/start").text


def test_it_is_for_administrators(at_the_desk):
    assert at_the_desk("ada").get("/start").status_code == 404
    assert at_the_desk("ada").get("/queue").status_code == 200


def test_it_leaves_others_in_an_empty_house_at_the_queue(app, house):
    house.store.add_user(a_user(id="user-eve", name="eve", site_ids=None), HASH)
    person = Person(app.test_client())
    person.log_in("eve")
    assert person.get("/queue").status_code == 200
