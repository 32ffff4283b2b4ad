from __future__ import annotations

import json
from pathlib import Path

import pytest

from modbot.cli import COMMANDS
from modbot.cli.reference import PARTS, figures, reference, updated
from modbot.scoring.artifacts import current

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", ["README.md", "docs/operations.md"])
def test_it_works(name):
    text = (ROOT / name).read_text()
    assert text == updated(text), f"something changed: run `make reference` and commit {name}"


def test_it_shows_each_command_and_the_commands_within():
    assert [name for name in (*COMMANDS, "site rotate-key") if f"### `modbot {name}`" not in reference()] == []
    assert "--overlap-hours" in reference()


def test_it_says_what_the_card_says():
    card = json.loads((ROOT / "models/comments" / current([ROOT / "models"]) / "card.json").read_text())
    unseen = [source["auc"] for source in card["leave_one_source_out"]["spam"].values() if source["auc"] is not None]
    assert f"| {min(unseen):.2f} to {max(unseen):.2f} |" in figures()
    assert card["version"] in figures()


def test_it_replaces_what_is_between_its_marks_and_nothing_else():
    part = PARTS[0]
    page = f"# Title\n\nText.\n\n{part.begin}\n\nold\n\n{part.end}\n\n## After\n"
    again = updated(page)
    assert again.startswith("# Title\n\nText.\n\n")
    assert again.endswith("\n\n## After\n")
    assert "\nold\n" not in again
    assert updated(again) == again
    assert updated("# No marks\n") == "# No marks\n"
