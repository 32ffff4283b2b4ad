"""Documentation that can fail: what the code offers stands in the docs, and nothing else does."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from modbot import errors
from modbot.policy import WEIGHTS
from modbot.scoring import catalogue

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
SIGNALS = (DOCS / "signals.md").read_text()


def rows(text: str) -> dict[str, str]:
    """The first cell of each table row that names a code, with the rest of the row."""
    return dict(re.findall(r"^\| `([A-Z_]+)` \| (.*) \|$", text, re.MULTILINE))


def test_it_works():
    assert set(catalogue()) <= set(rows(SIGNALS))


@pytest.mark.parametrize("code", sorted(catalogue()))
def test_it_says_of_each_signal_what_the_code_says(code):
    assert catalogue()[code] in rows(SIGNALS)[code]
    if code in WEIGHTS:
        head, weight = WEIGHTS[code]
        assert f"{weight:+.1f} log-odds of {head}" in rows(SIGNALS)[code]


def test_it_tests_each_signal_by_name():
    tests = (ROOT / "tests/scoring/test_rules.py").read_text() + (ROOT / "tests/scoring/test_scoring.py").read_text()
    assert [code for code in catalogue() if code not in tests] == []


def test_it_names_each_error_code_of_the_native_door():
    codes = {
        c.code
        for _, c in inspect.getmembers(errors, inspect.isclass)
        if issubclass(c, errors.IntakeError | errors.CaseError)
    }
    text = (DOCS / "api.md").read_text()
    assert [code for code in sorted(codes - {"intake_error", "case_error"}) if f"`{code}`" not in text] == []


def test_it_links_only_to_what_is_there():
    pages = [ROOT / "README.md", ROOT / "CHANGELOG.md", *DOCS.glob("*.md")]
    links = [(page, target) for page in pages for target in re.findall(r"\]\(([^)#\s]+)", page.read_text())]
    broken = [f"{page.name}: {to}" for page, to in links if "://" not in to and not (page.parent / to).exists()]
    assert broken == []


def test_it_shows_each_room_in_the_map():
    import modbot

    rooms = {p.stem for p in Path(modbot.__file__).parent.iterdir() if not p.name.startswith(("_", "."))} - {"py"}
    assert [room for room in sorted(rooms) if not re.search(rf"\b{room}\b", modbot.__doc__)] == []
