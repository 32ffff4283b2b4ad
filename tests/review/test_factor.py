"""Log-in with a second factor: who gets in, with which code, how often."""

from __future__ import annotations

import re

import pyotp
import pytest

from factories import a_user
from modbot.app import create_app
from modbot.review.access import CODES_PER_HOUR
from modbot.review.factor import RECOVERY_CODES
from review.desk import HASH, Person, open_tiny_house


def secret_of(page: str) -> str:
    return re.search(r'factor__secret">([A-Z2-7 ]+)<', page)[1].replace(" ", "")


@pytest.fixture
def settings(settings):
    """Password and code are two tries, and these tests log in often."""
    return settings.model_copy(update={"login_tries_per_minute": 30})


@pytest.fixture
def app_on_phone(at_the_desk, clock):
    """Ada's second factor, set up as she does it: the app on her phone, and the recovery codes that she wrote down."""
    ada = at_the_desk("ada")
    app = pyotp.TOTP(secret_of(ada.get("/preferences/factor").text))
    answer = ada.post("/preferences/factor", code=app.at(clock()))
    assert answer.status_code == 201, answer.text
    app.codes = re.findall(r"<li><code>([\w-]+)</code></li>", answer.text)
    app.ada = ada
    clock.tick(60)
    return app


@pytest.fixture
def half_way(visitor, app_on_phone):
    """Somebody whose password fits and who is asked for the code."""

    def begin():
        visitor.known_token = ""
        answer = visitor.log_in("ada", next="/overview")
        assert (answer.status_code, answer.location) == (303, "/login/code")
        assert visitor.get("/queue").status_code == 303, "a password alone opens nothing"
        return visitor

    return begin


def test_a_new_password_does_not_go_round_it(app_on_phone, at_the_desk, house, people, visitor):
    page = at_the_desk("dora").post(f"/admin/users/{people['ada'].id}/password").text
    password = re.search(r"<code>((?:[a-z2-9]{4}-){3}[a-z2-9]{4})</code>", page)[1]
    answer = visitor.log_in("ada", password)
    assert (answer.status_code, answer.location) == (303, "/login/code")
    assert visitor.get("/queue").status_code == 303


def test_where_everybody_needs_one_nobody_sees_anything_before(settings, clock):
    house = open_tiny_house(settings.model_copy(update={"require_factor": True}), clock)
    house.store.add_user(a_user(), HASH)
    ada = Person(create_app(house).test_client())
    assert ada.log_in("ada").status_code == 303
    for path in ("/queue", "/overview", "/preferences/logins", "/queue/changes"):
        answer = ada.get(path)
        assert (answer.status_code, answer.location) == (303, "/preferences/factor"), path
    page = ada.get("/preferences/factor").text
    assert "Everybody here needs a second factor" in page
    ada.known_token = page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
    answer = ada.post("/preferences/factor", code=pyotp.TOTP(secret_of(page)).at(clock()))
    assert answer.status_code == 201
    assert ada.get("/queue").status_code == 200
    house.close()


def test_it_works(half_way, app_on_phone, clock):
    visitor = half_way()
    assert "Six digits" in visitor.get("/login/code").text
    answer = visitor.post("/login/code", code=app_on_phone.at(clock()))

    assert (answer.status_code, answer.location) == (303, "/overview")
    assert visitor.get("/queue").status_code == 200
    assert visitor.get("/login/code").status_code == 303


def test_it_is_set_up_only_with_a_code_that_proves_it(at_the_desk, house, clock):
    ada = at_the_desk("ada")
    page = ada.get("/preferences/factor").text
    assert "<svg" in page
    assert secret_of(page) == secret_of(ada.get("/preferences/factor").text), "a second look shows the same secret"

    assert ada.post("/preferences/factor", code="000000").status_code == 422
    assert house.store.second_factor("user-ada") is None


def test_the_secret_is_not_in_the_database_in_clear(app_on_phone, house):
    found = house.store.second_factor("user-ada")

    assert app_on_phone.secret.encode() not in found.sealed
    assert house.vault.open_secret(found.sealed) == app_on_phone.secret


def test_each_code_opens_once(half_way, app_on_phone, clock):
    code = app_on_phone.at(clock())
    assert half_way().post("/login/code", code=code).status_code == 303
    half_way().post("/logout")
    again = half_way().post("/login/code", code=code)
    assert again.status_code == 401
    assert "was used before" in again.text
    earlier = app_on_phone.at(clock(), counter_offset=-1)
    assert half_way().post("/login/code", code=earlier).status_code == 401, "nor does an earlier one"
    clock.tick(30)
    assert half_way().post("/login/code", code=app_on_phone.at(clock())).status_code == 303


