"""Disguises: what people write past filters, and nothing that is a word of its own."""

import pytest

from factories import a_comment
from modbot.learning.disguises import disguises
from modbot.scoring.features import words_of


def test_it_works():
    found = disguises(["shit", "slut"])
    assert {"sh*t", "s**t", "s***", "shi*", "shiit", "sshit"} <= found.keys()
    # The first word that fits has it.
    assert (found["s**t"], found["sl*t"], found["slvt"]) == ("shit", "slut", "slut")
    assert "shit" not in found


@pytest.mark.parametrize("written", ["f*ck", "F**K", "f*****", "fuuuuuck", "fvck", "fuckk"])
def test_it_writes_them_as_they_stand_in_normalised_text(written):
    (word,) = words_of(a_comment(body=written)).words
    assert disguises(["fuck"])[word] == "fuck"


def test_it_draws_out_no_short_word():
    assert "woop" not in disguises(["wop"])


@pytest.mark.parametrize("word", ["", "me", "f*ck", "Scheiße", "two words"])
def test_it_hides_only_plain_words(word):
    assert disguises([word]) == {}
