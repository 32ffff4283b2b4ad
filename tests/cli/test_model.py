"""``modbot model``: list, show, promote, roll back, without a database where none is needed."""

import json
import shutil

import pytest
from click.testing import CliRunner

from modbot.cli import main
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
    assert run("rollback").stdout == f"live: {SHIPPED.name}\n"


def test_it_refuses_a_model_that_is_not_there(run):
    result = run("promote", "nine")
    assert result.exit_code == 1
    assert "modbot train" in result.stderr
