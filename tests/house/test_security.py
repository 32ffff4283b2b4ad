"""docs/security.md names tests that there are."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/security.md").read_text()


def test_each_file_it_points_at_is_there():
    named = set(re.findall(r"`((?:tests|deploy|docs)/[\w/.-]+)`", TEXT))

    assert len(named) > 30
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []


def test_each_test_it_names_is_there():
    sources = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    named = set(re.findall(r"`(test_it_\w+)", TEXT))

    assert len(named) >= 6
    assert [name for name in sorted(named) if f"def {name}" not in sources] == []
