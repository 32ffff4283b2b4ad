"""Outbox rows become signed webhooks: sent, retried, given up, and a dead hook switched off.

An attempt is claimed by lease and committed before anything is sent, and what happened is written down
fenced by that lease: a message may arrive twice under one id, never not at all. Messages to one site may
overtake each other; receivers order by ``revision``. Never changes a case, never reads the clock itself.
May import the rooms of rank 0 and 1.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson

from modbot import observe, outbound
from modbot.domain import Action, Attempt, Delivery, Event, SecretKind, Site
from modbot.errors import DeliveryFailed, StoreError
from modbot.privacy import Vault
from modbot.storage import Store

# Seconds from one attempt to the next, as Standard Webhooks 1.0.0 suggests: ten attempts in 75.5 hours, then given up.
RETRY_AFTER_S = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
# Share of a pause that chance adds, so that an outage does not end in one great wave.
JITTER = 0.1
# A hook that fails so often in a row, over more than this time, is switched off.
SWITCH_OFF_FAILURES = 10
SWITCH_OFF_S = 3_600.0
SECRET_PREFIX = "whsec_"  # noqa: S105 - the public mark of a signing secret, not one

# Messages on their way at the same time, and those of one claim: a claim is small so that it starts at once.
SENDERS = 16
CLAIM = 4
# From here on a site waits for its own messages, so that a slow receiver cannot take all senders.
SITE_SENDERS = 4
# After a failure its site rests, twice as long each time up to the last; the others go on.
REST_MIN_S = 1.0
REST_MAX_S = 60.0
# A receiver that asks for a longer rest gets it for the message it answered, not for those that come later.
REST_ASKED_MAX_S = 3_600.0
# The outbox is looked at this often when nothing was due; a wake-up shortens the pause.
IDLE_MIN_S = 0.2
IDLE_MAX_S = 2.0
LOOK_PAUSE_S = 0.05
# How long a stop waits for messages on their way. What is cut off is sent again after its lease.
STOP_S = 5.0


@dataclass(frozen=True, slots=True)
class Courier:
    """What it takes to carry one message. ``chance`` yields numbers in [0, 1) for the jitter."""

    store: Store
    vault: Vault
    clock: Callable[[], datetime]
    timeout_s: float = 20.0
    lease_s: float = 120.0
    chance: Callable[[], float] = random.random


# -- the message -----------------------------------------------------------------


def sign(secrets: Sequence[str], message_id: str, timestamp: int, body: bytes) -> str:
    """Return the signature header: one ``v1`` entry per secret, the newest first."""
    signed = b"%s.%d.%s" % (message_id.encode(), timestamp, body)
    digests = (hmac.new(_signing_key(secret), signed, hashlib.sha256).digest() for secret in secrets)
    return " ".join(f"v1,{base64.b64encode(digest).decode()}" for digest in digests)


def payload(delivery: Delivery) -> bytes:
    """Return the event as JSON, the same bytes on every attempt: ids and the decision, no text, no address."""
    at = _iso(delivery.at)
    return orjson.dumps(
        {
            "type": delivery.event.value,
            "timestamp": at,
            "data": {
                "id": delivery.case_id,
                "site": delivery.site_id,
                "action": delivery.action.value,
                "previous": delivery.previous.value if delivery.previous else None,
                "decided_by": delivery.decided_by.value,
                "revision": delivery.revision,
                "at": at,
            },
        }
    )


def next_try(delivery: Delivery, attempt: Attempt, chance: float) -> datetime | None:
    """Return when to try again, None when this was the last attempt. A receiver may only ask for a longer pause."""
    if delivery.attempts >= len(RETRY_AFTER_S):
        return None
    pause_s = RETRY_AFTER_S[delivery.attempts] * (1 + JITTER * chance)
    return attempt.at + timedelta(seconds=max(pause_s, attempt.retry_after_s or 0.0))


# -- one attempt -----------------------------------------------------------------


def deliver_due(courier: Courier, limit: int = 100) -> int:
    """Send what is due, one after the other, and return how many attempts were made."""
    made = 0
    while made < limit and (claimed := courier.store.claim_deliveries(courier.clock(), 1, courier.lease_s)):
        for delivery in claimed:
            made += deliver(courier, delivery) is not None
    return made


def deliver(courier: Courier, delivery: Delivery) -> Attempt | None:
    """Make one attempt at a claimed message and write down what happened.

    None when there was nothing to attempt: the hook was switched off since the claim, and its rows are kept.
    """
    site, to_hook = courier.store.site(delivery.site_id), delivery.event is Event.COMMENT_DECIDED
    if to_hook and site is not None and site.hook is not None and not site.hook.on:
        return None
    began = time.monotonic()
    try:
        status = _send(courier, delivery, site) if to_hook else _call_back(courier, delivery, site)
        attempt = Attempt(delivered=True, permanent=False, reason="", status=status, at=courier.clock())
    except DeliveryFailed as failure:
        attempt = _failed(failure, courier.clock())
    except StoreError:
        raise
    except Exception as error:  # noqa: BLE001 - a message that cannot be sent must not stop the others
        observe.log_trouble("delivery_broke", error, id=delivery.id, site=delivery.site_id)
        attempt = _failed(DeliveryFailed("internal_error"), courier.clock())
    again = None if attempt.delivered or site is None else next_try(delivery, attempt, courier.chance())
    kept = courier.store.record_attempt(delivery, attempt, again)
    _tell(delivery, attempt, _outcome(attempt, again, kept=kept), time.monotonic() - began)
    if kept and to_hook and not attempt.delivered:
        _switch_off_if_dead(courier, delivery, attempt)
    return attempt


def _send(courier: Courier, delivery: Delivery, site: Site | None) -> int:
    if site is None or site.hook is None:
        raise DeliveryFailed("no_hook")
    at = courier.clock()
    secrets = [courier.vault.open_secret(s) for s in courier.store.secrets(site.id, SecretKind.WEBHOOK, at)]
    if not secrets:
        raise DeliveryFailed("no_secret")
    body = payload(delivery)
    timestamp = int(at.timestamp())
    headers = {
        "Content-Type": "application/json",
        "webhook-id": delivery.id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(secrets, delivery.id, timestamp, body),
    }
    return outbound.post(
        site.hook.url, body, headers, timeout_s=courier.timeout_s, allowed_hosts=site.allowed_hosts
    ).status


def _call_back(courier: Courier, delivery: Delivery, site: Site | None) -> int:
    """Tell a client of Akismet's protocol what became of its comment, as the service itself would."""
    waits = courier.store.callback(delivery.case_id)
    if site is None or waits is None:
        raise DeliveryFailed("no_callback")
    callback, guid = waits
    keys = [courier.vault.open_secret(s) for s in courier.store.secrets(site.id, SecretKind.AKISMET, courier.clock())]
    if not keys:
        raise DeliveryFailed("no_secret")
    # The plugin knows the words "true" and "false" only, and no others.
    result = "true" if delivery.action is Action.REJECT else "false"
    comment = {"guid": guid, "result": result, **callback.about}
    body = orjson.dumps({"key": keys[0], "endpoint": "comment-check", "comments": [comment]})
    headers = {"Content-Type": "application/json", "X-Akismet-Webhook": "1"}
    return outbound.post(
        callback.url, body, headers, timeout_s=courier.timeout_s, allowed_hosts=site.allowed_hosts
    ).status


