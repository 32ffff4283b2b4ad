"""Who may come in, and how long they stay."""

from __future__ import annotations

import pytest

from modbot.domain import Action
from modbot.review.access import local_path
from review.desk import HASH, PASSWORD, Person


def test_it_works(visitor):
    answer = visitor.log_in("ada")

    assert (answer.status_code, answer.location) == (303, "/queue")
    assert "ada" in visitor.get("/queue").text
    assert visitor.post("/logout").location == "/login"
    assert visitor.get("/queue").status_code == 303


def test_it_refuses_without_saying_what_was_wrong(visitor):
    wrong, unknown = visitor.log_in("ada", "wrong"), visitor.log_in("nobody", "wrong")

    assert (wrong.status_code, unknown.status_code) == (401, 401)
    assert "Name and password do not fit" in wrong.text
    assert "Name and password do not fit" in unknown.text
    assert visitor.get("/queue").status_code == 303


def test_it_refuses_disabled_people(visitor, house, people):
    house.store.disable_user("user-ada")

    assert visitor.log_in("ada").status_code == 401


@pytest.mark.parametrize("end", ["set_password", "disable_user", "end_sessions"])
def test_it_ends_all_sessions_of_a_person_from_the_server(at_the_desk, house, end):
    here, there = at_the_desk("ada"), at_the_desk("ada")
    assert here.get("/queue").status_code == there.get("/queue").status_code == 200

    getattr(house.store, end)("user-ada", *([HASH] if end == "set_password" else []))

    assert here.get("/queue").status_code == there.get("/queue").status_code == 303


def test_it_throttles_by_name_from_any_address(app, people, settings):
    statuses = []
    for number in range(settings.login_tries_per_minute + 1):
        person = Person(app.test_client())
        person.client.environ_base["REMOTE_ADDR"] = f"203.0.113.{number}"
        statuses.append(person.log_in("ada", "wrong").status_code)

    assert statuses == [401] * settings.login_tries_per_minute + [429]


def test_it_throttles_by_address_for_any_name(visitor, settings):
    for number in range(settings.login_tries_per_minute):
        assert visitor.log_in(f"name-{number}", "x" * 2_000).status_code == 401

    answer = visitor.log_in("ada", PASSWORD)

    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "60"
    assert "too many tries" in answer.text.lower()


def test_it_requires_a_token_for_every_post(at_the_desk, arrive, house):
    case = arrive()
    ada = at_the_desk("ada")

    for path in (f"/cases/{case.id}/approval", f"/cases/{case.id}/rejection", "/logout", "/preferences", "/login"):
        answer = ada.client.post(path, data={"revision": "1"})
        assert answer.status_code == 400
        assert "too old" in answer.text
    assert house.store.case(case.id).action is Action.HOLD


def test_it_asks_machines_for_no_token(client, people):
    assert client.post("/v1/comments", json={}).status_code == 401


def test_it_forgets_what_a_session_held_before_the_log_in(visitor):
    before = visitor.token()
    visitor.log_in("ada")

    assert visitor.client.post("/logout", data={"csrf_token": before}).status_code == 400


@pytest.mark.parametrize(("base_url", "secure"), [("http://localhost", False), ("https://localhost", True)])
def test_it_keeps_cookies_from_scripts_and_other_sites(app, people, base_url, secure):
    answer = app.test_client().get("/login", base_url=base_url)
    cookie = answer.headers["Set-Cookie"]

    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert ("Secure" in cookie) is secure


def test_it_leads_back_to_what_was_asked_for(visitor):
    asked = visitor.get("/queue?state=all")
    assert asked.location == "/login?next=/queue%3Fstate%3Dall"
    assert 'value="/queue?state=all"' in visitor.get(asked.location).text

    assert visitor.log_in("ada", next="/queue?state=all").location == "/queue?state=all"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/queue?site=x", "/queue?site=x"),
        ("/cases/c1", "/cases/c1"),
        ("//evil.example/queue", "/fallback"),
        ("/\\evil.example", "/fallback"),
        ("https://evil.example/", "/fallback"),
        ("/queue\r\nSet-Cookie: a=b", "/fallback"),
        ("/v1/comments", "/fallback"),
        ("", "/fallback"),
    ],
)
def test_it_goes_back_only_within_its_own_pages(path, expected):
    assert local_path(path, "/fallback") == expected
