"""Counts by day stay in step with what they count, on both engines."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from sqlalchemy import select

from factories import NOON, a_comment, a_draft, a_new_case, a_verdict, later
from modbot.domain import Action, DayCount, DecidedBy, Tally
from modbot.errors import StaleReview
from modbot.storage.daily import daily, daily_reviews
from modbot.storage.tables import CaseTable, table

DAY, NEXT = date(2026, 3, 14), date(2026, 3, 15)
HELD, GOOD, BAD = Action.HOLD, Action.PUBLISH, Action.REJECT
MACHINE, PERSON, SITE = DecidedBy.MACHINE, DecidedBy.PERSON, DecidedBy.SITE


def arrived(store, key, action=HELD, at=NOON, site_id="site-ada", **verdict):
    comment = a_comment(key=key, site_id=site_id)
    new = a_new_case(comment=comment, action=action, at=at, verdict=a_verdict(action=action, **verdict))
    return store.record(new)[0]


def answer(store, case, action, **changes):
    seen = store.case(case.id).revision
    return store.record_review(a_draft(case_id=case.id, action=action, seen_revision=seen, **changes))


def counts(store, site_ids=("site-ada",), since=DAY):
    return {(row.day, row.action, row.decided_by): row.cases for row in store.daily(site_ids, since)}


def tallied(store, site_ids=("site-ada",), since=DAY):
    return [(row.reviewer, row.said, row.action, row.decisions) for row in store.tallies(site_ids, since, since)]


def in_step(store):
    """Whether the counts are those of the cases themselves."""
    cases = table(CaseTable)
    with store._db.reading() as connection:
        told = connection.execute(select(cases.c.site_id, cases.c.received_at, cases.c.action, cases.c.decided_by))
        counted = Counter((site_id, at.date(), action, by) for site_id, at, action, by in told)
        kept = {tuple(row[:4]): row[4] for row in connection.execute(select(daily)) if row[4]}
    return kept == counted


def test_it_works(store):
    first = arrived(store, "a")
    arrived(store, "b", GOOD)
    arrived(store, "c", BAD, at=later(days=1))
    arrived(store, "d", site_id="site-ben")
    answer(store, first, BAD)

    assert store.daily(("site-ada",), DAY) == (
        DayCount(DAY, GOOD, MACHINE, 1),
        DayCount(DAY, BAD, PERSON, 1),
        DayCount(NEXT, BAD, MACHINE, 1),
    )
    assert store.tallies(("site-ada",), DAY, DAY) == (
        Tally("user-ada", "ada", PERSON, HELD, "unclear", False, BAD, decisions=1, waited=1, lately=1),
    )
    assert in_step(store)


def test_it_counts_all_sites_together_and_no_other_site(store):
    arrived(store, "a")
    arrived(store, "b", site_id="site-ben")

    assert counts(store, None) == {(DAY, HELD, MACHINE): 2}
    assert counts(store, ("site-ben",)) == {(DAY, HELD, MACHINE): 1}
    assert counts(store, ()) == {}


def test_it_leaves_out_the_days_before(store):
    answer(store, arrived(store, "a"), GOOD)

    assert counts(store, since=NEXT) == {}
    assert tallied(store, since=NEXT) == []


def test_it_counts_a_repeat_once(store):
    arrived(store, "a")
    arrived(store, "a")

    assert counts(store) == {(DAY, HELD, MACHINE): 1}


@pytest.mark.parametrize("action", [GOOD, BAD])
def test_it_counts_what_was_taken_back_as_never_decided(store, action):
    case = arrived(store, "a", GOOD)
    answer(store, case, action)
    answer(store, case, HELD, undo=True)

    assert counts(store) == {(DAY, GOOD, MACHINE): 1}
    assert tallied(store) == []
    with pytest.raises(StaleReview):
        answer(store, case, HELD, undo=True)
    assert in_step(store)


def test_it_takes_a_decision_back_on_the_day_that_counted_it(store):
    case = arrived(store, "a")
    answer(store, case, GOOD, at=later(hours=11))
    answer(store, case, HELD, undo=True, at=later(hours=13))

    with store._db.reading() as connection:
        assert [(row.day, row.decisions, row.waited) for row in connection.execute(select(daily_reviews))] == [
            (DAY, 0, 0)
        ]


def test_it_counts_no_decision_where_a_case_is_put_back(store):
    case = arrived(store, "a", GOOD)
    answer(store, case, HELD)
    answer(store, case, HELD, undo=True)

    assert tallied(store) == []
    assert in_step(store)


def test_it_tells_people_apart_and_what_the_machine_had_said(store):
    held, published, drawn = (
        arrived(store, "a"),
        arrived(store, "b", GOOD, band="clearly fine"),
        arrived(store, "c", BAD, band="clearly bad", audited=True),
    )
    answer(store, held, GOOD)
    answer(store, published, BAD, reviewer="user-ben", reviewer_name="ben")
    answer(store, drawn, BAD, reviewer="site-ada", reviewer_name="Harbour Gazette", decided_by=SITE)

    told = store.tallies(("site-ada",), DAY, DAY)

    assert [(row.name, row.decided_by, row.said, row.band, row.audited, row.waited) for row in told] == [
        ("Harbour Gazette", SITE, BAD, "clearly bad", True, 1),
        ("ada", PERSON, HELD, "unclear", False, 1),
        ("ben", PERSON, GOOD, "clearly fine", False, 0),
    ]


def test_it_counts_the_last_days_apart(store):
    answer(store, arrived(store, "a"), GOOD)
    answer(store, arrived(store, "b"), GOOD, at=later(days=1))

    (row,) = store.tallies(None, DAY, NEXT)

    assert (row.decisions, row.waited, row.lately) == (2, 2, 1)


def test_it_counts_an_edit_where_it_leads(store):
    case = arrived(store, "a", GOOD)
    edit = a_new_case(comment=a_comment(key="a", body="Another text."), action=HELD, at=later(days=1), seen_revision=1)
    store.revise(case.id, edit)

    assert counts(store) == {(DAY, HELD, MACHINE): 1}
    assert in_step(store)


def test_it_counts_bulk_acts_and_takes_them_back(store):
    cases = [arrived(store, f"k{number}", at=later(number)) for number in range(4)]
    drafts = [a_draft(case_id=case.id, action=BAD) for case in cases]
    batch = store.record_reviews(drafts)
    assert counts(store) == {(DAY, BAD, PERSON): 4}
    assert tallied(store) == [("user-ada", HELD, BAD, 4)]

    store.take_back_reviews(batch, a_draft(undo=True, action=HELD))

    assert counts(store) == {(DAY, HELD, MACHINE): 4}
    assert tallied(store) == []


def test_it_keeps_counts_of_what_was_erased(store):
    case = arrived(store, "a")
    store.erase_comment(case.id, later(60))

    assert counts(store) == {(DAY, HELD, MACHINE): 1}


def test_it_loses_no_count_and_nobody_waits_in_a_circle(store):
    cases = [arrived(store, f"k{number}", at=later(number)) for number in range(24)]
    halves = [[a_draft(case_id=case.id, action=BAD) for case in cases[start::4]] for start in (0, 1)]

    with ThreadPoolExecutor(8) as pool:
        bulk = [pool.submit(store.record_reviews, half) for half in halves]
        single = [pool.submit(answer, store, case, GOOD, reviewer="b") for case in cases if case not in cases[0::4]]
        fresh = [pool.submit(arrived, store, f"n{number}") for number in range(12)]
        done = [job.exception() for job in (*bulk, *single, *fresh)]

    assert {type(error) for error in done} <= {type(None), StaleReview}
    assert in_step(store)
