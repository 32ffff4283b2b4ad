"""The compiled loops: used where they fit, and only there."""

import sys

import pytest

from modbot.scoring import compiled, loops
from modbot.scoring.compiled import best, kernel


@pytest.mark.skipif(kernel is loops, reason="there was no C compiler when modbot was installed")
def test_it_works():
    assert best() is kernel
    assert kernel.__file__.endswith(".so")


def test_it_does_without_where_nothing_was_compiled(monkeypatch):
    monkeypatch.setitem(sys.modules, "modbot.scoring.kernel", None)
    assert best() is loops


def test_it_does_without_where_the_source_is_gone(monkeypatch, tmp_path):
    monkeypatch.setattr(compiled, "SOURCE", tmp_path / "kernel.c")
    assert best() is loops


def test_it_does_without_what_another_source_was_compiled_to(monkeypatch, tmp_path):
    newer = tmp_path / "kernel.c"
    newer.write_bytes(compiled.SOURCE.read_bytes() + b"\n")
    monkeypatch.setattr(compiled, "SOURCE", newer)
    assert best() is loops
