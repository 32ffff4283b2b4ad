from __future__ import annotations

from dataclasses import replace

import pytest

from factories import a_case, a_comment, a_score, a_site, a_verdict
from modbot.domain import Head, Reason, Span, Term
from modbot.intake.answer import answer

CANARY = "kanarienvogel.7@canary-example.org"


def test_it_works():
    reason = Reason("LINKS", "Two links.", Head.SPAM, 1.5, (Span(3, 8),))
    said = answer(a_case(verdict=a_verdict(reasons=(reason,))), a_site(), ("careful",))
    assert list(said) == [
        *("id", "action", "revision", "decided_by", "erased", "model", "policy", "warnings", "comment"),
        *("scores", "band", "reasons", "explanation"),
    ]
    assert said["reasons"] == [
        {"code": "LINKS", "sentence": "Two links.", "head": "spam", "share": 1.5, "spans": [{"start": 3, "end": 8}]}
    ]
    assert said["warnings"] == ["careful"]


def test_it_keeps_the_sum_of_shares():
    said = answer(a_case(verdict=a_verdict(heads=(a_score(Head.SPAM, 0.75),))), a_site())["explanation"]["spam"]
    assert said["bias"] + sum(share["share"] for share in said["shares"]) == pytest.approx(said["margin"], abs=1e-9)


def test_it_gives_no_reasons_where_the_site_wants_none():
    said = answer(a_case(), a_site(show_reasons=False))
    assert not {"scores", "band", "reasons", "explanation"} & set(said)


def test_it_hides_an_address_wherever_it_stands():
    comment = a_comment(
        name=CANARY,
        body=f"{CANARY} <b>{CANARY}</b>",
        url=f"https://x.example/{CANARY}",
        page_url=f"https://gazette.example/?m={CANARY}",
        parent_id=CANARY,
        user_id=CANARY,
        key=CANARY,
        email=CANARY,
    )
    reason = Reason("WORDS", f"Words: “{CANARY}”.", Head.SPAM, 1.0)
    score = replace(a_score(), terms=(Term(CANARY, 1.0),))
    case = a_case(comment=comment, verdict=a_verdict(reasons=(reason,), heads=(score,)))
    assert CANARY not in str(answer(case, a_site()))


def test_it_says_nothing_of_an_erased_comment_but_the_decision():
    gone = replace(a_comment(), name="", body="", url="", page_url="", sealed_email=None)
    said = answer(a_case(comment=gone, erased=True), a_site())
    assert (said["erased"], said["action"]) == (True, "hold")
    assert (said["comment"]["name"], said["comment"]["body_html"]) == ("", "")
