from __future__ import annotations

import time

import pytest

from factories import a_rule
from modbot.domain import RuleKind, Span
from modbot.scoring.wordlist import Matcher, fault_of
from modbot.text import normalise


def matcher(*entries: str, kind: RuleKind = RuleKind.WORDS) -> Matcher:
    return Matcher([a_rule(kind=kind, pattern="\n".join(entries))])


def spans(made: Matcher, text: str) -> list[tuple[int, int]]:
    return sorted({(span.start, span.end) for _, span in made.found(text, normalise(text))})


def test_it_works():
    words, pattern = (
        a_rule(pattern="casino\nfree spins\nc++"),
        a_rule(id="p", kind=RuleKind.PATTERN, pattern="v[i1]agra"),
    )
    made = Matcher([words, pattern])
    text = "Casino! Free-spins, C++ and v1agra"
    found = dict.fromkeys(made.found(text, normalise(text)))
    assert {rule.id: [s for r, s in found if r is rule] for rule, _ in found} == {
        "rule-1": [Span(0, 6), Span(8, 18), Span(20, 23)],
        "p": [Span(28, 34)],
    }
    assert spans(made, "A walk by the sea.") == []


@pytest.mark.parametrize(
    ("entry", "text", "expected", "why"),
    [
        ("bad", "bad bad", [(0, 3), (4, 7)], "neighbours are both found"),
        ("bad", "badly", [], "a word inside another is not the word"),
        ("casino", "The Casino opens", [(4, 10)], "case does not matter"),
        ("casino", "The cаsіno opens", [(4, 10)], "Cyrillic look-alikes are seen through"),
        ("casino", "The c.a.s.i.n.o opens", [(4, 15)], "letters apart are seen through"),
        ("casino", "The c4s1no opens", [(4, 10)], "digits for letters are seen through"),
        ("café", "das Café", [(4, 8)], "accents stay as they are written"),
        ("café", "das Cafe", [(4, 8)], "and may be left out"),
        ("café", "das cafe", [(4, 8)], "in small letters too"),
        ("911", "call 555", [], "numbers are not all alike"),
        ("911", "call 911", [(5, 8)], "a number is a word"),
        ("free spins", "free\n  spins", [(0, 12)], "white space does not matter"),
        ("free spins", "free the spins", [], "a phrase is not its words"),
        ("STRASSE", "die Straße", [(4, 10)], "case folding is not by length"),
        ("казино", "в казино.", [(2, 8)], "any script"),
        ("c++", "c++", [(0, 3)], "the whole text"),
        ("casin*", "casino and Casinos", [(0, 6), (11, 18)], "a wildcard at the end"),
        ("casin*", "a casin", [(2, 7)], "that may stand for nothing"),
        ("*coin", "Bitcoin, coin, coins", [(0, 7), (9, 13)], "a wildcard at the beginning"),
        ("free spin*", "free spinning, free", [(0, 13)], "a wildcard at the end of a phrase"),
        ("*ree spins", "free spins", [(0, 10)], "a wildcard at the beginning of a phrase"),
        ("*casin*", "megacasinos", [(4, 9)], "a wildcard at both ends"),
    ],
)
def test_it_finds_whole_words(entry, text, expected, why):
    assert fault_of(entry, RuleKind.WORDS) == ""
    assert spans(matcher(entry), text) == expected, why


def test_it_finds_no_empty_match():
    assert spans(matcher("x*", kind=RuleKind.PATTERN), "aaa") == []


def test_it_takes_thousands_of_words():
    many = matcher(*(f"word{n}a" for n in range(5_000)), *(f"stem{n}a*" for n in range(5_000)))
    started = time.process_time()
    assert spans(many, "a word4999a here " * 1_000)[:1] == [(2, 11)]
    # One alternation of so many words does not even compile; a table takes milliseconds.
    assert time.process_time() - started < 5


def test_it_cannot_be_hung_by_an_owners_pattern():
    started = time.process_time()
    spans(matcher("(a+)+$", kind=RuleKind.PATTERN), "a" * 20_000 + "!")
    # A backtracking engine needs longer than the age of the universe for this one.
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    ("entry", "kind", "why"),
    [
        ("", RuleKind.WORDS, "nothing is no word"),
        ("*", RuleKind.WORDS, "a wildcard alone finds everything"),
        ("**", RuleKind.WORDS, "and two of them as well"),
        ("", RuleKind.PATTERN, "matches everything"),
        (".*", RuleKind.PATTERN, "matches everything"),
        ("(?=x)", RuleKind.PATTERN, "look-around"),
        ("(", RuleKind.PATTERN, "no pattern at all"),
        ("x" * 501, RuleKind.WORDS, "too long"),
        (r"(x{1000}){1000}", RuleKind.PATTERN, "too much memory"),
    ],
)
def test_it_refuses_what_would_find_everything_or_nothing(entry, kind, why):
    assert fault_of(entry, kind).startswith("expected a"), why
