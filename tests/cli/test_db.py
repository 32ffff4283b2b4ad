from __future__ import annotations

import pytest

from factories import a_comment, a_user, later
from modbot.domain import SecretKind
from modbot.errors import Unreadable
from modbot.privacy import Vault, new_key
from modbot.storage import open_key_store


def test_it_works(run, founded):
    assert "as this version expects" in run("db", "check").output
    run("db", "upgrade")
    assert "as this version expects" in run("db", "check").output


def test_it_refuses_a_database_without_the_schema(run, founded):
    (founded / "modbot.db").unlink()
    assert "modbot db upgrade" in run("db", "check", code=1).stderr
    run("db", "upgrade")
    run("db", "check")


def test_it_puts_everything_under_a_new_master_key(run, founded, store):
    """Afterwards the old key opens nothing, and authors are still recognised."""
    run("site", "add", "Blog", "--url", "https://blog.example")
    file, keys_url = founded / "secrets/master.key", f"sqlite:///{founded}/keys.db"
    old, new = file.read_text().strip(), new_key()
    key_store = open_key_store(keys_url)
    before = Vault((old,), key_store)
    comment = a_comment(email="cal@example.org", sealed_email=None)
    sealed = before.seal(comment, later(0)).sealed_email
    store.add_user(a_user(), "hash")
    store.put_second_factor("user-ada", before.seal_secret("JBSWY3DP"), 1, [], later(0))
    secret = next(one for one in store.secrets("blog", SecretKind.WEBHOOK, later(0)))
    file.write_text(f"{new}\n{old}\n")

    told = run("db", "rewrap").output

    assert "the keys of 1 people" in told
    after = Vault((new, old), key_store)
    assert after.open_email(sealed) == "cal@example.org"
    assert after.seal(comment, later(9)).author.key == before.seal(comment, later(9)).author.key
    again = next(one for one in store.secrets("blog", SecretKind.WEBHOOK, later(0)))
    assert after.open_secret(again) == before.open_secret(secret)
    assert after.open_secret(store.second_factor("user-ada").sealed) == "JBSWY3DP"
    stolen = Vault((old,), key_store)
    with pytest.raises(Unreadable):
        stolen.open_email(sealed)
    with pytest.raises(Unreadable):
        stolen.open_secret(again)
    key_store.close()


def test_it_changes_nothing_without_the_old_key(run, founded, store):
    run("site", "add", "Blog", "--url", "https://blog.example")
    before = list(store.secrets("blog", SecretKind.WEBHOOK, later(0)))
    (founded / "secrets/master.key").write_text(new_key())

    assert "put the old one back" in run("db", "rewrap", code=1).output
    assert list(store.secrets("blog", SecretKind.WEBHOOK, later(0))) == before
