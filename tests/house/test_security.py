"""docs/security.md and docs/asvs.md name what there is, and leave no requirement out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXTS = {name: (ROOT / "docs" / name).read_text() for name in ("security.md", "asvs.md")}
# How many requirements of levels 1 and 2 each section of ASVS 5.0.0 has; those of level 3 come behind them.
REQUIREMENTS = """
1.1=2 1.2=9 1.3=11 1.4=3 1.5=2 2.1=3 2.2=3 2.3=4 2.4=1 3.2=2 3.3=4 3.4=6 3.5=5 3.7=2 4.1=3 4.2=1 4.3=2
4.4=4 5.1=1 5.2=3 5.3=2 5.4=3 6.1=3 6.2=12 6.3=4 6.4=4 6.5=5 6.6=3 6.8=4 7.1=3 7.2=4 7.3=2 7.4=5 7.5=2
7.6=2 8.1=2 8.2=3 8.3=1 8.4=1 9.1=3 9.2=4 10.1=2 10.2=2 10.3=4 10.4=11 10.5=5 10.6=2 10.7=3 11.1=2 11.2=3
11.3=3 11.4=4 11.5=1 11.6=1 12.1=3 12.2=2 12.3=4 13.1=1 13.2=5 13.3=2 13.4=5 14.1=2 14.2=4 14.3=3 15.1=3
15.2=3 15.3=7 16.1=1 16.2=5 16.3=4 16.4=3 16.5=3 17.1=1 17.2=4 17.3=2
"""


@pytest.mark.parametrize("name", TEXTS)
def test_each_file_it_points_at_is_there(name):
    named = set(re.findall(r"`((?:tests|deploy|docs|src|SECURITY|config|pyproject)[\w/.-]*\.\w+)`", TEXTS[name]))

    assert len(named) > 30
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []


def test_each_test_it_names_is_there():
    sources = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    named = set(re.findall(r"`(test_it_\w+)", TEXTS["security.md"]))

    assert len(named) >= 6
    assert [name for name in sorted(named) if f"def {name}" not in sources] == []


def test_it_leaves_no_requirement_out_and_says_none_twice():
    told = re.findall(r"\b(\d+\.\d+\.\d+)\b", "\n".join(re.findall(r"^\| (\d.*?) \|", TEXTS["asvs.md"], re.MULTILINE)))
    counts = [pair.split("=") for pair in REQUIREMENTS.split()]
    wanted = [f"{section}.{n + 1}" for section, count in counts for n in range(int(count))]

    assert len(wanted) == 253
    assert sorted(told) == sorted(wanted)


def test_it_says_why_where_something_is_lacking_and_where_to_look_otherwise():
    rows = re.findall(r"^\| (\d.*?) \| (.*?) \|(.*)\|$", TEXTS["asvs.md"], re.MULTILINE)
    states = [state.partition(":")[0].partition(";")[0].split(" ")[0].rstrip(",") for _, state, _ in rows]

    assert set(states) == {"met", "partly", "not", "owner", "–"}
    assert [what for what, state, _ in rows if re.match(r"(partly|not met)", state) and ": " not in state] == []
    bare = [what for what, state, held in rows if state.startswith("met") and not held.strip()]
    assert bare == ["6.4.2 no secret questions"]
