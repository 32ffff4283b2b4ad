"""People: added with a password that is shown once, changed, kept out, and by whom."""

from __future__ import annotations

import re

import pytest

from factories import a_user
from modbot.domain import Deed, Role
from modbot.review.passwords import verify_password
from review.desk import HASH, Person


@pytest.fixture
def eve(house, app, ben_site, people):
    """An administrator of Ben's site alone."""
    house.store.add_user(a_user(id="user-eve", name="eve", role=Role.ADMIN, site_ids=frozenset({ben_site.id})), HASH)
    person = Person(app.test_client())
    person.log_in("eve")
    return person


def deeds(house):
    return [(entry.deed, entry.subject) for entry in house.store.audit_log(None) if entry.deed is not Deed.LOGGED_IN]


def test_it_works(at_the_desk, house, visitor, ada_site):
    dora = at_the_desk("dora")
    answer = dora.post("/admin/users", name=" Fay  Low ", role="viewer", site=ada_site.id)

    assert answer.status_code == 201
    password = re.search(r"shown this once: <code>([^<]+)</code>", answer.text)[1]
    user, password_hash = house.store.user_named("Fay Low")
    assert (user.role, user.site_ids) == (Role.VIEWER, frozenset({ada_site.id}))
    assert verify_password(password_hash, password)
    assert password not in dora.get("/admin/users").text
    assert visitor.log_in("Fay Low", password).status_code == 303
    assert deeds(house) == [(Deed.USER_ADDED, "Fay Low")]


def test_it_changes_what_somebody_may_do(at_the_desk, house, ada_site, ben_site):
    dora = at_the_desk("dora")
    assert dora.post("/admin/users/user-cal", role="moderator", site=[ada_site.id, ben_site.id]).status_code == 303
    cal = house.store.user("user-cal")
    assert (cal.role, cal.site_ids) == (Role.MODERATOR, frozenset({ada_site.id, ben_site.id}))
    dora.post("/admin/users/user-cal", role="admin", everywhere="1")
    assert house.store.user("user-cal").site_ids is None
    assert deeds(house) == [(Deed.USER_CHANGED, "cal")] * 2


def test_it_keeps_somebody_out_at_once_and_lets_them_in_again(at_the_desk, house, visitor):
    ada, dora = at_the_desk("ada"), at_the_desk("dora")
    dora.post("/admin/users/user-ada/disabling")
    assert ada.get("/queue").status_code == 303
    assert visitor.log_in("ada").status_code == 401
    dora.post("/admin/users/user-ada/enabling")
    assert visitor.log_in("ada").status_code == 303


def test_it_gives_a_new_password_and_ends_sessions(at_the_desk, visitor):
    ada, dora = at_the_desk("ada"), at_the_desk("dora")
    answer = dora.post("/admin/users/user-ada/password")
    password = re.search(r"shown this once: <code>([^<]+)</code>", answer.text)[1]
    assert ada.get("/queue").status_code == 303
    assert visitor.log_in("ada").status_code == 401
    assert visitor.log_in("ada", password).status_code == 303
    assert dora.post("/admin/users/user-ada/sessions/end").status_code == 303
    assert visitor.get("/queue").status_code == 303


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": "ada", "role": "viewer", "everywhere": "1"}, "has this name already"),
        ({"name": " ", "role": "viewer", "everywhere": "1"}, "needs 1 to 60 characters"),
        ({"name": "x" * 61, "role": "viewer", "everywhere": "1"}, "needs 1 to 60 characters"),
        ({"name": "fay", "role": "viewer"}, "Choose at least one site"),
        ({"name": "fay", "role": "viewer", "site": "unknown"}, "Choose at least one site"),
    ],
)
def test_it_says_what_is_wrong_and_keeps_the_name(at_the_desk, house, fields, said):
    before = house.store.users()
    answer = at_the_desk("dora").post("/admin/users", **fields)
    assert answer.status_code == 422
    assert said in answer.text
    assert house.store.users() == before


def test_it_lets_nobody_change_themselves(at_the_desk, house):
    dora = at_the_desk("dora")
    for path in ("", "/disabling", "/password", "/sessions/end"):
        assert dora.post(f"/admin/users/user-dora{path}", role="viewer", everywhere="1").status_code == 404
    assert house.store.user("user-dora").role is Role.ADMIN


def test_it_keeps_an_administrator_of_one_site_within_it(eve, house, ada_site, ben_site):
    page = eve.get("/admin/users").text
    assert "<bdi>ben</bdi>" in page
    assert "<bdi>dora</bdi>" in page
    assert "<bdi>cal</bdi>" not in page
    assert eve.post("/admin/users", name="fay", role="admin", everywhere="1").status_code == 422
    assert eve.post("/admin/users", name="fay", role="admin", site=[ada_site.id, ben_site.id]).status_code == 201
    assert house.store.user_named("fay")[0].site_ids == frozenset({ben_site.id})
    for other in ("ada", "dora", "cal", "nobody"):
        assert eve.post(f"/admin/users/user-{other}/disabling").status_code == 404
    assert eve.post("/admin/users/user-ben/disabling").status_code == 303


@pytest.mark.parametrize("name", ["ada", "cal"])
def test_it_is_for_administrators(at_the_desk, name):
    person = at_the_desk(name)
    assert person.get("/admin/users").status_code == 404
    assert person.post("/admin/users", name="fay", role="admin", everywhere="1").status_code == 404
    assert person.post("/admin/users/user-ben/password").status_code == 404


def test_it_refuses_a_role_that_is_not_ours(at_the_desk):
    assert at_the_desk("dora").post("/admin/users", name="fay", role="king", everywhere="1").status_code == 400
