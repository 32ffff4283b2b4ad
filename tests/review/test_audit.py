"""What is written down of what people do, and who may read it."""

from __future__ import annotations

import re

import pytest

from factories import a_user
from modbot.domain import AuditEntry, Deed, Role
from review.desk import HASH, Person


def written(house, deed):
    return [(entry.actor_name, entry.subject, dict(entry.details)) for entry in house.store.audit_log(None, deed=deed)]


def test_it_works(at_the_desk, house, clock):
    dora = at_the_desk("dora")
    assert written(house, Deed.LOGGED_IN) == [("dora", "", {})]
    page = dora.get("/admin/audit").text
    assert "Logged in" in page
    assert "dora" in page
    dora.post("/logout")
    assert written(house, Deed.LOGGED_OUT) == [("dora", "", {})]
    assert house.store.verify_audit_log().broken == 0


def test_it_writes_down_a_refused_log_in_but_never_what_was_typed(visitor, house):
    visitor.log_in("ada", "a wrong password")
    visitor.log_in("my-secret-password-in-the-wrong-field", "x")
    assert written(house, Deed.LOGIN_REFUSED) == [("ada", "", {})]


def test_it_writes_down_bulk_acts(at_the_desk, house, arrive):
    ada, copies, others = at_the_desk("ada"), arrive.copies(3), [arrive(), arrive("Another")]
    ada.post("/queue/batches", what="reject:spam", case=[f"{case.id}:1" for case in others])
    ada.post(f"/campaigns/{house.store.campaign_of(copies[0].id)}/approval")
    decided = written(house, Deed.BULK_DECIDED)
    assert [(who, details) for who, _, details in decided] == [
        ("ada", {"action": "publish", "comments": "3"}),
        ("ada", {"action": "reject:spam", "comments": "2"}),
    ]
    ada.post(f"/queue/batches/{decided[1][1]}/undo")
    assert written(house, Deed.BULK_TAKEN_BACK) == [("ada", decided[1][1], {"comments": "2"})]


def test_it_is_narrowed_and_paged(at_the_desk, house, clock):
    dora = at_the_desk("dora")
    for _ in range(60):
        house.store.write_down(AuditEntry(Deed.LOGGED_IN, "user-ada", "ada", clock()))
    page = dora.get("/admin/audit?what=logged_in&who=user-ada").text
    assert page.count("Logged in</td>") == 50
    following = re.search(r'href="([^"]+)" rel="next"', page)[1].replace("&amp;", "&")
    assert "what=logged_in" in following
    assert dora.get(following).text.count("Logged in</td>") == 10
    assert "Nothing matches" in dora.get("/admin/audit?what=key_rotated").text


@pytest.mark.parametrize("query", ["before=x", "before=99999999999999999999", "what=x"])
def test_it_reads_what_nobody_offered_as_nothing(at_the_desk, query):
    assert at_the_desk("dora").get(f"/admin/audit?{query}").status_code == 200


def test_it_shows_an_administrator_of_some_sites_what_concerns_those(
    at_the_desk, app, house, people, ada_site, ben_site
):
    eve = a_user(id="user-eve", name="eve", role=Role.ADMIN, site_ids=frozenset({ben_site.id}))
    house.store.add_user(eve, HASH)
    dora = at_the_desk("dora")
    for site in (ada_site, ben_site):
        dora.post("/admin/rules", site=site.id, kind="words", pattern=f"only-{site.id}", effect="hold", span="")
    person = Person(app.test_client())
    person.log_in("eve")
    page = person.get("/admin/audit").text
    assert page.count("Added a rule</td>") == 1
    assert "Logged in</td>" not in page


def test_it_is_for_administrators(at_the_desk):
    for name in ("ada", "ben", "cal"):
        assert at_the_desk(name).get("/admin/audit").status_code == 404
