"""What holds for lists, on both engines: order, pages, filters, and an index behind each."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import event

from factories import a_comment, a_draft, a_new_case, a_site, a_verdict, an_author, later
from modbot.domain import Action, CaseQuery, DecidedBy, Head, Reason, Report, ReportKind, Span
from modbot.storage import lists


def recorded(store, key, *, action=Action.PUBLISH, at=None, verdict=None, **comment):
    new = a_new_case(comment=a_comment(key=key, **comment), action=action, at=at or later())
    return store.record(replace(new, verdict=verdict or new.verdict))[0]


def listed(store, **query):
    return [row.id for row in store.cases(CaseQuery(**query)).rows]


def pages(store, query):
    """Every page of a list, by its cursors."""
    while True:
        page = store.cases(query)
        yield [row.id for row in page.rows]
        if not page.next_cursor:
            return
        query = replace(query, cursor=page.next_cursor)


@pytest.fixture
def seven(store):
    """Seven cases, a second apart; every third one is held."""
    return [
        recorded(store, f"k{n}", at=later(n), action=Action.HOLD if n % 3 == 0 else Action.PUBLISH) for n in range(7)
    ]


def test_it_works(store):
    reason = Reason("SPAM_WORDS", "Words typical of spam.", Head.SPAM, 1.5, (Span(0, 3),))
    verdict = a_verdict(reasons=(reason,), band="unclear")
    case = recorded(store, "k", action=Action.HOLD, verdict=verdict)
    store.record_report(Report(case.id, ReportKind.FLAG, later(1)))
    page = store.cases(CaseQuery())
    (row,) = page.rows
    assert page.next_cursor == ""
    assert (row.id, row.site_id, row.revision, row.reports) == (case.id, "site-ada", 1, 1)
    assert (row.name, row.email_masked, row.body) == ("Cal", "c•••@e•••.org", a_comment().body)
    assert row.heads == case.verdict.heads
    assert (row.page_title, row.page_url) == (a_comment().page_title, a_comment().page_url)
    assert (row.action, row.decided_by, row.queued) == (Action.HOLD, DecidedBy.MACHINE, True)
    assert (row.band, row.scores, row.reasons) == ("unclear", verdict.scores, (reason,))
    assert row.received_at == later()


def test_it_lists_the_newest_first(store, seven):
    assert listed(store) == [case.id for case in reversed(seven)]


def test_it_lists_what_waits_before_what_does_not(store, seven):
    waiting = [case.id for case in reversed(seven) if case.queued]
    rest = [case.id for case in reversed(seven) if not case.queued]
    assert listed(store, order="queue") == waiting + rest
    assert listed(store, order="queue", queued=True) == waiting
    assert listed(store, order="queue", queued=False) == rest


@pytest.mark.parametrize("order", ["newest", "queue"])
@pytest.mark.parametrize("site_ids", [None, ("site-ada",), ("site-ben", "site-ada")])
@pytest.mark.parametrize("limit", [1, 2, 3, 6, 7, 8])
def test_it_shows_each_case_once_whatever_the_size_of_the_page(store, seven, order, site_ids, limit):
    recorded(store, "ben", site_id="site-ben", at=later(3.5))
    whole = listed(store, order=order, site_ids=site_ids)
    assert len(whole) == (7 if site_ids == ("site-ada",) else 8)
    some = list(pages(store, CaseQuery(order=order, site_ids=site_ids, limit=limit)))
    assert [one for page in some for one in page] == whole
    assert {len(page) for page in some[:-1]} <= {limit}


def test_it_keeps_its_place_when_new_cases_arrive(store, seven):
    first = store.cases(CaseQuery(limit=3))
    recorded(store, "late", at=later(60))
    second = store.cases(CaseQuery(limit=3, cursor=first.next_cursor))
    assert [row.id for row in second.rows] == [seven[n].id for n in (3, 2, 1)]


def test_it_never_gives_more_than_a_page(store, monkeypatch, seven):
    monkeypatch.setattr(lists, "PAGE_LIMIT", 4)
    assert len(listed(store, limit=1_000_000)) == 4
    assert len(listed(store, limit=0)) == 1


def test_it_shows_only_the_sites_asked_for(store, seven):
    ben = recorded(store, "ben", site_id="site-ben")
    assert listed(store, site_ids=("site-ben",)) == [ben.id]
    assert len(listed(store, site_ids=("site-ada", "site-ben"))) == 8
    assert listed(store, site_ids=()) == []
    assert listed(store, site_ids=("nobody",), order="queue") == []


def test_it_merges_more_sites_than_one_statement_takes(store, monkeypatch):
    monkeypatch.setattr(lists, "SITES_AT_ONCE", 2)
    for n in range(5):
        store.add_site(a_site(id=f"s{n}", name=f"S{n}"), [])
        recorded(store, "k", site_id=f"s{n}", at=later(n), action=Action.HOLD)
    assert [row.site_id for row in store.cases(CaseQuery(order="queue", limit=3)).rows] == ["s4", "s3", "s2"]


def test_it_narrows_by_action_page_and_author(store, seven):
    other = recorded(store, "other", page_url="https://gazette.example/x", author=an_author(key="somebody"))
    assert listed(store, action=Action.HOLD) == [seven[n].id for n in (6, 3, 0)]
    assert listed(store, page_url="https://gazette.example/x") == [other.id]
    assert listed(store, author_key="somebody") == [other.id]
    assert listed(store, author_key="somebody", action=Action.HOLD) == []
    page = {"site_ids": ("site-ada",), "action": Action.PUBLISH, "page_url": a_comment().page_url}
    assert listed(store, **page) == [seven[n].id for n in (5, 4, 2, 1)]


@pytest.mark.parametrize("site_ids", [None, ("site-ada",)])
def test_it_narrows_by_reason_be_it_signal_or_words(store, site_ids):
    words = Reason("SPAM_WORDS", "Words.", Head.SPAM, 1.0)
    spam = recorded(store, "spam", verdict=a_verdict(reasons=(words, words)), at=later(1))
    plain = recorded(store, "plain", at=later(2))
    assert listed(store, reason="SPAM_WORDS", site_ids=site_ids) == [spam.id]
    assert listed(store, reason="NEW_AUTHOR", site_ids=site_ids) == [plain.id, spam.id]
    assert listed(store, reason="NEW_AUTHOR", site_ids=site_ids, order="queue", limit=1) == [plain.id]
    assert listed(store, reason="HONEYPOT", site_ids=site_ids) == []


def test_it_narrows_by_the_reasons_of_the_present_text(store):
    case = recorded(store, "k")
    new = a_new_case(comment=a_comment(key="k"), verdict=a_verdict(signals=()), seen_revision=1)
    store.revise(case.id, new)
    assert listed(store, reason="NEW_AUTHOR") == []


def test_it_names_the_reasons_that_were_given(store):
    assert store.reason_codes(None) == ()
    recorded(store, "a", verdict=a_verdict(reasons=(Reason("SPAM_WORDS", "Words.", Head.SPAM, 1.0),)))
    recorded(store, "b")
    recorded(store, "c", site_id="site-ben", verdict=a_verdict(signals=()))
    assert store.reason_codes(None) == ("NEW_AUTHOR", "SPAM_WORDS")
    assert store.reason_codes(("site-ada",)) == ("NEW_AUTHOR", "SPAM_WORDS")
    assert store.reason_codes(("site-ben",)) == ()


def test_it_counts_what_waits(store, seven):
    recorded(store, "ben", site_id="site-ben", action=Action.HOLD)
    store.record_report(Report(seven[1].id, ReportKind.FLAG, later(9)))
    assert store.queue_counts(("site-ada",)) == {"queued": 4, "held": 3, "asked": 0}
    assert store.queue_counts(None) == {"queued": 5, "held": 4, "asked": 0}
    assert store.queue_counts(()) == {"queued": 0, "held": 0, "asked": 0}
    store.record_review(a_draft(case_id=seven[0].id))
    assert store.queue_counts(("site-ada",)) == {"queued": 3, "held": 2, "asked": 0}


def test_it_stops_counting_where_nobody_would_act_differently(store, seven, monkeypatch):
    monkeypatch.setattr(lists, "COUNT_LIMIT", 2)
    assert store.queue_counts(None) == {"queued": 2, "held": 2, "asked": 0}


# -- the cost of a page -------------------------------------------------------


@pytest.mark.parametrize("query", [CaseQuery(), CaseQuery(order="queue", queued=True), CaseQuery(text="harbour")])
def test_it_asks_as_often_for_many_cases_as_for_few(store, seven, query):
    asked = []
    event.listen(store._db.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    store.cases(replace(query, limit=2))
    few = len(asked)
    store.cases(query)
    assert len(asked) - few == few <= 2


WALKS = [
    (CaseQuery(site_ids=("site-ada",)), "ix_cases_site"),
    (CaseQuery(site_ids=("site-ada",), order="queue", queued=True), "ix_cases_queue"),
    (CaseQuery(site_ids=("site-ada",), queued=False), "ix_cases_queue"),
    (CaseQuery(site_ids=("site-ada",), action=Action.HOLD), "ix_cases_action"),
    (CaseQuery(site_ids=("site-ada",), action=Action.PUBLISH, page_url="https://x.example"), "ix_cases_page"),
    (CaseQuery(site_ids=("site-ada",), author_key="a"), "ix_cases_author"),
    (CaseQuery(author_key="a"), "ix_cases_author"),
    (CaseQuery(order="queue", queued=True), "ix_cases_queue"),
    (CaseQuery(action=Action.HOLD), "ix_cases_action"),
    (CaseQuery(site_ids=("site-ada",), reason="NEW_AUTHOR"), "signals"),
]


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("query", "index"), WALKS)
def test_it_walks_an_index_for_every_list(store, query, index):
    statements = []
    event.listen(store._db.engine, "before_cursor_execute", lambda *args: statements.append(args[2:4]))
    store.cases(replace(query, cursor="q~" if query.order == "queue" else "~"))
    sql, values = statements[-1]
    with store._db.reading() as connection:
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)]
    searches = [step for step in plan if index in step]
    assert searches, plan
    assert not [step for step in plan if step.startswith("SCAN cases")], plan


# -- whole cases --------------------------------------------------------------


def test_it_reads_whole_cases_in_the_order_asked_for(store, seven):
    store.record_review(a_draft(case_id=seven[0].id))
    store.record_review(a_draft(case_id=seven[0].id, action=Action.REJECT, seen_revision=2))
    store.record_report(Report(seven[4].id, ReportKind.FLAG, later(9), "rude"))
    asked = [seven[4].id, seven[0].id, seven[6].id]
    cases = store.whole_cases([*asked, "c0"])
    assert cases == tuple(store.case(case_id) for case_id in asked)
    assert [(len(case.reviews), len(case.reports)) for case in cases] == [(0, 1), (2, 0), (0, 0)]
    assert store.whole_cases([]) == ()


def test_it_reads_many_whole_cases_in_as_many_statements_as_one(store, seven):
    said = []
    event.listen(store._db.engine, "before_cursor_execute", lambda *call: said.append(call[2]))
    store.whole_cases([seven[0].id])
    for_one = len(said)
    store.whole_cases([case.id for case in seven])
    assert len(said) == 2 * for_one
