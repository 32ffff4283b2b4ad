from __future__ import annotations

import math
from dataclasses import replace

import pytest

from factories import a_score, a_signal, a_verdict, an_assessment
from modbot.domain import Action, Head, Mode, Policy, Span, Term
from modbot.policy import FIELD_WORDS, WEIGHTS, Yardstick, band, decide, is_blatant
from modbot.scoring.fields import FIELDS

BORROWED = Policy(mode=Mode.BORROWED, audit_rate=0.05)


def yardstick(risk: float, reject_from: float | None = 0.99, publish_below: float | None = 0.6) -> Yardstick:
    return Yardstick(rank=lambda _margins: risk, reject_from=reject_from, publish_below=publish_below)


def by_head(*, spam: float, abuse: float) -> Yardstick:
    """A yardstick on which spam and all other heads have ranks of their own."""
    ranks = lambda margins: max(spam if head is Head.SPAM else abuse for head in margins)  # noqa: E731
    return Yardstick(rank=ranks, reject_from=0.99, publish_below=0.6)


def ruled(*codes: str):
    return an_assessment(signals=tuple(a_signal(code=code) for code in codes))


def test_it_works():
    verdict = decide(an_assessment(), BORROWED, yardstick(0.1), coin=0.5)
    assert verdict.action is Action.PUBLISH
    assert verdict.band == "clearly fine"
    assert verdict.scores[Head.SPAM] == pytest.approx(1 / (1 + math.exp(2)))
    assert (verdict.model, verdict.policy, verdict.rules) == ("m-1", "p1", "rules-1")
    assert not verdict.audited


@pytest.mark.parametrize(
    ("assessment", "policy", "measured", "expected", "why"),
    [
        (an_assessment(), BORROWED, yardstick(0.10), Action.PUBLISH, "below the publish cut-off"),
        (an_assessment(), BORROWED, yardstick(0.60), Action.HOLD, "the publish cut-off itself is not below"),
        (an_assessment(), BORROWED, yardstick(0.98), Action.HOLD, "between the cut-offs"),
        (an_assessment(), BORROWED, yardstick(0.99), Action.REJECT, "the reject cut-off is reached"),
        (an_assessment(), Policy(), yardstick(0.10), Action.HOLD, "hold-only publishes nothing"),
        (an_assessment(), Policy(), yardstick(1.00), Action.HOLD, "hold-only rejects nothing"),
        (an_assessment(), BORROWED, yardstick(1.0, reject_from=None), Action.HOLD, "no evidence, no reject"),
        (an_assessment(), BORROWED, yardstick(0.0, publish_below=None), Action.HOLD, "no evidence, no publish"),
        (
            an_assessment(signals=(a_signal(code="SCORER_FAILED"),)),
            BORROWED,
            yardstick(0.0),
            Action.HOLD,
            "nobody knows what the failed scorer would have said",
        ),
        (
            an_assessment(signals=(a_signal(code="SCORER_FAILED"), a_signal(code="BLOCKED_WORD"))),
            BORROWED,
            yardstick(1.0),
            Action.HOLD,
            "a failure comes before a ban",
        ),
        (an_assessment(heads=()), BORROWED, yardstick(0.0), Action.HOLD, "no head, no automatic outcome"),
        (
            an_assessment(signals=(a_signal(code="BLOCKED_WORD"),)),
            BORROWED,
            yardstick(0.0),
            Action.REJECT,
            "the owner's ban needs no evidence",
        ),
        (
            an_assessment(signals=(a_signal(code="BLOCKED_WORD"),)),
            Policy(),
            yardstick(0.0),
            Action.HOLD,
            "hold-only holds even what is banned",
        ),
        (ruled("BANNED"), BORROWED, yardstick(0.0), Action.REJECT, "a banned author, link or network"),
        (ruled("HELD_BY_RULE"), BORROWED, yardstick(0.0), Action.HOLD, "the owner wants a person to see it"),
        (ruled("HELD_BY_RULE"), BORROWED, yardstick(1.0), Action.HOLD, "and not the machine to reject it"),
        (ruled("TRUSTED"), BORROWED, yardstick(0.98), Action.PUBLISH, "trust goes before what the words look like"),
        (ruled("TRUSTED"), BORROWED, by_head(spam=1.0, abuse=0.98), Action.PUBLISH, "even if they look like spam"),
        (ruled("TRUSTED"), BORROWED, by_head(spam=0.0, abuse=0.99), Action.HOLD, "but not if it is surely abuse"),
        (
            ruled("TRUSTED"),
            BORROWED,
            replace(by_head(spam=0.0, abuse=0.95), reject_from=None),
            Action.HOLD,
            "surely, without a cut-off, is one in twenty good comments",
        ),
        (ruled("TRUSTED"), Policy(), yardstick(0.0), Action.HOLD, "hold-only publishes nobody"),
        (ruled("TRUSTED", "SCORER_FAILED"), BORROWED, yardstick(0.0), Action.HOLD, "nor is anybody after a failure"),
        (ruled("TRUSTED", "HELD_BY_RULE"), BORROWED, yardstick(0.0), Action.HOLD, "a person goes before trust"),
        (ruled("TRUSTED", "BANNED"), BORROWED, yardstick(0.0), Action.REJECT, "and a ban before both"),
        (ruled("NOTED"), BORROWED, yardstick(0.1), Action.PUBLISH, "a mark changes nothing"),
    ],
)
def test_it_follows_the_list(assessment, policy, measured, expected, why):
    assert decide(assessment, policy, measured, coin=0.9).action is expected, why


