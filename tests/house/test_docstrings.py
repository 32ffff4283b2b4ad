"""Public names of the rooms that compute are documented in numpydoc, and the validator agrees."""

from __future__ import annotations

import importlib
import inspect
import pkgutil

import pytest
from numpydoc.validate import validate

ROOMS = [
    "modbot.text",
    "modbot.validation",
    "modbot.policy",
    "modbot.promise",
    "modbot.scoring",
    "modbot.learning",
    "modbot.privacy",
]
# Optional by the house's own rule: See Also (SA01), Examples (EX01), extended summary (ES01); a verb such as
# a description may open with a quoted value (PR08); "Whether" may open a claim (SS05); plain functions may have no Returns prose beyond the type (RT03).
OPTIONAL = {"SA01", "PR08", "EX01", "ES01", "SS05", "SS06", "RT03", "GL08", "PR01", "PR02", "YD01", "RT01"}


def public_functions():
    for room in ROOMS:
        package = importlib.import_module(room)
        names = [room] + [f"{room}.{m.name}" for m in pkgutil.iter_modules(getattr(package, "__path__", []))]
        for name in names:
            module = importlib.import_module(name)
            for member, thing in vars(module).items():
                if inspect.isfunction(thing) and thing.__module__ == name and not member.startswith("_"):
                    yield f"{name}.{member}", thing


FUNCTIONS = dict(public_functions())


def test_it_works():
    assert len(FUNCTIONS) > 30


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_it_documents_in_numpydoc(name):
    assert inspect.getdoc(FUNCTIONS[name]), f"{name} has no docstring"
    faults = [error for error in validate(name)["errors"] if error[0] not in OPTIONAL]
    assert faults == []


def is_long(thing) -> bool:
    """Whether a function takes more than a reader can guess from its signature."""
    return len(inspect.signature(thing).parameters) > 1 and "Scene" not in str(inspect.signature(thing))


@pytest.mark.parametrize("name", sorted(name for name, thing in FUNCTIONS.items() if is_long(thing)))
def test_it_names_every_parameter_and_the_return(name):
    faults = [error for error in validate(name)["errors"] if error[0] in {"PR01", "PR02", "RT01"}]
    assert faults == []
