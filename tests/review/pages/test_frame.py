"""The frame: who is there, where they may go, what they just did."""

from __future__ import annotations

from dataclasses import replace

from factories import NOON, a_case, a_comment, a_user
from modbot.domain import Action, Batch, DecidedBy, Review, Role
from modbot.review.pages.frame import (
    Frame,
    Preferences,
    Undo,
    batch_notice,
    nav_for,
    notice_of,
    person_of,
    taken_back_notice,
)

ADA = a_user()


def decided(action=Action.PUBLISH, **changes):
    review = Review("c1", action, ADA.id, ADA.name, DecidedBy.PERSON, revision=1, at=NOON)
    return replace(a_case(action=action, revision=2, queued=False, reviews=(review,)), **changes)


def test_it_works():
    assert person_of(ADA).role == "Moderator"
    assert [item.href for item in nav_for(ADA, 7)] == ["/queue", "/overview"]
    assert nav_for(ADA, 7)[0].count == 7
    assert not person_of(ADA).is_admin


def test_it_shows_administrators_their_pages():
    hrefs = [item.href for item in nav_for(a_user(role=Role.ADMIN), None)]

    assert hrefs == [
        "/queue",
        "/overview",
        "/admin/sites",
        "/admin/rules",
        "/admin/users",
        "/admin/models",
        "/admin/audit",
    ]


def test_it_says_what_was_done_and_offers_to_undo_it():
    notice = notice_of(decided(), "review", ADA)

    assert notice.sentence == "Published"
    assert notice.excerpt.startswith("“The night bus")
    assert notice.undo == Undo(decided().id, 2)
    assert notice.undo.href == f"/cases/{decided().id}/undo"


def test_it_quotes_no_more_than_a_line():
    notice = notice_of(decided(comment=a_comment(body="word " * 500)), "review", ADA)

    assert len(notice.excerpt) < 70


def test_it_keeps_quiet_once_the_case_has_moved_on():
    assert notice_of(decided(revision=3), "review", ADA) is None
    assert notice_of(decided(), "review", a_user(id="user-ben")) is None
    assert notice_of(decided(reviews=()), "review", ADA) is None


def test_it_offers_no_undo_of_an_undo():
    notice = notice_of(decided(Action.HOLD), "undo", ADA)

    assert notice.sentence == "Taken back:"
    assert notice.undo is None


def test_it_says_what_was_done_to_many_and_what_came_of_taking_it_back():
    batch = Batch("b1", ADA.id, Action.REJECT, "spam", size=23, at=NOON)

    assert batch_notice(batch).sentence == "Rejected 23 comments."
    assert batch_notice(batch).undo.href == "/queue/batches/b1/undo"
    assert taken_back_notice(21, 2, None).sentence == "Taken back: 21 comments; 2 had moved on since and stayed."
    assert taken_back_notice(1, 0, None).sentence == "Taken back: 1 comment."


def test_it_says_what_was_no_decision():
    assert notice_of(decided(), "skip", ADA).sentence == "Skipped until the end of your list:"
    assert notice_of(decided(), "ask", ADA).undo is None


def test_it_knows_the_key_of_every_act():
    own = Frame("queue", None, (), "", "/queue", Preferences(chosen={"publish": "1"}))

    assert own.keys["publish"] == "1"
    assert own.keys["reject"] == "r"
    assert ("publish", "1", "Publish") in own.sheet


def test_it_quotes_nothing_of_an_erased_case():
    assert notice_of(decided(erased=True), "review", ADA).excerpt == ""
