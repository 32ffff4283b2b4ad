"""Figures of the overview against counts by hand, on both engines."""

from __future__ import annotations

from datetime import timedelta

import pytest

from factories import NOON, a_comment, a_draft, a_new_case, a_signal, a_site, a_verdict, later
from modbot.domain import (
    Action,
    Appeals,
    Attempt,
    CaseQuery,
    Check,
    Head,
    Hook,
    QueueAges,
    Reason,
    Report,
    ReportKind,
    SiteHealth,
)
from modbot.storage import figures

HELD, GOOD, BAD = Action.HOLD, Action.PUBLISH, Action.REJECT
HOUR = timedelta(hours=1)


def arrived(store, key, action=HELD, at=NOON, site_id="site-ada", **changes):
    verdict = changes.pop("verdict", a_verdict(action=action))
    comment = a_comment(key=key, site_id=site_id, **changes)
    return store.record(a_new_case(comment=comment, action=action, at=at, verdict=verdict))[0]


def test_it_works(store):
    for number in range(3):
        arrived(store, f"k{number}", at=later(hours=-number))
    arrived(store, "published", GOOD, at=later(hours=-9))
    arrived(store, "other", at=later(hours=-5), site_id="site-ben")
    bounds = [NOON - HOUR, NOON - 4 * HOUR]

    assert store.queue_ages(("site-ada",), bounds) == QueueAges((2, 1, 0), NOON - 2 * HOUR)
    assert store.queue_ages(None, bounds) == QueueAges((2, 1, 1), NOON - 5 * HOUR)
    assert store.queue_ages((), bounds) == QueueAges((0, 0, 0), None)


def test_it_stops_counting_where_nobody_cares(store, monkeypatch):
    monkeypatch.setattr(figures, "COUNT_LIMIT", 2)
    for number in range(3):
        arrived(store, f"k{number}", at=later(number))

    assert store.queue_ages(("site-ada",), []) == QueueAges((2,), NOON)


def drawn(store, key, said, answer, **verdict):
    told = a_verdict(**{"action": said, "coin": 0.01, "audit_rate": 0.05} | verdict)
    case = arrived(store, key, said, verdict=told, at=verdict.get("at", NOON))
    store.record_review(a_draft(case_id=case.id, action=answer))


def test_it_counts_what_chance_laid_before_people(store):
    drawn(store, "a", GOOD, GOOD)
    drawn(store, "b", GOOD, GOOD)
    drawn(store, "c", BAD, GOOD)
    drawn(store, "d", HELD, BAD, audit_rate=1.0, coin=0.9)
    drawn(store, "not drawn", BAD, GOOD, coin=0.5)
    drawn(store, "banned", BAD, GOOD, signals=(a_signal(code="BLOCKED_WORD"),))

    assert store.checks("site-ada", NOON) == (
        Check(HELD, 1.0, good=False, cases=1),
        Check(GOOD, 0.05, good=True, cases=2),
        Check(BAD, 0.05, good=True, cases=1),
    )
    assert store.checks("site-ben", NOON) == ()
    assert store.checks("site-ada", later(1)) == ()


def test_it_reads_the_newest_trouble_of_each_site(store):
    reason = Reason("MANY_LINKS", "It has 3 links.", Head.SPAM, 1.5)
    arrived(store, "a", BAD, body="Look at http://casino.example/now", verdict=a_verdict(reasons=(reason,)))
    arrived(store, "b", HELD, at=later(1), url="https://boats.example")
    arrived(store, "c", GOOD, at=later(2))
    arrived(store, "d", BAD, at=later(3), site_id="site-ben")

    newest, oldest = store.trouble(("site-ada",), NOON, 10)

    assert (newest.action, newest.url, oldest.action, oldest.reasons) == (HELD, "https://boats.example", BAD, (reason,))
    assert [one.action for one in store.trouble(None, NOON, 2)] == [BAD, HELD]
    assert len(store.trouble(None, later(1), 10)) == 2
    assert store.trouble((), NOON, 10) == ()


@pytest.mark.parametrize("site_ids", [("site-ada",), None])
def test_it_says_which_site_does_not_hear(store, site_ids):
    arrived(store, "a", GOOD)
    (sent,) = store.claim_deliveries(NOON, 10, 60)
    failed = Attempt(delivered=False, permanent=False, reason="timeout", status=None, at=later(1))
    store.record_attempt(sent, failed, later(60))
    arrived(store, "b", HELD)

    health = {one.site_id: one for one in store.site_health(site_ids)}

    assert health.pop("site-ada") == SiteHealth(
        site_id="site-ada",
        name="Harbour Gazette",
        queued=1,
        has_hook=True,
        hook_on=True,
        off_reason="",
        failures=1,
        failing_since=later(1),
        unheard=2,
    )
    assert [(one.name, one.has_hook, one.queued, one.unheard) for one in health.values()] == (
        [("Ben's Boats", False, 0, 0)] if site_ids is None else []
    )


def test_it_tells_sites_by_name(store):
    store.add_site(a_site(id="site-c", name="A Third", hook=Hook("https://third.example/", on=False)), [])

    assert [(one.name, one.hook_on) for one in store.site_health(None)] == [
        ("A Third", False),
        ("Ben's Boats", False),
        ("Harbour Gazette", True),
    ]
    assert store.site_health(()) == ()


def test_it_reads_how_risky_the_newest_looked_besides_what_is_decided_by_name(store):
    for number in range(4):
        arrived(store, f"k{number}", at=later(number), verdict=a_verdict(risk=number / 10))
    banned = a_verdict(risk=0.9, signals=(a_signal(code="BLOCKED_WORD"),))
    arrived(store, "banned", BAD, at=later(9), verdict=banned)
    arrived(store, "other", at=later(9), site_id="site-ben", verdict=a_verdict(risk=0.8))

    assert store.newest_risks("site-ada", 10) == (0.3, 0.2, 0.1, 0.0)
    assert store.newest_risks("site-ada", 3) == (0.3, 0.2)


def test_it_counts_what_became_of_appeals(store):
    def rejected(number, appealed_s=0.0, answer=None):
        new = a_new_case(comment=a_comment(key=f"key-{number}"), payload_hash=f"hash-{number}", action=Action.REJECT)
        case, _ = store.record(new)
        if appealed_s:
            store.record_report(Report(case.id, ReportKind.APPEAL, later(appealed_s), "Please look again."))
        if answer:
            store.record_review(a_draft(case_id=case.id, action=answer, at=later(900), not_before=later(900)))

    rejected(1)
    rejected(2, 100)
    rejected(3, 100, Action.PUBLISH)
    rejected(4, 100, Action.REJECT)
    rejected(5, 1_000, Action.REJECT)
    store.record_report(Report(store.cases(CaseQuery(limit=9)).rows[-1].id, ReportKind.FLAG, later(100)))

    assert store.appeals(None, later(0)) == Appeals(waiting=2, overturned=1, upheld=1)
    assert store.appeals(("site-ben",), later(0)) == Appeals()
    assert store.appeals(None, later(500)) == Appeals(waiting=1)
