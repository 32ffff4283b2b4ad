from __future__ import annotations

import tomllib

import pytest

from modbot.config import Settings, load_settings
from modbot.domain import Role
from modbot.errors import AlreadyExists, ConfigError
from modbot.founding import add_user, lay_ground, settings_text
from modbot.review.access import verify_password
from modbot.storage import open_store


def test_it_works(tmp_path):
    founded = lay_ground(tmp_path / "house", admin="ada", given={"port": 8100})
    assert load_settings(founded.settings_file).port == 8100
    assert founded.settings.master_keys()
    store = open_store(founded.settings.url("database_url"))
    try:
        user, password_hash = store.user_named("ada")
        assert user == founded.admin
        assert verify_password(password_hash, founded.password)
        with pytest.raises(AlreadyExists):
            add_user(store, "ada", Role.VIEWER, password="another password")
    finally:
        store.close()


def test_it_shows_no_password_by_accident(tmp_path):
    founded = lay_ground(tmp_path, admin="ada")
    assert founded.password not in repr(founded)


def test_it_writes_every_setting_with_its_default(tmp_path):
    text = settings_text({})
    (tmp_path / "s.toml").write_text(text)
    assert tomllib.loads(text) == {}
    rows = {name: row for name, row in Settings.model_fields.items() if not row.exclude}
    assert [name for name, row in rows.items() if f"# {row.description}" not in text] == []
    # With every # before a setting taken away, the file says the defaults.
    lines = [line.removeprefix("# ") if " = " in line.split("  ")[0] else line for line in text.splitlines()]
    for name in ("master.key", "secret.key"):
        (tmp_path / "secrets").mkdir(exist_ok=True)
        (tmp_path / "secrets" / name).write_text("k" * 40)
    (tmp_path / "all.toml").write_text("\n".join(line for line in lines if not line.startswith("The ")))
    said = load_settings(tmp_path / "all.toml").model_dump(exclude={"master_key", "secret_key", "base_dir"})
    assert said == load_settings().model_dump(exclude={"master_key", "secret_key", "base_dir"})


def test_it_writes_what_was_chosen_in_force():
    said = tomllib.loads(settings_text({"host": 'odd "name" \\ é', "dev": True, "watch_networks": ["192.0.2.0/24"]}))
    assert said == {"host": 'odd "name" \\ é', "dev": True, "watch_networks": ["192.0.2.0/24"]}


@pytest.mark.parametrize("name", ["modbot.toml", "secrets/master.key", "modbot.db", "keys.db"])
def test_it_refuses_a_folder_with_something_in_it(tmp_path, name):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("mine")
    with pytest.raises(ConfigError, match="already there"):
        lay_ground(tmp_path, admin="ada")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [tmp_path / name]
    assert (tmp_path / name).read_text() == "mine"