def test_it_adds_rules_to_the_same_sum():
    signal = a_signal(code="HONEYPOT", strength=0.5)
    verdict = decide(an_assessment(signals=(signal,)), BORROWED, yardstick(0.5), coin=0.9)
    spam = next(score for score in verdict.heads if score.head is Head.SPAM)
    toxicity = next(score for score in verdict.heads if score.head is Head.TOXICITY)
    assert spam.margin == pytest.approx(-2.0 + WEIGHTS["HONEYPOT"][1] * 0.5, abs=1e-12)
    assert toxicity.margin == pytest.approx(-3.0, abs=1e-12)
    assert spam.bias + sum(term.share for term in spam.terms) == pytest.approx(spam.margin, abs=1e-12)


def test_it_explains_each_head_completely():
    verdict = decide(an_assessment(signals=(a_signal(),)), BORROWED, yardstick(0.5), coin=0.9)
    for score in verdict.heads:
        told = sum(reason.share for reason in verdict.reasons if reason.head is score.head)
        assert told == pytest.approx(score.margin - score.bias, abs=1e-9)


def test_it_quotes_words_that_a_person_would_name():
    words = (Term("!!!", 2.0), Term("casino", 1.0), Term("me", 0.9), Term("quay", 0.1))
    score = a_score(terms=(*words, Term("everything else", 3.0, kind="rest")))
    verdict = decide(an_assessment(heads=(score,)), BORROWED, yardstick(0.5), coin=0.9)
    assert verdict.reasons[0].sentence == "Words typical of spam: “casino”."
    assert verdict.reasons[0].share == pytest.approx(7.0)


def test_it_quotes_nothing_where_words_speak_against():
    score = a_score(terms=(Term("harbour", -1.0),))
    verdict = decide(an_assessment(heads=(score,)), BORROWED, yardstick(0.5), coin=0.9)
    assert verdict.reasons[0].sentence == "The words do not read like spam."


def test_it_tells_the_head_first_that_the_risk_comes_from():
    measured = Yardstick(lambda margins: 0.9 if Head.TOXICITY in margins else 0.2, 0.99, 0.1)
    verdict = decide(an_assessment(signals=(a_signal(code="HONEYPOT"),)), BORROWED, measured, coin=0.9)
    assert verdict.reasons[0].head is Head.TOXICITY


def test_it_names_every_field_that_the_model_has():
    assert set(FIELD_WORDS) == set(FIELDS)


def test_it_names_the_owners_ban_first():
    strong = a_signal(code="HONEYPOT", strength=1.0)
    verdict = decide(an_assessment(signals=(strong, a_signal(code="BLOCKED_WORD"))), BORROWED, yardstick(0.5), coin=0.9)
    assert verdict.reasons[0].code == "BLOCKED_WORD"


@pytest.mark.parametrize(
    ("risk", "coin", "audited", "why"),
    [
        (0.1, 0.049, True, "published, and the coin fell below the rate"),
        (0.1, 0.05, False, "the rate itself is not below"),
        (0.995, 0.0, True, "rejected outcomes are audited too"),
        (0.8, 0.0, False, "a held case is read anyway"),
    ],
)
def test_it_audits_by_the_coin(risk, coin, audited, why):
    verdict = decide(an_assessment(), BORROWED, yardstick(risk), coin=coin)
    assert verdict.audited is audited, why
    assert (verdict.coin, verdict.audit_rate) == (coin, 0.05)


