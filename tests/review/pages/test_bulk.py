"""Many at once, in words: what is asked, what is shown, what stood in the way."""

from __future__ import annotations

import pytest

from factories import NOON, a_case, a_comment, a_user
from modbot.domain import Action, Batch, DecidedBy, Review
from modbot.review.pages.bulk import Act, batch_page, mine_page

ADA = a_user()


@pytest.mark.parametrize(
    ("act", "count", "said"),
    [
        (Act(Action.PUBLISH), 1, "Publish 1 comment"),
        (Act(Action.REJECT, "spam"), 23, "Reject 23 comments as spam"),
        (Act(Action.REJECT, "insult"), 1_000, "Reject 1,000 comments as an insult"),
    ],
)
def test_it_works(act, count, said):
    assert act.words(count) == said
    seen = {f"c{number}": 2 for number in range(count)}
    shown = [a_case(comment=a_comment(body="word " * 200))]

    page = batch_page(None, act, seen, shown)

    assert page.title == f"{said}?"
    assert page.cases[0] == "c0:2"
    assert page.unshown == count - 1
    assert len(page.shown[0].excerpt) < 250
    assert page.problem == ""


def test_it_says_what_stood_in_the_way():
    assert "2 comments changed" in batch_page(None, Act(Action.PUBLISH), {"c1": 1}, [], 2).problem
    assert "No comment was selected" in batch_page(None, Act(Action.PUBLISH), {}, []).problem


def test_it_tells_single_decisions_from_bulk_acts():
    review = Review("c1", Action.REJECT, ADA.id, ADA.name, DecidedBy.PERSON, revision=1, at=NOON, reason="spam")
    case = a_case(action=Action.REJECT, revision=2, reviews=(review,))
    batch = Batch("b1", ADA.id, Action.PUBLISH, "", size=5, at=NOON)

    single, many = mine_page(None, ADA, [(review, case), (batch, case)], NOON).acts

    assert (single.sentence, single.can_undo, single.batch) == ("Rejected as spam", True, "")
    assert (many.sentence, many.can_undo, many.batch) == ("Published 5 comments", True, "b1")
