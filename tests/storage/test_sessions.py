from __future__ import annotations

import pytest

from factories import a_user, later
from modbot.domain import Session


def a_session(**changes) -> Session:
    parts = {"id": "s1", "user_id": "user-ada", "browser": "Firefox, Linux", "began_at": later(0), "seen_at": later(0)}
    return Session(**(parts | changes))


@pytest.fixture
def people(store):
    for name in ("ada", "ben"):
        store.add_user(a_user(id=f"user-{name}", name=name), "hash")
    return store


def test_it_works(people):
    people.begin_session(a_session(), later(-60))
    session, user = people.session("s1")
    assert (session, user.name) == (a_session(), "ada")
    people.saw_session("s1", later(90))
    assert people.session("s1")[0].seen_at == later(90)
    people.end_session("user-ada", "s1")
    assert people.session("s1") is None


def test_it_lists_those_of_one_person_used_last_first(people):
    for number, user in enumerate(("user-ada", "user-ben", "user-ada")):
        people.begin_session(a_session(id=f"s{number}", user_id=user, seen_at=later(number)), later(-60))
    assert [one.id for one in people.sessions_of("user-ada")] == ["s2", "s0"]


def test_it_forgets_what_is_over(people):
    people.begin_session(a_session(id="old"), later(-60))
    people.begin_session(a_session(id="new", began_at=later(500)), later(1))
    assert [one.id for one in people.sessions_of("user-ada")] == ["new"]


def test_it_ends_no_session_of_somebody_else(people):
    people.begin_session(a_session(), later(-60))
    people.end_session("user-ben", "s1")
    assert people.end_other_sessions("user-ben", "none") == 0
    assert people.session("s1") is not None


def test_it_ends_all_but_one(people):
    for number in range(3):
        people.begin_session(a_session(id=f"s{number}"), later(-60))
    assert people.end_other_sessions("user-ada", "s1") == 2
    assert [one.id for one in people.sessions_of("user-ada")] == ["s1"]


@pytest.mark.parametrize("how", ["end_sessions", "disable_user", "set_password", "change_user"])
def test_whatever_changes_about_a_person_ends_their_sessions(people, how):
    people.begin_session(a_session(), later(-60))
    people.begin_session(a_session(id="ben", user_id="user-ben"), later(-60))
    given = {"set_password": ("user-ada", "other"), "change_user": (a_user(),)}.get(how, ("user-ada",))
    getattr(people, how)(*given)
    assert people.session("s1") is None
    assert people.session("ben") is not None
