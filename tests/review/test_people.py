"""From a comment to its author: note, ban, trust, the thread, and an address that is shown for once."""

from __future__ import annotations

import re

import pytest

from factories import an_author, later
from modbot.domain import Deed, Door, RuleEffect, RuleKind
from modbot.moderation import Submission

WHY = "They asked us to be called back."


@pytest.fixture
def posted(house, ada_site):
    """A comment that came the way all come, with an address."""

    def posted(body="The night bus helps me.", name="Cal", **fields):
        fields = {
            "name": name,
            "email": "cal@example.org",
            "body": body,
            "page_url": "https://gazette.example/bus",
            **fields,
        }
        key = fields.pop("key", "")
        submission, site = Submission(fields, repr(fields).encode(), Door.NATIVE, key), house.store.site(ada_site.id)
        return house.moderator.moderate(site, submission, house.clock()).case

    return posted


def test_it_works(at_the_desk, house, posted):
    first, case, ada = posted(name="Calvin"), posted(), at_the_desk("ada")
    ada.decide(first, "rejection")
    ada.post(f"/cases/{case.id}/author/notes", body="Sold boats here before.")
    page = ada.get(f"/cases/{case.id}").text

    for shown in ("First seen", "Also as", "<bdi>Calvin</bdi>", "1 of 1 comment rejected", "Sold boats here before."):
        assert shown in page, shown
    assert "cal@example.org" not in page
    # Administrators alone may see addresses.
    assert "Show the address" not in page
    assert "Show the address" in at_the_desk("dora").get(f"/cases/{case.id}").text


@pytest.mark.parametrize(
    ("effect", "span", "said"),
    [("ban", "7", "Banned until Saturday, 21 March 2026"), ("trust", "", "Trusted by ada")],
)
def test_it_rules_an_author_for_a_while(at_the_desk, house, posted, ada_site, effect, span, said):
    case, ada = posted(), at_the_desk("ada")
    ada.post(f"/cases/{case.id}/author/rules", effect=effect, span=span)
    (rule,) = house.store.rules_in_force(ada_site.id, house.clock())
    assert (rule.kind, rule.pattern, rule.site_id) == (RuleKind.AUTHOR, case.comment.author.key, ada_site.id)
    assert rule.effect is {"ban": RuleEffect.REJECT, "trust": RuleEffect.TRUST}[effect]
    assert rule.until == (later(days=7) if span else None)
    assert said in ada.get(f"/cases/{case.id}").text
    assert posted("Another one.").action == {"ban": "reject", "trust": "publish"}[effect]

    assert ada.post(f"/cases/{case.id}/author/rules/{rule.id}/end").status_code == 303
    assert house.store.rules_in_force(ada_site.id, house.clock()) == ()
    told = [entry.deed for entry in house.store.audit_log(None)]
    assert told[:2] == [Deed.RULE_ENDED, Deed.RULE_ADDED]


def test_it_shows_an_address_once_to_an_administrator_who_says_why(at_the_desk, house, posted):
    case, dora = posted(), at_the_desk("dora")
    path = f"/cases/{case.id}/author/address"

    assert dora.post(path, why="because").status_code == 422
    assert house.store.audit_log(None, deed=Deed.ADDRESS_REVEALED) == ()
    answer = dora.post(path, why=WHY)
    assert "<code>cal@example.org</code>" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    (entry,) = house.store.audit_log(None, deed=Deed.ADDRESS_REVEALED)
    assert (entry.actor_name, entry.subject, entry.details) == ("dora", case.id, {"why": WHY})
    for elsewhere in (f"/cases/{case.id}", "/queue", "/admin/audit", f"/cases/{case.id}/thread"):
        assert "cal@example.org" not in dora.get(elsewhere).text
    for name in ("ada", "ben", "cal"):
        assert at_the_desk(name).post(path, why=WHY).status_code == 404


def test_it_shows_no_address_of_somebody_who_was_erased(at_the_desk, house, posted, arrive):
    case, dora = posted(), at_the_desk("dora")
    house.store.erase_comment(case.id, house.clock())
    answer = dora.post(f"/cases/{case.id}/author/address", why=WHY)
    assert (answer.status_code, "it was erased" in answer.text) == (404, True)
    kept, person = posted("Another one."), house.vault.person("cal@example.org")
    house.key_store.erase_person(person, house.clock())
    answer = dora.post(f"/cases/{kept.id}/author/address", why=WHY)
    assert (answer.status_code, "key of this person was destroyed" in answer.text) == (404, True)
    assert dora.post(f"/cases/{arrive().id}/author/address", why=WHY).status_code == 404


def test_it_shows_the_thread_around_a_comment(at_the_desk, house, posted, clock):
    shown = []
    for number in range(25):
        parent = shown[-1].comment.key if number % 2 else ""
        shown.append(posted(f"Comment number {number}.", parent_id=parent, key=f"k{number}"))
        clock.tick(60)
    posted("On another page.", page_url="https://gazette.example/other")
    page = at_the_desk("ada").get(f"/cases/{shown[12].id}/thread").text

    listed = re.findall(r'id="c-(\w+)"', page)
    assert listed == [case.id for case in shown[2:23]]
    assert "Earlier comments" in page
    assert "Later comments" in page
    assert page.count("answers <bdi>Cal</bdi>") == 10
    assert 'aria-current="true" id="c-' + shown[12].id in page


def test_it_is_for_those_who_may_decide_there(at_the_desk, house, posted, ada_site):
    case = posted()
    ban = {"effect": "ban", "span": ""}
    assert at_the_desk("ben").post(f"/cases/{case.id}/author/rules", **ban).status_code == 404
    assert at_the_desk("ben").get(f"/cases/{case.id}/thread").status_code == 404
    cal = at_the_desk("cal")
    assert cal.post(f"/cases/{case.id}/author/rules", **ban).status_code == 403
    assert cal.post(f"/cases/{case.id}/author/notes", body="x").status_code == 403
    assert "Ban, trust or note" not in cal.get(f"/cases/{case.id}").text
    assert house.store.rules_in_force(ada_site.id, house.clock()) == ()


def test_it_ends_no_rule_of_others(at_the_desk, house, posted, arrive, ada_site):
    case, ada = posted(), at_the_desk("ada")
    other = arrive(author=an_author(key="somebody else"))
    ada.post(f"/cases/{other.id}/author/rules", effect="ban", span="")
    (rule,) = house.store.rules_in_force(ada_site.id, house.clock())
    assert ada.post(f"/cases/{case.id}/author/rules/{rule.id}/end").status_code == 404
    assert ada.post(f"/cases/{case.id}/author/rules/r0/end").status_code == 404


@pytest.mark.parametrize("fields", [{"effect": "hold", "span": ""}, {"effect": "ban", "span": "3"}])
def test_it_refuses_what_the_form_does_not_offer(at_the_desk, posted, fields):
    assert at_the_desk("ada").post(f"/cases/{posted().id}/author/rules", **fields).status_code == 400


def test_it_names_where_links_lead(at_the_desk, posted):
    case = posted("Look at https://bücher.example/x and http://аpple.example")
    page = at_the_desk("ada").get(f"/cases/{case.id}").text
    assert "<code>xn--bcher-kva.example</code>" in page
    assert "<code>xn--pple-43d.example</code>" in page
