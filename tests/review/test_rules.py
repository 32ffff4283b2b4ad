"""The owner's rules at the desk: add, try, end, and who may not."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from factories import NOON, a_draft, a_rule, a_signal, a_user, later
from modbot.domain import Action, Role, RuleEffect, RuleKind
from review.desk import HASH, a_spam_verdict

WORDS = {"kind": "words", "pattern": "casino\r\nfree spins", "effect": "reject", "span": "30", "note": "Since spring."}


@pytest.fixture
def eve(house, visitor, ben_site):
    """An administrator of Ben's site alone."""
    house.store.add_user(a_user(id="user-eve", name="eve", role=Role.ADMIN, site_ids=frozenset({ben_site.id})), HASH)
    visitor.log_in("eve")
    return visitor


def test_it_works(at_the_desk, house, ada_site, arrive, clock):
    dora = at_the_desk("dora")
    assert "No rules yet" in dora.get("/admin/rules").text
    case = arrive()
    draft = WORDS | {"site": ada_site.id}

    tried = dora.post("/admin/rules/trial", **draft).text
    assert "It would have found 1 of them." in tried
    assert f"/cases/{case.id}" in tried
    assert house.store.rules_in_force(ada_site.id, NOON) == ()

    answer = dora.post("/admin/rules", **draft)
    (rule,) = house.store.rules_in_force(ada_site.id, NOON)
    assert (answer.status_code, answer.location) == (303, f"/admin/rules#{rule.id}")
    assert (rule.pattern, rule.effect, rule.by) == ("casino\nfree spins", RuleEffect.REJECT, "dora")
    assert rule.until == later(days=30)
    page = dora.get("/admin/rules").text
    for shown in ("casino</code>", "free spins</code>", "Since spring.", "Until 13 Apr 2026", "Found nothing", "dora"):
        assert shown in page, shown

    assert dora.post(f"/admin/rules/{rule.id}/end").location == "/admin/rules"
    assert "No rules yet" in dora.get("/admin/rules").text
    assert "Ended 14 Mar 2026, 12:00 UTC by dora" in dora.get("/admin/rules?past=1").text


def test_it_keeps_no_address(at_the_desk, house, ada_site):
    draft = {"site": ada_site.id, "kind": "author", "pattern": "cal@example.org", "effect": "trust"}
    at_the_desk("dora").post("/admin/rules", **draft)
    (rule,) = house.store.rules_in_force(ada_site.id, NOON)
    assert rule.pattern == house.vault.author_key(ada_site.id, "cal@example.org")
    page = at_the_desk("dora").get("/admin/rules").text
    assert "c•••@e•••.org" in page
    assert "cal@example.org" not in page
    assert rule.pattern not in page


def test_it_shows_what_is_wrong_and_keeps_what_was_typed(at_the_desk, ada_site, house):
    draft = WORDS | {"site": ada_site.id, "kind": "link", "pattern": "a.example\nnot a domain"}
    for path in ("/admin/rules/trial", "/admin/rules"):
        answer = at_the_desk("dora").post(path, **draft)
        assert answer.status_code == 422
        for shown in ("Expected a domain such as shop.example", "not a domain</textarea>", 'value="Since spring."'):
            assert shown in answer.text, shown
    assert house.store.rules(None, NOON) == ()


@pytest.mark.parametrize("field", ["kind", "effect", "span"])
def test_it_refuses_what_no_form_of_ours_sends(at_the_desk, ada_site, field):
    assert at_the_desk("dora").post("/admin/rules", **WORDS | {"site": ada_site.id, field: "77x"}).status_code == 400


def test_it_says_what_a_rule_found_and_what_people_made_of_it(at_the_desk, arrive, house, clock):
    house.store.add_rule(a_rule(id="r1"))
    for number in range(3):
        case = arrive(verdict=a_spam_verdict(signals=(a_signal(code="BLOCKED_WORD", source="owner:r1@r1"),)))
        if number:
            action = Action.PUBLISH if number == 1 else Action.REJECT
            house.store.record_review(a_draft(case_id=case.id, action=action))
    page = at_the_desk("dora").get("/admin/rules").text
    assert "Found 3 comments in 30 days; people published 1 of them" in page
    clock.tick(31 * 86_400)
    assert "Found nothing in 30 days" in at_the_desk("dora").get("/admin/rules").text


