from __future__ import annotations

import time

import pytest

from modbot.domain import Span
from modbot.errors import InvalidComment
from modbot.scoring.wordlist import check_blocked_words, matcher_of


def found(entry: str, text: str) -> list[tuple[int, int]]:
    return [(span.start, span.end) for span in matcher_of((entry,)).spans(text)]


def test_it_works():
    matcher = matcher_of(("casino", "free spins", "c++", "re:v[i1]agra"))
    text = "Casino! Free-spins, C++ and v1agra"
    assert matcher.spans(text) == (Span(0, 6), Span(8, 18), Span(20, 23), Span(28, 34))
    assert matcher.hits(text)
    assert not matcher.hits("A walk by the sea.")


@pytest.mark.parametrize(
    ("entry", "text", "expected", "why"),
    [
        ("bad", "bad bad", [(0, 3), (4, 7)], "neighbours are both found"),
        ("bad", "badly", [], "a word inside another is not the word"),
        ("free spins", "free\n  spins", [(0, 12)], "white space does not matter"),
        ("free spins", "free the spins", [], "a phrase is not its words"),
        ("STRASSE", "die Straße", [(4, 10)], "case folding is not by length"),
        ("казино", "в казино.", [(2, 8)], "any script"),
        ("c++", "c++", [(0, 3)], "the whole text"),
        ("re:x*", "aaa", [], "an empty match is none"),
    ],
)
def test_it_finds_whole_words(entry, text, expected, why):
    assert found(entry, text) == expected, why


def test_it_takes_thousands_of_words():
    entries = tuple(f"word{number}" for number in range(10_000))
    check_blocked_words(entries)
    started = time.process_time()
    assert matcher_of(entries).spans("a word9999 here " * 1_000)[:1] == (Span(2, 10),)
    # One alternation of so many words does not even compile; a table takes milliseconds.
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    ("entries", "field", "why"),
    [
        (("fine", ""), "blocked_words[1]", "nothing is no word"),
        (("re:",), "blocked_words[0]", "matches everything"),
        (("re:.*",), "blocked_words[0]", "matches everything"),
        (("re:(?=x)",), "blocked_words[0]", "look-around"),
        (("re:(",), "blocked_words[0]", "no pattern at all"),
        (("x" * 501,), "blocked_words[0]", "too long"),
        (tuple(f"re:x{number}" for number in range(201)), "blocked_words", "too many patterns"),
        (tuple(f"x{number}" for number in range(10_001)), "blocked_words", "too many entries"),
    ],
)
def test_it_refuses_what_would_hold_everything_or_nothing(entries, field, why):
    with pytest.raises(InvalidComment) as refusal:
        check_blocked_words(entries)
    assert [error.field for error in refusal.value.fields] == [field], why
