"""What holds for people's answers, on both engines."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from factories import a_comment, a_draft, a_new_case, a_verdict, later
from modbot.domain import Action, Attempt, DecidedBy, DeliveryState, Report, ReportKind, Review
from modbot.errors import CaseNotFound, StaleReview


def recorded(store, **changes):
    return store.record(a_new_case(**changes))[0]


def states(store):
    return {row.state for row in store.deliveries("site-ada")}


def newest(store):
    return store.deliveries("site-ada")[0]


def test_it_works(store):
    case = recorded(store)
    draft = a_draft(case_id=case.id, reason="spam", action=Action.REJECT)
    decided = store.record_review(draft)
    assert decided == store.case(case.id)
    assert (decided.action, decided.decided_by, decided.revision) == (Action.REJECT, DecidedBy.PERSON, 2)
    assert not decided.queued
    assert decided.updated_at == draft.at
    assert decided.reviews == (
        Review(case.id, Action.REJECT, "user-ada", "ada", DecidedBy.PERSON, 1, draft.at, "spam"),
    )


def test_it_announces_a_decision_after_the_grace_time(store):
    case = recorded(store, action=Action.PUBLISH)
    store.claim_deliveries(later(), 10, 600)
    draft = a_draft(case_id=case.id, action=Action.REJECT)
    store.record_review(draft)
    assert store.claim_deliveries(later(69), 10, 60) == ()
    (delivery,) = store.claim_deliveries(later(70), 10, 60)
    assert (delivery.action, delivery.previous) == (Action.REJECT, Action.PUBLISH)
    assert (delivery.decided_by, delivery.revision, delivery.at) == (DecidedBy.PERSON, 2, draft.at)


def test_it_announces_nothing_when_a_person_agrees(store):
    case = recorded(store, action=Action.PUBLISH, verdict=a_verdict(audited=True))
    agreed = store.record_review(a_draft(case_id=case.id))
    assert (agreed.action, agreed.decided_by, agreed.queued) == (Action.PUBLISH, DecidedBy.PERSON, False)
    assert store.pending_deliveries() == 1


def test_it_refuses_an_answer_to_something_older(store):
    case = recorded(store)
    store.record_review(a_draft(case_id=case.id))
    with pytest.raises(StaleReview) as refused:
        store.record_review(a_draft(case_id=case.id, action=Action.REJECT))
    assert refused.value.revision == 2
    assert store.case(case.id).action is Action.PUBLISH


def test_it_refuses_an_answer_about_nothing(store):
    with pytest.raises(CaseNotFound):
        store.record_review(a_draft(case_id="c0"))


def test_it_lets_one_of_many_simultaneous_answers_win(store):
    case = recorded(store)
    start = threading.Barrier(8)

    def answer(n):
        start.wait()
        try:
            return store.record_review(a_draft(case_id=case.id, reviewer=f"user-{n}")).reviews[0].reviewer
        except StaleReview:
            return None

    with ThreadPoolExecutor(8) as pool:
        winners = [winner for winner in pool.map(answer, range(8)) if winner]
    assert len(winners) == 1
    assert [review.reviewer for review in store.case(case.id).reviews] == winners


def test_it_queues_a_case_that_is_reopened(store):
    case = recorded(store, action=Action.REJECT)
    reopened = store.record_review(a_draft(case_id=case.id, action=Action.HOLD))
    assert (reopened.action, reopened.queued) == (Action.HOLD, True)


# -- taking back --------------------------------------------------------------


def test_it_takes_a_decision_back_without_anybody_hearing_of_it(store):
    case = recorded(store)
    store.record_review(a_draft(case_id=case.id))
    back = store.record_review(a_draft(case_id=case.id, seen_revision=2, undo=True, at=later(65)))
    assert (back.action, back.decided_by, back.queued, back.revision) == (Action.HOLD, DecidedBy.MACHINE, True, 3)
    assert [(review.action, review.revision) for review in back.reviews] == [(Action.PUBLISH, 1), (Action.HOLD, 2)]
    assert newest(store).state is DeliveryState.UNDONE
    assert store.pending_deliveries() == 1


def test_it_returns_an_audited_case_to_the_machines_decision(store):
    case = recorded(store, action=Action.PUBLISH, verdict=a_verdict(action=Action.PUBLISH, audited=True))
    store.record_review(a_draft(case_id=case.id, action=Action.REJECT))
    back = store.record_review(a_draft(case_id=case.id, seen_revision=2, undo=True))
    assert (back.action, back.decided_by, back.queued) == (Action.PUBLISH, DecidedBy.MACHINE, True)


def test_it_announces_an_undo_of_what_was_announced_already(store):
    case = recorded(store)
    store.record_review(a_draft(case_id=case.id))
    for delivery in store.claim_deliveries(later(70), 10, 60):
        store.record_attempt(delivery, Attempt(True, False, "", 200, later(70)), None)
    store.record_review(a_draft(case_id=case.id, seen_revision=2, undo=True, at=later(75), not_before=later(85)))
    (delivery,) = store.claim_deliveries(later(85), 10, 60)
    assert (delivery.action, delivery.previous, delivery.revision) == (Action.HOLD, Action.PUBLISH, 3)
    assert delivery.decided_by is DecidedBy.MACHINE


@pytest.mark.parametrize("delivered", [True, False])
def test_it_announces_an_undo_of_what_is_being_sent_or_was_tried(store, delivered):
    case = recorded(store)
    store.record_review(a_draft(case_id=case.id))
    claimed = store.claim_deliveries(later(70), 10, 60)
    if not delivered:
        for delivery in claimed:
            store.record_attempt(delivery, Attempt(False, False, "timeout", None, later(71)), later(76))
    store.record_review(a_draft(case_id=case.id, seen_revision=2, undo=True, at=later(75), not_before=later(85)))
    assert DeliveryState.UNDONE not in states(store)
    assert newest(store).not_before == later(85)


def test_it_takes_back_only_the_reviewers_own_last_decision(store):
    case = recorded(store)
    store.record_review(a_draft(case_id=case.id, reviewer="user-ben"))
    with pytest.raises(StaleReview, match="yours"):
        store.record_review(a_draft(case_id=case.id, seen_revision=2, undo=True))
    assert store.case(case.id).action is Action.PUBLISH


@pytest.mark.parametrize("seen", [1, 3])
def test_it_takes_nothing_back_twice_or_from_an_older_page(store, seen):
    case = recorded(store)
    store.record_review(a_draft(case_id=case.id))
    store.record_review(a_draft(case_id=case.id, seen_revision=2, undo=True))
    with pytest.raises(StaleReview):
        store.record_review(a_draft(case_id=case.id, seen_revision=seen, undo=True))


def test_it_takes_nothing_back_after_the_author_edited_the_text(store):
    case = recorded(store)
    decided = store.record_review(a_draft(case_id=case.id))
    comment = a_comment(body="Something else entirely.")
    store.revise(case.id, a_new_case(comment=comment, seen_revision=decided.revision, action=Action.PUBLISH))
    with pytest.raises(StaleReview):
        store.record_review(a_draft(case_id=case.id, seen_revision=3, undo=True))


def test_it_returns_to_the_decision_of_whoever_decided_before(store):
    case = recorded(store)
    store.record_review(a_draft(case_id=case.id, reviewer="site-ada", decided_by=DecidedBy.SITE))
    store.record_review(a_draft(case_id=case.id, action=Action.REJECT, seen_revision=2))
    back = store.record_review(a_draft(case_id=case.id, seen_revision=3, undo=True))
    assert (back.action, back.decided_by) == (Action.PUBLISH, DecidedBy.SITE)


# -- reports ------------------------------------------------------------------


def test_it_queues_a_case_that_somebody_reports(store):
    case = recorded(store, action=Action.PUBLISH)
    flag = Report(case.id, ReportKind.FLAG, later(5), "rude")
    appeal = Report(case.id, ReportKind.APPEAL, later(6))
    assert store.record_report(flag).queued
    reported = store.record_report(appeal)
    assert reported.reports == (flag, appeal)
    assert (reported.revision, reported.action, reported.updated_at) == (1, Action.PUBLISH, later(6))
    assert store.case(case.id) == reported
    assert not store.record_review(a_draft(case_id=case.id)).queued


def test_it_refuses_a_report_about_nothing(store):
    with pytest.raises(CaseNotFound):
        store.record_report(Report("c0", ReportKind.FLAG, later()))


@pytest.mark.parametrize("decision", [Action.REJECT, Action.HOLD])
def test_it_loses_no_report_when_a_decision_is_taken_back(store, decision):
    case = recorded(store, action=Action.PUBLISH)
    store.record_review(a_draft(case_id=case.id, action=decision))
    store.record_report(Report(case.id, ReportKind.FLAG, later(62), "rude"))
    back = store.record_review(a_draft(case_id=case.id, seen_revision=2, undo=True, at=later(65)))
    assert (back.action, back.queued) == (Action.PUBLISH, True)


def test_it_answers_an_earlier_report_with_the_decision(store):
    case = recorded(store, action=Action.PUBLISH)
    store.record_report(Report(case.id, ReportKind.FLAG, later(5), "rude"))
    store.record_review(a_draft(case_id=case.id, action=Action.PUBLISH))
    store.record_review(a_draft(case_id=case.id, action=Action.REJECT, seen_revision=2, at=later(65)))
    back = store.record_review(a_draft(case_id=case.id, seen_revision=3, undo=True, at=later(70)))
    assert (back.action, back.queued) == (Action.PUBLISH, False)
