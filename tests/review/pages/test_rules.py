"""The rules page from nouns, without HTTP."""

from __future__ import annotations

import pytest

from factories import NOON, a_comment, a_rule, a_site, later
from modbot.domain import Action, DecidedBy, PastComment, RuleEffect, RuleKind, RuleTally
from modbot.review.pages.frame import Frame
from modbot.review.pages.rules import Draft, RulesFacts, rules_page, trial_view
from modbot.ruling import Trial

FRAME = Frame("rules", None, (), "/static", "/admin/rules")
SITES = (a_site(), a_site(id="site-ben", name="Ben's Boats"))
PEOPLE, MACHINE = True, False


def page(*rules, tallies=None, **facts):
    given = {"sites": SITES, "everywhere": True, "now": later(60)} | facts
    return rules_page(FRAME, RulesFacts(rules=rules, tallies=tallies or {}, **given))


def view(rule, **facts):
    ((_, (shown,)),) = page(rule, **facts).groups
    return shown


def a_past(number=1, **changes):
    base = {"action": Action.HOLD, "decided_by": DecidedBy.MACHINE, "received_at": NOON}
    return PastComment(f"c{number}", a_comment(), **base | changes)


def test_it_works():
    shown = view(a_rule(note="Why."), tallies={"rule-1": RuleTally(12, 3, 4)})
    assert (shown.kind, shown.entries, shown.effect, shown.tone) == ("Words", ("casino",), "Reject", "reject")
    assert (shown.found, shown.reversed) == ("Found 12 comments in 30 days", "people published 3 of them")
    assert (shown.until, shown.at.words, shown.by, shown.can_end) == ("For good", "1 min ago", "dora", True)


def test_it_groups_by_site_and_begins_with_those_for_every_site():
    rules = (a_rule(id="a"), a_rule(id="b", site_id="site-ben"), a_rule(id="all", site_id=None))
    assert [name for name, _ in page(*rules).groups] == ["Every site", "Ben's Boats", "Harbour Gazette"]


@pytest.mark.parametrize(
    ("effect", "tally", "told"),
    [
        (RuleEffect.REJECT, RuleTally(5, 0, 2), "people published none of them"),
        (RuleEffect.HOLD, RuleTally(5, 4, 1), "people published 4 of them"),
        (RuleEffect.TRUST, RuleTally(5, 4, 1), "people rejected 1 of them"),
        (RuleEffect.NOTE, RuleTally(5, 4, 1), ""),
        (RuleEffect.REJECT, RuleTally(), ""),
        (RuleEffect.REJECT, RuleTally(1_000, 7, 0), "people published 7 of the newest 1,000"),
    ],
)
def test_it_says_how_often_people_decided_otherwise(effect, tally, told):
    assert view(a_rule(effect=effect), tallies={"rule-1": tally}).reversed == told


@pytest.mark.parametrize(
    ("changes", "told", "can_end"),
    [
        ({"until": later(days=7)}, "Until 21 Mar 2026, 12:00 UTC", True),
        ({"until": later(60)}, "Ran out 14 Mar 2026, 12:01 UTC", False),
        ({"ended_at": NOON, "ended_by": "ada"}, "Ended 14 Mar 2026, 12:00 UTC by ada", False),
    ],
)
def test_it_says_how_long(changes, told, can_end):
    shown = view(a_rule(**changes))
    assert (shown.until, shown.can_end) == (told, can_end)


@pytest.mark.parametrize(
    ("hits", "told"),
    [
        (0, "Found nothing in 30 days"),
        (1, "Found 1 comment in 30 days"),
        (999, "Found 999 comments in 30 days"),
        (1_000, "Found 1,000 comments or more in 30 days"),
    ],
)
def test_it_says_how_many_a_rule_found(hits, told):
    assert view(a_rule(), tallies={"rule-1": RuleTally(hits)}).found == told


def test_it_lets_nobody_of_one_site_end_what_is_for_every_site():
    assert not view(a_rule(site_id=None), everywhere=False).can_end
    assert "Every site" not in [choice.words for choice in page(everywhere=False).sites]


def test_it_leads_back_to_the_form_with_an_ended_rule():
    ended = {"ended_at": NOON, "ended_by": "ada"}
    again = view(a_rule(pattern="a&b\nc", note="Why?", **ended), past=True).again_href
    assert again == "/admin/rules?site=site-ada&kind=words&pattern=a%26b%0Ac&effect=reject&note=Why%3F"
    assert view(a_rule(kind=RuleKind.AUTHOR, **ended), past=True).again_href == ""
    assert view(a_rule(pattern="x" * 1_001, **ended), past=True).again_href == ""
    assert view(a_rule(site_id=None, **ended), past=True, everywhere=False).again_href == ""
    assert view(a_rule()).again_href == ""


def test_it_folds_a_long_list():
    shown = view(a_rule(pattern="\n".join(f"w{n}" for n in range(1_000))))
    assert (len(shown.entries), len(shown.folded), shown.left_out) == (6, 194, 800)


def test_it_shows_an_author_as_people_may_see_it():
    shown = view(a_rule(kind=RuleKind.AUTHOR, pattern="hash", label="c•••@e•••.org"))
    assert shown.entries == ("c•••@e•••.org",)


def test_it_tells_what_a_draft_would_have_found():
    found = {(PEOPLE, Action.PUBLISH): 3, (MACHINE, Action.HOLD): 9}
    shown = trial_view(Trial(5_000, NOON, found, (a_past(),) * 10), "reject", later(60))
    assert shown.sentence == (
        "Tried on the newest 5,000 stored comments, back to 14 Mar 2026, 12:00 UTC. It would have found 12 of them."
    )
    assert shown.counts == (("3", "published by people"), ("9", "waiting for a person"))
    assert shown.warning == "People published 3 of these: this rule would have rejected them."
    assert (shown.examples[0].href, shown.examples[0].state, shown.left_out) == (
        "/cases/c1",
        "Held",
        "and 2 more comments",
    )


@pytest.mark.parametrize(
    ("effect", "decided", "warned"),
    [
        ("hold", Action.PUBLISH, False),
        ("trust", Action.REJECT, True),
        ("trust", Action.PUBLISH, False),
        ("reject", Action.REJECT, False),
    ],
)
def test_it_warns_where_people_decided_otherwise(effect, decided, warned):
    trial = Trial(1, NOON, {(PEOPLE, decided): 1}, ())
    assert bool(trial_view(trial, effect, NOON).warning) is warned


def test_it_says_that_there_is_nothing_to_try():
    assert "no stored comment" in trial_view(Trial(0, None, {}, ()), "reject", NOON).sentence
    assert trial_view(Trial(1, NOON, {}, ()), "reject", NOON).sentence == (
        "Tried on the one stored comment. It would have found none of them."
    )


def test_it_keeps_the_form_as_it_was():
    faults = (("pattern", "expected a domain"), ("pattern", "expected a domain"), ("until", "x"))
    draft = Draft("site-ben", "link", "x", "trust", "7", "n", faults)
    shown = page(draft=draft)
    for choices, chosen in (
        (shown.sites, "site-ben"),
        (shown.kinds, "link"),
        (shown.effects, "trust"),
        (shown.spans, "7"),
    ):
        assert [choice.value for choice in choices if choice.chosen] == [chosen]
    assert draft.problem("pattern") == "Expected a domain."
    assert draft.problem("site") == ""


def test_it_leads_to_older_rules():
    assert page(next_before=7, past=True).next_href == "/admin/rules?past=1&before=7"
    assert page().next_href == ""
