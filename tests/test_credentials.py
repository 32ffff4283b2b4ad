from __future__ import annotations

import base64

import pytest

from modbot.credentials import SiteKeys, new_keys, new_secret, origin_of, secret_at_rest
from modbot.domain import SecretKind
from modbot.privacy import Vault, key_hash
from modbot.storage import open_key_store

MASTER_KEY = "an-old-key-for-tests-of-forty-characters"


@pytest.fixture
def vault(tmp_path):
    keys = open_key_store(f"sqlite:///{tmp_path}/keys.db")
    yield Vault([MASTER_KEY], keys)
    keys.close()


def test_it_works(vault):
    keys = new_keys()
    bearer = secret_at_rest(SecretKind.BEARER, keys.key, vault)
    hook = secret_at_rest(SecretKind.WEBHOOK, keys.webhook_secret, vault)
    assert (bearer.index, bearer.sealed) == (key_hash(keys.key), None)
    assert vault.open_secret(hook.sealed) == keys.webhook_secret


def test_it_makes_each_key_once():
    assert len({new_secret(kind) for kind in SecretKind for _ in range(50)}) == 50 * len(SecretKind)


def test_it_makes_webhook_keys_of_the_length_the_standard_asks_for():
    raw = base64.b64decode(new_secret(SecretKind.WEBHOOK).removeprefix("whsec_"), validate=True)
    assert 24 <= len(raw) <= 64


def test_it_keeps_what_must_be_sent_readable_and_findable(vault):
    at_rest = secret_at_rest(SecretKind.AKISMET, "0123456789ab", vault)
    assert at_rest.index == vault.index("0123456789ab") != "0123456789ab"
    assert vault.open_secret(at_rest.sealed) == "0123456789ab"


def test_it_shows_no_key_by_accident():
    keys = SiteKeys("canary", "canary", "canary", "canary")
    assert "canary" not in f"{keys} {keys!r}"


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Blog.Example/news?x=1", "https://blog.example"),
        ("https://blog.example:443", "https://blog.example"),
        ("http://blog.example:80/", "http://blog.example"),
        ("http://blog.example:8080/", "http://blog.example:8080"),
        ("http://[2001:db8::1]:9/x", "http://[2001:db8::1]:9"),
    ],
)
def test_it_writes_origins_as_browsers_do(url, origin):
    assert origin_of(url) == origin
