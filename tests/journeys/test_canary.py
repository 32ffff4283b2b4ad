"""One address, posted through every door, is afterwards found nowhere in clear."""

from __future__ import annotations

import logging
from urllib.parse import urlencode, urlsplit

import pytest

from conftest import ADA_KEY
from factories import a_draft, a_user
from modbot.credentials import secret_at_rest
from modbot.domain import Action, Door, Role, SecretKind
from modbot.review.passwords import hash_password
from modbot.storage.backup import back_up

pytestmark = pytest.mark.slow

LOCAL, DOMAIN = "canary.bird", "seed-eater.example.org"
CANARY = f"{LOCAL}@{DOMAIN}"
# The same address as other eyes and encodings would see it.
SHAPES = [CANARY, CANARY.upper(), "canary.bird%40seed-eater", "canary.bird&#64;", "Canary.Bird@Seed-Eater", LOCAL]
GOOD = "The night bus stops at the harbour now, which saves me a long walk home after the late shift."
BEARER = {"Authorization": f"Bearer {ADA_KEY}"}


def absent(where: str, content: bytes) -> None:
    text = content.lower()
    assert [shape for shape in SHAPES if shape.lower().encode() in text] == [], where


@pytest.fixture
def posted(client, house, ada_site) -> list[str]:
    """Post the canary as JSON, as an API form, as a page's form, in upper case, in bad requests and in an edit."""
    fields = {"name": "Cal", "email": CANARY, "body": GOOD, "page_url": "https://gazette.example/night-bus"}
    answers = [
        client.post("/v1/comments", json=fields, headers=BEARER),
        client.post("/v1/comments", json=fields | {"email": CANARY.upper(), "body": GOOD + " Again."}, headers=BEARER),
        client.post("/v1/comments", data=fields | {"body": GOOD + " As a form."}, headers=BEARER),
        client.post(
            f"/f/{ada_site.id}",
            data=urlencode(
                {"author": "Cal", "email": CANARY, "comment": GOOD + " From the page.", "page_url": fields["page_url"]}
            ),
            content_type="application/x-www-form-urlencoded",
        ),
        # Refused, and the refusal must not say it back either.
        client.post("/v1/comments", json=fields | {"email": f"{CANARY}@", "body": ""}, headers=BEARER),
        client.post("/v1/comments", json=fields | {CANARY: "x"}, headers=BEARER),
        client.post("/v1/comments", data=f'{{"email": "{CANARY}"', content_type="application/json", headers=BEARER),
        client.post(f"/f/{ada_site.id}", data={"author": "", "email": CANARY, "comment": ""}),
    ]
    assert [answer.status_code for answer in answers] == [201, 201, 201, 303, 422, 201, 400, 422]
    case_id = answers[0].json["id"]
    edited = client.put(f"/v1/comments/{case_id}", json=fields | {"body": GOOD + " Edited."}, headers=BEARER)
    assert edited.status_code == 200
    for answer in (*answers, edited):
        absent("an answer", answer.data + str(answer.headers).encode())
    return [row.id for row in rows(house)]


@pytest.fixture
def said(client, house, ada_site, posted, clock) -> list[tuple[str, bytes]]:
    """What the doors of other protocols answer that canary, and what its author reads of a rejection."""
    key, coral = "0123456789ab", "c" * 64
    house.store.rotate_secret(ada_site.id, secret_at_rest(SecretKind.AKISMET, key, house.vault), clock(), 0)
    akismet = {"api_key": key, "blog": ada_site.url, "user_ip": "192.0.2.7", "comment_author_email": CANARY}
    akismet |= {"comment_content": GOOD + " Through WordPress.", "comment_author": CANARY}
    perspective = {"comment": {"text": f"{GOOD} {CANARY}"}, "requestedAttributes": {"TOXICITY": {}}}
    rejected = client.post(
        f"/v1/comments/{posted[0]}/review", json={"action": "reject", "reason": "spam"}, headers=BEARER
    )
    assert rejected.status_code == 200
    stated = client.get(f"/v1/comments/{posted[0]}/statement", headers=BEARER)
    appeal = urlsplit(stated.json["redress"]["appeal_url"]).path
    answers = {
        "akismet": client.post("/1.1/comment-check", data=akismet),
        "akismet, spam": client.post("/1.1/submit-spam", data=akismet),
        "perspective": client.post(f"/v1alpha1/comments:analyze?key={ADA_KEY}", json=perspective),
        "openai": client.post("/v1/moderations", json={"input": f"{GOOD} {CANARY}"}, headers=BEARER),
        "coral, unsigned": client.post(f"/coral/{ada_site.id}", json={"comment": {"body": CANARY}, "secret": coral}),
        "the statement": stated,
        "the appeal": client.get(appeal),
        "after the appeal": client.post(appeal, data={"reason": f"Write to {CANARY}"}, follow_redirects=True),
    }
    statuses = {name: answer.status_code for name, answer in answers.items()}
    assert statuses == dict.fromkeys(answers, 200) | {"coral, unsigned": 401}
    return [(name, answer.data + str(answer.headers).encode()) for name, answer in answers.items()]


