"""The one gate of every protocol: who calls, how often, from where, and what they sent.

A credential becomes a Site, a body becomes plain fields, an address behind proxies becomes the client's. Limits on
rate and size live here. Looks at no meaning. May import what the doors may, and ``limits``.
"""

from __future__ import annotations

import hmac
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from threading import Timer
from typing import Protocol, cast
from urllib.parse import parse_qsl

from flask import current_app, request
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from modbot import delivery
from modbot.config import Settings
from modbot.domain import SecretKind, Site
from modbot.errors import BadRequest, NotAuthorised, PayloadTooLarge, TooManyRequests, UnsupportedMedia
from modbot.intake.codec import from_json
from modbot.moderation import Moderator
from modbot.privacy import Vault, key_hash
from modbot.storage import Store

LIMITER = "modbot-limiter"
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
# More fields than any form has; parsing many empty ones is the cheapest way to keep a server busy.
FORM_FIELDS_MAX = 200
# The tolerance of the Standard Webhooks scheme, both ways.
SIGNATURE_AGE_MAX_S = 300
# A single household may move within its /64, so that is what a limit counts.
IPV6_LIMIT_PREFIX = 64

# Counters of past minutes do no harm; they only take room.
SWEEP_EVERY_S = 30.0

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address


class House(Protocol):
    """What the doors need of the house that the join has opened."""

    @property
    def settings(self) -> Settings:
        """Limits, trusted proxies."""

    @property
    def store(self) -> Store:
        """Sites and cases."""

    @property
    def vault(self) -> Vault:
        """Secrets and stamps."""

    @property
    def moderator(self) -> Moderator:
        """The pipeline."""

    @property
    def clock(self) -> Callable[[], datetime]:
        """The time, read once per request."""


def house() -> House:
    """Return the opened house of this app."""
    return cast("House", current_app.extensions["modbot"])


# -- who ------------------------------------------------------------------------


def admit(at: datetime) -> Site:
    """Return the site whose bearer key came with the request; raise NotAuthorised otherwise."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise NotAuthorised(
            "Expected the header 'Authorization: Bearer <site key>', got none. `modbot site add` made one."
        )
    site = house().store.site_for_key(SecretKind.BEARER, key_hash(key.strip()), at)
    if site is None:
        raise NotAuthorised("Expected the key of a site, got one that no site has (any more). Look for a rotated key.")
    if site.signed_requests:
        _check_signature(site, at)
    return site


def _check_signature(site: Site, at: datetime) -> None:
    """Check a request by the Standard Webhooks scheme, over the bytes of the body."""
    message_id, stamp = signed_id(), request.headers.get("webhook-timestamp", "")
    given = request.headers.get("webhook-signature", "").split(" ")
    if not message_id or not stamp.isascii() or not stamp.isdigit() or not given[0]:
        raise NotAuthorised(
            "This site signs its requests: expected webhook-id, webhook-timestamp and webhook-signature headers."
        )
    if len(stamp) > 12 or abs(at.timestamp() - int(stamp)) > SIGNATURE_AGE_MAX_S:
        raise NotAuthorised(f"webhook-timestamp: expected a time within {SIGNATURE_AGE_MAX_S} s of now. Set the clock.")
    secrets = [house().vault.open_secret(sealed) for sealed in house().store.secrets(site.id, SecretKind.WEBHOOK, at)]
    if not _is_signed(secrets, (message_id, int(stamp)), read_body(), given):
        raise NotAuthorised("webhook-signature: does not fit the body. Sign id.timestamp.body with the webhook secret.")


def _is_signed(secrets: Sequence[str], stamp: tuple[str, int], body: bytes, given: Sequence[str]) -> bool:
    expected = delivery.sign(secrets, *stamp, body).split(" ") if secrets else []
    return any(hmac.compare_digest(ours.encode(), theirs.encode()) for ours in expected for theirs in given)


def signed_id() -> str:
    """Return the id of a signed request, or nothing; a dot would move the borders of the signed text."""
    message_id = request.headers.get("webhook-id", "")
    return "" if "." in message_id else message_id


# -- what -----------------------------------------------------------------------


def read_body() -> bytes:
    """Return the body as it was sent; raise PayloadTooLarge for more than the setting max_request_bytes."""
    body = request.get_data()
    # A body that comes in chunks states no length; the framework cuts it at the limit without a word.
    if request.content_length is None and len(body) >= house().settings.max_request_bytes:
        raise PayloadTooLarge("The body is larger than this server reads. Shorten it.")
    return body


def read_fields() -> dict[str, object]:
    """Read a JSON object or a form; the content type says which."""
    if request.mimetype == JSON:
        return _json_fields(read_body())
    if request.mimetype == FORM:
        # A field that comes twice stays a list, which no field may be: better refused than half read.
        form = form_fields(read_body())
        return {name: values[0] if len(values) == 1 else values for name, values in form.items()}
    got = "none" if not request.mimetype else "another"
    raise UnsupportedMedia(f"Content-Type: expected {JSON} or {FORM}, got {got}.")


def _json_fields(body: bytes) -> dict[str, object]:
    try:
        fields = from_json(body)
    except ValueError:
        raise BadRequest(
            "Expected a JSON object in UTF-8, got something that is no JSON. Check quotes and escapes."
        ) from None
    if not isinstance(fields, dict):
        raise BadRequest("Expected a JSON object with the fields of the call, got another kind of JSON.")
    return fields


def form_fields(body: bytes) -> dict[str, list[str]]:
    """Parse a URL-encoded form strictly; a field may come several times."""
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            encoding="utf-8",
            errors="strict",
            max_num_fields=FORM_FIELDS_MAX,
        )
    except ValueError:
        raise BadRequest(
            f"Expected a URL-encoded form in UTF-8 of at most {FORM_FIELDS_MAX} fields, got something else."
        ) from None
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    return fields


# -- how often, from where --------------------------------------------------------


class RareTimer:
    """A timer that passes for alive until the next sweep is due."""

    def __init__(self, timer: Timer) -> None:
        self._timer = timer
        self._started_s = 0.0

    def start(self) -> None:
        """Sweep soon, and not again for a while."""
        self._started_s = time.monotonic()
        self._timer.start()

    def is_alive(self) -> bool:
        """Whether it is too early for another sweep."""
        return self._timer.is_alive() or time.monotonic() - self._started_s < SWEEP_EVERY_S


class Counts(MemoryStorage):
    """Counters in memory. The library's own starts a thread for every hit that comes 10 ms after the last."""

    @property  # type: ignore[override]
    def timer(self) -> RareTimer:
        """What decides when expired counters are swept out."""
        return self._rare

    @timer.setter
    def timer(self, timer: Timer) -> None:
        self._rare = RareTimer(timer)


