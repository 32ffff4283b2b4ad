from __future__ import annotations

from dataclasses import replace

import pytest

from factories import a_comment, a_signal, an_author
from modbot.domain import History
from modbot.scoring import Scene
from modbot.scoring.rules import OF_HISTORY, OWNERS, RULES


def codes(scene: Scene) -> dict[str, float]:
    return {signal.code: signal.strength for rule in RULES for signal in rule.look(scene)}


def scene(history: History | None = None, **changes) -> Scene:
    return Scene(a_comment(**changes), history or History(published=1))


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
        (scene(History(published=1, similar=1)), {"CAMPAIGN": 0.2}, "one copy that nobody judged"),
        (scene(History(published=1, similar=9)), {"CAMPAIGN": 1.0}, "many copies"),
        (
            scene(History(published=1, same_text=3, similar=9)),
            {"REPEATED_TEXT": 0.6, "CAMPAIGN": 0.4},
            "equal and similar texts together count to the full once",
        ),
        (scene(History(published=1, same_text=5, similar=9)), {"REPEATED_TEXT": 1.0}, "the equal ones say it all"),
        (
            scene(History(published=1, similar=4, similar_rejected=1)),
            {"CAMPAIGN_REJECTED": 0.5},
            "people rejected one copy, and that is said instead of the number",
        ),
        (scene(History(published=1, similar=3, similar_rejected=3)), {"CAMPAIGN_REJECTED": 0.75}, "three of them"),
        (
            scene(History(published=1, similar=9, similar_rejected=3, similar_published=1)),
            {"CAMPAIGN_REJECTED": 0.4},
            "one was published all the same",
        ),
        (
            scene(History(published=1, similar=5, similar_rejected=1, similar_published=1)),
            {"CAMPAIGN": 1.0},
            "people do not agree",
        ),
        (scene(History(published=1, similar=5, similar_published=1)), {"CAMPAIGN_PUBLISHED": 0.5}, "one was published"),
        (
            scene(History(published=1, similar=5, similar_published=4, similar_rejected=1)),
            {},
            "one rejection ends the trust",
        ),
        (
            scene(History(published=1, same_text=1, same_text_published=1, similar=4, similar_rejected=4)),
            {"REPEATED_TEXT": 0.2, "TEXT_PUBLISHED_BEFORE": 1.0, "CAMPAIGN": 0.8},
            "what people said of this very text counts before what they said of similar ones",
        ),
        (
            scene(History(published=1, same_text=1, same_text_rejected=1, similar=4, similar_rejected=4)),
            {"REPEATED_TEXT": 0.2, "TEXT_REJECTED_BEFORE": 1.0, "CAMPAIGN": 0.8},
            "a rejection is not counted twice",
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
    ("history", "sentence"),
    [
        (History(similar=1), "A similar comment came before."),
        (History(similar=3), "3 similar comments came before."),
        (History(similar=1, similar_rejected=1), "A similar comment came before; people rejected it."),
        (History(similar=3, similar_rejected=2), "3 similar comments came before; people rejected 2 of them."),
        (History(similar=3, similar_published=1), "3 similar comments came before; people published 1 of them."),
    ],
)
def test_it_says_what_became_of_similar_comments(history, sentence):
    found = [
        signal.detail for rule in RULES for signal in rule.look(scene(history)) if rule.code.startswith("CAMPAIGN")
    ]
    assert found == [sentence]


@pytest.mark.parametrize("code", ["BLOCKED_WORD", "BANNED", "HELD_BY_RULE", "TRUSTED", "NOTED"])
def test_it_hands_on_what_the_owner_decides_by_name(code):
    signal = a_signal(code=code, source="owner:r1@r7")

    class ByName:
        def look(self, comment):
            return (signal,)

    assert OWNERS.look(scene()) == ()
    assert OWNERS.look(replace(scene(), by_name=ByName())) == (signal,)
    assert signal.rule_id == "r1"


def test_it_keeps_strengths_in_range():
    many = 10**6
    body = "http://a.example " * 900
    for extremes in (
        History(*[many] * 9),
        History(similar=many, similar_published=many),
        History(similar=many, similar_rejected=many),
    ):
        found = codes(scene(extremes, body=body, elapsed_ms=0))
        assert all(0 <= strength <= 1 for strength in found.values())


def test_it_knows_which_rules_ask_what_the_store_knew():
    """A stored case is judged anew by the rest of them, so a rule on the wrong side would look into the future."""
    seen = [
        History(),
        History(published=3),
        History(published=1, rejected=4),
        History(published=1, same_text=2, same_text_rejected=1),
        History(published=1, same_text=2, same_text_published=1),
        History(published=1, similar=3),
        History(published=1, similar=3, similar_rejected=2),
        History(published=1, similar=3, similar_published=2),
    ]
    body = "buy http://a.example http://b.example now"
    given = {"body": body, "honeypot": "x", "elapsed_ms": 9, "author": an_author(disposable=True, mx_missing=True)}
    found = [codes(scene(history, **given)) for history in seen]
    assert {code for one in found for code in one} == {rule.code for rule in RULES}
    assert {rule.code for rule in RULES if any(rule.code not in one for one in found)} == OF_HISTORY
