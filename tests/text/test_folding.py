"""Folding: the letters come out, and each knows where it came from."""

import pytest

from modbot.text.folding import fold


def test_it_works():
    text = "Ｃafé \u200bᴡin"
    folded, starts, ends = fold(text)
    assert folded == "cafe win"
    assert [text[a:b] for a, b in zip(starts, ends, strict=True)] == ["Ｃ", "a", "f", "é", " ", "ᴡ", "i", "n"]


@pytest.mark.parametrize(
    ("text", "folded", "why"),
    [
        ("\U0001d41b\U0001d428\U0001d425\U0001d41d", "bold", "mathematical letters are letters"),
        ("p\u0430yp\u0430l", "paypal", "Cyrillic letters inside a Latin word pass for Latin"),
        ("привет", "привет", "an honest Russian word stays Russian"),
        ("\U0001f1e8\U0001f1e6", "ca", "regional indicators spell words"),
        ("a\u00adb\u200dc\ufeff", "abc", "invisible characters go"),
        ("\ufb01n", "fin", "a ligature stands for two letters"),
        ("हिन्दी", "हिन्दी", "vowel signs are letters where they belong"),
        ("\ud800x", "x", "a lone surrogate is nothing"),
        ("\ue000", "", "nobody may type our marks"),
    ],
)
def test_it_handles_disguises(text, folded, why):
    assert fold(text)[0] == folded, why


def test_it_keeps_places_through_characters_that_grow_and_vanish():
    text = "x\u200b\ufb01y"
    folded, starts, ends = fold(text)
    assert (folded, list(starts), list(ends)) == ("xfiy", [0, 2, 2, 3], [1, 3, 3, 4])