def _failed(failure: DeliveryFailed, at: datetime) -> Attempt:
    return Attempt(
        delivered=False,
        permanent=failure.permanent,
        reason=failure.reason,
        status=failure.http_status,
        at=at,
        retry_after_s=failure.retry_after_s,
    )


def _switch_off_if_dead(courier: Courier, delivery: Delivery, attempt: Attempt) -> None:
    """Switch a hook off that said so itself or failed for long. Its rows stay and go out when it is on again."""
    if attempt.permanent:
        reason = "the receiver answered 410 Gone"
    else:
        failures, since = courier.store.failing_since(delivery.site_id)
        failing_s = (attempt.at - since).total_seconds() if since else 0.0
        if failures < SWITCH_OFF_FAILURES or failing_s <= SWITCH_OFF_S:
            return
        reason = f"{failures} failures in a row, the last one {attempt.reason}"
    courier.store.switch_hook(delivery.site_id, on=False, reason=reason, at=attempt.at)
    observe.log_event("hook_switched_off", site=delivery.site_id, reason=reason)


def _outcome(attempt: Attempt, again: datetime | None, *, kept: bool) -> str:
    if not kept:
        return "lease_lost"
    if attempt.delivered:
        return "delivered"
    return "given_up" if again is None else "failed"


def _tell(delivery: Delivery, attempt: Attempt, outcome: str, took_s: float) -> None:
    observe.DELIVERIES.labels(outcome).inc()
    observe.log_event(
        "delivery",
        id=delivery.id,
        case=delivery.case_id,
        site=delivery.site_id,
        outcome=outcome,
        reason=attempt.reason,
        status=attempt.status,
        attempt=delivery.attempts + 1,
        duration_ms=round(took_s * 1000, 1),
    )


