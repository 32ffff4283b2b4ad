"""``modbot model``: list, show, promote, roll back, without a database where none is needed."""

import json
import shutil
from datetime import UTC, datetime

import click
import pytest
from click.testing import CliRunner

from modbot.cli import main
from modbot.cli.model import loaded
from modbot.scoring import artifacts

SHIPPED = artifacts.find(artifacts.model_dirs())


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MODBOT_CONFIG", raising=False)
    return lambda *arguments: CliRunner().invoke(main, ["model", *arguments])


def test_it_works(run):
    (row,) = [row for row in json.loads(run("list", "--json").stdout) if row["live"]]
    assert row["version"] == SHIPPED.name
    shown = run("show")
    assert shown.exit_code == 0, shown.output
    assert "leave one source out" in shown.stdout
    assert json.loads(run("show", "--json").stdout)["version"] == SHIPPED.name


def test_it_promotes_and_finds_the_way_back(run, tmp_path):
    copy = tmp_path / "models" / "comments" / "another"
    shutil.copytree(SHIPPED, copy)
    assert run("promote", "another").exit_code == 0
    assert (tmp_path / "models" / "comments" / "CURRENT").read_text().split() == ["another", SHIPPED.name]
    rolled = run("rollback").stdout
    assert rolled.startswith(f"live: {SHIPPED.name}\n")
    assert "until it is restarted" in rolled


def test_it_says_that_a_running_house_keeps_the_old_model(run):
    assert "`modbot serve` keeps the old model until it is restarted" in run("promote", SHIPPED.name).stdout


def test_it_uses_what_the_database_records_before_any_file(founded, store, tmp_path):
    folder = tmp_path / "models" / "comments"
    for name in ("promoted", "other"):
        shutil.copytree(SHIPPED, folder / name)
    (folder / "CURRENT").write_text("other\n")
    store.set_live_model("promoted", "modbot model", datetime(2026, 3, 14, tzinfo=UTC))
    ctx = click.Context(main, obj=str(founded / "modbot.toml"))
    with ctx:
        assert loaded(ctx, None).version == "promoted"
    store.close()
    (founded / "modbot.db").unlink()
    with ctx:
        assert loaded(ctx, None).version == "other"


def test_it_refuses_a_model_that_is_not_there(run):
    result = run("promote", "nine")
    assert result.exit_code == 1
    assert "modbot train" in result.stderr
