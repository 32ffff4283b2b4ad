"""What the overview judges, against counts by hand."""

from __future__ import annotations

import pytest
from scipy.stats import binomtest

from factories import a_rule, a_site
from modbot.domain import (
    Action,
    Check,
    DecidedBy,
    Head,
    Mode,
    Policy,
    Reason,
    RuleEffect,
    RuleKind,
    RuleTally,
    Tally,
    Trouble,
)
from modbot.review.pages.mistakes import agreement, domains, mistakes, reasons, rules, share_of

HELD, GOOD, BAD = Action.HOLD, Action.PUBLISH, Action.REJECT
SITE = a_site(policy=Policy(mode=Mode.BORROWED, max_good_rejected=0.01, max_bad_published=0.05))


def check(said, good, cases, rate=0.05):
    return Check(said, rate, good=good, cases=cases)


def a_tally(said, action, decisions, band="unclear", *, audited=False):
    return Tally("u", "ada", DecidedBy.PERSON, said, band, audited, action, decisions, waited=decisions, lately=0)


def a_trouble(action=BAD, codes=("SPAM_WORDS",), body="", url=""):
    return Trouble(action, tuple(Reason(code, "", Head.SPAM, 1.0) for code in codes), body, url)


def judged(site, checks, standing, **changes):
    return mistakes(site, checks, standing, **{"is_admin": True} | changes)


def test_it_works():
    checks = [check(GOOD, good=True, cases=380), check(BAD, good=True, cases=2), check(BAD, good=False, cases=70)]

    block = judged(SITE, checks, ["Rejecting: enough."])

    rejected, published, wrongly_rejected, wrongly_published = block.rows
    low, high = binomtest(2, 382).proportion_ci(method="wilson")
    assert rejected.cells == (
        "Good comments that were rejected",
        2,
        382,
        pytest.approx(2 / 382),
        pytest.approx(low),
        pytest.approx(high),
        0.01,
    )
    assert rejected.told == ("Good comments that were rejected", "2 of 382", "0.1 % to 1.9 %")
    assert published.cells[1:3] == (0, 70)
    assert wrongly_rejected.cells[1:3] == (2, 72)
    assert wrongly_published.cells[1:3] == (0, 380)
    assert block.notes[1:] == ("Rejecting: enough.",)
    assert "too few to tell" in block.lead
    assert block.tone == ""


def test_it_says_when_promises_are_kept_or_broken():
    kept = judged(SITE, [check(GOOD, good=True, cases=600), check(BAD, good=False, cases=100)], [])
    broken = judged(SITE, [check(GOOD, good=True, cases=90), check(BAD, good=True, cases=10)], [])

    assert kept.lead.count("the promise is kept") == 2
    assert (kept.remedy, kept.tone) == ("", "")
    assert "had rejected 10 of them: that is more than promised" in broken.lead
    assert "No bad comment was checked" in broken.lead
    assert broken.tone == "problem"
    assert "hold only" in broken.remedy
    assert broken.link == ("/admin/sites", "Sites")
    assert judged(SITE, [check(BAD, good=True, cases=10)], [], is_admin=False).link is None


def test_it_draws_the_promise_where_it_fits_on_the_scale():
    rows = judged(SITE, [check(GOOD, good=True, cases=90), check(BAD, good=True, cases=10)], []).rows

    assert rows[0].mark.low < rows[0].mark.at < rows[0].mark.high <= 100
    assert 0 < rows[0].mark.limit < rows[0].mark.low
    assert rows[1].mark is None
    assert rows[1].told[1] == "none checked"


def test_it_says_that_people_decide_everything():
    site = a_site(policy=Policy(mode=Mode.HOLD_ONLY))

    block = judged(site, [check(HELD, good=True, cases=40, rate=1.0)], [])

    assert "People decide every comment" in block.lead
    assert block.remedy.startswith("40 answers")
    assert block.rows == ()


def test_it_asks_for_a_site_because_each_promises_something_of_its_own():
    assert "Choose a site" in judged(None, [], []).remedy


def test_it_lets_each_check_speak_for_those_it_was_drawn_of():
    found = share_of(
        [check(HELD, good=True, cases=80, rate=1.0), check(BAD, good=True, cases=2)], lambda c: c.said is BAD
    )

    # 80 that were all read, and 2 of 40.
    assert (found.hits, found.n, found.share) == (2, 82, pytest.approx(40 / 120))


def test_it_says_where_chance_drew_at_several_rates():
    checks = [check(HELD, good=True, cases=80, rate=1.0), check(BAD, good=True, cases=2)]

    assert judged(SITE, checks, ["Rejecting: 3."]).notes[0].startswith("Chance drew from some comments more often")
    assert judged(SITE, checks[1:], []).notes == ()


