"""Log lines and counters: what they say, and what they can never say."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from modbot import observe
from modbot.domain import Action, Author, Case, Comment, DecidedBy, Door, Signal, Verdict
from modbot.errors import StoreUnavailable

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
CANARY = "canary.bird@cage.example"


def a_held_case() -> Case:
    comment = Comment(
        site_id="site1", key="k1", fingerprint="f", name="Cal Canary", body="canary text", author=Author(key="a")
    )
    verdict = Verdict(
        action=Action.HOLD, scores={}, risk=0.2, band="unsure", reasons=(), heads=(), signals=(), model="comments/1",
        policy="borrowed/1", rules="rules/1", coin=0.5, audit_rate=0.05, audited=False,
    )  # fmt: skip
    return Case(
        id="case1", comment=comment, verdict=verdict, action=Action.HOLD, decided_by=DecidedBy.MACHINE, revision=1,
        queued=True, received_at=AT, updated_at=AT,
    )  # fmt: skip


@pytest.fixture
def lines(log):
    return lambda: [json.loads(line) for line in log.getvalue().splitlines()]


def metric(name: str) -> float:
    text = observe.render_metrics({}).decode()
    return next((float(line.rpartition(" ")[2]) for line in text.splitlines() if line.startswith(name)), 0.0)


def test_it_works(lines):
    counted = 'modbot_cases_total{action="hold",decided_by="machine",door="form"}'
    before = metric(counted)
    observe.begin_request("req1")
    observe.log_case(a_held_case(), Door.FORM, 12.3456)
    (line,) = lines()
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "case", "level": "info", "request": "req1", "id": "case1", "site": "site1", "action": "hold",
        "door": "form", "decided_by": "machine", "band": "unsure", "model": "comments/1", "policy": "borrowed/1",
        "revision": 1, "duration_ms": 12.35,
    }  # fmt: skip
    assert metric(counted) == before + 1


def test_it_counts_a_scorer_that_failed(lines):
    case = a_held_case()
    failed = Signal(code="SCORER_FAILED", strength=1.0, detail="Failed: links: KeyError", source="rules/links")
    before = metric('modbot_scorer_failures_total{scorer="rules/links"}')
    observe.log_case(replace(case, verdict=replace(case.verdict, signals=(failed,))), Door.NATIVE, 1.0)
    assert metric('modbot_scorer_failures_total{scorer="rules/links"}') == before + 1
    assert (lines()[-1]["event"], lines()[-1]["why"]) == ("scorer_failed", "Failed: links: KeyError")


@pytest.mark.parametrize("key", sorted(observe.FORBIDDEN))
def test_it_drops_forbidden_keys_at_any_depth(lines, key):
    observe.log_event("odd", **{key: CANARY}, more={key.upper(): CANARY, "rows": [{key: CANARY}]})
    (line,) = lines()
    assert CANARY not in json.dumps(line)
    assert line["event"] == "odd"
    assert key in line["dropped"]


def test_it_keeps_the_words_of_foreign_errors_out(lines):
    def fail() -> None:
        try:
            int(CANARY)
        except ValueError as error:
            raise StoreUnavailable("the database is locked: try again") from error

    try:
        fail()
    except StoreUnavailable as error:
        observe.log_trouble("worker_failed", error)
    (line,) = lines()
    assert line["error"] == "store_unavailable: the database is locked: try again from ValueError"
    assert line["where"][-1].endswith(" fail")
    assert CANARY not in json.dumps(line)


def test_it_filters_the_lines_of_other_libraries(lines):
    try:
        int(CANARY)
    except ValueError:
        logging.getLogger("some.library").exception("it broke on %r", CANARY, extra={"email": CANARY})
    logging.getLogger("some.library").warning("slow on %s", "/v1/comments")
    line, other = lines()
    assert (line["event"], line["library"], line["error"]) == ("it broke on %r", "some.library", "ValueError")
    assert other["event"] == "slow on /v1/comments"
    assert CANARY not in json.dumps(line)


def test_it_keeps_the_words_of_a_dying_thread_out(lines, capsys):
    thread = threading.Thread(target=int, args=(CANARY,), name="deliveries")
    thread.start()
    thread.join()
    (line,) = lines()
    assert (line["event"], line["thread"], line["error"]) == ("thread_died", "deliveries", "ValueError")
    assert CANARY not in json.dumps(line)
    assert capsys.readouterr().err == ""


def test_it_writes_lines_for_people_too(lines):
    stream = io.StringIO()
    observe.configure_logging("warning", json=False, stream=stream)
    observe.log_event("quiet")
    observe.log_trouble("loud", RuntimeError("x"), site="s1")
    assert lines() == []
    assert "loud" in stream.getvalue()
    assert "site=s1" in stream.getvalue()
    assert "quiet" not in stream.getvalue()


def test_it_starts_every_request_with_a_clean_context(lines):
    observe.begin_request("one")
    observe.begin_request("two")
    observe.log_event("tick")
    assert lines()[0]["request"] == "two"


def test_it_shows_the_gauges_it_was_handed():
    text = observe.render_metrics({"queued_cases": 3, "pending_deliveries": 2}).decode()
    assert "\nmodbot_queued_cases 3.0\n" in text
    assert "# TYPE modbot_pending_deliveries gauge" in text
    assert "modbot_held_cases" not in text


def test_it_adds_up_what_several_processes_counted(tmp_path):
    count = "from modbot import observe; observe.LOGINS.labels('ok').inc(2);"
    environment = {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}

    def run(code: str) -> str:
        command = [sys.executable, "-c", code]
        return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout

    run(count)
    shown = run(count + "print(observe.render_metrics({'queued_cases': 1}).decode())")
    assert 'modbot_logins_total{outcome="ok"} 4.0' in shown
    assert "modbot_queued_cases 1.0" in shown


def test_it_counts_trouble_by_what_it_was():
    before = observe.TROUBLES.labels("a_test")._value.get()

    observe.log_trouble("a_test", ValueError("nothing of this is written"))

    assert observe.TROUBLES.labels("a_test")._value.get() == before + 1
    assert 'modbot_troubles_total{event="a_test"}' in observe.render_metrics({}).decode()


def test_it_says_what_failed_so_far():
    before = observe.troubles().get("another_test", 0)
    observe.log_trouble("another_test", ValueError())
    observe.SCORER_FAILURES.labels("a_scorer").inc()

    assert observe.troubles()["another_test"] == before + 1
    assert observe.troubles()["a_scorer"] >= 1
