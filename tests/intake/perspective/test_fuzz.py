"""Ten thousand calls that no client would make: JSON in the service's shapes to each, and never a fault."""

from __future__ import annotations

import json
import random
from collections import Counter

import pytest

from conftest import ADA_KEY
from soak import SOAK

pytestmark = pytest.mark.slow

CALLS = 10_000 * SOAK
VALUES = (
    *(
        None,
        True,
        False,
        0,
        1,
        -1,
        0.5,
        1e308,
        10**400,
        "",
        " ",
        "a",
        "\x00",
        "é" * 300,
        [],
        {},
        [1],
        {"a": 1},
        [[]],
        [{}],
    ),
    *(
        "TOXICITY",
        "PLAIN_TEXT",
        "HTML",
        "PROBABILITY",
        "RAW",
        "\u202e",
        "👍" * 50,
        "x" * 21_000,
        "Z\u0351" * 200,
        "<b>a</b>",
    ),
)
NAMES = (
    *(
        "comment",
        "context",
        "requestedAttributes",
        "requested_attributes",
        "attributeScores",
        "languages",
        "doNotStore",
    ),
    *(
        "do_not_store",
        "spanAnnotations",
        "clientToken",
        "sessionId",
        "communityId",
        "text",
        "type",
        "entries",
        "",
        "_",
        "__a",
    ),
    *(
        "TOXICITY",
        "INSULT",
        "FOO",
        "SPAM_EXPERIMENTAL",
        "scoreType",
        "scoreThreshold",
        "summaryScore",
        "spanScores",
        "value",
    ),
)
PATHS = (
    *(
        "/v1alpha1/comments:analyze",
        "/v1alpha1/comments:suggestscore",
        "/v1alpha1/comments%3Aanalyze",
        "/v1alpha1/nothing",
    ),
    *("/$discovery/rest", "/%24discovery/rest", "/$discovery/nothing", "/v1alpha1/", "/v1alpha1/comments:analyze/x"),
)


def anything(chance: random.Random, depth: int = 0):
    if depth > 3 or chance.random() < 0.5:
        return chance.choice(VALUES)
    return {chance.choice(NAMES): anything(chance, depth + 1) for _ in range(chance.randrange(4))}


def a_call(chance: random.Random):
    said = {
        "comment": {"text": chance.choice(("Hello there. You!", "é👍", "a"))},
        "requestedAttributes": {"TOXICITY": {}},
        "attributeScores": {"INSULT": {"summaryScore": {"value": 1}}},
    }
    for _ in range(chance.randrange(4)):
        said[chance.choice(NAMES)] = anything(chance)
    return said


def test_it_works(client, ada_site):
    chance = random.Random(20261231)
    seen: Counter[int] = Counter()
    for _ in range(CALLS):
        text = json.dumps(a_call(chance) if chance.random() < 0.9 else anything(chance)).encode()
        body = chance.randbytes(40) if chance.random() < 0.05 else text
        key = chance.choice((ADA_KEY, ADA_KEY, ADA_KEY, "", "wrong", "\x00"))
        answer = client.open(
            chance.choice(PATHS),
            method=chance.choice(("POST", "POST", "POST", "POST", "GET", "PUT")),
            query_string={"key": key, "alt": "json", "fields": "*"},
            data=body,
            headers={
                "Content-Type": chance.choice(("application/json", "text/plain", "", "application/json; charset=\x7f"))
            },
        )
        assert answer.status_code < 500, (answer.request, body, answer.text)
        assert answer.mimetype == "application/json", (answer.request, answer.mimetype)
        if answer.status_code >= 400:
            assert answer.json["error"]["code"] == answer.status_code
        seen[answer.status_code] += 1
    assert seen[200] > 500
    assert seen[400] > 1_000
