"""``modbot evaluate``: figures of the current model on somebody's labels."""

import json

import pytest
from click.testing import CliRunner

from modbot.cli import main

ROWS = ["text,author,spam"] + [f"I liked the harbour picture number {i},Ada {i},0" for i in range(40)]
ROWS += [f"buy cheap pills now http://pills{i}.example best casino bonus,Pills {i},1" for i in range(40)]


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MODBOT_CONFIG", raising=False)
    (tmp_path / "mine.csv").write_text("\n".join(ROWS))
    return lambda *arguments: CliRunner().invoke(main, ["evaluate", *arguments])


def test_it_works(run):
    result = run("--data", "mine.csv")
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    assert "mine" in result.stdout


def test_it_shows_figures_for_scripts(run):
    found = json.loads(run("--data", "mine.csv", "--json").stdout)
    spam = found["sources"]["mine"]["spam"]
    assert spam["positive"] >= 1
    assert spam["auc"] > 0.9
    assert set(found["sources"]["mine"]) == {"spam"}


def test_it_requires_data(run):
    assert run().exit_code == 2
