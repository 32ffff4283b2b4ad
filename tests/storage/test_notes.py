"""What holds for notes and questions, on both engines."""

from __future__ import annotations

from dataclasses import replace

import pytest

from factories import a_comment, a_draft, a_new_case, later
from modbot.domain import Action, CaseQuery, Note
from modbot.errors import CaseNotFound


@pytest.fixture
def case(store):
    return store.record(a_new_case())[0]


def a_note(case, **changes):
    return replace(Note(case.id, "user-ada", "ada", "He was here last week, too.", later(5)), **changes)


def asked(store):
    return [row.id for row in store.cases(CaseQuery(queued=True, asked=True, order="oldest")).rows]


def test_it_works(store, case):
    question = a_note(case, body="Is this the same man?", asks=True)
    store.add_note(question)
    store.add_note(a_note(case, author="user-dora", author_name="dora"))

    assert store.notes([case.id, "c0"]) == {
        case.id: (question, a_note(case, author="user-dora", author_name="dora")),
    }
    assert store.notes([]) == {}


def test_it_leaves_a_case_where_it_is_and_marks_that_somebody_asked(store, case):
    other = store.record(a_new_case(comment=a_comment(key="other")))[0]
    store.add_note(a_note(case))
    assert asked(store) == []

    store.add_note(a_note(case, asks=True))

    now = store.case(case.id)
    assert (now.action, now.queued, now.revision, now.asked) == (Action.HOLD, True, 1, True)
    assert asked(store) == [case.id]
    assert store.queue_counts(("site-ada",))["asked"] == 1
    assert {row.id: row.asked for row in store.cases(CaseQuery()).rows} == {case.id: True, other.id: False}


def test_it_takes_a_decision_for_the_answer(store, case):
    store.add_note(a_note(case, asks=True))
    store.record_review(a_draft(case_id=case.id))
    assert asked(store) == []
    assert store.queue_counts(None)["asked"] == 0

    store.record_review(a_draft(case_id=case.id, seen_revision=2, undo=True))
    assert asked(store) == [case.id]

    store.record_review(a_draft(case_id=case.id, seen_revision=3))
    store.record_review(a_draft(case_id=case.id, seen_revision=4, action=Action.HOLD))
    assert asked(store) == []


def test_it_forgets_the_words_together_with_the_comment(store, case):
    store.add_note(a_note(case, body="He wrote: canary"))
    store.erase_comment(case.id, later(9))

    assert [note.body for note in store.notes([case.id])[case.id]] == [""]
    with pytest.raises(CaseNotFound, match="erased"):
        store.add_note(a_note(case))


def test_it_refuses_notes_about_nothing_and_of_no_length(store, case):
    with pytest.raises(CaseNotFound):
        store.add_note(a_note(case, case_id="c0"))
    for body in ("", "x" * 2_001):
        with pytest.raises(ValueError, match="1 to 2,000 characters"):
            store.add_note(a_note(case, body=body))
