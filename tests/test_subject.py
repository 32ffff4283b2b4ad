"""What is kept about a person: handed over whole, and forgotten so that no backup brings it back."""

from __future__ import annotations

import json
import shutil

import pytest

from conftest import ADA_KEY, BEN_KEY
from factories import a_draft, later
from modbot.domain import Action, AuthorNote, Note, Report, ReportKind, Rule, RuleEffect, RuleKind
from modbot.errors import Unreadable
from modbot.storage import open_store
from modbot.subject import forget, forget_again, portrait, written_by

ADDRESS = "Quentin.Canary@quillowby.example"
BODY = "The ferry was zanzibarrier late again."
EDIT = "The ferry was mirrowlume late again."
PERSONAL = (
    "quentin",
    "canary",
    "zanzibarrier",
    "mirrowlume",
    "Quill Owlby",
    "198.51.100.77",
    "Owlbrowser",
    "fernwicket",
)


def post(client, key, **changes):
    comment = {
        "name": "Quill Owlby",
        "email": ADDRESS,
        "body": BODY,
        "url": "https://fernwicket.example",
        "ip": "198.51.100.77",
        "user_agent": "Owlbrowser/1.0",
        "page_url": "https://gazette.example/ferry",
    } | changes
    answer = client.post("/v1/comments", json=comment, headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 201, answer.json
    return answer.json["id"]


@pytest.fixture
def written(client, house, ada_site, ben_site, clock):
    """Two comments of one person at two sites, one of them edited and appealed, among those of somebody else."""
    first = post(client, ADA_KEY)
    clock.tick(60)
    headers = {"Authorization": f"Bearer {ADA_KEY}"}
    edit = {"name": "Quill Owlby", "email": ADDRESS, "body": EDIT}
    assert client.put(f"/v1/comments/{first}", json=edit, headers=headers).status_code == 200
    house.store.record_report(Report(first, ReportKind.APPEAL, clock(), "I meant fernwicket."))
    house.store.record_report(Report(first, ReportKind.FLAG, clock(), "Somebody else complains."))
    house.store.add_note(Note(first, "user-ada", "ada", "A regular.", clock(), asks=False))
    post(
        client,
        ADA_KEY,
        email="cal@example.org",
        name="Cal",
        body="I was on time.",
        url="",
        ip="192.0.2.1",
        user_agent="",
    )
    return first, post(client, BEN_KEY, email=ADDRESS.upper())


@pytest.fixture
def noted(house, ada_site, clock):
    key = house.vault.author_key(ada_site.id, ADDRESS)
    house.store.add_author_note(AuthorNote(ada_site.id, key, "user-ada", "ada", "Asks good questions.", clock()))
    rule = Rule("rule-1", ada_site.id, RuleKind.AUTHOR, key, RuleEffect.TRUST, "ada", clock(), note="a regular")
    house.store.add_rule(rule)
    return key


def told(house):
    return portrait(house.store, house.vault, ADDRESS.lower(), later(100))


def test_it_hands_over_everything_and_nothing_of_others(house, written, noted, ada, clock):
    case = house.store.case(written[0])
    house.moderator.review(a_draft(case_id=case.id, action=Action.REJECT, seen_revision=case.revision, at=clock()), ada)

    found = told(house)

    ada_part, ben_part = sorted(found["sites"], key=lambda site: site["site"])
    assert (ada_part["site"], ben_part["site"]) == ("site-ada", "site-ben")
    (comment,) = ada_part["comments"]
    assert [text["text"] for text in comment["texts"]] == [BODY, EDIT]
    assert {text["email"] for text in comment["texts"]} == {ADDRESS}
    first = comment["texts"][0]
    assert (first["name"], first["ip"], first["user_agent"]) == ("Quill Owlby", "198.51.100.77", "Owlbrowser/1.0")
    assert comment["action"] == "reject"
    assert comment["verdict"]["scores"].keys() >= {"spam", "toxicity"}
    assert [(one["action"], one["by"]) for one in comment["decisions"]] == [("reject", "person")]
    assert [(one["kind"], one["reason"]) for one in comment["reports"]] == [
        ("appeal", "I meant fernwicket."),
        ("flag", ""),
    ]
    assert comment["notes"][0]["text"] == "A regular."
    assert ada_part["notes"][0]["text"] == "Asks good questions."
    assert (ada_part["rules"][0]["effect"], ada_part["rules"][0]["note"]) == ("trust", "a regular")
    everything = json.dumps(found)
    assert "Cal" not in everything
    assert "on time" not in everything
    assert "Somebody else" not in everything


def test_it_knows_nobody_who_never_wrote(house, written):
    found = portrait(house.store, house.vault, "nobody@example.org", later(100))

    assert found["sites"] == []
    assert written_by(house.store, house.vault, "nobody@example.org") == ()


def test_it_forgets_the_person_and_nobody_else(house, written, noted, clock):
    sealed = house.store.case(written[0]).comment.sealed_email

    done = forget(house.store, house.key_store, house.vault, ADDRESS, clock.tick(10))

    assert (dict(done.comments), done.had_key) == ({"site-ada": 1, "site-ben": 1}, True)
    with pytest.raises(Unreadable):
        house.vault.open_email(sealed)
    after = json.dumps(told(house) | {"address": ""}).lower()
    assert not [word for word in PERSONAL if word.lower() in after]
    assert "asks good questions" not in after
    assert house.store.case(written[0]).action is Action.PUBLISH, "what was decided stays"
    again = forget(house.store, house.key_store, house.vault, ADDRESS, clock.tick(10))
    assert (dict(again.comments), again.had_key) == ({}, False)


def test_it_forgets_an_address_that_only_an_earlier_version_had(client, house, ada_site, clock):
    case_id = post(client, ADA_KEY)
    edit = {"name": "Cal", "email": "cal@example.org", "body": EDIT}
    client.put(f"/v1/comments/{case_id}", json=edit, headers={"Authorization": f"Bearer {ADA_KEY}"})

    forget(house.store, house.key_store, house.vault, ADDRESS, clock.tick(10))

    assert house.store.case(case_id).erased


def test_no_backup_brings_a_person_back(house, written, client, clock, settings, tmp_path):
    """A copy from before the erasure has the words; once it is restored, it has neither words nor address."""
    one_more = post(client, ADA_KEY, email="dee@example.org", name="Dee", body="Owlbrowser is what I use.")
    house.store._db.settle()
    shutil.copy(tmp_path / "modbot.db", tmp_path / "old.db")
    forget(house.store, house.key_store, house.vault, ADDRESS, clock.tick(10))
    client.delete(f"/v1/comments/{one_more}", headers={"Authorization": f"Bearer {ADA_KEY}"})
    clock.tick(3_600)
    later_on = post(
        client, ADA_KEY, body="I am back and want to stay.", name="New Name", ip="192.0.2.9", user_agent="", url=""
    )

    restored = open_store(f"sqlite:///{tmp_path}/old.db")
    assert "zanzibarrier" in (tmp_path / "old.db").read_bytes().decode("latin-1")
    assert forget_again(restored, house.key_store, clock()) == 3
    found = json.dumps(portrait(restored, house.vault, ADDRESS, clock()) | {"address": ""}).lower()
    restored.close()

    assert not [word for word in PERSONAL if word.lower() in found]
    held = (tmp_path / "old.db").read_bytes().decode("latin-1").lower()
    assert not [word for word in PERSONAL if word.lower() in held]
    assert not house.store.case(later_on).erased, "who comes back after an erasure is not erased by it"


def test_who_comes_back_is_spared_by_the_erasure_before(house, client, ada_site, clock):
    forget(house.store, house.key_store, house.vault, ADDRESS, clock())
    clock.tick(10)
    case_id = post(client, ADA_KEY)

    assert forget_again(house.store, house.key_store, clock()) == 0
    assert house.vault.open_email(house.store.case(case_id).comment.sealed_email) == ADDRESS


def test_an_erasure_that_was_interrupted_is_finished_by_the_next(house, written, clock, monkeypatch):
    monkeypatch.setattr(type(house.store), "erase_comments", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        forget(house.store, house.key_store, house.vault, ADDRESS, clock.tick(1))
    monkeypatch.undo()

    done = forget(house.store, house.key_store, house.vault, ADDRESS, clock.tick(1))
    assert sum(done.comments.values()) == 2


def test_it_finds_a_person_under_a_rotated_master_key(house, written, settings):
    from modbot.privacy import Vault

    rotated = Vault(("a-new-master-key-in-front-of-the-old-one", *settings.master_keys()), house.key_store)

    assert portrait(house.store, rotated, ADDRESS, later(9)) == portrait(house.store, house.vault, ADDRESS, later(9))
