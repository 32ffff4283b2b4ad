"""Ten thousand calls each that no Coral, no SDK of OpenAI and no form would make: the dialect to each, and never a fault."""

from __future__ import annotations

import hashlib
import hmac
import json
import random
from collections import Counter
from urllib.parse import urlencode

import pytest

from conftest import ADA_KEY
from modbot.credentials import secret_at_rest
from modbot.domain import SecretKind
from soak import SOAK

pytestmark = pytest.mark.slow

CALLS = 10_000 * SOAK
SECRET = "empsec_" + "0123456789abcdef" * 4
VALUES = (
    *(None, True, 0, -1, 1e308, 10**400, "", " ", "a", "\x00", "\u202e", "é" * 300, [], {}, [1], [[]], [{}], {"a": 1}),
    *(
        "text",
        "image_url",
        "COMMENTER",
        "STAFF",
        "NEW",
        "javascript:alert(1)",
        "https://a.example",
        "x" * 30_000,
        "👍" * 50,
    ),
)
NAMES = (
    *(
        "input",
        "model",
        "type",
        "text",
        "image_url",
        "url",
        "comment",
        "body",
        "parentID",
        "author",
        "id",
        "role",
        "story",
    ),
    *("site", "tenantID", "tenantDomain", "action", "", "\x00"),
)


def anything(chance: random.Random, depth: int = 0):
    if depth > 3 or chance.random() < 0.5:
        return chance.choice(VALUES)
    if chance.random() < 0.3:
        return [anything(chance, depth + 1) for _ in range(chance.randrange(4))]
    return {chance.choice(NAMES): anything(chance, depth + 1) for _ in range(chance.randrange(4))}


def a_body(chance: random.Random, usual: dict) -> bytes:
    if chance.random() < 0.05:
        return chance.randbytes(40)
    said = {**usual, **{chance.choice(NAMES): anything(chance) for _ in range(chance.randrange(3))}}
    return json.dumps(said if chance.random() < 0.9 else anything(chance)).encode()


def test_openai_works(client, ada_site):
    chance = random.Random(13)
    seen: Counter[int] = Counter()
    for _ in range(CALLS):
        key = chance.choice((ADA_KEY, ADA_KEY, ADA_KEY, "wrong", ""))
        answer = client.open(
            chance.choice(("/v1/moderations", "/v1/moderations", "/moderations", "/v1/moderations/x")),
            method=chance.choice(("POST", "POST", "POST", "GET", "PUT")),
            data=a_body(chance, {"input": chance.choice(("Hello.", ["Hello."], [{"type": "text", "text": "Hello."}]))}),
            headers={
                "Authorization": f"Bearer {key}",
                "Content-Type": chance.choice(("application/json", "text/plain", "")),
            },
        )
        assert answer.status_code < 500, (answer.request, answer.text)
        assert answer.mimetype == "application/json"
        if answer.status_code >= 400:
            assert set(answer.json["error"]) == {"message", "type", "param", "code"}
        seen[answer.status_code] += 1
    assert seen[200] > 1_000
    assert seen[400] > 200


def test_forms_work(client, house, ada_site):
    """What a page's form posts, and what an author's appeal does, in odd fields, values and bytes."""
    chance = random.Random(15)
    names = (
        "author",
        "name",
        "email",
        "url",
        "comment",
        "body",
        "page_url",
        "stamp",
        "elapsed_ms",
        "created_at",
        "parent_id",
        "",
    )
    words = [str(value) for value in VALUES] + [
        "Cal",
        "cal@example.org",
        "https://gazette.example/bus",
        "%",
        "\r\nX: y",
        "\ud800",
    ]
    usual = {
        "author": "Cal",
        "email": "cal@example.org",
        "comment": "Hello.",
        "page_url": "https://gazette.example/bus",
    }
    seen: Counter[int] = Counter()
    for number in range(CALLS):
        fields = {**usual, **{chance.choice(names): chance.choice(words) for _ in range(chance.randrange(4))}}
        body = urlencode(fields, errors="surrogatepass").encode() if chance.random() < 0.9 else chance.randbytes(60)
        answer = client.open(
            chance.choice(
                (f"/f/{ada_site.id}",) * 4 + (f"/f/{ada_site.id}/form", "/f/none", "/appeal/%00", "/appeal/a.b.c")
            ),
            method=chance.choice(("POST", "POST", "POST", "GET")),
            data=body,
            content_type=chance.choice(
                ("application/x-www-form-urlencoded",) * 4 + ("multipart/form-data; boundary=x", "text/plain", "")
            ),
            headers={"Origin": chance.choice(("https://gazette.example", "https://evil.example", "null", "\xff", ""))},
            environ_base={"REMOTE_ADDR": f"192.0.{number // 250 % 250}.{number % 250}"},
        )
        assert answer.status_code < 500, (answer.request, body, answer.text)
        assert answer.location is None or answer.location.startswith("https://gazette.example"), answer.location
        seen[answer.status_code] += 1
    assert seen[303] > 500
    assert seen[422] > 200


def test_coral_works(client, house, ada_site, clock):
    house.store.rotate_secret(ada_site.id, secret_at_rest(SecretKind.CORAL, SECRET, house.vault), clock(), 0)
    chance = random.Random(14)
    usual = {
        "action": "NEW",
        "comment": {"body": "<div>Hello.</div>", "parentID": None},
        "author": {"id": "u1", "role": "COMMENTER"},
        "story": {"id": "s1", "url": "https://gazette.example/bus"},
    }
    seen: Counter[int] = Counter()
    for _ in range(CALLS):
        body = a_body(chance, usual)
        right = "sha256=" + hmac.digest(SECRET.encode(), body, hashlib.sha256).hex()
        answer = client.open(
            chance.choice((f"/coral/{ada_site.id}", f"/coral/{ada_site.id}", "/coral/none", "/coral/%00", "/coral/")),
            method=chance.choice(("POST", "POST", "POST", "GET")),
            data=body,
            headers={"X-Coral-Signature": chance.choice((right, right, right, "", "sha256=", right + ",x", "\xff"))},
        )
        assert answer.status_code < 500, (answer.request, body, answer.text)
        assert answer.status_code == 204 or "json" in answer.mimetype
        if answer.status_code == 200:
            assert answer.json["status"] in {"REJECTED", "SYSTEM_WITHHELD"}
        seen[answer.status_code] += 1
    assert seen[204] > 500
