"""What holds for one case, on both engines."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from factories import a_comment, a_draft, a_new_case, a_score, a_signal, a_verdict, an_author, later
from modbot.domain import (
    Action,
    CaseQuery,
    DecidedBy,
    Door,
    Head,
    HeadScore,
    History,
    Reason,
    Report,
    ReportKind,
    Span,
    Term,
)
from modbot.errors import CaseNotFound, KeyReused, StaleReview, StoreError


def a_full_comment(**changes):
    return a_comment(
        door=Door.FORM,
        url="https://cal.example",
        parent_id="c1",
        ip="203.0.113.9",
        user_agent="Browser/1",
        referrer="https://search.example",
        user_id="u-7",
        user_role="subscriber",
        language="en",
        created_at=later(-5),
        honeypot="x",
        elapsed_ms=4_200,
        author=an_author(disposable=True, mx_missing=True),
        **changes,
    )


def a_full_verdict(**changes):
    words = HeadScore(
        Head.SPAM,
        -1.5,
        (
            Term("harbour", 0.1 + 0.2, (Span(4, 11), Span(30, 37))),
            Term("bus", -1 / 3, (Span(0, 3),)),
            Term("everything else", 1e-9, (), "rest"),
            Term("HONEYPOT", 5.0, (), "rule"),
        ),
    )
    signal = a_signal(code="MANY_LINKS", strength=0.75, spans=(Span(1, 2),))
    reason = Reason("SPAM_WORDS", "Words typical of spam: “harbour”.", Head.SPAM, 0.3, (Span(4, 11),))
    full = {
        "heads": (words, a_score(Head.TOXICITY)),
        "signals": (signal, a_signal()),
        "reasons": (reason, Reason("MANY_LINKS", "Two links.", Head.SPAM, 0.75)),
        "scores": {Head.SPAM: 1 / 3, Head.TOXICITY: 0.1},
    }
    return a_verdict(**(full | changes))


def recorded(store, **changes):
    case, created = store.record(a_new_case(**changes))
    assert created
    return case


def edited(case, **changes):
    changes = {"payload_hash": "hash-2", "at": later(30), "seen_revision": case.revision} | changes
    return a_new_case(**changes)


def test_it_works(store):
    case = recorded(store, comment=a_full_comment(), verdict=a_full_verdict(), at=later(3))
    assert store.case(case.id) == case
    assert case.revision == 1
    assert case.queued
    assert case.received_at == case.updated_at == later(3)
    assert store.case(case.id).comment.sealed_email == b"person|token"
    assert store.known("site-ada", "key-1") == (case, "hash-1")


def test_it_keeps_every_share_to_the_last_bit(store):
    verdict = a_full_verdict()
    case = recorded(store, verdict=verdict)
    again = store.case(case.id).verdict
    assert [head.margin for head in again.heads] == [head.margin for head in verdict.heads]
    assert again.heads == verdict.heads


def test_it_says_none_where_there_is_no_case(store):
    assert store.case("c0") is None
    assert store.known("site-ada", "key-1") is None


def test_it_refuses_a_comment_that_still_has_its_address(store):
    with pytest.raises(ValueError, match="seal it"):
        store.record(a_new_case(comment=a_comment(email="cal@example.org")))
    assert store.cases(CaseQuery()).rows == ()


def test_it_refuses_a_case_of_a_site_that_is_not_there(store):
    with pytest.raises(StoreError):
        store.record(a_new_case(comment=a_comment(site_id="nobody")))


# -- repeats ------------------------------------------------------------------


def test_it_gives_the_first_case_back_to_a_repeat(store):
    case = recorded(store)
    again, created = store.record(a_new_case(at=later(60)))
    assert not created
    assert again == case
    assert store.pending_deliveries() == 1


def test_it_gives_the_present_state_back_to_a_late_repeat(store):
    case = recorded(store)
    decided = store.record_review(a_draft(case_id=case.id))
    assert store.record(a_new_case()) == (decided, False)


def test_it_refuses_a_key_with_another_payload(store):
    recorded(store)
    with pytest.raises(KeyReused):
        store.record(a_new_case(payload_hash="hash-2"))


def test_it_lets_two_sites_use_the_same_key(store):
    recorded(store)
    assert recorded(store, comment=a_comment(site_id="site-ben")).comment.site_id == "site-ben"


def test_it_keeps_comments_without_a_key_apart(store):
    first = recorded(store, comment=a_comment(key=""))
    second = recorded(store, comment=a_comment(key=""))
    assert first.id != second.id
    assert store.known("site-ada", first.comment.key)[0] == first


def test_it_makes_one_case_of_twenty_simultaneous_repeats(store):
    start = threading.Barrier(20)

    def post(_):
        start.wait()
        return store.record(a_new_case())

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(post, range(20)))
    assert sum(created for _, created in answers) == 1
    assert len({case.id for case, _ in answers}) == 1
    assert len(store.cases(CaseQuery()).rows) == 1
    assert store.pending_deliveries() == 1


def test_it_loses_none_of_many_simultaneous_cases(store):
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda n: recorded(store, comment=a_comment(key=f"k{n}")).id, range(40)))
    assert {row.id for row in store.cases(CaseQuery()).rows} == set(made)


# -- the queue and the outbox -------------------------------------------------


@pytest.mark.parametrize(
    ("decided", "queued", "why"),
    [
        ((Action.HOLD, False, DecidedBy.MACHINE), True, "held cases wait for a person"),
        ((Action.PUBLISH, False, DecidedBy.MACHINE), False, "nobody needs to look"),
        ((Action.REJECT, True, DecidedBy.MACHINE), True, "the coin chose it for audit"),
        ((Action.REJECT, True, DecidedBy.PERSON), False, "a person has looked already"),
    ],
)
def test_it_queues_what_a_person_should_see(store, decided, queued, why):
    action, audited, decided_by = decided
    case = recorded(store, action=action, decided_by=decided_by, verdict=a_verdict(action=action, audited=audited))
    assert case.queued == queued, why
    assert store.case(case.id).queued == queued, why


def test_it_announces_a_new_case_where_there_is_a_hook(store):
    case = recorded(store)
    recorded(store, comment=a_comment(site_id="site-ben"))
    (delivery,) = store.claim_deliveries(later(), 10, 60)
    assert (delivery.case_id, delivery.site_id, delivery.action) == (case.id, "site-ada", Action.HOLD)
    assert (delivery.previous, delivery.revision, delivery.at) == (None, 1, later())


# -- edits --------------------------------------------------------------------


def test_it_appends_an_edit_as_a_new_revision(store):
    case = recorded(store)
    comment = a_comment(body="The night bus never stops.", fingerprint="e" * 32, author=an_author(key="author-2"))
    new = edited(case, comment=comment, action=Action.PUBLISH, verdict=a_full_verdict(action=Action.PUBLISH))
    revised = store.revise(case.id, new)
    assert revised == store.case(case.id)
    assert (revised.revision, revised.action, revised.queued) == (2, Action.PUBLISH, False)
    assert revised.comment == comment
    assert revised.verdict == new.verdict
    assert (revised.received_at, revised.updated_at) == (later(), later(30))
    assert store.history("site-ada", "author-2", "e" * 32).same_text == 1
    assert store.history("site-ada", "author-cal", "f" * 32) == History()


def test_it_announces_an_edit_only_if_the_action_changed(store):
    case = recorded(store)
    held = store.revise(case.id, edited(case))
    assert store.pending_deliveries() == 1
    store.revise(case.id, edited(held, action=Action.PUBLISH))
    assert store.pending_deliveries() == 2
    last = store.claim_deliveries(later(60), 10, 60)[-1]
    assert (last.action, last.previous, last.revision) == (Action.PUBLISH, Action.HOLD, 3)


def test_it_refuses_an_edit_of_something_older(store):
    case = recorded(store)
    store.record_review(a_draft(case_id=case.id))
    with pytest.raises(StaleReview) as refused:
        store.revise(case.id, edited(case))
    assert refused.value.revision == 2
    with pytest.raises(StaleReview):
        store.revise(case.id, edited(case, seen_revision=None))


def test_it_refuses_an_edit_of_nothing(store):
    with pytest.raises(CaseNotFound):
        store.revise("c0", a_new_case(seen_revision=1))


def test_it_keeps_a_reported_case_queued_through_an_edit(store):
    case = recorded(store, action=Action.PUBLISH)
    store.record_report(Report(case.id, ReportKind.FLAG, later(5)))
    assert store.revise(case.id, edited(case, action=Action.PUBLISH)).queued


def test_it_keeps_an_audited_case_queued_through_an_edit(store):
    audited = a_verdict(action=Action.PUBLISH, audited=True)
    case = recorded(store, action=Action.PUBLISH, verdict=audited)
    edit = a_new_case(action=Action.PUBLISH, verdict=a_verdict(action=Action.PUBLISH), seen_revision=1)
    assert store.revise(case.id, edit).queued


def test_it_takes_a_held_case_from_the_queue_that_an_edit_cleared(store):
    case = recorded(store, action=Action.HOLD)
    edit = a_new_case(action=Action.PUBLISH, verdict=a_verdict(action=Action.PUBLISH), seen_revision=1)
    assert not store.revise(case.id, edit).queued


def test_it_still_knows_the_payload_of_the_first_submission_after_an_edit(store):
    case = recorded(store)
    store.revise(case.id, edited(case))
    assert store.known("site-ada", "key-1")[1] == "hash-1"


def test_it_tells_where_a_case_stands_without_reading_it(store):
    case = store.record(a_new_case())[0]
    store.record_review(a_draft(case_id=case.id))
    assert store.standing_revision(case.id) == 2
    assert store.standing_revision("c0") is None
    store.erase_comment(case.id, later(9))
    assert store.standing_revision(case.id) is None
