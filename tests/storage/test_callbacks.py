"""Who waits for a verdict that may still change, and what they hear, on both engines."""

from __future__ import annotations

from dataclasses import replace

import pytest

from factories import a_comment, a_draft, a_new_case, later
from modbot.domain import Action, Attempt, Callback, DecidedBy, Event, Hook

WAITS = Callback("https://gazette.example/hook", {"comment_post_ID": "7"})


@pytest.fixture
def waiting(store):
    """A case that waits, of a site without a hook of its own."""
    store.change_site(replace(store.site("site-ada"), hook=None), later())
    return store.record(a_new_case(comment=a_comment(key="guid"), callback=WAITS))[0]


def heard(store, at=100):
    return [one for one in store.claim_deliveries(later(at), 10, 60) if one.event is Event.CALLED_BACK]


def test_it_works(store, waiting):
    assert store.callback(waiting.id) == (WAITS, "guid")
    assert heard(store) == []
    store.record_review(a_draft(case_id=waiting.id, action=Action.REJECT, at=later(1), not_before=later(11)))

    assert heard(store, 10) == []
    (told,) = heard(store, 11)
    assert (told.case_id, told.action, told.decided_by) == (waiting.id, Action.REJECT, DecidedBy.PERSON)
    assert store.record_attempt(told, Attempt(True, False, "", 200, later(12)), None)
    assert heard(store) == []


def test_nobody_waits_for_another_case(store, waiting):
    other = store.record(a_new_case(comment=a_comment(key="other")))[0]
    store.record_review(a_draft(case_id=other.id, action=Action.REJECT))

    assert store.callback(other.id) is None
    assert heard(store) == []


def test_it_tells_nobody_what_the_site_decided_itself(store, waiting):
    store.record_review(a_draft(case_id=waiting.id, action=Action.REJECT, decided_by=DecidedBy.SITE))

    assert heard(store) == []


def test_it_tells_nothing_of_a_decision_that_was_taken_back_in_time(store, waiting):
    done = a_draft(case_id=waiting.id, action=Action.REJECT, at=later(1), not_before=later(11))
    store.record_review(done)
    store.record_review(replace(done, action=Action.HOLD, seen_revision=2, undo=True, at=later(5)))

    assert heard(store) == []


def test_it_tells_also_where_the_hook_of_the_site_is_off_and_blames_no_hook(store):
    store.change_site(replace(store.site("site-ada"), hook=Hook("https://gazette.example/other", on=False)), later())
    case = store.record(a_new_case(comment=a_comment(key="guid"), callback=WAITS))[0]
    store.record_review(a_draft(case_id=case.id, action=Action.PUBLISH))

    claimed = store.claim_deliveries(later(100), 10, 60)
    assert [one.event for one in claimed] == [Event.CALLED_BACK]
    assert store.record_attempt(claimed[0], Attempt(False, False, "timeout", None, later(101)), later(106))
    assert store.failing_since("site-ada") == (0, None)