def rows(house):
    from modbot.domain import CaseQuery

    return house.store.cases(CaseQuery(limit=100)).rows


def logged_in(client, house, user):
    import re

    house.store.add_user(user, hash_password("correct horse battery"))
    token = re.search(rb'name="csrf_token"[^>]*value="([^"]+)"', client.get("/login").data)[1].decode()
    answer = client.post("/login", data={"name": user.name, "password": "correct horse battery", "csrf_token": token})
    assert answer.status_code == 303


def test_it_finds_the_canary_nowhere(client, house, ada_site, posted, ada, settings, tmp_path, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    assert len(posted) == 5
    for case_id in posted:
        case = house.store.case(case_id)
        assert case.comment.email is None
        absent("the case as a picture", repr(case).encode())
        absent("the public answer", client.get(f"/v1/comments/{case_id}", headers=BEARER).data)
    decided = house.moderator.review(
        a_draft(
            case_id=posted[0],
            action=Action.PUBLISH,
            at=house.clock(),
            seen_revision=house.store.case(posted[0]).revision,
        ),
        ada,
    )
    assert decided.action is Action.PUBLISH
    absent("the list", client.get("/v1/comments", headers=BEARER).data)
    absent("the metrics", client.get("/metrics").data)
    logged_in(client, house, ada)
    pages = ["/queue", "/queue?action=publish", f"/cases/{posted[0]}", f"/cases/{posted[-1]}", "/overview"]
    for page in pages:
        answer = client.get(page)
        assert answer.status_code == 200, page
        absent(page, answer.data)
    captured = capfd.readouterr()
    absent("the logs", (captured.out + captured.err + caplog.text).encode())
    house.close()
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {"modbot.db", "keys.db"} <= {path.name for path in files}
    for path in files:
        absent(path.name, path.read_bytes())


def test_no_other_door_says_it_back(said):
    for name, content in said:
        absent(name, content)


def test_no_table_log_or_backup_has_it(client, house, ada_site, posted, said, settings, tmp_path):
    """People type addresses into texts, which are kept as written, so this is about the address that they gave as theirs."""
    boss = a_user(id="user-boss", name="boss", role=Role.ADMIN, site_ids=None)
    logged_in(client, house, boss)
    for page in ("/queue.csv", "/overview.csv?block=domains", "/admin/audit", "/admin/users", "/queue/mine"):
        answer = client.get(page)
        assert answer.status_code == 200, page
        absent(page, answer.data)
    # Only these texts have it in words.
    for row in rows(house):
        if house.store.case(row.id).comment.door in {Door.PERSPECTIVE, Door.OPENAI, Door.AKISMET}:
            house.store.erase_comment(row.id, house.clock())
    # And the appeal, whose author wrote it in.
    house.store.erase_comment(posted[0], house.clock())
    back_up(settings.url("database_url"), settings.url("keys_url"), tmp_path / "backup")
    absent("the backup", (tmp_path / "backup").read_bytes())


def test_no_crash_says_it(app, client, house, ada_site, ada, log, monkeypatch):
    """A scorer that fails, and then the pipeline itself, each with everything that was sent in its message."""
    fields = {"name": LOCAL, "email": CANARY, "body": f"{GOOD} {CANARY}"}

    def broken(*given, **named):
        raise ValueError(f"{given} {named} {fields}")

    with monkeypatch.context() as patch:
        patch.setattr(type(house.model), "score", broken)
        held = client.post("/v1/comments", json=fields | {"name": "Cal"}, headers=BEARER)
    assert (held.status_code, held.json["action"]) == (201, "hold")
    app.testing = False  # a crash becomes an answer, as it does when modbot serves
    with monkeypatch.context() as patch:
        patch.setattr(type(house.store), "record", broken)
        crashed = client.post("/v1/comments", json=fields | {"body": f"Again: {GOOD}"}, headers=BEARER)
    assert crashed.status_code == 500
    logged_in(client, house, ada)
    absent("the crash's answer", crashed.data)
    assert log.getvalue().count("ValueError") == 2
    absent("the log", log.getvalue().encode())
    absent("the metrics", client.get("/metrics").data)
    absent("the overview", client.get("/overview").data)


def test_it_can_open_the_address_again(house, ada_site, posted):
    assert {house.vault.open_email(house.store.case(case_id).comment.sealed_email).lower() for case_id in posted} == {
        CANARY
    }
