"""Health, readiness and metrics: what they say, and to whom."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_network

import pytest
from pydantic import SecretStr

from factories import a_comment, a_verdict, later
from modbot.app import create_app
from modbot.domain import Action, DecidedBy, NewCase
from modbot.storage import open_store

OUTSIDE = {"REMOTE_ADDR": "203.0.113.9"}


def test_it_works(client):
    assert client.get("/healthz").get_json() == {"status": "ok"}
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.get_json()["ready"] is True
    assert {name: check["ok"] for name, check in answer.get_json()["checks"].items()} == {
        "database": True,
        "model": True,
    }
    text = client.get("/metrics")
    assert text.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert "modbot_queued_cases 0.0" in text.get_data(as_text=True)


def test_it_counts_what_waits_in_the_database(client, house, ada_site):
    new = NewCase(a_comment(), "hash", a_verdict(), Action.HOLD, DecidedBy.MACHINE, later())
    house.store.record(new)
    text = client.get("/metrics").get_data(as_text=True)
    assert "modbot_queued_cases 1.0" in text
    assert "modbot_held_cases 1.0" in text
    assert "modbot_pending_deliveries 0.0" in text


@pytest.mark.parametrize(
    ("where", "headers", "why"),
    [
        (OUTSIDE, {}, "another network"),
        ({}, {"X-Forwarded-For": "203.0.113.9"}, "a proxy on this machine speaks for others"),
        ({}, {"Forwarded": "for=127.0.0.1"}, "whatever it says of them"),
        ({}, {"X-Real-IP": "127.0.0.1"}, "in whichever dialect"),
    ],
)
def test_it_shows_counters_and_details_to_nobody_else(client, where, headers, why):
    assert client.get("/metrics", environ_overrides=where, headers=headers).status_code == 404, why
    answer = client.get("/readyz", environ_overrides=where, headers=headers)
    assert (answer.status_code, answer.get_json()) == (200, {"ready": True}), why
    assert client.get("/healthz", environ_overrides=where, headers=headers).status_code == 200, why


def test_it_shows_them_to_the_networks_of_the_setting(house):
    settings = house.settings.model_copy(update={"watch_networks": (ip_network("203.0.113.0/24"),)})
    client = create_app(replace(house, settings=settings)).test_client()
    assert client.get("/metrics", environ_overrides=OUTSIDE).status_code == 200
    assert client.get("/metrics").status_code == 404


def test_it_is_not_ready_without_today_s_schema(house, tmp_path):
    store = open_store(f"sqlite:///{tmp_path}/empty.db")
    client = create_app(replace(house, store=store)).test_client()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.get_json()["ready"] is False
    assert answer.get_json()["checks"]["database"]["reason"] == "not_migrated"
    assert client.get("/healthz").status_code == 200
    store.close()


def test_it_is_not_ready_without_a_database(house, tmp_path):
    store = open_store(f"sqlite:///{tmp_path}/no/such/folder/modbot.db")
    client = create_app(replace(house, store=store)).test_client()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.get_json()["checks"]["database"]["reason"]) == (503, "store_unavailable")
    metrics = client.get("/metrics")
    assert metrics.status_code == 200
    assert "modbot_queued_cases" not in metrics.get_data(as_text=True)
    store.close()


def test_it_gives_each_request_an_id_of_our_own(client):
    first = client.get("/healthz", headers={"X-Request-ID": "chosen-by-the-caller"}).headers["X-Request-ID"]
    second = client.get("/healthz").headers["X-Request-ID"]
    assert len(first) == 16
    assert first != second
    assert first != "chosen-by-the-caller"


def test_it_shows_them_to_whoever_has_the_token(house):
    settings = house.settings.model_copy(update={"watch_token": SecretStr("a-token-for-prometheus")})
    client = create_app(replace(house, settings=settings)).test_client()

    def status(token):
        headers = {"X-Forwarded-For": "203.0.113.9"} | ({"Authorization": f"Bearer {token}"} if token else {})
        return client.get("/metrics", environ_overrides=OUTSIDE, headers=headers).status_code

    assert (status("a-token-for-prometheus"), status("another"), status("")) == (200, 404, 404)


def test_nobody_has_the_token_that_is_not_set(client):
    headers = {"Authorization": "Bearer "}
    assert client.get("/metrics", environ_overrides=OUTSIDE, headers=headers).status_code == 404


def test_it_tells_how_long_somebody_has_waited(client, house, ada_site, clock):
    assert "modbot_oldest_wait_seconds 0.0" in client.get("/metrics").text
    house.store.record(NewCase(a_comment(), "hash", a_verdict(), Action.HOLD, DecidedBy.MACHINE, clock()))
    clock.tick(90)
    assert "modbot_oldest_wait_seconds 90.0" in client.get("/metrics").text
