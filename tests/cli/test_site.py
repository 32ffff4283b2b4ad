from __future__ import annotations

import json
import re
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from factories import NOON, a_comment, a_draft, a_new_case, a_verdict
from modbot.config import load_settings
from modbot.domain import Action, Hook, Mode, SecretKind
from modbot.privacy import Vault, key_hash
from modbot.ruling import blocked_words
from modbot.storage import open_key_store

NOW = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)


@pytest.fixture
def vault(founded):
    settings = load_settings(founded / "modbot.toml")
    keys = open_key_store(settings.url("keys_url"))
    yield Vault(settings.master_keys(), keys)
    keys.close()


def added(run, *more: str) -> dict:
    return json.loads(run("site", "add", "My blog", "--url", "https://Blog.example:443/news", *more, "--json").output)


def test_it_works(run, store, vault):
    keys = added(run)
    assert list(keys) == ["id", "name", "url", "key", "akismet_key", "webhook_secret", "coral_secret"]
    now = datetime.now(UTC)
    by_key = store.site_for_key(SecretKind.BEARER, key_hash(keys["key"]), now)
    by_akismet = store.site_for_key(SecretKind.AKISMET, vault.index(keys["akismet_key"]), now)
    assert by_key == by_akismet == store.site_named("My blog")
    assert by_key.policy.mode is Mode.HOLD_ONLY
    assert by_key.origins == ("https://blog.example",)
    assert re.fullmatch("[0-9a-f]{12}", keys["akismet_key"])
    opened = [vault.open_secret(sealed) for sealed in store.secrets(keys["id"], SecretKind.WEBHOOK, now)]
    assert opened == [keys["webhook_secret"]]


def test_it_keeps_no_key_in_clear(run, founded):
    keys = added(run)
    secrets = [keys[name].encode() for name in ("key", "akismet_key", "webhook_secret", "coral_secret")]
    stored = b"".join(path.read_bytes() for path in founded.glob("*.db*"))
    assert [secret for secret in secrets if secret in stored] == []


def test_it_prints_keys_for_people_too(run, founded):
    shown = run("site", "add", "My blog", "--url", "https://blog.example").output
    key = re.search(r"key +(modbot_\S+)", shown)[1]
    assert f"Authorization: Bearer {key}" in shown
    assert key not in run("site", "show", "My blog").output


def test_it_keeps_the_akismet_key_that_a_client_has(run, founded):
    assert added(run, "--key", "0123456789AB")["akismet_key"] == "0123456789ab"
    run("site", "add", "Other", "--url", "https://other.example", "--key", "not-hex", code=2)
    taken = run("site", "add", "Third", "--url", "https://third.example", "--key", "0123456789ab", code=1)
    assert "0123456789ab" not in taken.stderr


def test_it_refuses_a_name_that_is_taken(run, founded):
    added(run)
    assert "exists" in run("site", "add", "My blog", "--url", "https://else.example", code=1).stderr


@pytest.mark.parametrize(
    "url", ["blog.example", "ftp://blog.example", "https://", "javascript:alert(1)", "http://x:99999"]
)
def test_it_refuses_what_is_no_web_address(run, founded, url):
    run("site", "add", "My blog", "--url", url, code=2)


def test_it_gives_sites_of_like_names_ids_of_their_own(run, founded):
    names = ["Blog", "blog!", "Блог", "Журнал"]
    made = [json.loads(run("site", "add", n, "--url", "https://b.example", "--json").output)["id"] for n in names]
    assert len(set(made)) == 4
    assert all(re.fullmatch("[a-z0-9-]+", one) for one in made)


