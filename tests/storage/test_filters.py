"""What narrows a list, on both engines: by hand, and that no filter walks a whole store."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event, text

from factories import NOON, a_comment, a_draft, a_new_case, a_verdict, an_author, later
from modbot.domain import Action, CaseQuery, DecidedBy
from modbot.storage import filters

QUERIES = {
    "authors": {"authors": ("cal", "nobody")},
    "reviewer": {"reviewer": "user-ada"},
    "people": {"by_people": True},
    "band": {"band": "probably bad"},
    "host": {"host": "casino.example"},
    "since": {"since": later(-60)},
}


def arrived(
    store,
    key,
    *,
    at=NOON,
    author="cal",
    site_id="site-ada",
    body="The night bus helps me.",
    domain="example.org",
    **verdict,
):
    written = an_author(key=author, email_domain=domain)
    comment = a_comment(key=key, site_id=site_id, author=written, body=body)
    return store.record(a_new_case(comment=comment, at=at, verdict=a_verdict(**verdict)))[0]


@pytest.fixture
def mixed(store):
    cases = {
        "old": arrived(store, "old", at=NOON - timedelta(days=40), band="clearly bad"),
        "ours": arrived(store, "ours", at=later(1), author="dee", body="See http://casino.example/now"),
        "mail": arrived(store, "mail", at=later(2), author="eve", domain="casino.example", band="probably bad"),
        "spaced": arrived(store, "spaced", at=later(3), author="fay", body="A casino, for example"),
        "other": arrived(store, "other", at=later(4), site_id="site-ben", author="cal", band="probably bad"),
    }
    store.record_review(a_draft(case_id=cases["ours"].id, action=Action.REJECT))
    return cases


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"authors": ("cal",)}, {"old", "other"}),
        ({"authors": ("cal", "dee"), "site_ids": ("site-ada",)}, {"old", "ours"}),
        ({"authors": ("nobody",)}, set()),
        ({"reviewer": "user-ada"}, {"ours"}),
        ({"reviewer": "user-dora"}, set()),
        ({"by_people": True}, {"ours"}),
        ({"by_people": False}, {"old", "mail", "spaced", "other"}),
        ({"band": "probably bad"}, {"mail", "other"}),
        ({"band": "probably bad", "site_ids": ("site-ada",)}, {"mail"}),
        ({"host": "casino.example"}, {"ours", "mail"}),
        ({"host": "..."}, set()),
        ({"since": later(2)}, {"mail", "spaced", "other"}),
        ({"until": later(2)}, {"old", "ours"}),
        ({"since": NOON - timedelta(days=41), "until": NOON, "band": "clearly bad"}, {"old"}),
        ({"queued": True, "order": "worst", "authors": ("cal", "dee")}, {"old", "other"}),
        ({"text": "casino", "by_people": True}, {"ours"}),
        ({"host": "casino.example", "reviewer": "user-ada", "action": Action.REJECT}, {"ours"}),
    ],
)
def test_it_works(store, mixed, asked, found):
    names = {case.id: name for name, case in mixed.items()}
    rows = store.cases(CaseQuery(**asked)).rows
    # "A casino, for example" is the same words in the same order: what a phrase finds is taken as it is.
    assert {names[row.id] for row in rows} - {"spaced"} == found - {"spaced"}


def test_it_pages_within_what_it_found(store, mixed):
    first = store.cases(CaseQuery(by_people=False, limit=2))
    second = store.cases(CaseQuery(by_people=False, limit=2, cursor=first.next_cursor))
    assert [row.id for row in (*first.rows, *second.rows)] == [
        mixed[name].id for name in ("other", "spaced", "mail", "old")
    ]


def test_it_looks_among_the_newest_where_no_index_helps(store, mixed, monkeypatch):
    monkeypatch.setattr(filters, "LOOKED_AT", 2)
    assert store.cases(CaseQuery(band="clearly bad")).rows == ()
    monkeypatch.setattr(filters, "LOOKED_AT", 5)
    assert [row.id for row in store.cases(CaseQuery(band="clearly bad")).rows] == [mixed["old"].id]


@pytest.mark.parametrize("order", ["newest", "worst"])
@pytest.mark.parametrize("asked", QUERIES.values(), ids=QUERIES)
def test_it_reads_no_table_from_end_to_end(store, mixed, engine_name, asked, order):
    if engine_name == "postgresql":
        # It plans by what is stored, and reads a table of five rows as it likes.
        return
    plans = []

    def plan(connection, _, statement, parameters, *__):
        if statement.startswith("SELECT cases.id, cases.site_id"):
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
            plans.extend(row[3] for row in rows)

    event.listen(store._db.engine, "before_cursor_execute", plan)
    store.cases(CaseQuery(site_ids=("site-ada",), order=order, **asked))
    event.remove(store._db.engine, "before_cursor_execute", plan)
    assert plans
    assert [
        step
        for step in plans
        if step.startswith("SCAN")
        and "USING" not in step
        and "VIRTUAL TABLE INDEX" not in step
        and "subquery" not in step.lower()
        and "anon" not in step
    ] == []


def test_it_counts_the_site_as_people(store, mixed):
    draft = a_draft(case_id=mixed["mail"].id, action=Action.PUBLISH, decided_by=DecidedBy.SITE)
    store.record_review(draft)
    with store._db.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM cases WHERE decided_by = 'site'")).scalar() == 1
    assert {row.id for row in store.cases(CaseQuery(by_people=True)).rows} == {mixed["ours"].id, mixed["mail"].id}
