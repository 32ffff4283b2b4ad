"""What holds for people, on both engines."""

from __future__ import annotations

import pytest

from factories import a_user
from modbot.domain import Role
from modbot.errors import AlreadyExists


def test_it_works(store):
    ada = a_user(site_ids=frozenset({"site-ada"}))
    admin = a_user(id="user-root", name="root", role=Role.ADMIN)
    assert store.add_user(ada, "argon-1") == ada
    store.add_user(admin, "argon-2")
    assert store.user("user-ada") == ada
    assert store.user_named("ada") == (ada, "argon-1")
    assert store.users() == (ada, admin)


def test_it_says_none_where_there_is_nobody(store):
    assert store.user("nobody") is None
    assert store.user_named("nobody") is None


def test_it_tells_every_site_from_no_site(store):
    store.add_user(a_user(id="a", name="a", site_ids=None), "x")
    store.add_user(a_user(id="b", name="b", site_ids=frozenset()), "x")
    assert store.user("a").site_ids is None
    assert store.user("b").site_ids == frozenset()


def test_it_refuses_a_name_that_is_taken(store):
    store.add_user(a_user(), "x")
    with pytest.raises(AlreadyExists, match="ada"):
        store.add_user(a_user(id="other"), "y")


def test_it_ends_sessions_with_a_new_password(store):
    store.add_user(a_user(), "old")
    store.set_password("user-ada", "new")
    user, password_hash = store.user_named("ada")
    assert password_hash == "new"
    assert user.session_version == 2


def test_it_ends_sessions_of_somebody_who_is_disabled(store):
    store.add_user(a_user(), "x")
    store.disable_user("user-ada")
    assert store.user("user-ada") == a_user(disabled=True, session_version=2)


def test_it_ends_sessions_of_one_person_only(store):
    store.add_user(a_user(), "x")
    store.add_user(a_user(id="user-ben", name="ben"), "x")
    store.end_sessions("user-ada")
    assert store.user("user-ada").session_version == 2
    assert store.user("user-ben").session_version == 1