@pytest.mark.parametrize("name", ["ada", "ben", "cal"])
def test_it_is_not_there_for_anybody_but_administrators(at_the_desk, house, ada_site, name):
    house.store.add_rule(a_rule(id="r1"))
    person = at_the_desk(name)
    assert person.get("/admin/rules").status_code == 404
    for path in ("/admin/rules", "/admin/rules/trial", "/admin/rules/r1/end"):
        assert person.post(path, **WORDS | {"site": ada_site.id}).status_code == 404
    assert [rule.id for rule in house.store.rules_in_force(ada_site.id, NOON)] == ["r1"]


def test_it_sends_visitors_to_the_log_in(visitor):
    assert visitor.get("/admin/rules").location == "/login?next=/admin/rules"


def test_it_shows_an_administrator_of_one_site_nothing_of_others(eve, house, ada_site, ben_site, arrive):
    house.store.add_rule(a_rule(id="of-ada", pattern="herring"))
    house.store.add_rule(a_rule(id="of-ben", site_id=ben_site.id, pattern="lobster"))
    house.store.add_rule(a_rule(id="of-all", site_id=None, pattern="mackerel"))
    arrive("A casino for everybody.", verdict=a_spam_verdict(signals=(a_signal(code="X", source="owner:of-all@r3"),)))

    page = eve.get("/admin/rules").text
    assert "lobster" in page
    assert "mackerel" in page
    assert "herring" not in page
    assert ada_site.name not in page
    assert "Found 1" not in page
    assert "/admin/rules/of-ben/end" in page
    assert "/admin/rules/of-all/end" not in page

    for site in (ada_site.id, "", "unknown"):
        for path in ("/admin/rules", "/admin/rules/trial"):
            assert eve.post(path, **WORDS | {"site": site}).status_code == 404
    for rule_id in ("of-ada", "of-all", "unknown"):
        assert eve.post(f"/admin/rules/{rule_id}/end").status_code == 404
    assert len(house.store.rules_in_force(ada_site.id, NOON)) == 2
    assert eve.post("/admin/rules", **WORDS | {"site": ben_site.id}).status_code == 303
    tried = eve.post("/admin/rules/trial", **WORDS | {"site": ben_site.id}).text
    assert "There is no stored comment yet" in tried


def test_it_lets_who_runs_everything_rule_everywhere(at_the_desk, house, ben_site):
    assert at_the_desk("dora").post("/admin/rules", **WORDS | {"site": ""}).status_code == 303
    assert house.store.rules_in_force(ben_site.id, NOON)[0].site_id is None


def test_it_fills_the_form_from_the_address(at_the_desk, ada_site):
    page = at_the_desk("dora").get(f"/admin/rules?kind=link&pattern=shop.example&site={ada_site.id}").text
    assert "shop.example</textarea>" in page
    assert f'value="{ada_site.id}" selected' in page
    assert 'value="link" selected' in page


def test_it_pages_through_many_rules(at_the_desk, house):
    house.store.change_rules([a_rule(id=f"r{n:02}", pattern=f"word{n:02}") for n in range(60)], (), "dora", NOON)
    first = at_the_desk("dora").get("/admin/rules").text
    assert "word59" in first
    assert "word05" not in first
    older = first.split('href="/admin/rules?before=', 1)[1].split('"', 1)[0]
    second = at_the_desk("dora").get(f"/admin/rules?before={older}").text
    assert "word59" not in second
    assert "word05" in second
    assert "word59" in at_the_desk("dora").get("/admin/rules?before=9999999999999").text


def test_it_asks_the_store_as_often_for_many_rules_as_for_one(at_the_desk, house):
    asked = []
    event.listen(house.store._db.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    dora = at_the_desk("dora")
    counts = []
    for many in (1, 30):
        house.store.change_rules([a_rule(id=f"r{many}-{n}") for n in range(many)], (), "dora", NOON)
        asked.clear()
        dora.get("/admin/rules")
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert counts[0] <= 12


def test_it_contains_hostile_text(at_the_desk, house, arrive, ada_site):
    nasty = "<script>alert(1)</script>\u202e"
    house.store.add_rule(a_rule(pattern=nasty, note=nasty, by=nasty))
    arrive(f"casino {nasty}", name=nasty)
    page = at_the_desk("dora").post("/admin/rules/trial", **WORDS | {"site": ada_site.id, "note": nasty}).text
    assert "<script>alert" not in page
    assert page.count("&lt;script&gt;alert") >= 5


def test_it_knows_each_kind_and_effect():
    from modbot.review.pages.rules import EFFECT_WORDS, KIND_WORDS

    assert set(KIND_WORDS) == set(RuleKind)
    assert set(EFFECT_WORDS) == set(RuleEffect)
