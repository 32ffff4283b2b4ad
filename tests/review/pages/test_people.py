"""What the panel says of an author."""

from __future__ import annotations

import pytest

from factories import NOON, a_comment, a_rule, a_user, a_verdict, an_author
from modbot.domain import Action, AuthorFacts, Case, DecidedBy, Role, RuleEffect, RuleKind
from modbot.review.pages.frame import Frame
from modbot.review.pages.people import person_of_case, thread_page


def a_case(case_id="c1", **changes):
    return Case(case_id, a_comment(**changes), a_verdict(), Action.HOLD, DecidedBy.MACHINE, 1, True, NOON, NOON)


@pytest.mark.parametrize(
    ("published", "rejected", "said"),
    [
        (0, 0, "Nothing decided in the last 30 days."),
        (1, 0, "In the last 30 days 0 of 1 comment rejected."),
        (2, 3, "In the last 30 days 3 of 5 comments rejected."),
    ],
)
def test_it_works(published, rejected, said):
    facts = AuthorFacts(NOON, ("Cal", "Calvin"), published, rejected)
    shown = person_of_case(a_case(), a_user(), facts, ((), ()), NOON)
    assert shown.lately == said
    assert shown.other_names == ("Calvin",)


def test_it_tells_no_other_names_where_no_address_ties_them_together():
    author = an_author(email_masked="")
    shown = person_of_case(
        a_case(author=author), a_user(role=Role.ADMIN), AuthorFacts(NOON, ("A", "B"), 0, 0), ((), ()), NOON
    )
    assert shown.other_names == ()
    assert not shown.may_reveal


def test_it_shows_the_rules_about_this_author_alone():
    case = a_case()
    mine = a_rule(id="r1", kind=RuleKind.AUTHOR, pattern=case.comment.author.key, effect=RuleEffect.REJECT)
    rules = (mine, a_rule(id="r2", kind=RuleKind.AUTHOR, pattern="another"), a_rule(id="r3"))
    shown = person_of_case(case, a_user(), AuthorFacts(None, (), 0, 0), ((), rules), NOON)
    assert [rule.id for rule in shown.rules] == ["r1"]
    assert shown.rules[0].sentence.startswith("Banned")


def test_it_puts_a_thread_in_the_order_of_time():
    it, others = a_case("c5"), [a_case(f"c{n}") for n in range(10)]
    page = thread_page(Frame("queue", None, (), "", ""), it, (others[4:1:-1], others[6:9]), 2, NOON)
    assert [row.id for row in page.rows] == ["c3", "c4", "c5", "c6", "c7"]
    assert (page.more_before, page.more_after) == (True, True)
