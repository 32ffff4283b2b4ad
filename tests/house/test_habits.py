"""Conventions that matter and that a tool can see."""

from __future__ import annotations

import ast
import re

from house.sources import SRC, nodes

ROOT = SRC.parents[1]
TESTS = ROOT / "tests"
# Time is an argument everywhere else.
CLOCK_ROOMS = {"app", "cli", "demo", "intake", "review", "observe"}
CLOCK = re.compile(r"\b(datetime\.(now|utcnow|today)|time\.time|date\.today)\(")
BROAD_EXCEPTS = {"scoring/__init__.py", "delivery.py", "adapting/__init__.py"}
# These hold no behaviour of their own, or are proven by tests of another name.
NO_TWIN = {"__init__.py", "__main__.py"}
# The nouns share tests/test_domain.py.
ONE_TWIN = {"domain"}


def sources():
    return sorted(path for path in SRC.rglob("*.py") if "migrations" not in path.parts)


def test_it_works():
    assert len(sources()) > 30


def test_it_requires_a_docstring_in_each_module():
    assert [str(p) for p in SRC.rglob("*.py") if not ast.get_docstring(nodes(p)[0])] == []


def test_it_reads_the_clock_only_at_the_doors():
    faults = [
        f"{path.relative_to(SRC)}:{number}"
        for path in sources()
        if path.relative_to(SRC).with_suffix("").parts[0] not in CLOCK_ROOMS
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if CLOCK.search(line)
    ]
    assert faults == []


def test_it_catches_everything_only_around_a_scorer_a_delivery_and_a_sites_lessons():
    found = {
        str(path.relative_to(SRC))
        for path in sources()
        for node in nodes(path)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) in {"Exception", "BaseException"})
    }
    assert found <= BROAD_EXCEPTS, found - BROAD_EXCEPTS


def test_it_has_no_rooms_for_leftovers():
    forbidden = {"utils", "helpers", "helper", "common", "misc", "base", "manager", "services"}
    assert [str(p) for p in sources() if p.stem in forbidden or forbidden & set(p.relative_to(SRC).parts)] == []


def test_it_has_no_unfinished_notes():
    words = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b")
    assert [str(p) for p in sources() if words.search(p.read_text())] == []


def test_it_mirrors_each_source_file_with_a_test_file():
    missing = []
    for path in sources():
        relative = path.relative_to(SRC)
        if relative.name in NO_TWIN or relative.parts[0] in ONE_TWIN:
            continue
        if not (TESTS / relative.parent / f"test_{relative.name}").exists():
            missing.append(str(relative))
    assert missing == []


def test_it_loads_no_pickles():
    assert [str(p) for p in sources() if "allow_pickle=True" in p.read_text()] == []


def test_it_speaks_of_no_place_outside_itself():
    places = re.compile(r"(/work/|\.\./shared|/root/|/tmp/)")
    files = [
        *sources(),
        *ROOT.glob("*.md"),
        *ROOT.glob("docs/**/*.md"),
        ROOT / "Makefile",
        ROOT / "config.example.toml",
    ]
    assert [str(p) for p in files if p.exists() and places.search(p.read_text())] == []


def test_it_never_puts_something_else_in_the_place_of_the_translator():
    """Where ``_`` says words, it is no name for what nobody needs."""
    faults = [
        f"{path.relative_to(SRC)}:{node.lineno}"
        for path in sources()
        if re.search(r"^from modbot\.language import .*\b_\b", path.read_text(), re.MULTILINE)
        for node in nodes(path)
        if (isinstance(node, ast.Name) and node.id == "_" and isinstance(node.ctx, ast.Store))
        or (isinstance(node, ast.arg) and node.arg == "_")
    ]
    assert faults == []
