"""Templates parse, have a title, use one object, and hold no inline code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from jinja2 import Environment, meta, nodes

import modbot

SRC = Path(modbot.__file__).parent
TEMPLATES = sorted(SRC.rglob("templates/**/*.html"))
# Besides `page`: what Flask and Flask-WTF put there, what says words in the language of the reader, and what a partial is handed by its parent.
GIVEN = {"page", "csrf_token", "_", "counted", "number", "rich", "language", "url_for", "get_flashed_messages"}
# No attribute may hold code or style: the content-security policy would drop it silently.
INLINE = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE)


def parsed(path: Path) -> nodes.Template:
    return Environment(autoescape=True, extensions=["jinja2.ext.do"]).parse(path.read_text())


def test_it_works():
    assert len(TEMPLATES) >= 8


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(SRC)))
def test_it_uses_nothing_but_its_page(path):
    tree = parsed(path)
    # Blocks do not see the imports of their own file as declared, although they are.
    imported = {node.target for node in tree.find_all(nodes.Import)}
    free = meta.find_undeclared_variables(tree) - imported
    allowed = GIVEN | ({"row", "case", "item", "comment", "reason", "field"} if path.name.startswith("_") else set())
    assert free <= allowed, free - allowed


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(SRC)))
def test_it_holds_no_inline_code(path):
    assert INLINE.findall(path.read_text()) == []


@pytest.mark.parametrize(
    "path", [path for path in TEMPLATES if not path.name.startswith("_")], ids=lambda path: str(path.relative_to(SRC))
)
def test_it_has_a_title(path):
    text = path.read_text()
    assert "<title>" in text or "{% block title %}" in text or "extends" in text
