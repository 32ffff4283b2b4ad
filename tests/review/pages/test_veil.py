"""Slurs behind dots, whatever they hide as, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modbot.review.pages.veil import has_slur, veiled, words_of


def test_it_works():
    assert veiled("You fucking bastard, go home") == "You f•••••• b••••••, go home"
    assert veiled("Mind the gap", own=("gap",)) == "Mind the g••"


@pytest.mark.parametrize("text", ["sh1t", "5hit", "f*ck", "Ｆｕｃｋ", "fuсk", "b!tch", "SLUTS", "fück", "@sshole"])
def test_it_sees_through_disguise(text):
    assert has_slur(text)
    assert veiled(text) == text[0] + "•" * (len(text) - 1)


@pytest.mark.parametrize(
    "text",
    [
        "Scunthorpe",
        "a classic assessment",
        "black, gay, Jewish and Muslim readers",
        "therapist",
        "* a list *",
        "**",
        "",
    ],
)
def test_it_leaves_honest_words_alone(text):
    assert not has_slur(text)
    assert veiled(text) == text


@given(st.text(), st.lists(st.text(min_size=1, max_size=8), max_size=3))
def test_it_keeps_every_place_in_the_text(text, own):
    assert len(veiled(text, own)) == len(text)


def test_it_reads_words_as_they_are_typed():
    assert words_of("gap, ogre\n gap \n two   words\n,") == ("gap", "ogre", "two words")


def test_it_takes_a_person_s_own_phrases_and_signs():
    own = ("two words", "a-hole")
    assert veiled("Two words, a-hole: gap-hole, two wordsmiths", own) == "T••••••••, a•••••: gap-hole, two wordsmiths"