def test_it_counts_agreement():
    block = agreement(
        [
            a_tally(GOOD, GOOD, 19, audited=True),
            a_tally(GOOD, BAD, 1, audited=True),
            a_tally(BAD, GOOD, 3),
            a_tally(HELD, GOOD, 6, "probably bad"),
            a_tally(HELD, BAD, 14, "probably bad"),
            a_tally(HELD, BAD, 5, "unclear"),
        ]
    )

    assert block.lead == "People agreed with 19 of 20 decisions that chance laid before them."
    assert [row.cells for row in block.rows] == [
        ("Published by the machine, drawn by chance", 20, 19, 1, 0.95),
        ("Rejected by the machine, read for another reason", 3, 3, 0, 0.0),
        ("Held: unclear", 5, 0, 5, None),
        ("Held: probably bad", 20, 6, 14, 0.7),
    ]
    assert block.remedy == ""


def test_it_sees_habits_where_there_are_enough_answers():
    fine = [a_tally(HELD, GOOD, 49, "probably fine"), a_tally(HELD, BAD, 1, "probably fine")]
    bad = [a_tally(HELD, GOOD, 30, "probably bad"), a_tally(HELD, BAD, 30, "probably bad")]

    assert "allow it more" in agreement(fine).remedy
    assert agreement(fine[:1]).remedy == ""
    assert "learns from these answers" in agreement(bad).remedy
    assert "Chance laid no decision" in agreement([]).lead


def test_it_ranks_reasons():
    block = reasons(
        [a_trouble(), a_trouble(HELD, ("SPAM_WORDS", "MANY_LINKS", "MANY_LINKS")), a_trouble(codes=())], "s1"
    )

    assert block.lead == "Most often: Spam words, in 2 of the newest 3 comments that are held or rejected."
    assert [row.cells for row in block.rows] == [("Spam words", 2, 1), ("Many links", 1, 0)]
    assert block.rows[0].href == "/queue?state=all&site=s1&reason=SPAM_WORDS"
    assert [row.mark.percent for row in block.rows] == [100, 50]
    assert reasons([], "").lead.startswith("Nothing")


def test_it_counts_a_reason_only_where_it_speaks_against_a_comment():
    kind = Reason("KNOWN_AUTHOR", "", Head.SPAM, -2.0)

    assert reasons([Trouble(HELD, (kind,), "", "")], "").rows == ()


def test_it_ranks_domains_each_once_for_a_comment():
    told = [
        a_trouble(body="http://casino.example/a http://casino.example/b", url="https://www.me.example/"),
        a_trouble(HELD, body="see casino.example.com or http://CASINO.example"),
    ]

    block = domains(told, "", is_admin=True)

    assert block.rows[0].cells == ("casino.example", 2, 1)
    assert ("me.example", 1, 1) in [row.cells for row in block.rows]
    assert block.rows[0].href == "/queue?state=all&q=casino.example"
    assert block.rows[0].act == (
        "/admin/rules?site=&kind=link&effect=reject&pattern=casino.example",
        "Make a rule",
    )
    assert domains(told, "", is_admin=False).rows[0].act is None
    assert "has a link" in domains([], "", is_admin=True).lead


def test_it_tells_what_rules_found_and_which_people_decide_against():
    listed = [
        a_rule(id="quiet", pattern="casino"),
        a_rule(id="wrong", kind=RuleKind.LINK, pattern="a.example\nb.example", effect=RuleEffect.HOLD),
    ]
    tallies = {"quiet": RuleTally(5, 0, 5), "wrong": RuleTally(1_000, 30, 20)}

    block = rules(listed, tallies, is_admin=True)

    assert [row.cells for row in block.rows] == [
        ("Links to a domain: a.example and 1 more", "Hold", 1_000, 50, 30),
        ("Words: casino", "Reject", 5, 5, 0),
    ]
    assert block.rows[0].told[1:] == ("1,000", "30 of 50")
    assert block.lead == "2 rules found 1,005 comments; people decided against 30."
    assert block.tone == "problem"
    assert "1 rule:" in block.remedy
    assert rules(listed[:1], tallies, is_admin=False).tone == ""


def test_it_names_an_author_only_as_people_may_see_them():
    hashed = a_rule(kind=RuleKind.AUTHOR, pattern="f00d" * 16, label="c•••@e•••.org")

    assert rules([hashed], {}, is_admin=True).rows[0].cells[0] == "Author: c•••@e•••.org"
