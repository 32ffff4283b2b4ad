"""What holds for the orders of the queue, on both engines: what comes first, where a page goes on, which index is walked."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import event

from factories import a_comment, a_draft, a_new_case, a_signal, a_verdict, later
from modbot.domain import Action, CaseQuery, Head, Report, ReportKind
from modbot.storage import cursor_after

ORDERS = ("worst", "oldest", "unsure")


def recorded(store, key, *, risk=0.5, spam=0.4, at=0, action=Action.HOLD, **changes):
    verdict = a_verdict(risk=risk, scores={Head.SPAM: spam, Head.TOXICITY: 0.01}, action=action, **changes)
    site_id = "site-ben" if key.startswith("ben") else "site-ada"
    new = a_new_case(comment=a_comment(key=key, site_id=site_id), action=action, at=later(at))
    return store.record(replace(new, verdict=verdict))[0]


@pytest.fixture
def five(store):
    """Five that wait, and one far worse that was decided by the machine."""
    recorded(store, "done", risk=0.999, spam=0.5, at=0, action=Action.REJECT)
    return {
        key: recorded(store, key, risk=risk, spam=spam, at=at).id
        for key, risk, spam, at in (
            ("mild", 0.2, 0.05, 1),
            ("bad", 0.97, 0.9, 2),
            ("unclear", 0.8, 0.52, 3),
            ("ben-worst", 0.99, 0.99, 4),
            ("as-bad", 0.97, 0.3, 5),
        )
    }


def names(store, five, **query):
    known = {case_id: key for key, case_id in five.items()}
    return [known[row.id] for row in store.cases(CaseQuery(queued=True, **query)).rows]


def test_it_works(store, five):
    assert names(store, five, order="worst") == ["ben-worst", "as-bad", "bad", "unclear", "mild"]
    assert names(store, five, order="oldest") == ["mild", "bad", "unclear", "ben-worst", "as-bad"]
    assert names(store, five, order="unsure") == ["unclear", "as-bad", "bad", "mild", "ben-worst"]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("limit", [1, 2, 4, 5, 6])
@pytest.mark.parametrize("site_ids", [None, ("site-ada", "site-ben"), ("site-ada",)])
def test_it_shows_each_case_once_whatever_the_size_of_the_page(store, five, order, limit, site_ids):
    query = CaseQuery(order=order, queued=True, site_ids=site_ids, limit=limit)
    whole = [row.id for row in store.cases(replace(query, limit=50)).rows]
    walked, cursor = [], "start"
    while cursor:
        page = store.cases(query)
        walked += [row.id for row in page.rows]
        cursor = page.next_cursor
        query = replace(query, cursor=cursor)
    assert walked == whole
    assert len(whole) == (4 if site_ids == ("site-ada",) else 5)


@pytest.mark.parametrize("order", ORDERS)
def test_it_goes_on_after_a_case_wherever_that_one_stands_by_now(store, five, order):
    whole = names(store, five, order=order)
    for place, key in enumerate(whole):
        case = store.case(five[key])
        store.record_review(a_draft(case_id=case.id, seen_revision=case.revision))
        cursor = cursor_after(order, store.case(case.id))
        assert names(store, five, order=order, cursor=cursor) == whole[place + 1 :]


@pytest.mark.parametrize("order", ["worst", "unsure"])
@pytest.mark.parametrize("cursor", ["nonsense", "nan~c1", "inf~c1", "~", "0.5"])
def test_it_takes_a_cursor_that_it_never_gave_for_some_place_or_none(store, five, order, cursor):
    assert set(names(store, five, order=order, cursor=cursor)) <= set(five)


@pytest.mark.parametrize("order", ["worst", "unsure"])
def test_it_orders_only_what_waits(store, five, order):
    assert len(store.cases(CaseQuery(order=order)).rows) == 5


def test_it_places_an_audited_case_where_any_other_of_its_risk_would_stand(store, five):
    five["audited"] = recorded(store, "audited", risk=0.9, at=9, action=Action.REJECT, audited=True).id
    assert names(store, five, order="worst") == ["ben-worst", "as-bad", "bad", "audited", "unclear", "mild"]


def test_it_places_an_edited_text_and_a_reported_one_by_what_they_say_now(store, five):
    new = a_new_case(comment=a_comment(key="mild"), verdict=a_verdict(risk=0.98), seen_revision=1, at=later(9))
    store.revise(five["mild"], new)
    five["done"] = store.known("site-ada", "done")[0].id
    store.record_report(Report(five["done"], ReportKind.FLAG, later(10)))
    assert names(store, five, order="worst") == ["done", "ben-worst", "mild", "as-bad", "bad", "unclear"]


@pytest.mark.parametrize("order", ORDERS)
def test_it_narrows_by_reason_in_every_order(store, five, order):
    five["odd"] = recorded(store, "odd", risk=0.5, signals=(a_signal(code="HONEYPOT"),)).id
    assert names(store, five, order=order, reason="HONEYPOT") == ["odd"]
    assert names(store, five, order=order, reason="HONEYPOT", site_ids=("site-ben",)) == []
    assert len(names(store, five, order=order, reason="NEW_AUTHOR")) == 5


@pytest.mark.parametrize("order", [*ORDERS, "queue"])
def test_it_leaves_out_what_was_set_aside_and_finds_it_again(store, five, order):
    aside = (five["bad"], five["mild"])
    assert set(names(store, five, order=order, besides=aside)) == {"unclear", "ben-worst", "as-bad"}
    assert set(names(store, five, order=order, among=aside)) == {"bad", "mild"}


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
@pytest.mark.parametrize("site_ids", [None, ("site-ada",)])
@pytest.mark.parametrize(
    ("order", "cursor", "index"),
    [("worst", "0.9~c", "ix_cases_worst"), ("unsure", "0.9~c", "ix_cases_unsure"), ("oldest", "c", "ix_cases_queue")],
)
def test_it_walks_an_index_from_its_place_and_sorts_no_more_than_a_page(store, order, cursor, index, site_ids):
    said = []
    event.listen(store._db.engine, "before_cursor_execute", lambda *call: said.append(call[2:4]))
    store.cases(CaseQuery(order=order, queued=True, cursor=cursor, site_ids=site_ids))
    sql, values = said[-1]
    with store._db.reading() as connection:
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)]
    walks = [step for step in plan if index in step]
    assert walks, plan
    assert all("<?" in step or ">?" in step or "<(?" in step or ")<(" in step for step in walks), plan
    assert not [step for step in plan if step.startswith("SCAN cases")], plan
