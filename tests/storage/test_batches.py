"""What holds for bulk acts, on both engines: all or nothing, undone as one."""

from __future__ import annotations

import pytest

from factories import a_comment, a_draft, a_new_case, a_verdict, later
from modbot.domain import Action, Batch, Checked, DecidedBy
from modbot.errors import StaleReview


@pytest.fixture
def four(store):
    """Four that wait at Ada's site, where every comment is drawn for the evidence, and were announced."""
    cases = [
        store.record(a_new_case(comment=a_comment(key=f"k{n}"), verdict=a_verdict(audit_rate=1.0), at=later(n)))[0]
        for n in range(4)
    ]
    for delivery in store.claim_deliveries(later(9), 10, 600):
        assert delivery.revision == 1
    return cases


def drafts(cases, **changes):
    return [a_draft(case_id=case.id, seen_revision=case.revision, action=Action.REJECT, **changes) for case in cases]


def undo(**changes):
    return a_draft(undo=True, action=Action.HOLD, at=later(65), not_before=later(75), **changes)


def standing(store, cases):
    return [(case.action, case.queued, case.revision) for case in map(store.case, [case.id for case in cases])]


def waiting_messages(store):
    return [row for row in store.deliveries("site-ada") if row.state == "pending"]


def test_it_works(store, four):
    batch = store.record_reviews(drafts(four, reason="spam"))

    assert standing(store, four) == [(Action.REJECT, False, 2)] * 4
    review = store.case(four[2].id).reviews[0]
    assert (review.batch, review.reason, review.decided_by, review.reviewer_name) == (
        batch,
        "spam",
        DecidedBy.PERSON,
        "ada",
    )
    assert store.batch(batch) == Batch(batch, "user-ada", Action.REJECT, "spam", 4, later(60))
    assert store.checked("site-ada") == Checked(bad=4)
    assert store.claim_deliveries(later(69), 10, 60) == ()
    assert len(store.claim_deliveries(later(70), 10, 60)) == 4


def test_it_takes_a_bulk_act_back_as_one_and_nobody_heard_of_it(store, four):
    batch = store.record_reviews(drafts(four))

    assert store.take_back_reviews(batch, undo()) == (4, 0)

    assert standing(store, four) == [(Action.HOLD, True, 3)] * 4
    assert waiting_messages(store) == []
    assert store.batch(batch) is None
    assert store.checked("site-ada") == Checked(waiting=4)
    with pytest.raises(StaleReview):
        store.take_back_reviews(batch, undo())


def test_it_records_nothing_where_one_is_stale_and_says_which(store, four):
    store.record_review(a_draft(case_id=four[1].id, reviewer="user-dora"))
    store.erase_comment(four[3].id, later(50))

    with pytest.raises(StaleReview, match="2 of 4 cases changed") as refused:
        store.record_reviews(drafts(four))

    assert set(refused.value.case_ids) == {four[1].id, four[3].id}
    assert standing(store, four)[0] == (Action.HOLD, True, 1)
    assert standing(store, four)[2] == (Action.HOLD, True, 1)
    assert len(waiting_messages(store)) == 1
    assert store.last_decisions("user-ada") == ()


def test_it_decides_only_cases_of_the_sites_that_are_this_persons(store, four):
    with pytest.raises(StaleReview) as refused:
        store.record_reviews(drafts(four), site_ids={"site-ben"})

    assert len(refused.value.case_ids) == 4
    assert store.record_reviews(drafts(four), site_ids={"site-ada"})


def test_it_leaves_what_moved_on_after_a_bulk_act_as_it_is(store, four):
    batch = store.record_reviews(drafts(four))
    store.record_review(a_draft(case_id=four[0].id, seen_revision=2, reviewer="user-dora", at=later(62)))

    assert store.take_back_reviews(batch, undo()) == (3, 1)

    assert standing(store, four) == [(Action.PUBLISH, False, 3)] + [(Action.HOLD, True, 3)] * 3


def test_it_lets_nobody_take_back_what_somebody_else_did(store, four):
    batch = store.record_reviews(drafts(four))

    with pytest.raises(StaleReview, match="yours"):
        store.take_back_reviews(batch, undo(reviewer="user-ben"))

    assert standing(store, four) == [(Action.REJECT, False, 2)] * 4


@pytest.mark.parametrize("count", [0, 1_001])
def test_it_refuses_nothing_and_too_much(store, count):
    with pytest.raises(ValueError, match="expected 1 to 1,000"):
        store.record_reviews([a_draft()] * count)


def test_it_lists_what_a_person_decided_last_a_bulk_act_as_one(store, four):
    single = store.record_review(a_draft(case_id=four[0].id, at=later(30)))
    store.record_review(a_draft(case_id=four[1].id, at=later(31), reviewer="user-dora"))
    batch = store.record_reviews(drafts(four[2:]))

    (act, case), (review, first) = store.last_decisions("user-ada")

    assert (act.id, act.size, case.id) == (batch, 2, four[2].id)
    assert (review, first) == (single.reviews[0], store.case(four[0].id))
    assert [act.id for act, _ in store.last_decisions("user-ada", limit=1)] == [batch]


def test_it_lists_each_case_once_and_nothing_that_was_taken_back(store, four):
    store.record_review(a_draft(case_id=four[0].id, at=later(30)))
    store.record_review(a_draft(case_id=four[0].id, at=later(31), seen_revision=2, action=Action.REJECT))
    store.record_review(a_draft(case_id=four[1].id, at=later(32)))
    store.record_review(undo(case_id=four[1].id, seen_revision=2))
    batch = store.record_reviews(drafts(four[2:]))
    store.take_back_reviews(batch, undo())

    assert [(act.action, case.id) for act, case in store.last_decisions("user-ada")] == [(Action.REJECT, four[0].id)]