@pytest.mark.parametrize(("shift", "status"), [(-2, 401), (-1, 303), (0, 303), (1, 303), (2, 401)])
def test_a_clock_may_be_wrong_by_one_step(half_way, app_on_phone, clock, shift, status):
    clock.tick(300)
    assert half_way().post("/login/code", code=app_on_phone.at(clock(), counter_offset=shift)).status_code == status


@pytest.mark.parametrize("code", ["", "000000", "12345", "x" * 10_000, "１２３４５６", "null"])
def test_it_refuses_what_is_no_code(half_way, code, app_on_phone, clock):
    if code == app_on_phone.at(clock()):
        pytest.fail("choose another code for this test")
    visitor = half_way()
    assert visitor.post("/login/code", code=code).status_code == 401
    assert visitor.get("/queue").status_code == 303


def test_a_recovery_code_opens_once(half_way, app_on_phone, house):
    assert len(set(app_on_phone.codes)) == RECOVERY_CODES
    code = app_on_phone.codes[3]
    assert half_way().post("/login/code", code=f" {code.upper()} ").status_code == 303
    half_way().post("/logout")
    assert half_way().post("/login/code", code=code).status_code == 401
    assert house.store.second_factor("user-ada").codes_left == RECOVERY_CODES - 1


def test_codes_cannot_be_guessed_through(half_way):
    visitor = half_way()
    tries = [visitor.post("/login/code", code=f"{n:06}").status_code for n in range(CODES_PER_HOUR + 1)]
    assert tries == [401] * (CODES_PER_HOUR - 1) + [429] * 2, "setting it up was one try"


def test_the_password_counts_for_five_minutes(half_way, app_on_phone, clock):
    visitor = half_way()
    clock.tick(301)
    answer = visitor.post("/login/code", code=app_on_phone.at(clock()))
    assert answer.status_code == 401
    assert "too long" in answer.text


def test_who_is_kept_out_meanwhile_stays_out(half_way, app_on_phone, house, clock):
    visitor = half_way()
    house.store.disable_user("user-ada")
    assert visitor.post("/login/code", code=app_on_phone.at(clock())).status_code == 401


def test_nobody_gets_to_the_code_without_the_password(visitor, app_on_phone, clock):
    assert visitor.get("/login/code").status_code == 303
    assert visitor.post("/login/code", code=app_on_phone.at(clock())).status_code == 401
    assert visitor.get("/queue").status_code == 303


def test_it_is_switched_off_with_a_code_only(app_on_phone, house, clock, visitor):
    ada = app_on_phone.ada
    assert ada.post("/preferences/factor/off", code="000000").status_code == 422
    assert house.store.second_factor("user-ada")
    assert ada.post("/preferences/factor/off", code=app_on_phone.at(clock())).status_code == 303
    assert house.store.second_factor("user-ada") is None
    assert visitor.log_in("ada").location == "/queue"


def test_it_cannot_be_replaced_while_it_is_on(app_on_phone, house, clock):
    before = house.store.second_factor("user-ada")
    assert app_on_phone.ada.post("/preferences/factor", code=app_on_phone.at(clock())).status_code == 422
    assert house.store.second_factor("user-ada") == before


def test_an_administrator_takes_it_away_from_who_lost_the_phone(at_the_desk, app_on_phone, house, visitor):
    dora = at_the_desk("dora")
    assert at_the_desk("ben").post("/admin/users/user-ada/factor/off").status_code == 404
    assert house.store.second_factor("user-ada")
    assert dora.post("/admin/users/user-ada/factor/off").status_code == 303
    assert app_on_phone.ada.get("/queue").status_code == 303, "her sessions are over"
    assert visitor.log_in("ada").location == "/queue"


def test_it_is_written_down(half_way, app_on_phone, house, clock):
    half_way().post("/login/code", code="000000")
    half_way().post("/login/code", code=app_on_phone.at(clock()))
    told = [(entry.deed.value, dict(entry.details)) for entry in house.store.audit_log(None, limit=9)][::-1]

    assert ("factor_set", {}) in told
    assert ("login_refused", {"factor": "code"}) in told
    assert told[-1] == ("logged_in", {"factor": "totp"})
