"""Coral's external phase: the signature over the very bytes, and replies that its strict reader takes."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import replace

import pytest

from modbot.credentials import secret_at_rest
from modbot.domain import Action, CaseQuery, Door, Mode, Policy, SecretKind

SECRET, OLD = "empsec_" + "0123456789abcdef" * 4, "empsec_" + "fedcba9876543210" * 4
# Coral's own test vector: the body, and what both secrets make of it.
VECTOR = """{
  "action": "NEW",
  "comment": {
    "body": "<div>café &amp; crème</div>",
    "parentID": null
  },
  "author": {
    "id": "u1",
    "role": "COMMENTER"
  },
  "story": {
    "id": "s1",
    "url": "https://news.example/a"
  },
  "site": {
    "id": "site1"
  },
  "tenantID": "t1",
  "tenantDomain": "coral.example"
}""".encode()
SIGNED = (
    "sha256=75eea9a2fe923d090e65edbdf6234c94f98840347f478724edc07cde07f846e2,"
    "sha256=c77aaeb268e5db971ef459e2cde54674e125b48653700d55c2d171c182553395"
)


@pytest.fixture
def coral(house, ada_site, clock):
    house.store.rotate_secret(ada_site.id, secret_at_rest(SecretKind.CORAL, SECRET, house.vault), clock(), 0)
    return ada_site


@pytest.fixture
def send(client, coral):
    """Send a comment as Coral does."""

    def post(body="The night bus is late.", secret=SECRET, role="COMMENTER", raw=None, **more):
        said = json.loads(VECTOR) | more
        said["comment"] = {"body": body, "parentID": None}
        said["author"] = {"id": "u1", "role": role}
        data = raw if raw is not None else json.dumps(said, indent=2).encode()
        signature = "sha256=" + hmac.digest(secret.encode(), data, hashlib.sha256).hex()
        return client.post(
            f"/coral/{coral.id}", data=data, headers={"X-Coral-Signature": signature}, content_type="application/json"
        )

    return post


@pytest.fixture
def stored(house):
    return lambda: house.store.whole_cases([row.id for row in house.store.cases(CaseQuery(limit=200)).rows])


def forbid(house, site, word, clock):
    from factories import a_rule

    house.store.add_rule(a_rule(id="", site_id=site.id, pattern=word))
    return house.store.site(site.id)


def test_it_works(send, stored):
    answer = send()

    assert (answer.status_code, answer.data) == (204, b"")
    (case,) = stored()
    assert (case.comment.door, case.comment.body, case.queued) == (Door.CORAL, "The night bus is late.", False)
    assert (case.comment.user_id, case.comment.page_url) == ("u1", "https://news.example/a")


@pytest.mark.parametrize(
    "signature",
    [SIGNED, SIGNED.split(",", maxsplit=1)[0], f" {SIGNED.split(',')[1]} , {SIGNED.split(',', maxsplit=1)[0]}"],
)
def test_it_knows_corals_own_vector(client, coral, signature):
    answer = client.post("/coral/site-ada", data=VECTOR, headers={"X-Coral-Signature": signature})

    assert answer.status_code == 204


@pytest.mark.parametrize(
    ("body", "signature"),
    [
        (VECTOR, SIGNED.split(",")[1]),
        (VECTOR, ""),
        (VECTOR, "sha256="),
        (VECTOR, SIGNED.split(",", maxsplit=1)[0].upper()),
        (VECTOR, SIGNED.split(",", maxsplit=1)[0].removeprefix("sha256=")),
        (VECTOR + b" ", SIGNED),
        (json.dumps(json.loads(VECTOR)).encode(), SIGNED),
    ],
)
def test_it_refuses_what_was_not_signed(client, coral, stored, body, signature):
    answer = client.post("/coral/site-ada", data=body, headers={"X-Coral-Signature": signature})

    assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")
    assert stored() == ()


def test_it_takes_the_old_secret_while_both_count(send, house, coral, clock):
    house.store.rotate_secret(coral.id, secret_at_rest(SecretKind.CORAL, OLD, house.vault), clock(), 3600)

    assert send(secret=SECRET).status_code == send(secret=OLD).status_code == 204
    clock.tick(3601)
    assert (send(secret=SECRET).status_code, send(secret=OLD).status_code) == (401, 204)


def test_it_rejects_with_a_code(send, house, coral, clock):
    forbid(house, coral, "casino", clock)
    answer = send("Best casino")

    assert answer.content_type == "application/json"
    assert answer.json["status"] == "REJECTED"
    assert answer.json["actions"][0]["actionType"] == "FLAG"
    why = answer.json["moderationAction"]["rejectionReason"]
    assert (answer.json["moderationAction"]["status"], why["code"]) == ("REJECTED", "BANNED_WORD")
    assert why["detailedExplanation"]


def test_it_keeps_its_reasons_to_itself_where_the_site_wants_that(send, house, coral, clock):
    forbid(house, coral, "casino", clock)
    house.store.change_site(replace(house.store.site(coral.id), show_reasons=False), clock())

    assert send("Best casino").json["moderationAction"]["rejectionReason"] == {"code": "BANNED_WORD"}


def test_it_withholds_where_people_decide(send, house, coral, clock):
    house.store.change_site(replace(coral, policy=Policy(mode=Mode.HOLD_ONLY)), clock())

    assert send().json == {
        "status": "SYSTEM_WITHHELD",
        "actions": [{"actionType": "FLAG", "reason": "COMMENT_DETECTED_SPAM"}],
    }


@pytest.mark.parametrize("role", ["STAFF", "MODERATOR", "ADMIN"])
def test_it_has_no_opinion_of_corals_own_people(send, stored, role):
    assert send(role=role).status_code == 204
    assert stored() == ()


@pytest.mark.parametrize("body", ["", " ", None])
def test_it_has_no_opinion_of_nothing(send, stored, body):
    assert send(body).status_code == 204
    assert stored() == ()


def test_it_makes_one_case_of_the_same_comment_sent_twice(send, stored):
    send()
    send(action="EDIT")

    assert len(stored()) == 1
    send("Another one")
    assert len(stored()) == 2


def test_it_knows_an_author_again_by_their_id(send, stored):
    send("One comment"), send("Another comment")

    assert len({case.comment.author.key for case in stored()} - {""}) == 1


@pytest.mark.parametrize("raw", [b"{", b"[]", b"null", b"", b"\xff"])
def test_it_refuses_what_is_no_object(send, raw):
    assert send(raw=raw).status_code == 400


@pytest.mark.parametrize(
    "said", [{"comment": 7}, {"author": []}, {"story": {"url": 7}}, {"author": {"id": None, "role": 3}}]
)
def test_it_takes_odd_parts(client, coral, said):
    data = json.dumps(json.loads(VECTOR) | said).encode()
    signature = "sha256=" + hmac.digest(SECRET.encode(), data, hashlib.sha256).hex()

    assert client.post("/coral/site-ada", data=data, headers={"X-Coral-Signature": signature}).status_code == 204


def test_it_knows_no_other_site(client, coral):
    assert client.post("/coral/none", data=VECTOR, headers={"X-Coral-Signature": SIGNED}).status_code == 404
    assert client.get("/coral/site-ada").status_code == 405


def test_nobody_hears_of_it(send, house):
    send()

    assert house.store.pending_deliveries() == 0
    assert Action.HOLD.value == "hold"
