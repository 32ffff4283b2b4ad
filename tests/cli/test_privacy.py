from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from factories import a_comment, a_new_case, a_site, an_author
from modbot.config import load_settings
from modbot.privacy import Vault
from modbot.storage import open_key_store

ADDRESS = "Calliope.Canary@example.org"
BODY = "The zanzibarrier leaves at noon."


@pytest.fixture
def written(store, founded):
    """A comment as a site would have posted it a year ago."""
    at = datetime(2025, 3, 1, 12, tzinfo=UTC)
    settings = load_settings(founded / "modbot.toml")
    key_store = open_key_store(settings.url("keys_url"))
    vault = Vault(settings.master_keys(), key_store)
    store.add_site(a_site(), [])
    comment = a_comment(name="Calliope", body=BODY, email=ADDRESS, ip="198.51.100.7", author=an_author())
    case, _ = store.record(a_new_case(comment=vault.seal(comment, at), at=at))
    yield case
    key_store.close()


def test_it_works(run, written, store, founded):
    told = run("privacy", "export", ADDRESS.lower()).output
    for part in (ADDRESS, BODY, "Calliope", "198.51.100.7", "Harbour Gazette", "Decision: "):
        assert part in told
    exported = json.loads(run("privacy", "export", ADDRESS, "--json").output)
    assert exported["sites"][0]["comments"][0]["texts"][0]["text"] == BODY

    assert run("privacy", "erase", ADDRESS, "--dry-run").output == "1 comment would be erased.\n"
    assert "for good?" in run("privacy", "erase", ADDRESS, typed="n\n", code=1).output
    assert not store.case(written.id).erased
    done = run("privacy", "erase", ADDRESS, typed="y\n").output
    assert "site-ada: 1 comment erased." in done
    assert "The key of the address is destroyed" in done
    assert store.case(written.id).erased
    after = run("privacy", "export", ADDRESS).output
    assert "Its words were erased." in after
    assert "zanzibarrier" not in after
    assert "Calliope " not in after

    again = json.loads(run("privacy", "erase", ADDRESS, "--yes", "--json").output)
    assert again == {"comments": 0, "sites": {}, "key_destroyed": False}
    log = run("audit", "list").output
    assert "person_exported" in log
    assert "person_erased" in log
    assert "calliope" not in log.lower()


def test_it_knows_nobody(run, founded):
    assert "Nothing is kept." in run("privacy", "export", "nobody@example.org").output
    assert "0 comments erased. There was no key" in run("privacy", "erase", "nobody@example.org", "--yes").output


@pytest.mark.parametrize("verb", ["export", "erase"])
def test_it_wants_an_address(run, founded, verb):
    assert "EMAIL: expected an address" in run("privacy", verb, "Calliope", code=1).output


def test_it_drops_what_is_old(run, written, store, founded):
    with (founded / "modbot.toml").open("a") as settings:
        settings.write("\nkeep_text_days = 0\nkeep_ip_days = 30\nkeep_user_agent_days = 30\n")
    counted = json.loads(run("privacy", "retention", "--dry-run", "--json").output)
    assert counted["ips"] == 1
    assert counted["dry_run"]
    assert store.case(written.id).comment.ip == "198.51.100.7"

    told = run("privacy", "retention").output

    assert "names and texts of comments  kept for good" in told
    assert "IP addresses                 kept for 30 days: 1 dropped" in told
    assert store.case(written.id).comment.ip == ""
    assert store.case(written.id).comment.body == BODY
