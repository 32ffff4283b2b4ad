"""Doors whose callers cannot be told what was wrong: nothing is refused, what cannot be read is left out."""

from __future__ import annotations

import pytest

from factories import a_site
from modbot.domain import Door
from modbot.errors import InvalidComment
from modbot.validation import FORGIVING, comment_from

GOOD = {"name": "Ada", "email": "ada@example.org", "body": "The bus is late.", "url": "https://ada.example"}


def read(door=Door.AKISMET, **changes):
    return comment_from(GOOD | changes, a_site(), door=door, key="k", disposable=frozenset({"throwaway.example"}))


def test_it_works():
    assert Door.NATIVE not in FORGIVING
    assert (read().name, read().body, read().url) == ("Ada", "The bus is late.", "https://ada.example")


@pytest.mark.parametrize(
    ("field", "value", "left"),
    [
        ("name", "A\x00d\x07a", "A d a"),
        ("name", "a" * 500, "a" * 100),
        ("name", None, ""),
        ("name", 7, ""),
        ("body", "a\x00b\r\nc", "a b\nc"),
        ("body", "x" * 30_000, "x" * 20_000),
        ("body", "", ""),
        ("body", "\ud800", "\ufffd"),
        ("email", "no address", None),
        ("email", "a@throwaway.example", "a@throwaway.example"),
        ("url", "javascript:alert(1)", ""),
        ("page_url", "x" * 3_000, ""),
        ("parent_id", "a\nb", ""),
        ("ip", "localhost", ""),
        ("language", "no language", ""),
        ("created_at", "yesterday", None),
        ("elapsed_ms", "soon", None),
    ],
)
def test_it_leaves_out_what_cannot_be_read(field, value, left):
    comment = read(**{field: value})

    assert getattr(comment, field) == left
    assert (comment.name == "Ada") is (field != "name")


@pytest.mark.parametrize("field", ["name", "email", "body"])
def test_it_refuses_the_same_at_our_own_door(field):
    with pytest.raises(InvalidComment):
        read(Door.NATIVE, **{field: ""})