def test_it_counts_every_comment_of_a_hold_only_site_as_shown_to_a_person():
    verdict = decide(an_assessment(), Policy(audit_rate=0.05), yardstick(0.1), 0.99)
    assert (verdict.audit_rate, verdict.audited) == (1.0, False)


@pytest.mark.parametrize(
    ("reject_from", "publish_below", "rate"), [(None, None, 1.0), (0.9, None, 0.05), (None, 0.2, 0.05)]
)
def test_it_counts_every_comment_as_shown_to_a_person_where_there_is_no_cutoff_yet(reject_from, publish_below, rate):
    policy = Policy(mode=Mode.OWN, audit_rate=0.05)
    found = Yardstick(lambda _: 0.5, reject_from, publish_below)
    verdict = decide(an_assessment(), policy, found, 0.99)
    assert (verdict.action, verdict.audit_rate) == (Action.HOLD, rate)


def test_it_draws_from_what_the_owner_banned_even_where_there_is_no_cutoff_yet():
    banned = an_assessment(signals=(a_signal(code="BLOCKED_WORD"),))
    verdict = decide(banned, Policy(mode=Mode.OWN, audit_rate=0.05), Yardstick(lambda _: 0.5, None, None), 0.04)
    assert (verdict.action, verdict.audit_rate, verdict.audited) == (Action.REJECT, 0.05, True)


def test_it_names_the_version_of_a_sites_own_evidence():
    own = replace(yardstick(0.1), version="own2")
    assert decide(an_assessment(), Policy(version=3, mode=Mode.OWN), own, 0.5).policy == "p3.own2"


def test_it_survives_margins_far_away():
    verdict = decide(
        an_assessment(heads=(a_score(Head.SPAM, 1e4), a_score(Head.TOXICITY, -1e4))), BORROWED, yardstick(1.0), coin=0.9
    )
    assert verdict.scores == {Head.SPAM: 1.0, Head.TOXICITY: 0.0}


def test_it_says_risk_in_words_in_order():
    words = [band(risk, yardstick(risk)) for risk in (0.0, 0.61, 0.9, 0.98, 0.99, 1.0)]
    assert words == ["clearly fine", "probably fine", "unclear", "probably bad", "clearly bad", "clearly bad"]


def test_it_is_never_clear_without_evidence():
    assert band(0.0, yardstick(0, None, None)) == "probably fine"
    assert band(1.0, yardstick(0, None, None)) == "probably bad"


def test_it_is_clear_wherever_the_machine_decides():
    assert band(0.8, yardstick(0.8, reject_from=0.75, publish_below=0.1)) == "clearly bad"
    assert band(0.8, yardstick(0.8, reject_from=0.99, publish_below=0.9)) == "clearly fine"


@pytest.mark.parametrize(
    ("share", "sentence"),
    [
        (1.5, "More like what people here rejected as spam: “lighthouse”."),
        (-1.5, "More like what people here published: “lighthouse”."),
    ],
)
def test_it_tells_what_people_here_decided(share, sentence):
    site = (Term("lighthouse", share, (Span(4, 14),), "site"), Term("what people here decided so far", 0.2, (), "site"))
    score = a_score(Head.SPAM, terms=(*a_score().terms, *site))
    verdict = decide(an_assessment(heads=(score,)), BORROWED, yardstick(0.7), coin=0.9)
    (reason,) = (one for one in verdict.reasons if one.code == "SPAM_SITE")
    assert (reason.sentence, reason.head, reason.spans) == (sentence, Head.SPAM, (Span(4, 14),))
    assert reason.share == pytest.approx(share + 0.2)


@pytest.mark.parametrize(
    ("action", "spam", "risk", "audited", "blatant"),
    [
        (Action.REJECT, 0.995, 1.0, False, True),
        (Action.REJECT, 0.995, 1.0, True, False),
        (Action.REJECT, 0.98, 1.0, False, False),
        (Action.REJECT, 0.995, 0.99, False, False),
        (Action.HOLD, 0.995, 1.0, False, False),
    ],
)
def test_it_knows_what_nobody_need_see(action, spam, risk, audited, blatant):
    verdict = a_verdict(action=action, scores={Head.SPAM: spam}, risk=risk, audited=audited)

    assert is_blatant(verdict) is blatant
