"""Real clients, unmodified but for their address, over real HTTP."""

from __future__ import annotations

import akismet
import httpx
import pytest
from akismet import _common

from conftest import Clock
from intake.akismet.conftest import KEY
from modbot.app import create_app
from modbot.domain import Action, CaseQuery
from served import in_thread

BLOG = "https://gazette.example"
COMMENT = {
    "user_ip": "192.0.2.7",
    "comment_author": "Cal",
    "comment_author_email": "cal@example.org",
    "comment_content": "The night bus now stops at the harbour.",
    "comment_type": "comment",
    "user_agent": "Mozilla/5.0",
}


@pytest.fixture
def address(house, akismet_site):
    with in_thread(create_app(house), threads=4) as address:
        yield address


@pytest.fixture
def python_client(address, monkeypatch):
    """The client of the package ``akismet``; its address is a constant."""
    monkeypatch.setattr(_common, "_API_URL", address)
    with akismet.SyncClient(akismet.Config(key=KEY, url=BLOG)) as client:
        yield client


def test_python_works(python_client, house, clock: Clock):
    assert python_client.verify_key(KEY, BLOG)
    assert python_client.comment_check(**COMMENT) is akismet.CheckResponse.HAM
    assert python_client.submit_spam(**COMMENT)
    (row,) = house.store.cases(CaseQuery(limit=10)).rows
    assert row.action is Action.REJECT
    assert python_client.submit_ham(**COMMENT)
    assert house.store.case(row.id).action is Action.PUBLISH


def test_python_runs_its_own_marks(python_client):
    """What its end-to-end suite asks of the real service."""
    assert not python_client.verify_key("f" * 12, BLOG)
    spam, ham = {"comment_author": "akismet-guaranteed-spam"}, {"user_role": "administrator"}
    assert python_client.comment_check(**COMMENT | spam, is_test=1) is akismet.CheckResponse.SPAM
    assert python_client.comment_check(**COMMENT | ham, is_test=1) is akismet.CheckResponse.HAM
    assert python_client.submit_spam(**COMMENT, is_test=1)
    assert python_client.submit_ham(**COMMENT, is_test=1)
    assert python_client.usage_limit()["limit"] == "none"


def test_python_says_when_its_key_is_wrong(address, monkeypatch):
    monkeypatch.setattr(_common, "_API_URL", address)

    wrong = akismet.Config(key="f" * 12, url=BLOG)
    with httpx.Client() as http, pytest.raises(akismet.APIKeyError):
        akismet.SyncClient.validated_client(config=wrong, http_client=http)
