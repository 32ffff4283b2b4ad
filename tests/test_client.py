"""The client for sites in Python, against a real modbot over real HTTP."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

import modbot.client
from conftest import ADA_KEY
from modbot.client import Client, Refused, Unreachable
from served import in_thread

GOOD = {
    "name": "Cal",
    "email": "cal@example.org",
    "body": "The night bus stops at the harbour now.",
    "page_url": "https://gazette.example/bus",
}


@pytest.fixture
def client(app, ada_site):
    with in_thread(app, threads=2) as address:
        yield Client(f"{address}/", ADA_KEY)


def test_it_works(client, house):
    decision = client.moderate(**GOOD, id="mine")

    assert client.moderate(**GOOD, id="mine") == decision
    assert house.store.case(decision.id).action.value == decision.action
    assert decision.comment["name"] == "Cal"
    assert all(isinstance(reason, str) for reason in decision.reasons)


def test_it_shows_what_is_published_the_oldest_first(client, clock):
    for body in ("The first one is here.", "The second one is here."):
        clock.tick(1)
        client.review(client.moderate(**GOOD | {"body": body}).id, "publish")
    client.review(client.moderate(**GOOD | {"body": "A third one."}).id, "reject", "spam")

    assert [one["body_text"] for one in client.published(GOOD["page_url"])] == [
        "The first one is here.",
        "The second one is here.",
    ]
    assert client.published("https://gazette.example/other") == []


def test_it_names_the_fields_that_are_wrong(client):
    with pytest.raises(Refused) as refused:
        client.moderate(name="", email="no address", body="Hello")

    assert refused.value.status == 422
    assert [error["field"] for error in refused.value.errors] == ["name", "email"]


def test_it_says_when_its_key_is_wrong(client):
    with pytest.raises(Refused, match="key of a site") as refused:
        Client(client.url, "wrong").moderate(**GOOD)

    assert refused.value.status == 401


def test_it_says_when_nobody_answers():
    with pytest.raises(Unreachable):
        Client("http://127.0.0.1:9", ADA_KEY, timeout_s=1).moderate(**GOOD)


def test_it_tells_nobody_its_key():
    assert ADA_KEY not in repr(Client("http://127.0.0.1:9", ADA_KEY))


def test_it_can_be_copied():
    tree = ast.parse(Path(modbot.client.__file__).read_text())
    names = {node.module.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    names |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}

    assert names <= sys.stdlib_module_names
