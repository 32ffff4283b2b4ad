"""Reasons in the language of whoever reads them, also those that were told long ago."""

from __future__ import annotations

import re

import pytest

from factories import a_comment, a_rule
from modbot.domain import Head, Reason, RuleEffect, RuleKind
from modbot.language import speaking
from modbot.policy import HEAD_WORDS, SAYINGS
from modbot.review.reasons import NAMES, reason_name, said_of
from modbot.scoring import catalogue, sayings
from modbot.scoring.ruleset import Ruleset
from modbot.translations import read
from review.pseudo import wide, write_pseudo

# Scripts for which a value stands as it would come: a number, what was quoted, one of our own words.
VALUES = {"n": "3", "judged": "2", "seconds": "0.4", "words": "“casino”, “spins”", "what": "MODEL: ValueError"}
OWN = {"head": "spam", "fields": "such a name, repeated words", "where": "the text", "ending": "that this site marks"}


@pytest.fixture(scope="module")
def abroad(tmp_path_factory):
    return read(write_pseudo(tmp_path_factory.mktemp("translations")))


def told(sentence: str, code: str = "SPAM_WORDS") -> Reason:
    return Reason(code, sentence, Head.SPAM, 1.0)


def test_it_works(abroad):
    reason = told("Words typical of spam: “casino”, “spam”.")

    assert said_of(reason) == reason.sentence
    with speaking(abroad):
        assert said_of(reason) == f"{wide('Words typical of spam')}: “casino”, “spam”."


@pytest.mark.parametrize("saying", [*SAYINGS, *sayings()])
def test_it_says_every_sentence_anew(abroad, saying):
    said = re.sub(
        r"\{(\w+)\}", lambda found: wide(OWN[found[1]]) if found[1] in OWN else VALUES[found[1]], wide(saying)
    )

    with speaking(abroad):
        assert said_of(told(saying.format(**VALUES, **OWN))) == said


@pytest.mark.parametrize("kind", RuleKind)
@pytest.mark.parametrize("effect", RuleEffect)
def test_it_says_what_an_owners_rule_found(abroad, kind, effect):
    entries = {
        RuleKind.WORDS: "bus",
        RuleKind.PATTERN: "b.s",
        RuleKind.LINK: "casino.example",
        RuleKind.EMAIL_DOMAIN: "example.org",
        RuleKind.AUTHOR: "author-1",
        RuleKind.NETWORK: "192.0.2.0/24",
    }
    rules = Ruleset([a_rule(kind=kind, effect=effect, pattern=entries[kind])])
    comment = a_comment(body="The bus to casino.example", name="a bus", url="https://casino.example", ip="192.0.2.7")
    found = rules.look(comment)

    with speaking(abroad):
        for signal in found:
            assert not re.search(r"[a-z]{2}", said_of(told(signal.detail, signal.code)))


def test_it_leaves_what_it_does_not_know(abroad):
    with speaking(abroad):
        assert said_of(told("Told by a version to come.")) == "Told by a version to come."


def test_it_names_every_code(abroad):
    codes = {
        *catalogue(),
        *(f"{head.upper()}_{of}" for head in ("spam", "toxicity") for of in ("WORDS", "FIELDS", "SITE")),
    }

    assert set(NAMES) == codes
    assert reason_name("MANY_LINKS") == "Many links"
    with speaking(abroad):
        assert reason_name("MANY_LINKS") == wide("Many links")


def test_it_names_a_code_that_it_does_not_know():
    assert reason_name("A_NEW_ONE") == "A new one"


def test_it_knows_what_every_head_looks_for(abroad):
    with speaking(abroad):
        assert all(
            said_of(told(SAYINGS[0].format(head=word))) == wide(SAYINGS[0].format(head=word))
            for word in HEAD_WORDS.values()
        )
