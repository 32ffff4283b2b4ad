"""A site with an Akismet key, and a caller that speaks as Akismet's clients do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from modbot.credentials import secret_at_rest
from modbot.domain import Mode, Policy, SecretKind

KEY = "0123456789ab"


@pytest.fixture
def akismet_site(house, ada_site, clock):
    house.store.rotate_secret(ada_site.id, secret_at_rest(SecretKind.AKISMET, KEY, house.vault), clock(), 0)
    return ada_site


@pytest.fixture
def good() -> dict[str, str]:
    return {
        "blog": "https://gazette.example/",
        "user_ip": "192.0.2.7",
        "user_agent": "Mozilla/5.0",
        "comment_author": "Cal",
        "comment_author_email": "cal@example.org",
        "comment_content": "The night bus now stops at the harbour.",
    }


@pytest.fixture
def ask(client, akismet_site):
    """Make a call; the key goes where ``key`` says, or nowhere."""

    def post(method, version="1.1", key="api_key", headers=None, **fields):
        said = {key: KEY, **fields} if key else fields
        return client.post(f"/{version}/{method}", data=said, headers=headers or {})

    return post


@pytest.fixture
def hold_only(house, akismet_site, clock):
    """The same site, where people decide everything."""
    return house.store.change_site(replace(akismet_site, policy=Policy(mode=Mode.HOLD_ONLY)), clock())
