"""A folder with a house in it, and a hand that runs commands there."""

from __future__ import annotations

import shutil

import pytest
from click.testing import CliRunner

from modbot.cli import main
from modbot.scoring import artifacts


@pytest.fixture
def run(tmp_path, monkeypatch, load_once):
    """Run `modbot …` in a folder of its own; ``code`` is what the shell would see."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(artifacts, "load", load_once)

    def _run(*args: str, code: int = 0, typed: str = ""):
        result = CliRunner().invoke(main, list(args), input=typed, prog_name="modbot")
        assert result.exit_code == code, result.output
        return result

    return _run


@pytest.fixture(scope="session")
def model_house(tmp_path_factory):
    """What `modbot init` makes; tests copy it, because migrating takes a while."""
    folder = tmp_path_factory.mktemp("founded") / "house"
    result = CliRunner().invoke(main, ["init", str(folder)], prog_name="modbot")
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture
def founded(tmp_path, model_house):
    """A house that `modbot init` made in the folder."""
    shutil.copytree(model_house, tmp_path, dirs_exist_ok=True)
    return tmp_path


@pytest.fixture
def store(founded):
    from modbot.storage import open_store

    store = open_store(f"sqlite:///{founded}/modbot.db")
    yield store
    store.close()