def _signing_key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except binascii.Error:
        raise DeliveryFailed("bad_secret") from None


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="microseconds").replace("+00:00", "Z")


# -- the work alone ----------------------------------------------------------------


class Worker:
    """Keeps delivering until told to stop. Any number may run, in threads or processes: leases keep them apart."""

    def __init__(self, courier: Courier, wake: threading.Event) -> None:
        self._courier = courier
        self._wake = wake
        self._lock = threading.Lock()
        self._under_way: Counter[str] = Counter()
        self._rests: dict[str, tuple[float, float]] = {}

    def run(self, stop: threading.Event) -> None:
        """Deliver what is due until ``stop`` is set, then wait a moment for what is on its way.

        Whoever sets ``stop`` sets the wake-up too, to be heard at once.
        """
        idle_s = IDLE_MIN_S
        while not stop.is_set():
            # Cleared before looking: a wake-up that comes while looking leads to another look.
            self._wake.clear()
            if self._start_due():
                idle_s = IDLE_MIN_S
            else:
                idle_s = min(IDLE_MAX_S, idle_s * 2)
                # Many comments in a row, of sites without a hook, are worth one look and not one each.
                stop.wait(LOOK_PAUSE_S)
            self._wake.wait(idle_s if self._free() else IDLE_MAX_S)
        deadline = time.monotonic() + STOP_S
        while self._free() < SENDERS and time.monotonic() < deadline:
            time.sleep(0.02)

    def _free(self) -> int:
        with self._lock:
            return max(0, SENDERS - self._under_way.total())

    def _start_due(self) -> int:
        """Claim and start as much as there are free senders; return how many messages were started."""
        started = 0
        try:
            while free := self._free():
                claimed = self._courier.store.claim_deliveries(
                    self._courier.clock(), min(free, CLAIM), self._courier.lease_s, self._waiting_sites()
                )
                if not claimed:
                    break
                for delivery in claimed:
                    self._start(delivery)
                started += len(claimed)
        except StoreError as error:
            observe.log_trouble("outbox_unavailable", error)
        except Exception as error:  # noqa: BLE001 - if this thread ended, no site would hear of anything any more
            observe.log_trouble("deliveries_broke", error)
        return started

    def _waiting_sites(self) -> tuple[str, ...]:
        """Return the sites that rest after a failure or have enough messages on their way."""
        now = time.monotonic()
        with self._lock:
            resting = {site for site, (until, _) in self._rests.items() if now < until}
            return tuple(resting | {site for site, n in self._under_way.items() if n >= SITE_SENDERS})

    def _start(self, delivery: Delivery) -> None:
        with self._lock:
            self._under_way[delivery.site_id] += 1
        # A daemon: a stop does not wait for a receiver that takes its time.
        thread = threading.Thread(target=self._carry, args=(delivery,), name="deliver", daemon=True)
        try:
            thread.start()
        except RuntimeError:
            # The machine has no more threads to give. The lease runs out and the message is sent again.
            self._end(delivery)
            raise

    def _carry(self, delivery: Delivery) -> None:
        attempt = None
        try:
            attempt = deliver(self._courier, delivery)
        except StoreError as error:
            # The lease runs out and the message is sent again.
            observe.log_trouble("outbox_unavailable", error, id=delivery.id)
        finally:
            self._end(delivery, attempt)
            self._wake.set()

    def _end(self, delivery: Delivery, attempt: Attempt | None = None) -> None:
        with self._lock:
            self._under_way[delivery.site_id] -= 1
            if not self._under_way[delivery.site_id]:
                del self._under_way[delivery.site_id]
            if attempt is not None:
                self._rest(delivery.site_id, attempt)

    def _rest(self, site_id: str, attempt: Attempt) -> None:
        if attempt.delivered:
            self._rests.pop(site_id, None)
            return
        now = time.monotonic()
        until, last_s = self._rests.get(site_id, (0.0, 0.0))
        # Messages that failed together are one failure of their site.
        rest_s = last_s if now < until else min(REST_MAX_S, max(REST_MIN_S, last_s * 2))
        asked_s = min(attempt.retry_after_s or 0.0, REST_ASKED_MAX_S)
        self._rests[site_id] = (max(until, now + max(rest_s, asked_s)), rest_s)
