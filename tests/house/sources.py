"""The sources of the house, each parsed once however many rules look at it."""

from __future__ import annotations

import ast
import functools
from pathlib import Path

import modbot

SRC = Path(modbot.__file__).parent


@functools.cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """Every node of a file; the module itself comes first."""
    return tuple(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
