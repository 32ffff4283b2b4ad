from __future__ import annotations

import inspect
import re

from modbot import errors


def classes():
    return [c for _, c in inspect.getmembers(errors, inspect.isclass) if issubclass(c, errors.ModbotError)]


def drawn() -> dict[str, str]:
    """Each class of the drawing with its parent, read off the indentation."""
    parents: dict[str, str] = {}
    stack: list[str] = []
    for line in errors.__doc__.splitlines():
        found = re.match(r"^([│ ]*(?:[├└]── )?)([A-Z]\w+)$", line)
        if not found:
            continue
        depth = len(found[1]) // 4
        stack[depth:] = [found[2]]
        parents[found[2]] = stack[depth - 1] if depth else "Exception"
    return parents


def test_it_works():
    assert errors.StaleReview("Somebody answered first.", 3).revision == 3
    assert errors.InvalidComment((errors.FieldError("email", "required", "give one"),)).status == 422


def test_it_draws_the_tree_as_it_is():
    assert drawn() == {c.__name__: c.__bases__[0].__name__ for c in classes()}


def test_it_gives_every_error_a_code_of_its_own():
    codes = [c.code for c in classes()]
    assert len(codes) == len(set(codes))


def test_it_never_repeats_a_value_in_the_summary():
    error = errors.InvalidComment((errors.FieldError("email", "syntax", "no at sign"),) * 2)
    assert "email" in error.message
    assert error.message.count("email") == 1
