"""What is dropped when it was kept long enough, and what is not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from threading import Event

import pytest

from conftest import ADA_KEY
from modbot.domain import Mode, Policy
from modbot.retention import Dropped, drop_old, keep_dropping


@dataclass(frozen=True)
class Limits:
    keep_text_days: int = 0
    keep_ip_days: int = 0
    keep_user_agent_days: int = 0


@pytest.fixture
def post(client, ada_site, clock):
    def _post(body="The night bus stops at the harbour now.", **more):
        comment = {"name": "Cal", "email": "cal@example.org", "body": body, "ip": "192.0.2.7", "user_agent": "Owl/1"}
        answer = client.post("/v1/comments", json=comment | more, headers={"Authorization": f"Bearer {ADA_KEY}"})
        assert answer.status_code == 201, answer.json
        return answer.json["id"]

    return _post


def test_it_works(house, post, clock):
    old = post()
    clock.tick(timedelta(days=20).total_seconds())
    new = post("The night bus was on time today.")
    at = clock.tick(timedelta(days=15).total_seconds())

    limits = Limits(keep_text_days=365, keep_ip_days=30, keep_user_agent_days=10)
    counted = drop_old(house.store, limits, at, dry_run=True)
    assert house.store.case(old).comment.ip == "192.0.2.7", "a dry run changes nothing"
    assert drop_old(house.store, limits, at) == counted == Dropped(texts=0, ips=1, user_agents=2)

    first, second = house.store.case(old).comment, house.store.case(new).comment
    assert (first.ip, first.user_agent, first.name) == ("", "", "Cal")
    assert (second.ip, second.user_agent) == ("192.0.2.7", "")
    assert not drop_old(house.store, limits, at), "once is enough"


def test_it_drops_texts_and_keeps_decisions(house, post, clock):
    case_id = post()
    before = house.store.case(case_id)
    at = clock.tick(timedelta(days=31).total_seconds())

    assert drop_old(house.store, Limits(keep_text_days=30), at).texts == 1

    after = house.store.case(case_id)
    assert (after.erased, after.comment.body, after.comment.name) == (True, "", "")
    assert (after.action, after.verdict.scores) == (before.action, before.verdict.scores)


def test_it_drops_no_text_that_waits_for_a_person(house, ada_site, post, clock):
    house.store.change_site(replace(ada_site, policy=Policy(mode=Mode.HOLD_ONLY)), clock())
    case_id = post()
    at = clock.tick(timedelta(days=400).total_seconds())

    assert drop_old(house.store, Limits(keep_text_days=30, keep_ip_days=30), at) == Dropped(ips=1)
    assert house.store.case(case_id).comment.body.startswith("The night bus")


def test_nought_days_are_for_good(house, post, clock):
    case_id = post()

    assert not drop_old(house.store, Limits(), clock.tick(1e9))
    assert house.store.case(case_id).comment.ip == "192.0.2.7"


def test_it_goes_on_until_it_is_told_to_stop(house, post, clock, monkeypatch):
    case_id = post()
    clock.tick(timedelta(days=31).total_seconds())
    stop = Event()
    monkeypatch.setattr("modbot.retention.EVERY_S", 0)
    rounds = iter(range(3))

    def time():
        if next(rounds, None) is None:
            stop.set()
        return clock()

    keep_dropping(house.store, Limits(keep_ip_days=30), time, stop)
    assert house.store.case(case_id).comment.ip == ""
