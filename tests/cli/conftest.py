"""A folder with a house in it, and a hand that runs commands there."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from modbot.cli import main


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run `modbot …` in a folder of its own; ``code`` is what the shell would see."""
    monkeypatch.chdir(tmp_path)

    def _run(*args: str, code: int = 0, typed: str = ""):
        result = CliRunner().invoke(main, list(args), input=typed, prog_name="modbot")
        assert result.exit_code == code, result.output
        return result

    return _run


@pytest.fixture
def founded(run, tmp_path):
    """A house that `modbot init` made in the folder."""
    run("init")
    return tmp_path


@pytest.fixture
def store(founded):
    from modbot.storage import open_store

    store = open_store(f"sqlite:///{founded}/modbot.db")
    yield store
    store.close()
