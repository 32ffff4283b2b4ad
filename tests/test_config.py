from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from modbot.config import Settings, load_settings
from modbot.errors import ConfigError

EXAMPLE = Path(__file__).parents[1] / "config.example.toml"


@pytest.fixture(autouse=True)
def _no_settings_around(monkeypatch):
    import os

    for name in [name for name in os.environ if name.startswith("MODBOT_")]:
        monkeypatch.delenv(name)


def test_it_works(tmp_path, monkeypatch):
    (tmp_path / "master.key").write_text("first\nsecond\n")
    (tmp_path / "modbot.toml").write_text('port = 8100\nthreads = 3\nmaster_key_file = "master.key"\n')
    monkeypatch.setenv("MODBOT_THREADS", "5")
    settings = load_settings(tmp_path / "modbot.toml", host="192.0.2.7")
    assert (settings.port, settings.threads, settings.host) == (8100, 5, "192.0.2.7")
    assert settings.master_keys() == ("first", "second")
    assert settings.url("database_url") == f"sqlite:///{tmp_path}/modbot.db"


def test_it_reports_every_problem_at_once(tmp_path, monkeypatch):
    (tmp_path / "modbot.toml").write_text('prot = 1\nthreads = "many"\nsecret_key_file = "gone"\n')
    monkeypatch.setenv("MODBOT_LOG_LEVLE", "info")
    with pytest.raises(ConfigError) as refusal:
        load_settings(tmp_path / "modbot.toml")
    text = "\n".join(refusal.value.problems)
    assert "prot: no such setting; did you mean port?" in text
    assert "log_levle: no such setting; did you mean log_level?" in text
    assert "threads:" in text
    assert "secret_key_file: gone cannot be read" in text


def test_it_names_a_file_that_is_not_there(tmp_path):
    with pytest.raises(ConfigError, match="modbot init"):
        load_settings(tmp_path / "nowhere.toml")


def test_it_keeps_secrets_out_of_its_own_picture(monkeypatch):
    monkeypatch.setenv("MODBOT_MASTER_KEY", "canary")
    assert "canary" not in repr(load_settings())


def test_it_reads_networks_from_the_environment(monkeypatch):
    monkeypatch.setenv("MODBOT_TRUSTED_PROXIES", "10.0.0.0/8, 192.0.2.1")
    assert [str(network) for network in load_settings().trusted_proxies] == ["10.0.0.0/8", "192.0.2.1/32"]


def test_it_shows_every_setting_in_the_example_file():
    text = EXAMPLE.read_text()
    lines = [line.removeprefix("# ") for line in text.splitlines()]
    shown = {line.split(" = ")[0]: line.split(" = ", 1)[1] for line in lines if " = " in line}
    defaults = {name: field for name, field in Settings.model_fields.items() if name != "base_dir"}
    secrets = {"master_key", "secret_key", "watch_token", "oidc_client_secret"}
    assert set(shown) == {f"{name}_file" if name in secrets else name for name in defaults}
    for name, field in defaults.items():
        assert (field.description or "") in text.replace("\n# ", " "), f"{name} lacks its sentence"
        if name not in secrets:
            value = tomllib.loads(f"value = {shown[name]}")["value"]
            plain = [str(part) for part in field.default] if isinstance(field.default, tuple) else field.default
            assert value == plain, f"{name} shows another default"
