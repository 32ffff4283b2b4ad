"""One's own password and log-ins: what ends, what goes on, and what must not."""

from __future__ import annotations

import re

import pytest

from modbot.domain import Deed
from modbot.review.passwords import verify_password
from review.desk import PASSWORD, Person

NEW = "fern wicket 77 lantern"


def change(person, current=PASSWORD, new=NEW, again=None):
    return person.post("/preferences/password", current=current, new=new, again=new if again is None else again)


def test_it_works(at_the_desk):
    ada, elsewhere = at_the_desk("ada"), at_the_desk("ada")
    page = ada.get("/preferences/logins").text
    assert page.count("<td>A browser of another kind") == 2
    assert page.count("This one") == 1

    (other,) = re.findall(r'name="which" value="([0-9a-f]{64})"', page)
    assert ada.post("/preferences/logins/end", which=other).location == "/preferences/logins"

    assert elsewhere.get("/queue").status_code == 303
    assert ada.get("/queue").status_code == 200


def test_it_ends_all_others(at_the_desk, house, people):
    ada, second, third, ben = at_the_desk("ada"), at_the_desk("ada"), at_the_desk("ada"), at_the_desk("ben")
    ada.post("/preferences/logins/end", which="others")
    assert [one.get("/queue").status_code for one in (ada, second, third, ben)] == [200, 303, 303, 200]
    assert house.store.audit_log(None, deed=Deed.SESSIONS_ENDED)[0].actor_name == "ada"


def test_it_ends_no_session_of_somebody_else(at_the_desk, house, people):
    ada, ben = at_the_desk("ada"), at_the_desk("ben")
    (theirs,) = house.store.sessions_of(people["ben"].id)
    ada.post("/preferences/logins/end", which=theirs.id)
    assert ben.get("/queue").status_code == 200


def test_a_copy_of_the_cookie_opens_nothing_after_the_log_out(at_the_desk, app):
    ada = at_the_desk("ada")
    copy = Person(app.test_client())
    copy.client.set_cookie("modbot_session", ada.client.get_cookie("modbot_session").value)
    assert copy.get("/queue").status_code == 200
    ada.post("/logout")
    assert copy.get("/queue").status_code == 303


def test_it_is_over_after_hours_without_work_and_after_a_day_at_work(at_the_desk, clock, house):
    idle, at_work = at_the_desk("ada"), at_the_desk("ben")
    for _ in range(3):
        clock.tick(house.settings.session_idle_hours * 3_600 - 60)
        assert at_work.get("/queue").status_code == 200
    assert idle.get("/queue").status_code == 303
    clock.tick(house.settings.session_idle_hours * 3_600 - 60)
    assert at_work.get("/queue").status_code == 303, "twelve hours are over, work or no work"


def test_a_page_that_looks_for_news_by_itself_is_nobody_at_work(at_the_desk, clock, house):
    ada = at_the_desk("ada")
    for _ in range(5):
        clock.tick(3_600)
        ada.get("/queue/changes?since=0")
    assert ada.get("/queue").status_code == 303


def test_it_changes_the_password_and_logs_out_everywhere_else(at_the_desk, visitor, house):
    ada, elsewhere = at_the_desk("ada"), at_the_desk("ada")
    answer = change(ada)
    assert answer.status_code == 200
    assert "The new password counts from now on" in answer.text
    assert ada.get("/queue").status_code == 200
    assert elsewhere.get("/queue").status_code == 303
    assert verify_password(house.store.user_named("ada")[1], NEW)
    assert visitor.log_in("ada").status_code == 401
    assert visitor.log_in("ada", NEW).status_code == 303


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ({"current": "wrong"}, "does not fit"),
        ({"again": "something else 12"}, "in two ways"),
        ({"new": "password123"}, "easy to guess"),
        ({"new": "short"}, "at least 10"),
        ({"new": ""}, "at least 10"),
    ],
)
def test_it_changes_nothing_otherwise(at_the_desk, house, typed, problem):
    ada, elsewhere = at_the_desk("ada"), at_the_desk("ada")
    answer = change(ada, **typed)
    assert answer.status_code == 422
    assert problem in answer.text
    assert verify_password(house.store.user_named("ada")[1], PASSWORD)
    assert elsewhere.get("/queue").status_code == 200


def test_whoever_finds_an_open_browser_cannot_try_passwords_for_long(at_the_desk, house):
    ada = at_the_desk("ada")
    tried = [
        change(ada, current=f"try {number}").status_code for number in range(house.settings.login_tries_per_minute)
    ]
    assert tried[-1] == 429


def test_over_https_its_cookie_is_bound_to_this_host(app, people):
    visitor = Person(app.test_client())
    page = visitor.client.get("/login", base_url="https://localhost").text
    token = page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
    fields = {"name": "ada", "password": PASSWORD, "csrf_token": token}
    answer = visitor.client.post(
        "/login", data=fields, base_url="https://localhost", headers={"Referer": "https://localhost/login"}
    )
    assert answer.status_code == 303
    cookie = next(one for one in answer.headers.getlist("Set-Cookie") if "modbot_session" in one)
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert cookie.startswith("__Host-modbot_session=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
