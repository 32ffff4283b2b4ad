from __future__ import annotations

import time

import pytest

from factories import a_comment, an_author
from modbot.domain import History, Span
from modbot.scoring import Scene
from modbot.scoring.rules import RULES


def codes(scene: Scene) -> dict[str, float]:
    return {signal.code: signal.strength for rule in RULES for signal in rule.look(scene)}


def scene(history: History | None = None, blocked: tuple[str, ...] = (), **changes) -> Scene:
    return Scene(a_comment(**changes), history or History(published=1), blocked)


def test_it_works():
    advert = scene(
        History(same_text=5),
        honeypot="http://x.example",
        elapsed_ms=0,
        author=an_author(disposable=True),
        body=" ".join(f"https://shop{n}.example/" for n in range(6)),
    )
    assert codes(advert) == {
        "HONEYPOT": 1.0,
        "TOO_FAST": 1.0,
        "MANY_LINKS": 1.0,
        "REPEATED_TEXT": 1.0,
        "DISPOSABLE_EMAIL": 1.0,
        "NEW_AUTHOR": 1.0,
    }


@pytest.mark.parametrize(
    ("seen", "expected", "why"),
    [
        (scene(), {}, "an ordinary comment of a published author raises nothing"),
        (scene(History()), {"NEW_AUTHOR": 1.0}, "nothing published yet"),
        (scene(elapsed_ms=3000), {}, "three seconds are enough for a person"),
        (scene(elapsed_ms=1500), {"TOO_FAST": 0.5}, "half the time is half as suspicious"),
        (scene(body="see https://a.example/x"), {}, "one link is ordinary"),
        (scene(body="https://a.example/x https://b.example/y"), {"MANY_LINKS": 0.2}, "the second link counts a fifth"),
        (scene(History(published=1, same_text=1)), {"REPEATED_TEXT": 0.2}, "once before"),
        (scene(History(published=1, same_text_rejected=1)), {"TEXT_REJECTED_BEFORE": 1.0}, "people said no"),
        (
            scene(History(published=1, same_text_published=2, same_text_rejected=1)),
            {"TEXT_PUBLISHED_BEFORE": 1.0},
            "people mostly said yes",
        ),
        (scene(History(published=3)), {"KNOWN_AUTHOR": 1.0}, "three times published, never rejected"),
        (scene(History(published=3, rejected=1)), {}, "one rejection ends the trust"),
        (scene(History(published=1, rejected=2)), {"REJECTED_AUTHOR": 1.0}, "more often rejected than published"),
        (scene(author=an_author(mx_missing=True)), {"MX_MISSING": 1.0}, "the domain takes no mail"),
    ],
)
def test_it_finds_what_it_says(seen, expected, why):
    assert codes(seen) == pytest.approx(expected), why


@pytest.mark.parametrize(
    ("word", "body", "span", "why"),
    [
        ("casino", "The Casino opens", (4, 10), "case does not matter"),
        ("casino", "Casinos open", None, "a word inside another is not the word"),
        ("казино", "лучшее казино!", (7, 13), "any script has words"),
        ("free spins", "get free spins now", (4, 14), "a phrase"),
        ("c++", "learn c++ today", (6, 9), "signs mean themselves"),
        ("casino", "The cаsіno opens", (4, 10), "Cyrillic look-alikes are seen through"),
        (r"re:vi[a4]gr[a4]", "cheap vi4gra", (6, 12), "a pattern"),
    ],
)
def test_it_shows_where_a_blocked_word_stands(word, body, span, why):
    rule = next(rule for rule in RULES if rule.code == "BLOCKED_WORD")
    found = rule.look(scene(blocked=(word,), body=body))
    assert [signal.spans for signal in found] == ([] if span is None else [(Span(*span),)]), why


def test_it_sees_a_blocked_word_in_the_name():
    assert "BLOCKED_WORD" in codes(scene(blocked=("casino",), name="Best Casino"))


def test_it_cannot_be_hung_by_an_owners_pattern():
    started = time.process_time()
    codes(scene(blocked=(r"re:(a+)+$",), body="a" * 20_000 + "!"))
    # A backtracking engine needs longer than the age of the universe for this one.
    assert time.process_time() - started < 5


def test_it_keeps_strengths_in_range():
    extremes = History(10**6, 10**6, 10**6, 10**6, 10**6, 10**6)
    found = codes(scene(extremes, body="http://a.example " * 900, elapsed_ms=0))
    assert all(0 <= strength <= 1 for strength in found.values())
