"""The contract of the whole: what holds for every verb, on both engines."""

from __future__ import annotations

import subprocess
import sys

import pytest

from factories import a_comment, a_draft, a_new_case, a_site, later
from modbot.domain import Action, CaseQuery
from modbot.errors import ConfigError, NotMigrated, StoreError, StoreUnavailable
from modbot.storage import open_store


def test_it_works(store):
    case, created = store.record(a_new_case())
    decided = store.record_review(a_draft(case_id=case.id))
    assert created
    assert store.case(case.id) == decided
    assert decided.action is Action.PUBLISH
    assert [row.id for row in store.cases(CaseQuery()).rows] == [case.id]
    assert [label.case_id for label in store.labels()] == [case.id]
    assert store.pending_deliveries() == 2


def test_it_tells_that_it_is_migrated(store):
    status = store.status()
    assert status.migrated
    assert status.revision == status.expected


def test_it_tells_that_an_empty_database_is_not_migrated(empty_url):
    store = open_store(empty_url)
    assert store.status().revision == ""
    assert not store.status().migrated
    with pytest.raises(NotMigrated, match="modbot db upgrade"):
        store.sites()
    store.close()


@pytest.mark.parametrize("url", ["sqlite:////nowhere/at/all/modbot.db", "postgresql://x@/x?host=/nowhere"])
def test_it_tells_that_a_database_does_not_answer(url):
    store = open_store(url)
    with pytest.raises(StoreUnavailable, match="try again"):
        store.sites()
    store.close()


def test_it_refuses_other_kinds_of_database():
    with pytest.raises(ConfigError, match="sqlite:/// or postgresql://"):
        open_store("mysql://localhost/modbot")


def test_it_keeps_what_it_wrote_when_it_is_closed_and_opened_again(store, url):
    case, _ = store.record(a_new_case())
    store.close()
    again = open_store(url)
    assert again.case(case.id) == case
    again.close()


def test_it_writes_nothing_when_one_of_the_rows_is_refused(store):
    broken = a_new_case(comment=a_comment(elapsed_ms=object()))
    with pytest.raises(StoreError, match="nothing was changed"):
        store.record(broken)
    assert store.cases(CaseQuery()).rows == ()
    assert store.pending_deliveries() == 0


def test_it_serves_without_alembic():
    seen = "import sys, modbot.storage as s; s.open_store('sqlite:///x.db'); s.expected_revision(); print('alembic' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", seen], check=True, capture_output=True, text=True)
    assert answer.stdout.strip() == "False"


def test_it_refuses_times_without_a_zone(store):
    with pytest.raises(StoreError, match="without a zone"):
        store.add_site(a_site(id="site-x", name="X", created_at=later().replace(tzinfo=None)), [])
