from __future__ import annotations

from pathlib import Path

import pytest

import modbot
from conftest import ADA_KEY
from modbot.app import create_app, model_dirs, open_house
from modbot.config import load_settings
from modbot.errors import ConfigError, NotMigrated

BEARER = {"Authorization": f"Bearer {ADA_KEY}"}


def test_it_works(client, ada_site, house):
    answer = client.post(
        "/v1/comments", json={"name": "Cal", "email": "cal@example.org", "body": "The bus helps."}, headers=BEARER
    )
    assert answer.status_code == 201
    assert house.store.case(answer.json["id"]) is not None


def test_it_requires_a_master_key(settings):
    with pytest.raises(ConfigError, match="modbot init"):
        open_house(settings.model_copy(update={"master_key": load_settings().master_key}))


def test_it_refuses_a_database_without_a_schema(settings, tmp_path):
    with pytest.raises(NotMigrated, match="modbot db upgrade"):
        open_house(settings.model_copy(update={"database_url": f"sqlite:///{tmp_path}/empty.db"}))


def test_it_looks_for_models_in_the_stated_order(tmp_path):
    (tmp_path / "modbot.toml").write_text('model_dir = "mine"\n')
    dirs = model_dirs(load_settings(tmp_path / "modbot.toml"))
    package = Path(modbot.__file__).parent
    assert dirs == (tmp_path / "mine", tmp_path / "models", package / "models", package.parents[1] / "models")


@pytest.mark.parametrize(
    "path", ["/nowhere", "/v1/nowhere", "/f/nowhere", "/queue", "/login", "/openapi.json", "/healthz"]
)
def test_it_sends_safe_headers_with_every_page(client, path):
    headers = client.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "unsafe-inline" not in headers.get("Content-Security-Policy", "")


def test_it_keeps_houses_apart(house, client, tmp_path):
    other = create_app(house)
    assert other.extensions["modbot"] is house
    assert other.test_client().get("/healthz").status_code == 200
