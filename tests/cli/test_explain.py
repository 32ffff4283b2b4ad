"""``modbot explain --text``: every share, and their sum."""

import json

import pytest
from click.testing import CliRunner

from modbot.cli import main


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MODBOT_CONFIG", raising=False)
    return lambda *arguments: CliRunner().invoke(main, ["explain", *arguments])


def test_it_works(run):
    result = run("--text", "You stupid idiot, thanks for nothing", "--name", "Cal")
    assert result.exit_code == 0, result.output
    assert "toxicity:" in result.stdout
    assert "idiot" in result.stdout
    assert "sum, log-odds" in result.stdout


@pytest.mark.parametrize("every", [[], ["--all"]])
def test_it_shows_shares_that_add_up(run, every):
    for head in json.loads(run("--json", *every, "--text", "Buy now at http://x.example, friend").stdout):
        assert head["bias"] + sum(term["share"] for term in head["terms"]) == pytest.approx(head["margin"], abs=1e-6)


@pytest.mark.parametrize("arguments", [[], ["an-id", "--text", "both"]])
def test_it_requires_one_thing_to_explain(run, arguments):
    assert run(*arguments).exit_code == 2
