from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from factories import a_draft
from modbot.domain import Action, Mode, Policy, ReportKind

SPAM = "BEST CASINO BONUS!!! 500 free spins http://spins.example/win http://casino-bonus.example cheap pills online"


@pytest.fixture
def rejected(client, house, ada_site, ada, as_ada, clock):
    """A comment that a moderator rejected as an insult, and the path of its appeal."""
    house.store.change_site(replace(ada_site, policy=Policy(mode=Mode.HOLD_ONLY)), clock())
    comment = {"name": "Cal", "email": "cal@example.org", "body": "The mayor is a fool. Write to cal@example.org."}
    case_id = client.post("/v1/comments", json=comment, headers=as_ada).json["id"]
    clock.tick(60)
    decide(house, case_id, ada, Action.REJECT, reason="insult")
    return case_id


def decide(house, case_id, ada, action, reason=""):
    case = house.store.case(case_id)
    at = house.clock()
    draft = a_draft(case_id=case_id, action=action, seen_revision=case.revision, at=at, not_before=at, reason=reason)
    house.moderator.review(draft, ada)


def path_of(client, as_ada, case_id):
    told = client.get(f"/v1/comments/{case_id}/statement", headers=as_ada)
    assert told.status_code == 200, told.json
    address = told.json["redress"]["appeal_url"]
    assert address.startswith("http://localhost/appeal/")
    return address.removeprefix("http://localhost")


def test_it_works(client, house, ada, as_ada, rejected, clock):
    """From the rejection to the appeal, to a person who looks again, and to the page that tells."""
    path = path_of(client, as_ada, rejected)
    page = client.get(path)
    assert page.status_code == 200
    assert "Why your comment was not published" in page.text
    assert "The mayor is a fool." in page.text
    assert "cal@example.org" not in page.text
    assert "an insult" in page.text
    assert "A person decided this." in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]

    sent = client.post(path, data={"reason": "It is <b>true</b>.\n\tHe said so."})
    assert (sent.status_code, sent.headers["Location"]) == (303, path)
    case = house.store.case(rejected)
    assert case.queued
    assert [(report.kind, report.reason) for report in case.reports] == [
        (ReportKind.APPEAL, "It is <b>true</b>. He said so.")
    ]
    assert "You asked for another look on 2026-03-14" in client.get(path).text

    clock.tick(60)
    decide(house, rejected, ada, Action.PUBLISH)
    assert "Your comment is published" in client.get(path).text


def test_it_takes_one_appeal(client, house, ada, as_ada, rejected, clock):
    path = path_of(client, as_ada, rejected)
    for _ in range(3):
        assert client.post(path, data={"reason": "Again."}).status_code == 303
    assert len(house.store.case(rejected).reports) == 1
    clock.tick(60)
    decide(house, rejected, ada, Action.REJECT, reason="insult")
    assert "the decision stands" in client.get(path).text
    client.post(path, data={"reason": "Once more."})
    assert len(house.store.case(rejected).reports) == 1


@pytest.mark.parametrize(
    "change", [lambda p: p[:-1], lambda p: p[:-1] + "g", lambda p: p + "0", lambda p: "/appeal/c1.2.3"]
)
def test_it_opens_to_its_own_link_only(client, as_ada, rejected, change):
    for call in (client.get, client.post):
        answer = call(change(path_of(client, as_ada, rejected)))
        assert answer.status_code == 404
        assert "This link leads nowhere" in answer.text
        assert "mayor" not in answer.text


def test_it_closes_after_half_a_year_and_after_an_erasure(client, house, as_ada, rejected, clock):
    path = path_of(client, as_ada, rejected)
    clock.tick(timedelta(days=182).total_seconds())
    assert client.get(path).status_code == 200
    clock.tick(timedelta(days=2).total_seconds())
    assert client.get(path).status_code == 404
    fresh = path_of(client, as_ada, rejected)
    client.delete(f"/v1/comments/{rejected}", headers=as_ada)
    assert client.get(fresh).status_code == 404


def test_a_link_for_one_comment_opens_no_other(client, as_ada, rejected, good):
    other = client.post("/v1/comments", json=good, headers=as_ada).json["id"]
    swapped = path_of(client, as_ada, rejected).replace(rejected, other)

    assert client.get(swapped).status_code == 404


def test_it_shows_hostile_words_as_words(client, house, ada, as_ada, ada_site, clock):
    body = "<script>alert(1)</script> \"'> <img src=x onerror=alert(2)>"
    house.store.change_site(replace(ada_site, policy=Policy(mode=Mode.HOLD_ONLY)), clock())
    case_id = client.post(
        "/v1/comments", json={"name": "Cal", "email": "cal@example.org", "body": body}, headers=as_ada
    ).json["id"]
    decide(house, case_id, ada, Action.REJECT, reason="spam")
    page = client.get(path_of(client, as_ada, case_id)).text

    assert not re.search(r"<(script|img)\b", page)
