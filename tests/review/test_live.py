"""What a list is told every few seconds."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from factories import a_draft
from modbot.domain import Action


def asks(person, house, cases=(), since=0.0, etag="", **filters):
    seen = [f"{case.id}:{case.revision}" for case in cases]
    query = {"case": seen, "since": str(house.clock().timestamp() + since), **filters}
    return person.get("/queue/changes", query_string=query, headers={"If-None-Match": etag})


def part(answer, name):
    return re.search(rf'data-part="{name}">(.*?)</(?:ul|p|span)>', answer.text, re.DOTALL)[1].strip()


def test_it_works(at_the_desk, house, arrive, clock):
    ada, case, other = at_the_desk("ada"), arrive(), arrive("Another")
    quiet = asks(ada, house, [case, other])
    assert (part(quiet, "waiting"), part(quiet, "gone"), part(quiet, "claims"), part(quiet, "fresh")) == (
        "2",
        "",
        "",
        "",
    )
    assert asks(ada, house, [case, other], etag=quiet.headers["ETag"]).status_code == 304

    dora = at_the_desk("dora")
    dora.decide(case, "rejection")
    dora.get(f"/cases/{other.id}")

    told = asks(ada, house, [case, other], etag=quiet.headers["ETag"])
    assert (told.status_code, part(told, "waiting")) == (200, "1")
    assert part(told, "gone") == f'<li data-id="{case.id}">dora rejected it just now.</li>'
    assert part(told, "claims") == f'<li data-id="{other.id}">dora is looking at this</li>'


def test_it_announces_what_came_since_within_the_filters(at_the_desk, house, arrive):
    ada, old = at_the_desk("ada"), arrive()
    now = house.clock().timestamp()
    since = old.received_at.timestamp() - now
    assert part(asks(ada, house, [old], since=since), "fresh") == ""
    arrive("The harbour is closed")
    told = asks(ada, house, [old], since=since, order="oldest")
    assert part(told, "fresh") == '1 new comment<a href="/queue?order=oldest">Show</a>'
    assert part(asks(ada, house, [old], since=since, q="airport"), "fresh") == ""
    for number in range(25):
        arrive(f"Comment number {number}")
    assert part(asks(ada, house, [old], since=since), "fresh").startswith("20+ new comments")


def test_it_says_what_happened_to_a_comment_that_was_edited_or_erased(at_the_desk, house, arrive, clock):
    ada, one, other = at_the_desk("ada"), arrive(), arrive("Another")
    house.store.record_review(replace(a_draft(case_id=one.id, action=Action.HOLD), seen_revision=1))
    house.store.erase_comment(other.id, clock())
    told = part(asks(ada, house, [one, other]), "gone")
    assert "The text was erased." in told
    assert f'data-id="{one.id}" data-waits' in told


def test_it_tells_nothing_about_other_peoples_sites(at_the_desk, house, arrive):
    case, ben = arrive(), at_the_desk("ben")
    at_the_desk("ada").decide(case, "rejection")
    told = asks(ben, house, [case])
    assert (part(told, "gone"), part(told, "claims"), part(told, "waiting")) == ("", "", "0")
    assert asks(ben, house, site="site-ada").status_code == 404


@pytest.mark.parametrize(
    "query", ["since=x", "since=1e300", "", "since=1&case=x", "since=1&case=c1:x", "since=1&case=:1"]
)
def test_it_refuses_what_no_script_of_ours_asks(at_the_desk, query):
    assert at_the_desk("ada").get(f"/queue/changes?{query}").status_code == 400
