"""Swaps: the same thing said of other people, the same way each time, and nothing else touched."""

import re
from dataclasses import replace

import pytest

from learning_cases import an_example
from modbot.domain import Head
from modbot.learning.swaps import TERMS, swapped, twins


def test_it_works():
    text = "My Muslim neighbours and two women met at the harbour. MUSLIM cooking is good."
    other = swapped(text)
    found = re.fullmatch(r"My (\w+) neighbours and two (\w+) met at the harbour\. (\w+) cooking is good\.", other)
    assert found
    assert found[1] == found[3].capitalize() != "Muslim"
    assert found[3].isupper()
    assert found[2] != "women"
    assert swapped(text) == other


def test_it_names_the_same_group_twice_where_one_is_named_twice():
    first, second = re.fullmatch(
        r"(\w+) said it and (\w+) heard it\.", swapped("Jews said it and jews heard it.")
    ).groups()
    assert first == second.capitalize() != second


@pytest.mark.parametrize("text", ["", "The harbour was closed.", "blackberries and womanly", "a\nb  c"])
def test_it_leaves_other_texts_alone(text):
    assert swapped(text) == text


@pytest.mark.parametrize("term", sorted(TERMS))
def test_it_swaps_each_term_for_one_of_its_kind(term):
    other = swapped(f"the {term} there").split()[1]
    assert other != term
    assert other in TERMS[term]
    assert TERMS[other] == TERMS[term]


def test_it_spreads_a_term_over_the_others():
    others = [swapped(f"gay {n}").split()[0] for n in range(600)]
    # 60 others, ten each if they are drawn alike.
    assert len(set(others)) > 50
    assert max(map(others.count, others)) < 30


def test_it_gives_twins_to_training_rows_that_name_a_group_and_to_no_others():
    named = an_example("A deaf friend of mine", {Head.TOXICITY: 0.4}, "quay", name="Cal")
    plain = an_example("A friend of mine", {Head.TOXICITY: 0.0}, "quay")
    (twin,) = twins([named, plain, replace(named, part="test")])
    assert twin.comment.body == swapped(named.comment.body) != named.comment.body
    assert (twin.labels, twin.source, twin.part, twin.comment.name) == (named.labels, "quay", "train", "Cal")