@dataclass(frozen=True, slots=True)
class Limiter:
    """Counts per minute, in this process. Several processes each allow as much."""

    strategy: MovingWindowRateLimiter

    @classmethod
    def fresh(cls) -> Limiter:
        """Return a limiter that has counted nothing."""
        return cls(MovingWindowRateLimiter(Counts()))

    def hit(self, per_minute: int, *names: str) -> None:
        """Count one; raise TooManyRequests when there were too many in this minute."""
        item = RateLimitItemPerMinute(per_minute)
        if self.strategy.hit(item, *names):
            return
        reset = self.strategy.get_window_stats(item, *names).reset_time
        wait_s = max(1, math.ceil(reset - time.time()))
        raise TooManyRequests(f"Expected at most {per_minute} a minute, got more. Wait {wait_s} s.", wait_s)


def limiter() -> Limiter:
    """Return the limiter of this app."""
    return cast("Limiter", current_app.extensions[LIMITER])


def client_address(remote: str, forwarded_for: str, trusted: Sequence[Network]) -> str:
    """Return the nearest address that is no trusted proxy, empty when there is none.

    ``X-Forwarded-For`` is read from its end: each trusted proxy vouches for the entry before it.
    """
    client = ""
    for hop in (remote, *reversed(forwarded_for.split(","))):
        address = _address(hop.strip())
        if address is None:
            break
        client = address.compressed
        if not any(address in network for network in trusted):
            break
    return client


def client() -> str:
    """Return the address of whoever sent the current request."""
    return client_address(
        request.remote_addr or "", request.headers.get("X-Forwarded-For", ""), house().settings.trusted_proxies
    )


def limited_name(address: str) -> str:
    """Return what a limit counts for an address: itself, or its network with IPv6."""
    parsed = _address(address)
    if isinstance(parsed, IPv6Address):
        return str(ip_network((int(parsed), IPV6_LIMIT_PREFIX), strict=False))
    return address


def _address(text: str) -> Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
