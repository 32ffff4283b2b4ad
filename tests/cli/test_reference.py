from __future__ import annotations

from pathlib import Path

from modbot.cli import COMMANDS
from modbot.cli.reference import BEGIN, END, reference, updated

PAGE = Path(__file__).parents[2] / "docs" / "operations.md"


def test_it_works():
    text = PAGE.read_text()
    assert text == updated(text), "the help changed: run `make reference` and commit docs/operations.md"
    assert [name for name in COMMANDS if f"### `modbot {name}`" not in text] == []


def test_it_shows_the_commands_within_commands():
    assert "### `modbot site rotate-key`" in reference()
    assert "--overlap-hours" in reference()


def test_it_replaces_what_is_between_its_marks_and_nothing_else():
    page = f"# Title\n\nText.\n\n{BEGIN}\n\nold\n\n{END}\n\n## After\n"
    again = updated(page)
    assert again.startswith("# Title\n\nText.\n\n")
    assert again.endswith("\n\n## After\n")
    assert "\nold\n" not in again
    assert updated(again) == again