def test_it_sets_what_a_site_wants(run, store):
    added(run)
    run(
        *("site", "set", "My blog", "--mode", "borrowed", "--max-good-rejected", "0.5%", "--max-bad-published", "10%"),
        *("--webhook", "https://blog.example/hook", "--allow-host", "10.0.0.7", "--allow-host", "cache"),
        *("--origin", "https://www.blog.example/path", "--blocked-word", "casino"),
    )
    site = store.site_named("My blog")
    assert (site.policy.mode, site.policy.max_good_rejected, site.policy.max_bad_published) == (
        Mode.BORROWED,
        pytest.approx(0.005),
        pytest.approx(0.1),
    )
    assert site.hook == Hook("https://blog.example/hook")
    assert site.allowed_hosts == ("10.0.0.7", "cache")
    assert site.origins == ("https://www.blog.example",)
    assert blocked_words(store, site.id, NOON) == ("casino",)
    assert site.policy.version == 2


def test_it_keeps_what_was_not_named(run, store):
    added(run)
    run("site", "set", "My blog", "--blocked-word", "casino", "--webhook", "https://blog.example/hook")
    run("site", "set", "My blog", "--mode", "borrowed")
    site = store.site_named("My blog")
    assert (blocked_words(store, site.id, NOON), site.hook) == (("casino",), Hook("https://blog.example/hook"))
    run("site", "set", "My blog", "--blocked-word", "", "--webhook", "")
    site = store.site_named("My blog")
    assert (blocked_words(store, site.id, NOON), site.hook) == ((), None)


@pytest.mark.parametrize("share", ["1", "0.01", "0%", "100%", "-1%", "one%"])
def test_it_refuses_a_share_that_is_no_percentage(run, founded, share):
    added(run)
    run("site", "set", "My blog", f"--max-good-rejected={share}", code=2)


def test_it_refuses_to_change_nothing_or_nobody(run, founded):
    added(run)
    run("site", "set", "My blog", code=2)
    assert "modbot site list" in run("site", "set", "Elsewhere", "--mode", "borrowed", code=1).stderr


def test_it_refuses_own_cutoffs_without_evidence(run, store):
    added(run)
    for refused in (
        run("site", "set", "My blog", "--mode", "own", code=1),
        run("site", "add", "Other", "--url", "https://other.example", "--mode", "own", code=1),
    ):
        assert "368 more checked good comments for rejecting at most 1% of them" in refused.stderr
        assert "72 more checked bad comments for publishing at most 5% of them" in refused.stderr
    assert [site.policy.mode for site in store.sites()] == [Mode.HOLD_ONLY]


def test_it_takes_own_cutoffs_as_soon_as_one_side_suffices(run, store):
    added(run)
    checked(store, Action.REJECT, 10)
    assert "1 more checked bad comments" in run("site", "set", "My blog", "--mode", "own", *WISHES, code=1).stderr
    checked(store, Action.REJECT, 11)
    facts = json.loads(run("site", "set", "My blog", "--mode", "own", *WISHES, "--json").output)
    assert facts["mode"] == "own"
    assert facts["evidence"]["publish"]["cutoff"] == store.site_layer("my-blog").publish.at
    assert (facts["evidence"]["reject"]["cutoff"], facts["evidence"]["reject"]["wish_missing"]) == (None, 11)
    assert store.site("my-blog").layer == 1
    said = run("site", "set", "My blog", "--fresh-evidence").output
    assert "  own evidence: comments from now on\n" in said
    assert "Publishing: 0 checked bad comments support no promise" in said
    assert store.site_layer("my-blog").publish.at is None


def test_it_shows_what_the_evidence_is_good_for(run, store):
    added(run)
    checked(store, Action.PUBLISH, 2)
    shown = run("site", "show", "My blog").output
    assert (
        "Rejecting: 2 checked good comments support no promise; 70 more would support 5 %. The promised 1 % needs 366 more."
        in shown
    )
    told = json.loads(run("site", "show", "My blog", "--json").output)["evidence"]
    assert told["checked"] == {"good": 2, "bad": 0, "banned": 0, "waiting": 0}
    assert (told["reject"]["next"], told["reject"]["missing"]) == (0.05, 70)


