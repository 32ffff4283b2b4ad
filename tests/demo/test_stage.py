from __future__ import annotations

from contextlib import nullcontext
from datetime import UTC, datetime, timedelta

import pytest

from modbot.demo.stage import ADMIN, PAGE_TITLE, UNREAD_FOR, Places, samples, set_stage
from modbot.domain import Action, CaseQuery, DecidedBy, Hook, Mode
from modbot.review.access import verify_password

NOW = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)
PLACES = Places("http://127.0.0.1:8000", "http://127.0.0.1:8001")


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    stage = set_stage(tmp_path_factory.mktemp("demo") / "house", PLACES, NOW, nullcontext)
    yield stage
    stage.house.close()


@pytest.fixture(scope="module")
def cases(stage):
    found = {}
    for sample in samples():
        case, _ = stage.house.store.known(stage.site.id, sample["id"])
        found[sample["id"]] = stage.house.store.case(case.id)
    return found


def test_it_works(stage, cases):
    assert len(cases) == len(samples())
    assert (stage.site.policy.mode, stage.site.hook) == (Mode.BORROWED, Hook("http://127.0.0.1:8001/hooks/modbot"))
    assert {action: 1 for action in Action if any(c.action is action for c in cases.values())}.keys() == set(Action)
    assert stage.house.store.queue_counts(None)["queued"] > 0


def test_it_moderates_each_comment_at_its_own_time(cases):
    ages = {sample["id"]: NOW - timedelta(minutes=sample["minutes_ago"]) for sample in samples()}
    assert {name: case.received_at for name, case in cases.items()} == ages


def test_it_makes_up_no_verdict(cases):
    assert {case.verdict.model for case in cases.values()} != {""}
    assert all(case.verdict.heads for case in cases.values())
    by_machine = [case for case in cases.values() if case.decided_by is DecidedBy.MACHINE]
    assert [case.action for case in by_machine] == [case.verdict.action for case in by_machine]


def test_it_leaves_what_came_last_to_the_visitor(cases):
    young = {s["id"] for s in samples() if timedelta(minutes=s["minutes_ago"]) < UNREAD_FOR}
    assert [name for name in young if cases[name].reviews] == []
    unclear = {s["id"] for s in samples() if s["expected"] == "unclear"}
    assert [name for name in unclear if cases[name].reviews] == []


def test_it_has_a_person_who_decided_the_older_ones(cases):
    reviewed = {s["id"]: s for s in samples() if cases[s["id"]].reviews}
    assert reviewed
    for name, sample in reviewed.items():
        expected = Action.PUBLISH if sample["expected"] == "good" else Action.REJECT
        assert (cases[name].action, cases[name].reviews[-1].reviewer_name) == (expected, ADMIN)
        assert cases[name].received_at < cases[name].reviews[-1].at < NOW


def test_it_hangs_replies_on_their_parents(cases):
    parents = {s["id"]: s["parent"] for s in samples() if s["parent"]}
    assert parents
    assert {name: cases[name].comment.parent_id for name in parents} == {
        name: cases[parent].id for name, parent in parents.items()
    }


def test_it_tells_the_site_only_of_what_comes_after(stage):
    assert stage.house.store.pending_deliveries() == 0


def test_it_finds_the_published_comments_by_their_page(stage):
    query = CaseQuery(site_ids=(stage.site.id,), action=Action.PUBLISH, page_url=PLACES.page, limit=100)
    rows = stage.house.store.cases(query).rows
    assert rows
    assert {row.page_title for row in rows} == {PAGE_TITLE}


def test_it_makes_an_admin_with_the_password_that_is_shown(stage):
    _, password_hash = stage.house.store.user_named(ADMIN)
    assert verify_password(password_hash, stage.password)
    assert stage.password not in repr(stage)


def test_it_uses_its_own_folder_whatever_the_environment_says(tmp_path, monkeypatch):
    elsewhere = tmp_path / "elsewhere.db"
    monkeypatch.setenv("MODBOT_DATABASE_URL", f"sqlite:///{elsewhere}")
    monkeypatch.setattr("modbot.demo.stage.samples", lambda: ())
    stage = set_stage(tmp_path / "house", PLACES, NOW, nullcontext)
    stage.house.close()
    assert not elsewhere.exists()
    assert (tmp_path / "house/modbot.db").exists()
