"""What one site's people teach, on both engines."""

from __future__ import annotations

import pytest

from factories import a_comment, a_draft, a_new_case, a_signal, a_verdict, later
from modbot.domain import Action, DecidedBy, Head

CODES = ("HONEYPOT", "NEW_AUTHOR")


def recorded(store, key, *, site_id="site-ada", at=0, **verdict):
    comment = a_comment(key=key, site_id=site_id, body=f"Comment {key}")
    case, _ = store.record(a_new_case(comment=comment, verdict=a_verdict(**verdict), at=later(at)))
    return case


def answered(store, key, *, action=Action.PUBLISH, answered_at=60, reviewer="user-ada", **more):
    draft = {"reviewer": reviewer} | ({"reason": "spam"} if action is Action.REJECT else {})
    case = recorded(store, key, **more)
    return store.record_review(a_draft(case_id=case.id, action=action, at=later(answered_at), **draft))


def test_it_works(store):
    signals = (a_signal(), a_signal(code="HONEYPOT", strength=0.5), a_signal(code="MANY_LINKS", strength=0.2))
    case = answered(store, "one", action=Action.REJECT, signals=signals)
    (lesson,) = store.lessons("site-ada", CODES, 10)
    assert (lesson.comment.key, lesson.comment.body, lesson.comment.name) == (case.id, "Comment one", "Cal")
    assert lesson.comment.author.email_domain == "example.org"
    assert lesson.labels == {Head.SPAM: 1.0}
    assert lesson.signals == {"NEW_AUTHOR": 1.0, "HONEYPOT": 0.5}
    assert (lesson.chance, lesson.answered_at) == (1.0, later(60))
    assert store.answered("site-ada") == 1


def test_it_keeps_sites_apart(store):
    answered(store, "one", site_id="site-ben")
    recorded(store, "two")
    assert (store.answered("site-ada"), store.answered("site-ben")) == (0, 1)
    assert store.lessons("site-ada", CODES, 10) == ()


def test_it_tells_them_in_the_order_of_the_answers(store):
    for key, at in (("first", 90), ("second", 70), ("third", 80)):
        answered(store, key, answered_at=at)
    assert [one.comment.body for one in store.lessons("site-ada", CODES, 10)] == [
        "Comment second",
        "Comment third",
        "Comment first",
    ]


def test_it_reads_the_newest_so_many(store):
    for number in range(5):
        answered(store, f"n{number}", at=number, answered_at=60 + number)
    assert [one.comment.body for one in store.lessons("site-ada", CODES, 2)] == ["Comment n3", "Comment n4"]
    assert store.answered("site-ada") == 5


def test_it_takes_the_latest_answer(store):
    case = answered(store, "one", action=Action.REJECT)
    store.record_review(a_draft(case_id=case.id, action=Action.PUBLISH, seen_revision=case.revision, at=later(70)))
    (lesson,) = store.lessons("site-ada", CODES, 10)
    assert lesson.labels == {Head.SPAM: 0.0, Head.TOXICITY: 0.0}


def test_it_takes_a_colleagues_answer_again_once_a_later_one_was_taken_back(store):
    case = answered(store, "one", reviewer="user-ben")
    case = store.record_review(
        a_draft(case_id=case.id, action=Action.REJECT, reason="spam", seen_revision=2, at=later(70))
    )
    store.record_review(a_draft(case_id=case.id, seen_revision=3, undo=True, at=later(75)))
    (lesson,) = store.lessons("site-ada", CODES, 10)
    assert lesson.labels == {Head.SPAM: 0.0, Head.TOXICITY: 0.0}
    assert lesson.answered_at == later(60)
    assert store.answered("site-ada") == 1


def test_it_learns_nothing_from_what_was_reopened_and_decided_and_taken_back(store):
    case = answered(store, "one")
    store.record_review(a_draft(case_id=case.id, action=Action.HOLD, seen_revision=2, at=later(70)))
    store.record_review(a_draft(case_id=case.id, action=Action.REJECT, reason="spam", seen_revision=3, at=later(80)))
    store.record_review(a_draft(case_id=case.id, seen_revision=4, undo=True, at=later(85)))
    assert store.lessons("site-ada", CODES, 10) == ()


def test_it_says_how_likely_people_were_to_see_it(store):
    held = answered(store, "held", audited=False, action=Action.PUBLISH)
    assert held.verdict.action is Action.HOLD
    for key, audited in (("drawn", True), ("complained", False)):
        new = a_new_case(
            comment=a_comment(key=key, body=f"Comment {key}"),
            verdict=a_verdict(action=Action.PUBLISH, audited=audited, audit_rate=0.05),
            action=Action.PUBLISH,
        )
        case, _ = store.record(new)
        store.record_review(a_draft(case_id=case.id, action=Action.REJECT, reason="spam"))
    chances = {one.comment.body: one.chance for one in store.lessons("site-ada", CODES, 10)}
    assert chances == {"Comment held": 1.0, "Comment drawn": 0.05, "Comment complained": 1.0}


def test_it_learns_nothing_from_what_was_erased_reopened_or_said_of_no_head(store):
    store.erase_comment(answered(store, "erased").id, later(100))
    reopened = answered(store, "reopened")
    store.record_review(a_draft(case_id=reopened.id, action=Action.HOLD, seen_revision=reopened.revision, at=later(70)))
    other = recorded(store, "other")
    store.record_review(a_draft(case_id=other.id, action=Action.REJECT, reason="other"))
    assert store.lessons("site-ada", CODES, 10) == ()


def test_it_counts_what_the_sites_own_moderators_decided(store):
    case = recorded(store, "one")
    store.record_review(a_draft(case_id=case.id, decided_by=DecidedBy.SITE))
    assert store.answered("site-ada") == 1


@pytest.mark.parametrize("limit", [2, 10])
def test_it_reads_the_newest_texts_whoever_decided(store, limit):
    for number in range(3):
        recorded(store, f"n{number}", at=number)
    answered(store, "n3", at=3)
    store.erase_comment(recorded(store, "gone", at=4).id, later(100))
    lately = store.lately("site-ada", CODES, limit)
    assert [one.comment.body for one in lately] == [f"Comment n{n}" for n in (3, 2, 1, 0)][:limit]
    assert all(one.labels == {} and one.signals == {"NEW_AUTHOR": 1.0} for one in lately)


def test_it_reads_the_text_that_people_saw(store):
    case = answered(store, "one", action=Action.REJECT)
    edited = a_new_case(
        comment=a_comment(key="one", body="Another text"),
        action=Action.REJECT,
        decided_by=DecidedBy.PERSON,
        at=later(80),
        seen_revision=case.revision,
    )
    store.revise(case.id, edited)
    assert [one.comment.body for one in store.lately("site-ada", CODES, 5)] == ["Another text"]
    assert [one.comment.body for one in store.lessons("site-ada", CODES, 5)] == ["Comment one"]
