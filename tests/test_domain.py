from __future__ import annotations

import dataclasses

import pytest

from factories import a_case, a_comment, a_score, a_site, a_user, a_verdict
from modbot import domain
from modbot.domain import Action, Head, History, Role


def test_it_works():
    ada = a_user(site_ids=frozenset({"site-ada"}))
    assert ada.may_see("site-ada")
    assert ada.may_review("site-ada")
    assert not ada.may_see("site-ben")


@pytest.mark.parametrize(
    ("changes", "may_see", "may_review", "why"),
    [
        ({"role": Role.VIEWER}, True, False, "a viewer looks and does not decide"),
        ({"disabled": True}, False, False, "a disabled person does nothing"),
        ({"site_ids": frozenset()}, False, False, "no site is not all sites"),
        ({"role": Role.ADMIN}, True, True, "an admin of all sites"),
    ],
)
def test_it_says_what_a_person_may_do(changes, may_see, may_review, why):
    user = a_user(**changes)
    assert (user.may_see("site-ada"), user.may_review("site-ada")) == (may_see, may_review), why


def test_it_keeps_nouns_frozen():
    nouns = [noun for name in domain.__all__ if dataclasses.is_dataclass(noun := getattr(domain, name))]
    assert len(nouns) > 20
    assert [noun.__name__ for noun in nouns if not noun.__dataclass_params__.frozen] == []


def test_it_keeps_the_address_out_of_pictures():
    comment = a_comment(email="canary@example.org", sealed_email=b"canary")
    assert "canary" not in repr(comment)
    assert "canary" not in repr(a_case(comment=comment))


def test_it_has_three_actions():
    assert [action.value for action in Action] == ["publish", "hold", "reject"]


def test_it_sums_a_head_score():
    assert a_score(Head.SPAM, 2.5).margin == pytest.approx(2.5)


def test_it_knows_new_authors():
    assert History(rejected=3).is_new_author
    assert not History(published=1).is_new_author
    assert a_site().hook is None


@pytest.mark.parametrize(
    ("scores", "doubt", "why"),
    [
        ({Head.SPAM: 0.5, Head.TOXICITY: 0.1}, 1.0, "even odds are as doubtful as can be"),
        ({Head.SPAM: 0.75, Head.TOXICITY: 0.5}, 0.5, "the likeliest ground counts, not the most doubtful"),
        ({Head.SPAM: 0.25}, 0.5, "fine and bad are doubtful alike"),
        ({Head.SPAM: 1.0}, 0.0, "certain"),
        ({}, 1.0, "nothing is known"),
    ],
)
def test_it_measures_how_doubtful_a_verdict_is(scores, doubt, why):
    assert a_verdict(scores=scores).doubt == doubt, why
