from __future__ import annotations

import json
import re

import pytest

from modbot.domain import Role
from modbot.review.access import verify_password


def test_it_works(run, store):
    shown = run("user", "add", "ada").output
    password = re.search(r"Password: (\S+)", shown)[1]
    user, password_hash = store.user_named("ada")
    assert (user.role, user.site_ids) == (Role.MODERATOR, None)
    assert verify_password(password_hash, password)


def test_it_keeps_people_to_their_sites(run, store):
    run("site", "add", "Blog A", "--url", "https://a.example")
    run("site", "add", "Blog B", "--url", "https://b.example")
    run("user", "add", "ben", "--role", "viewer", "--site", "Blog A", "--site", "blog-b")
    user, _ = store.user_named("ben")
    assert (user.role, user.site_ids) == (Role.VIEWER, frozenset({"blog-a", "blog-b"}))
    assert "blog-a, blog-b" in run("user", "list").output


def test_it_refuses_a_site_or_a_role_that_is_not_there(run, store):
    assert "modbot site list" in run("user", "add", "ben", "--site", "Nowhere", code=1).stderr
    run("user", "add", "ben", "--role", "king", code=2)
    assert store.user_named("ben") is None


def test_it_refuses_a_name_that_is_taken(run, founded):
    assert "exists" in run("user", "add", "admin", code=1).stderr


def test_it_reads_a_password_from_standard_input(run, store):
    shown = run("user", "add", "ada", "--password-stdin", typed="correct horse battery\n").output
    assert verify_password(store.user_named("ada")[1], "correct horse battery")
    assert "horse" not in shown


@pytest.mark.parametrize("typed", ["", "\n", "short\n"])
def test_it_refuses_a_short_password(run, store, typed):
    result = run("user", "add", "ada", "--password-stdin", typed=typed, code=1)
    assert "at least 10" in result.stderr
    assert "short" not in result.stderr
    assert store.user_named("ada") is None


def test_it_gives_a_new_password_and_ends_sessions(run, store):
    before, _ = store.user_named("admin")
    made = json.loads(run("user", "set-password", "admin", "--json").output)["password"]
    after, password_hash = store.user_named("admin")
    assert verify_password(password_hash, made)
    assert after.session_version == before.session_version + 1


def test_it_locks_a_person_out(run, store):
    run("user", "add", "ben")
    run("user", "disable", "ben")
    assert store.user_named("ben")[0].disabled
    assert "disabled" in run("user", "list").output
    assert [user["disabled"] for user in json.loads(run("user", "list", "--json").output)] == [False, True]


@pytest.mark.parametrize("verb", ["disable", "set-password"])
def test_it_refuses_who_is_not_there(run, founded, verb):
    assert "modbot user list" in run("user", verb, "nobody", code=1).stderr
