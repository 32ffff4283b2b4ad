"""Where one copy differs from another."""

from __future__ import annotations

import pytest

from modbot.review.pages.alike import COMPARED_WORDS, differences

SHOWN = "I applied in three minutes and now my bill is almost zero check if you qualify before Friday it takes a moment"


def told(text, shown=SHOWN):
    marks = {"": "{}", "left": "-{}-", "added": "+{}+", "hidden": "<{}>"}
    return "".join(
        marks[piece.kind].format(piece.label if piece.kind == "hidden" else piece.text)
        for piece in differences(text, shown)
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (SHOWN, "The same words."),
        (SHOWN.replace("applied", "asked"), "I -applied- +asked+ in three minutes and …"),
        (SHOWN.replace("almost", "nearly"), "… now my bill is -almost- +nearly+ zero check if you …"),
        (f"Hello! {SHOWN}", "+Hello!+ I applied in three …"),
        (f"{SHOWN} really", "… it takes a moment +really+"),
        (SHOWN.replace(" three", ""), "I applied in -three- minutes and now my …"),
        ("", f"-{SHOWN}-"),
        (f"{SHOWN} \u202ereally", "… it takes a moment <forced right-to-left>+really+"),
    ],
)
def test_it_works(text, expected):
    assert told(text) == expected


def test_it_compares_no_more_than_somebody_would_read():
    long = "word " * 50_000
    assert told(long + "end", long) == "The same words."
    assert len(differences("a " * 50_000, "b " * 50_000)[0].text) < 2 * COMPARED_WORDS
