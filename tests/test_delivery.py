"""Deliveries over a real store and a loopback receiver that verifies with the reference library."""

from __future__ import annotations

import json
import shutil
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from standardwebhooks import Webhook

from factories import NOON, a_comment, a_draft, a_site, a_verdict, an_author
from modbot import delivery
from modbot.delivery import Courier, Worker, deliver, deliver_due, next_try, payload, sign
from modbot.domain import (
    Action,
    Attempt,
    Callback,
    DecidedBy,
    Delivery,
    DeliveryState,
    Event,
    Hook,
    NewCase,
    ReviewDraft,
    SecretKind,
    SiteSecret,
)
from modbot.privacy import Vault
from modbot.storage import open_key_store, open_store
from receivers import a_receiver

SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
NEWER = "whsec_" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVowMTIzNDU="


class Post:
    """A store with one site, and a clock that is moved by hand but stands at today's time (receivers check it)."""

    def __init__(self, folder, migrated) -> None:
        shutil.copy(migrated, folder / "modbot.db")
        self.store = open_store(f"sqlite:///{folder}/modbot.db")
        self.key_store = open_key_store(f"sqlite:///{folder}/keys.db")
        self.vault = Vault(("c2l4dGVlbi1ieXRlcy1vZi1rZXktZm9yLXRlc3RzLSE=",), self.key_store)
        self.start = datetime.now(UTC)
        self.now = self.start
        self.wake = threading.Event()
        self.courier = Courier(
            self.store, self.vault, lambda: self.now, timeout_s=2.0, lease_s=30.0, chance=lambda: 0.0
        )

    def add_site(self, url: str, host: str, **changes):
        site = a_site(hook=Hook(url), allowed_hosts=(host,), **changes)
        return self.store.add_site(site, [SiteSecret(SecretKind.WEBHOOK, "", self.vault.seal_secret(SECRET))])

    def add_case(self, key: str = "k1", site_id: str = "site-ada", callback: Callback | None = None):
        comment = a_comment(key=key, site_id=site_id, author=an_author(key=f"author-{key}"))
        new = NewCase(comment, f"hash-{key}", a_verdict(), Action.HOLD, DecidedBy.MACHINE, self.now, callback=callback)
        return self.store.record(new)[0]

    def decide(self, case, action: Action):
        return self.store.record_review(a_draft(case_id=case.id, action=action, at=self.now, not_before=self.now))

    def rows(self, site_id: str = "site-ada"):
        return self.store.deliveries(site_id)

    def pass_time(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def post(tmp_path, migrated):
    post = Post(tmp_path, migrated)
    yield post
    post.store.close()
    post.key_store.close()


def a_delivery(**changes) -> Delivery:
    base = Delivery(
        id="msg1", site_id="site-ada", case_id="case1", event=Event.COMMENT_DECIDED, action=Action.PUBLISH,
        previous=Action.HOLD, decided_by=DecidedBy.PERSON, revision=2, at=NOON, attempts=0, lease="lease1",
    )  # fmt: skip
    return replace(base, **changes)


def a_failure(**changes) -> Attempt:
    return replace(Attempt(delivered=False, permanent=False, reason="timeout", status=None, at=NOON), **changes)


def test_it_works(post):
    with a_receiver(SECRET) as receiver:
        post.add_site(receiver.url, receiver.host)
        case = post.add_case()
        assert deliver_due(post.courier) == 1
        assert deliver_due(post.courier) == 0
    ((message_id, event),) = receiver.arrived
    (row,) = post.rows()
    assert (message_id, row.state, row.attempts) == (row.id, DeliveryState.DONE, 1)
    assert "." not in message_id
    assert event["type"] == "comment.decided"
    assert event["data"] == {
        "id": case.id, "site": "site-ada", "action": "hold", "previous": None, "decided_by": "machine", "revision": 1,
        "at": event["timestamp"],
    }  # fmt: skip
    assert post.store.pending_deliveries() == 0


# -- signature and payload ---------------------------------------------------------


def test_it_signs_like_the_published_example():
    # Key 00..1f; computed independently with the Python reference library.
    body = '{"type":"comment.reviewed","timestamp":"2026-01-01T00:00:00Z","data":{"guid":"abc","label":"ham","text":"café"}}'
    signature = sign([SECRET], "msg_2f8cA0vector", 1767225600, body.encode())
    assert signature == "v1,/02hCHWs9ZGxREqFq2PMUFUj3o7xxTydRLqBl9UjFXs="


@pytest.mark.parametrize("known", [SECRET, NEWER])
def test_it_signs_with_both_secrets_after_a_rotation(known):
    now = datetime.now(UTC)
    body = payload(a_delivery())
    signature = sign([NEWER, SECRET], "msg1", int(now.timestamp()), body)
    assert signature.count(" ") == 1
    assert signature == signature.strip()
    headers = {"webhook-id": "msg1", "webhook-timestamp": str(int(now.timestamp())), "webhook-signature": signature}
    assert Webhook(known).verify(body, headers) == json.loads(body)


def test_it_says_what_was_decided_and_nothing_else():
    assert json.loads(payload(a_delivery())) == {
        "type": "comment.decided",
        "timestamp": "2026-03-14T12:00:00.000000Z",
        "data": {
            "id": "case1", "site": "site-ada", "action": "publish", "previous": "hold", "decided_by": "person",
            "revision": 2, "at": "2026-03-14T12:00:00.000000Z",
        },
    }  # fmt: skip
    assert payload(a_delivery(attempts=3)) == payload(a_delivery())


def test_it_names_a_secret_that_is_none(post):
    with a_receiver(SECRET) as receiver:
        site = a_site(hook=Hook(receiver.url), allowed_hosts=(receiver.host,))
        post.store.add_site(site, [SiteSecret(SecretKind.WEBHOOK, "", post.vault.seal_secret("whsec_not base64!"))])
        post.add_case()
        deliver_due(post.courier)
    assert [row.last_reason for row in post.rows()] == ["bad_secret"]
    assert (receiver.arrived, receiver.unverified) == ([], 0)


# -- when to try again --------------------------------------------------------------


def test_it_keeps_to_the_published_schedule():
    pauses_s = [(next_try(a_delivery(attempts=made), a_failure(), 0.0) - NOON).total_seconds() for made in range(9)]
    assert pauses_s == [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400]
    assert sum(pauses_s) / 3600 == pytest.approx(75.58, abs=0.01)
    assert next_try(a_delivery(attempts=9), a_failure(), 0.0) is None


@pytest.mark.parametrize(
    ("chance", "asked_s", "pause_s", "why"),
    [
        (0.0, None, 5.0, "the first pause"),
        (0.5, None, 5.25, "chance adds up to a tenth"),
        (0.0, 90.0, 90.0, "the receiver asked for more"),
        (0.0, 1.0, 5.0, "it cannot ask for less"),
    ],
)
def test_it_waits_for_the_schedule_chance_and_the_receiver(chance, asked_s, pause_s, why):
    at = next_try(a_delivery(), a_failure(retry_after_s=asked_s), chance)
    assert (at - NOON).total_seconds() == pytest.approx(pause_s), why


def test_it_tries_again_under_the_same_id_with_a_new_stamp(post):
    with a_receiver(SECRET, 500, 204) as receiver:
        post.add_site(receiver.url, receiver.host)
        post.add_case()
        assert deliver_due(post.courier) == 1
        assert [(row.state, row.last_reason) for row in post.rows()] == [(DeliveryState.PENDING, "status_500")]
        post.pass_time(4.9)
        assert deliver_due(post.courier) == 0
        post.pass_time(0.2)
        assert deliver_due(post.courier) == 1
    first, second = receiver.arrived
    assert first == second
    assert receiver.stamps[0][0] != receiver.stamps[1][0]
    assert receiver.stamps[0][1] != receiver.stamps[1][1]
    assert [(row.state, row.attempts) for row in post.rows()] == [(DeliveryState.DONE, 2)]


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_it_honours_the_pause_a_receiver_asks_for(post, status):
    with a_receiver(SECRET, status, 204, headers={"Retry-After": "60"}) as receiver:
        post.add_site(receiver.url, receiver.host)
        post.add_case()
        deliver_due(post.courier)
        post.pass_time(59)
        assert deliver_due(post.courier) == 0
        post.pass_time(2)
        assert deliver_due(post.courier) == 1
    assert [row.state for row in post.rows()] == [DeliveryState.DONE]


def test_it_gives_up_after_ten_attempts_and_can_be_asked_again(post, monkeypatch):
    # The receiver would refuse stamps of tomorrow, and the hook would be switched off: neither is the point here.
    monkeypatch.setattr(delivery, "SWITCH_OFF_FAILURES", 99)
    with a_receiver(SECRET, 500) as receiver:
        post.add_site(receiver.url, receiver.host)
        post.add_case()
        made = 0
        for pause_s in (0, *delivery.RETRY_AFTER_S, 86_400 * 7):
            post.pass_time(pause_s + 0.1)
            made += deliver_due(post.courier)
        (row,) = post.rows()
        assert (made, row.state, row.attempts) == (10, DeliveryState.GIVEN_UP, 10)
        post.now = datetime.now(UTC)
        receiver.answers = [204]
        post.store.resend(row.id, post.now)
        assert deliver_due(post.courier) == 1
        assert receiver.ids()[-1] == row.id
    assert [row.state for row in post.rows()] == [DeliveryState.DONE]


# -- hooks that are dead ---------------------------------------------------------------


def test_it_switches_a_hook_off_that_is_gone_and_keeps_the_row(post):
    with a_receiver(SECRET, 410) as receiver:
        post.add_site(receiver.url, receiver.host)
        post.add_case()
        deliver_due(post.courier)
        hook = post.store.site("site-ada").hook
        assert (hook.on, hook.off_reason) == (False, "the receiver answered 410 Gone")
        post.pass_time(86_400)
        assert deliver_due(post.courier) == 0
        assert [row.state for row in post.rows()] == [DeliveryState.PENDING]
        receiver.answers = [204]
        post.now = datetime.now(UTC) + timedelta(seconds=60)
        post.store.switch_hook("site-ada", on=True, reason="", at=post.now)
        assert deliver_due(post.courier) == 1
    assert [row.state for row in post.rows()] == [DeliveryState.DONE]


def test_it_switches_a_hook_off_after_ten_failures_over_more_than_an_hour(post):
    with a_receiver(SECRET, 500) as receiver:
        post.add_site(receiver.url, receiver.host)
        for number in range(12):
            post.add_case(f"k{number}")
        assert deliver_due(post.courier) == 12
        assert post.store.site("site-ada").hook.on, "twelve failures, but within seconds"
        post.pass_time(3_700)
        assert deliver_due(post.courier) == 1
    hook = post.store.site("site-ada").hook
    assert (hook.on, hook.off_reason) == (False, "13 failures in a row, the last one status_401")
    assert {row.state for row in post.rows()} == {DeliveryState.PENDING}


def test_it_forgets_failures_when_a_message_arrives(post):
    with a_receiver(SECRET, *([500] * 9), 204, 500) as receiver:
        post.add_site(receiver.url, receiver.host)
        for number in range(11):
            post.add_case(f"k{number}")
        assert deliver_due(post.courier) == 11
        assert post.store.failing_since("site-ada")[0] == 1
    assert post.store.site("site-ada").hook.on


def test_it_does_not_send_when_the_hook_was_switched_off_after_the_claim(post):
    with a_receiver(SECRET) as receiver:
        post.add_site(receiver.url, receiver.host)
        post.add_case()
        (claimed,) = post.store.claim_deliveries(post.now, 1, 30)
        post.store.switch_hook("site-ada", on=False, reason="by hand", at=post.now)
        assert deliver(post.courier, claimed) is None
    assert receiver.arrived == []
    assert post.store.pending_deliveries() == 1


def test_it_refuses_a_private_address_that_the_owner_did_not_list(post):
    with a_receiver(SECRET) as receiver:
        post.add_site(receiver.url, "elsewhere.example")
        post.add_case()
        deliver_due(post.courier)
    assert receiver.arrived == []
    assert [row.last_reason for row in post.rows()] == ["refused_private_address"]


# -- a crash between two steps -----------------------------------------------------------


def test_it_delivers_after_a_crash_between_claim_and_sending(post):
    with a_receiver(SECRET) as receiver:
        post.add_site(receiver.url, receiver.host)
        post.add_case()
        assert len(post.store.claim_deliveries(post.now, 1, 30)) == 1
        assert deliver_due(post.courier) == 0, "somebody else seems to be at it"
        post.pass_time(31)
        assert deliver_due(post.courier) == 1
    assert len(receiver.arrived) == 1


def test_it_delivers_again_after_a_crash_between_sending_and_recording(post):
    class Crash(BaseException):
        """Nothing catches it, as nothing catches kill -9."""

    class Crashing:
        def __getattr__(self, name):
            if name == "record_attempt":
                raise Crash
            return getattr(post.store, name)

    with a_receiver(SECRET) as receiver:
        post.add_site(receiver.url, receiver.host)
        post.add_case()
        with pytest.raises(Crash):
            deliver_due(replace(post.courier, store=Crashing()))
        post.pass_time(31)
        assert deliver_due(post.courier) == 1
    first, second = receiver.arrived
    assert first == second
    assert [row.state for row in post.rows()] == [DeliveryState.DONE]


def test_it_lets_a_late_finisher_write_nothing(post):
    with a_receiver(SECRET, 500, 204) as receiver:
        post.add_site(receiver.url, receiver.host)
        post.add_case()
        (slow,) = post.store.claim_deliveries(post.now, 1, 30)
        post.pass_time(31)
        (quick,) = post.store.claim_deliveries(post.now, 1, 30)
        deliver(post.courier, slow)
        assert [row.state for row in post.rows()] == [DeliveryState.SENDING]
        deliver(post.courier, quick)
    assert len(receiver.arrived) == 2
    assert [(row.state, row.attempts) for row in post.rows()] == [(DeliveryState.DONE, 1)]


def test_it_takes_back_an_undone_decision_before_anybody_hears_of_it(post):
    with a_receiver(SECRET) as receiver:
        post.add_site(receiver.url, receiver.host)
        case = post.add_case()
        deliver_due(post.courier)
        draft = ReviewDraft(
            case_id=case.id, action=Action.PUBLISH, reviewer="user-ada", reviewer_name="ada",
            decided_by=DecidedBy.PERSON, seen_revision=1, at=post.now, not_before=post.now + timedelta(seconds=10),
        )  # fmt: skip
        decided = post.store.record_review(draft)
        assert deliver_due(post.courier) == 0
        post.pass_time(5)
        post.store.record_review(
            replace(draft, action=Action.HOLD, seen_revision=decided.revision, at=post.now, undo=True)
        )
        post.pass_time(60)
        assert deliver_due(post.courier) == 0
    assert [event["data"]["action"] for _, event in receiver.arrived] == ["hold"]


# -- the worker ---------------------------------------------------------------------------


class Running:
    """A worker in a thread, on the real clock."""

    def __init__(self, post: Post, clock=lambda: datetime.now(UTC)) -> None:
        self.stop = threading.Event()
        self.wake = post.wake
        courier = replace(post.courier, clock=clock)
        self.thread = threading.Thread(target=Worker(courier, post.wake).run, args=(self.stop,), daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_error):
        self.stop.set()
        self.wake.set()
        self.thread.join(5)
        assert not self.thread.is_alive()


def wait_for(claim, timeout_s: float = 5.0) -> bool:
    deadline = time.monotonic() + timeout_s
    while not claim():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


@pytest.mark.slow
def test_it_keeps_delivering_until_told_to_stop(post):
    with a_receiver(SECRET) as receiver:
        post.add_site(receiver.url, receiver.host)
        for number in range(30):
            post.add_case(f"k{number}")
        with Running(post):
            assert wait_for(lambda: len(receiver.arrived) == 30)
            time.sleep(0.5)
            post.add_case("late")
            woken = time.monotonic()
            post.wake.set()
            assert wait_for(lambda: len(receiver.arrived) == 31)
            assert time.monotonic() - woken < 0.5, "a wake-up does not wait for the next look"
    assert len(set(receiver.ids())) == 31
    assert {row.state for row in post.rows()} == {DeliveryState.DONE}


@pytest.mark.slow
def test_it_lets_no_silent_site_hold_up_the_others(post):
    with a_receiver(SECRET) as receiver, a_receiver(SECRET) as silent:
        silent.lock.acquire()
        post.add_site(silent.url, silent.host)
        post.add_site(receiver.url, receiver.host, id="site-ben", name="Ben's Boats")
        for number in range(40):
            post.add_case(f"k{number}")
        for number in range(20):
            post.add_case(f"b{number}", "site-ben")
        began = time.monotonic()
        with Running(post):
            assert wait_for(lambda: len(receiver.arrived) == 20)
            assert time.monotonic() - began < 1.5, "less than one time-out of the silent site"
            silent.lock.release()


@pytest.mark.slow
def test_it_lets_a_failing_site_rest(post):
    with a_receiver(SECRET, 500) as receiver:
        post.add_site(receiver.url, receiver.host)
        for number in range(30):
            post.add_case(f"k{number}")
        with Running(post):
            assert wait_for(lambda: receiver.arrived)
            time.sleep(0.6)
            assert len(receiver.arrived) < delivery.SITE_SENDERS + delivery.CLAIM
        assert post.store.pending_deliveries() == 30


def test_it_leaves_the_messages_of_some_sites_where_they_are(post):
    post.add_site("https://blog.example/hook", "blog.example")
    post.add_case()
    assert post.store.claim_deliveries(post.now, 4, 30, ("site-ada",)) == ()
    assert len(post.store.claim_deliveries(post.now, 4, 30, ("site-ben",))) == 1


def test_it_survives_a_message_that_breaks_it(post):
    class Broken:
        def open_secret(self, _sealed):
            raise RuntimeError("a fault of our own")

    with a_receiver(SECRET) as receiver:
        post.add_site(receiver.url, receiver.host)
        post.add_case()
        assert deliver_due(replace(post.courier, vault=Broken())) == 1
        assert [row.last_reason for row in post.rows()] == ["internal_error"]
        post.pass_time(6)
        assert deliver_due(post.courier) == 1
    assert len(receiver.arrived) == 1


@pytest.mark.slow
def test_it_goes_on_after_a_fault_of_its_own_while_it_looks(post):
    faults = [RuntimeError("a fault of our own"), RuntimeError("and another")]

    def clock():
        if faults:
            raise faults.pop()
        return datetime.now(UTC)

    with a_receiver(SECRET) as receiver:
        post.add_site(receiver.url, receiver.host)
        post.add_case()
        with Running(post, clock):
            assert wait_for(lambda: len(receiver.arrived) == 1)
    assert faults == []


def test_it_keeps_its_senders_when_the_machine_has_no_thread_to_give(post, monkeypatch):
    post.add_site("http://127.0.0.1:9/hook", "127.0.0.1")
    worker = Worker(post.courier, post.wake)

    def refuse(_thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    for number in range(delivery.SENDERS + 1):
        post.add_case(f"k{number}")
        worker._start_due()
    assert worker._free() == delivery.SENDERS
    assert {row.state for row in post.rows()} == {DeliveryState.SENDING}


# -- where the client of one comment waits -------------------------------------------


@contextmanager
def a_blog():
    """A blog with the plugin's webhook: what it heard, as headers and JSON."""
    heard = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.append((dict(self.headers), json.loads(body)))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_args) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}", heard
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.slow
@pytest.mark.parametrize(("action", "result"), [(Action.REJECT, "true"), (Action.PUBLISH, "false")])
def test_it_calls_back_as_akismet_would(post, action, result):
    with a_blog() as (host, heard):
        post.add_site(f"http://{host}/hook", host)
        secret = SiteSecret(
            SecretKind.AKISMET, post.vault.index("0123456789ab"), post.vault.seal_secret("0123456789ab")
        )
        post.store.rotate_secret("site-ada", secret, post.now, 0)
        case = post.add_case("guid", callback=Callback(f"http://{host}/wp-json", {"comment_post_ID": "7"}))
        deliver_due(post.courier)
        heard.clear()
        post.decide(case, action)
        assert deliver_due(post.courier) == 2
    calls = [body for headers, body in heard if "X-Akismet-Webhook" in {name.title() for name in headers}]
    comment = {"guid": "guid", "result": result, "comment_post_ID": "7"}
    assert calls == [{"key": "0123456789ab", "endpoint": "comment-check", "comments": [comment]}]


@pytest.mark.slow
def test_it_calls_no_private_address_that_was_not_listed(post):
    with a_blog() as (host, heard):
        post.add_site("https://gazette.example/hook", "elsewhere.example")
        secret = SiteSecret(
            SecretKind.AKISMET, post.vault.index("0123456789ab"), post.vault.seal_secret("0123456789ab")
        )
        post.store.rotate_secret("site-ada", secret, post.now, 0)
        post.store.switch_hook("site-ada", on=False, reason="", at=post.now)
        case = post.add_case("guid", callback=Callback(f"http://{host}/wp-json", {}))
        post.decide(case, Action.REJECT)
        assert deliver_due(post.courier) == 1
    assert heard == []
    assert "refused_private_address" in {row.last_reason for row in post.rows()}
