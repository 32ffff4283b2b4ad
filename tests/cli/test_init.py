from __future__ import annotations

import re
import stat

import pytest

from modbot.domain import Role
from modbot.review.access import verify_password


def mode(path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_it_works(run, tmp_path):
    shown = run("init", "house").output
    password = re.search(r"Password +(\S+)", shown)[1]
    from modbot.storage import open_store

    store = open_store(f"sqlite:///{tmp_path}/house/modbot.db")
    try:
        user, password_hash = store.user_named("admin")
        assert store.status().migrated
    finally:
        store.close()
    assert user.role is Role.ADMIN
    assert verify_password(password_hash, password)
    assert shown.count(password) == 1


def test_it_keeps_secrets_and_databases_to_their_owner(founded):
    private = ["secrets/master.key", "secrets/secret.key", "modbot.db", "keys.db"]
    assert {name: mode(founded / name) for name in private} == dict.fromkeys(private, 0o600)
    assert mode(founded / "secrets") == 0o700
    assert (founded / "secrets/master.key").read_text() != (founded / "secrets/secret.key").read_text()


def test_it_refuses_to_overwrite_anything(run, founded):
    before = {path: path.read_bytes() for path in founded.rglob("*") if path.is_file()}
    assert "nothing was changed" in run("init", code=1).stderr
    assert {path: path.read_bytes() for path in founded.rglob("*") if path.is_file()} == before


def test_it_leaves_nothing_behind_when_it_fails(run, tmp_path):
    run("init", "house", "--database-url", "postgresql://nobody@127.0.0.1:1/none", code=1)
    assert list((tmp_path / "house").rglob("*")) == []


def test_it_refuses_a_folder_that_cannot_be_made(run, tmp_path):
    (tmp_path / "file").write_text("in the way")
    refused = run("init", "file/house", code=1).stderr
    assert refused == "modbot: file/house: cannot be written (Not a directory); choose another folder.\n"


def test_it_refuses_a_folder_that_cannot_be_filled(run, tmp_path):
    (tmp_path / "house").mkdir()
    (tmp_path / "house" / "secrets").write_text("in the way")
    refused = run("init", "house", code=1).stderr
    assert refused.startswith("modbot: house/secrets: cannot be written (")
    assert [path.name for path in (tmp_path / "house").iterdir()] == ["secrets"]


def test_it_writes_another_database_into_the_settings(run, tmp_path):
    run("init", "house", "--database-url", "sqlite:///data.sqlite")
    assert '\ndatabase_url = "sqlite:///data.sqlite"\n' in (tmp_path / "house/modbot.toml").read_text()
    assert (tmp_path / "house/data.sqlite").exists()


@pytest.mark.parametrize("name", ["ada", "Ada Lovelace"])
def test_it_takes_another_name_for_the_admin(run, name):
    assert name in run("init", "--admin", name).output
    assert name in run("user", "list").output
