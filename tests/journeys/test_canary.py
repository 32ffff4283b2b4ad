"""One address, posted through every door, is afterwards found nowhere in clear."""

from __future__ import annotations

import logging
from urllib.parse import urlencode

import pytest

from conftest import ADA_KEY
from factories import a_draft
from modbot.domain import Action
from modbot.review.access import hash_password

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


def test_it_can_open_the_address_again(house, ada_site, posted):
    assert {house.vault.open_email(house.store.case(case_id).comment.sealed_email).lower() for case_id in posted} == {
        CANARY
    }