WISHES = ("--max-good-rejected", "30%", "--max-bad-published", "30%")


def checked(store, action, count):
    """Let people answer so many comments of the hold-only blog, each once."""
    for number in range(count):
        comment = a_comment(site_id="my-blog", key=f"{action}-{number}")
        case, created = store.record(a_new_case(comment=comment, verdict=a_verdict(audit_rate=1.0)))
        if created:
            store.record_review(a_draft(case_id=case.id, action=action))


def test_it_shows_the_form_and_the_call(run, founded):
    added(run)
    shown = run("site", "show", "My blog").output
    assert '<form method="post" action="http://127.0.0.1:8000/f/my-blog"' in shown
    assert "curl http://127.0.0.1:8000/v1/comments" in shown
    assert json.loads(run("site", "show", "my-blog", "--json").output)["name"] == "My blog"


def test_it_writes_a_form_that_cannot_be_broken_out_of(run, founded):
    run("site", "add", "Odd", "--url", 'https://odd.example/"><script>alert(1)</script>')
    assert "<script>" not in run("site", "show", "Odd").output.split("Paste this")[1]


def test_it_lists_the_sites(run, founded):
    assert run("site", "list").output == ""
    added(run)
    assert "My blog" in run("site", "list").output
    assert [site["id"] for site in json.loads(run("site", "list", "--json").output)] == ["my-blog"]


@pytest.mark.parametrize("kind", ["key", "akismet", "webhook", "coral"])
def test_it_rotates_a_key_with_an_overlap(run, store, vault, kind):
    old = added(run)
    new = json.loads(run("site", "rotate-key", "My blog", "--kind", kind, "--json").output)["key"]
    now = datetime.now(UTC)
    if kind == "key":
        found = [store.site_for_key(SecretKind.BEARER, key_hash(key), now) for key in (old["key"], new)]
        assert None not in found
    elif kind == "akismet":
        found = [store.site_for_key(SecretKind.AKISMET, vault.index(key), now) for key in (old["akismet_key"], new)]
        assert None not in found
    else:
        sealed = store.secrets(old["id"], SecretKind(kind), now)
        assert [vault.open_secret(secret) for secret in sealed] == [new, old[f"{kind}_secret"]]


def test_it_ends_the_old_key_at_once_when_asked(run, store):
    old = added(run)
    run("site", "rotate-key", "My blog", "--overlap-hours", "0")
    assert store.site_for_key(SecretKind.BEARER, key_hash(old["key"]), datetime.now(UTC)) is None


def test_it_refuses_an_akismet_key_for_another_kind(run, founded):
    added(run)
    run("site", "rotate-key", "My blog", "--key", "0123456789ab", code=2)


def test_it_keeps_the_secret_that_coral_made(run, store, vault):
    added(run)
    secret = "empsec_" + "0123456789abcdef" * 4
    run("site", "rotate-key", "My blog", "--kind", "coral", "--key", secret, "--overlap-hours", "0")
    run("site", "rotate-key", "My blog", "--kind", "coral", "--key", "mine", code=2)
    run("site", "rotate-key", "My blog", "--kind", "webhook", "--key", secret, code=2)

    sealed = store.secrets("my-blog", SecretKind.CORAL, datetime.now(UTC))
    assert [vault.open_secret(one) for one in sealed] == [secret]


def test_it_makes_webhook_secrets_that_the_receiver_takes(run, founded):
    from standardwebhooks import Webhook

    secret = added(run)["webhook_secret"]
    signed = Webhook(secret).sign("msg_1", NOW, "{}")
    assert signed.startswith("v1,")


def test_it_needs_the_master_key(run, founded):
    (founded / "secrets/master.key").write_text("")
    result = CliRunner().invoke(__import__("modbot.cli").cli.main, ["site", "add", "B", "--url", "https://b.example"])
    assert result.exit_code == 1
    assert "master_key" in result.stderr
