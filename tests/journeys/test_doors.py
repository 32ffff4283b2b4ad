"""One comment through each door: the same words get the same scores from the shipped model, and the case says which door."""

from __future__ import annotations

import hashlib
import hmac
import json

import pytest

from modbot.app import create_app, open_house
from modbot.credentials import add_site, new_keys, new_site
from modbot.domain import CaseQuery, Door, Head, Mode
from modbot.founding import lay_ground

TEXTS = (
    "Thank you, the timetable of the night bus helped my mother.",
    "Shut up, you pathetic moron. Nobody wants to hear your whining about the bus.",
    "Cheap pills without prescription, order now: http://pills.example/buy http://pills.example/now",
)
WITH_NAMES = (Door.NATIVE, Door.FORM, Door.AKISMET)
WITHOUT_NAMES = (Door.PERSPECTIVE, Door.CORAL, Door.OPENAI)
WHO = {"name": "Cal", "email": "cal@example.org"}


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    house = open_house(lay_ground(tmp_path_factory.mktemp("doors"), admin="admin").settings)
    yield house
    house.close()


def send(client, door: Door, site, keys, text: str) -> None:
    bearer = {"Authorization": f"Bearer {keys.key}"}
    whole = {"requestedAttributes": {"TOXICITY": {}}, "comment": {"text": text}}
    if door is Door.NATIVE:
        answer = client.post("/v1/comments", json={**WHO, "body": text}, headers=bearer)
    elif door is Door.FORM:
        answer = client.post(f"/f/{site.id}", data={"author": WHO["name"], "email": WHO["email"], "comment": text})
    elif door is Door.AKISMET:
        said = {"comment_author": WHO["name"], "comment_author_email": WHO["email"], "comment_content": text}
        answer = client.post("/1.1/comment-check", data={"api_key": keys.akismet_key, **said})
    elif door is Door.PERSPECTIVE:
        answer = client.post(f"/v1alpha1/comments:analyze?key={keys.key}", json=whole)
    elif door is Door.OPENAI:
        answer = client.post("/v1/moderations", json={"input": text}, headers=bearer)
    else:
        body = json.dumps({"comment": {"body": text}, "author": {"id": "a", "role": "COMMENTER"}}).encode()
        signature = hmac.digest(keys.coral_secret.encode(), body, hashlib.sha256).hex()
        answer = client.post(f"/coral/{site.id}", data=body, headers={"X-Coral-Signature": f"sha256={signature}"})
    assert answer.status_code in {200, 201, 204, 303}


@pytest.mark.parametrize("doors", [WITH_NAMES, WITHOUT_NAMES], ids=["with names", "without names"])
@pytest.mark.parametrize("text", TEXTS, ids=["good", "abuse", "spam"])
def test_it_works(house, text, doors):
    client = create_app(house).test_client()
    told = {}
    for door in doors:
        keys = new_keys()
        draft = new_site(
            house.store, f"{door} {len(text)}", "https://gazette.example", mode=Mode.BORROWED, at=house.clock()
        )
        site = add_site(house.store, house.vault, draft, keys)
        send(client, door, site, keys, text)
        (row,) = house.store.cases(CaseQuery(site_ids=(site.id,), limit=10)).rows
        case = house.store.case(row.id)
        assert case.comment.door is door
        told[door] = (
            case.verdict.action,
            case.verdict.band,
            {head: round(case.verdict.scores[head], 9) for head in Head if head in case.verdict.scores},
        )

    assert len({repr(verdict) for verdict in told.values()}) == 1, told


def test_it_goes_through_every_door():
    assert {*WITH_NAMES, *WITHOUT_NAMES} == set(Door) - {Door.IMPORT}
