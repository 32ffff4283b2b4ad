"""The why panel from nouns, without HTTP."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from factories import a_case, a_comment, a_score, a_signal, a_site, a_verdict, later
from modbot.domain import Action, Alike, DecidedBy, Head, Mode, Policy, Precedents, Reason, Review, Span, Term
from modbot.explaining import Edit
from modbot.policy import Yardstick
from modbot.review.pages.frame import Frame
from modbot.review.pages.why import (
    Anew,
    WhyFacts,
    cutoffs_told,
    head_rows,
    promise_told,
    reason_rows,
    scale,
    told,
    why_page,
    why_panel,
)

FRAME = Frame("queue", None, (), "/static", "/queue")
BORROWED = a_site(policy=Policy(mode=Mode.BORROWED))
MEASURE = Yardstick(rank=lambda _: 0.0, reject_from=0.996, publish_below=0.42)


def facts(**changes):
    base = WhyFacts(a_case(), BORROWED, MEASURE, (), may_manage=False, now=later(60))
    return replace(base, **changes)


def spam(*terms, rules=()):
    found = tuple(Term(label, share, (Span(0, 1),)) for label, share in terms)
    return a_score(Head.SPAM, terms=found + tuple(Term(code, 2.0, (), "rule") for code in rules))


def test_it_works():
    verdict = a_verdict(
        band="probably bad",
        risk=0.97,
        scores={Head.SPAM: 0.8, Head.TOXICITY: 0.1},
        heads=(spam(("casino", 2.0), ("thanks", -0.7), rules=("HONEYPOT",)),),
        signals=(a_signal(code="HONEYPOT"),),
        reasons=(
            Reason("SPAM_WORDS", "Words typical of spam: “casino”.", Head.SPAM, 2.0),
            Reason("HONEYPOT", "The hidden field was filled in.", Head.SPAM, 5.0),
        ),
    )
    case = a_case(verdict=verdict)

    why = why_panel(facts(case=case))

    assert why.href == f"/cases/{case.id}/why"
    assert [zone.name for zone in why.scale.zones if zone.here] == ["Probably bad"]
    assert why.told[0].speaks_for == ("Strongly for spam: the word “casino”.",)
    assert why.told[0].speaks_against == ("Against spam: the word “thanks”.",)
    assert [rule.code for rule in why.rules] == ["HONEYPOT"]
    assert [reason.code for reason in why.reasons] == ["SPAM_WORDS", "HONEYPOT"]
    assert why.made_by == f"Model {verdict.model}, policy {verdict.policy}, rules {verdict.rules}."


@pytest.mark.parametrize(
    ("band", "risk", "first", "last", "says"),
    [
        ("clearly fine", 0.0, 0, 20, "below the cut-off up to which the machine publishes"),
        ("probably fine", 0.5, 20, 40, "so a person decides"),
        ("unclear", 0.8, 40, 60, "more suspicious than 7 in 10 good comments"),
        ("probably bad", 0.99, 60, 80, "more suspicious than 99 in 100 good comments"),
        ("clearly bad", 1.0, 80, 100, "beyond the cut-off from which the machine rejects"),
        ("probably bad", 0.2, 60, 80, "so a person decides"),
    ],
)
def test_it_marks_the_place_inside_the_zone_of_the_band(band, risk, first, last, says):
    shown = scale(a_verdict(band=band, risk=risk), Mode.BORROWED, MEASURE)
    assert first < shown.mark < last
    assert says in " ".join(shown.sentences)
    assert [zone.here for zone in shown.zones].index(True) == first // 20


def test_it_moves_the_mark_with_the_risk():
    marks = [
        scale(a_verdict(band="probably bad", risk=risk), Mode.BORROWED, MEASURE).mark for risk in (0.95, 0.97, 0.99)
    ]
    assert marks == sorted(set(marks))


def test_it_says_at_both_ends_what_the_machine_does():
    notes = lambda mode, measure: [  # noqa: E731
        zone.note for zone in scale(a_verdict(band="unclear"), mode, measure).zones if zone.note
    ]
    assert notes(Mode.BORROWED, MEASURE) == ["published by machine", "rejected by machine"]
    assert notes(Mode.HOLD_ONLY, MEASURE) == ["a person decides", "a person decides"]
    nothing = replace(MEASURE, reject_from=None, publish_below=None)
    assert notes(Mode.OWN, nothing) == ["nothing is published by machine yet", "nothing is rejected by machine yet"]


def test_it_says_that_people_decide_everything_where_they_do():
    hold_only = a_site(policy=Policy(mode=Mode.HOLD_ONLY))
    why = why_panel(facts(site=hold_only, case=a_case(verdict=a_verdict(band="clearly bad", risk=1.0))))
    assert why.scale.sentences[1] == "People decide every comment on this site, wherever it stands."
    assert why.promise == ("Hold only. A person decides every comment.",)
    assert why.cutoffs == ()


def test_it_has_no_scale_for_what_was_not_assessed():
    assert scale(a_verdict(band=""), Mode.BORROWED, MEASURE) is None


def test_it_tells_the_cut_offs_in_comments():
    assert cutoffs_told(Mode.BORROWED, MEASURE) == (
        "Published by machine is what looks less suspicious than 580 in 1,000 good comments.",
        "Rejected by machine is what looks more suspicious than 996 in 1,000 good comments.",
    )
    assert "999 in 1,000" in cutoffs_told(Mode.OWN, replace(MEASURE, reject_from=0.99999))[1]
    nothing = cutoffs_told(Mode.OWN, replace(MEASURE, reject_from=None, publish_below=None))
    assert all("too little evidence" in sentence for sentence in nothing)


def test_it_shows_no_bare_decimals():
    case = a_case(verdict=a_verdict(band="probably bad", risk=0.97654, heads=(spam(("casino", 1.234)),)))
    why = why_panel(facts(case=case))
    shown = (*why.scale.sentences, *why.promise, *why.cutoffs, *why.told[0].speaks_for)
    assert not [sentence for sentence in shown if re.search(r"\d\.\d", sentence)]


def test_it_tells_a_second_head_only_where_it_is_worth_it():
    heads = (spam(("casino", 2.0)), a_score(Head.TOXICITY, terms=(Term("idiot", 1.0, (Span(0, 1),)),)))
    both = told(a_verdict(heads=heads, scores={Head.SPAM: 0.5, Head.TOXICITY: 0.7}))
    assert [one.about for one in both] == ["abuse", "spam"]
    one = told(a_verdict(heads=heads, scores={Head.SPAM: 0.9, Head.TOXICITY: 0.1}))
    assert [one.about for one in one] == ["spam"]


def test_it_says_how_people_decided_before():
    review = Review("c-1", Action.REJECT, "u", "ada", DecidedBy.PERSON, 1, later(30), "spam")
    before = a_case(id="c-1", action=Action.REJECT, decided_by=DecidedBy.PERSON, reviews=(review,))
    by_site = a_case(id="c-2", action=Action.PUBLISH, decided_by=DecidedBy.SITE, comment=a_comment(body=""))
    found = (
        Precedents(Alike.TEXT, "", 0, 3, (before,)),
        Precedents(Alike.DOMAIN, "pills.example", 2, 1, (by_site,)),
        Precedents(Alike.AUTHOR, "", 1, 1, ()),
    )

    rows = why_panel(facts(precedents=found)).precedents

    assert [(row.alike, row.decided, row.tone) for row in rows] == [
        ("The same text", "people rejected 3", "for"),
        ("Comments with a link to pills.example", "people rejected 1 and published 2", "against"),
        ("The same author", "people rejected 1 and published 1", "noted"),
    ]
    assert (rows[0].examples[0].href, rows[0].examples[0].state) == ("/cases/c-1", "Rejected as spam by ada")
    assert (rows[1].examples[0].excerpt, rows[1].examples[0].state) == ("(erased)", "Published by the site")


def test_it_says_what_the_owner_promised():
    said = promise_told(BORROWED)
    assert said[0].startswith("Borrowed. ")
    assert said[1] == "At most 1 % of good comments rejected and 5 % of bad ones published by machine."


def test_it_tells_the_smallest_edit_and_whether_the_verdict_still_holds():
    case = a_case(verdict=a_verdict(action=Action.HOLD))
    edit = Edit(("casino",), (Span(0, 6),), website=False, action=Action.PUBLISH)

    page = why_page(FRAME, case, Mode.BORROWED, Anew(Action.HOLD, edit, ("Rejecting: nothing yet.",)))
    assert (page.edit, page.evidence) == ("Without “casino” it would be published.", ("Rejecting: nothing yet.",))
    assert page.case_href == f"/cases/{case.id}"

    page = why_page(FRAME, case, Mode.BORROWED, Anew(Action.REJECT, edit))
    assert page.edit.startswith("Judged anew, the machine would have it rejected. Without")
    assert why_page(FRAME, case, Mode.OWN, Anew(Action.HOLD, None)).edit.startswith("No small edit was found")
    assert "erased" in why_page(FRAME, a_case(erased=True), Mode.OWN, Anew(Action.HOLD, None)).edit


def test_it_measures_reasons_against_the_strongest():
    reasons = tuple(
        Reason(code, "Why.", Head.SPAM, share) for code, share in (("A", 4.0), ("B", -2.0), ("C", 0.001), ("D", 0.0))
    )

    rows = reason_rows(a_verdict(reasons=reasons))

    assert [row.bar for row in rows] == [100, 50, 3, 0]
    assert [row.tone for row in rows] == ["for", "against", "for", "noted"]


def test_it_does_not_blow_up_weak_reasons():
    assert reason_rows(a_verdict(reasons=(Reason("A", "Why.", Head.SPAM, 0.5),)))[0].bar == 25


def test_it_says_scores_in_words():
    rows = head_rows(a_verdict(scores={Head.INSULT: 0.99, Head.SPAM: 0.05}))

    assert [(row.name, row.likelihood, row.is_main) for row in rows] == [
        ("Spam", "very unlikely", True),
        ("Insults", "almost certain", False),
    ]
