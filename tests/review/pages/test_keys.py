"""The keys: one sign each, no two alike, kept only where they differ from the usual."""

from __future__ import annotations

import pytest

from modbot.review.pages.frame import DEFAULT_KEYS
from modbot.review.pages.keys import changed, problems_with


def test_it_works():
    assert problems_with(DEFAULT_KEYS) == {}
    assert changed(DEFAULT_KEYS) is None
    assert changed(DEFAULT_KEYS | {"skip": "w"}) == {"skip": "w"}


@pytest.mark.parametrize("key", ["", "ab", " ", "\n", "Enter"])
def test_it_refuses_what_is_no_single_sign(key):
    assert "one letter, digit or sign" in problems_with(DEFAULT_KEYS | {"skip": key})["skip"]


def test_it_names_what_a_key_collides_with():
    problems = problems_with(DEFAULT_KEYS | {"ask": "n"})

    assert list(problems) == ["note"]
    assert "“n” is already the key of “Ask a colleague”" in problems["note"]
