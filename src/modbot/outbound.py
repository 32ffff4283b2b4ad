"""The only room that opens a connection to somewhere else.

``post`` sends one message: it resolves the name once, refuses addresses that are not public unless the owner
listed the host, connects to the very address it checked, follows no redirect, and keeps to one deadline for
everything. ``mx_exists`` asks whether a domain takes mail. Decides nothing, retries nothing, knows no proxy.
May import ``errors``.
"""

from __future__ import annotations

import functools
import http.client
import ipaddress
import queue
import socket
import ssl
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from modbot.errors import DeliveryFailed

if TYPE_CHECKING:
    import dns.resolver

# An answer's body is of no interest; reading some of it lets a well-behaved server finish its sentence.
READ_MAX_BYTES = 16_384
# A dead address must not eat the time of the next one in the list.
CONNECT_MAX_S = 5.0
# No receiver may park a message for longer than the longest pause of the retry schedule.
RETRY_AFTER_MAX_S = 86_400.0
# Answers whose Retry-After counts.
SLOW_DOWN = frozenset({429, 502, 503, 504})
# Domains keep or lose their mail servers for days; a failed look-up may be our own trouble and is soon repeated.
MX_KNOWN_S = 3_600.0
MX_UNKNOWN_S = 60.0
MX_REMEMBERED = 4_096

# Doors into somebody's data centre or laboratory that not every Python's registry knows as such.
NEVER_PUBLIC = tuple(
    ipaddress.ip_network(network)
    for network in ("168.63.129.16/32", "192.0.0.0/24", "64:ff9b:1::/48", "3fff::/20", "5f00::/16")
)
# IPv6 ranges that carry an IPv4 address in their last 32 bits: NAT64, and the old compatible form.
CARRIERS = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("::/96"))
# What a path may hold as it stands; everything else is percent-encoded.
PATH_SAFE = "/%:=&?~+!$,;'@()*-._"

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
SockAddr = tuple[socket.AddressFamily, tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]]


@dataclass(frozen=True, slots=True)
class Response:
    """A receiver said yes: the status, 200 to 299."""

    status: int


@dataclass(frozen=True, slots=True)
class _Target:
    tls: bool
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.tls else 80) else f"{host}:{self.port}"


def post(
    url: str, body: bytes, headers: Mapping[str, str], *, timeout_s: float, allowed_hosts: Collection[str] = ()
) -> Response:
    """Send ``body`` to ``url`` once.

    Everything that is not a 2xx answer within ``timeout_s`` raises DeliveryFailed with a named reason.
    """
    target = _target(url)
    deadline = time.monotonic() + timeout_s
    addresses = _resolve(target, timeout_s)
    if not _is_listed(target, allowed_hosts) and not all(is_public(str(address[0])) for _, address in addresses):
        raise DeliveryFailed("refused_private_address")
    with _dial(addresses, deadline) as line, _hang_up_at(line, deadline) as late:
        try:
            return _talk(line, target, body, headers)
        except (TimeoutError, ssl.SSLError, http.client.HTTPException, OSError) as error:
            raise DeliveryFailed("timeout" if late.is_set() else _reason(error)) from error


def is_public(host: str) -> bool:
    """Whether this numeric address belongs to the public internet, whatever it is wrapped in."""
    address: Address = ipaddress.ip_address(host)
    if isinstance(address, ipaddress.IPv6Address):
        inner = _carried(address)
        if inner is not None:
            return is_public(str(inner))
    if any(address in network for network in NEVER_PUBLIC):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def mx_exists(domain: str, timeout_s: float) -> bool | None:
    """Whether a domain takes mail; None when nobody could say. A signal, never a reason to refuse anybody."""
    return _MAIL_DOMAINS.look_up(domain, timeout_s)


class MailDomains:
    """Remembers which domains take mail, for a while."""

    def __init__(
        self, ask: Callable[[str, float], bool | None] | None = None, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._ask = ask or ask_dns
        self._now = now
        self._lock = threading.Lock()
        self._known: OrderedDict[str, tuple[bool | None, float]] = OrderedDict()

    def look_up(self, domain: str, timeout_s: float) -> bool | None:
        """Answer from memory or ask, at most ``timeout_s`` long."""
        name = domain.rstrip(".").casefold()
        with self._lock:
            answer, until = self._known.get(name, (None, self._now()))
            if self._now() < until:
                self._known.move_to_end(name)
                return answer
        answer = self._ask(name, timeout_s)
        with self._lock:
            self._known[name] = (answer, self._now() + (MX_UNKNOWN_S if answer is None else MX_KNOWN_S))
            while len(self._known) > MX_REMEMBERED:
                self._known.popitem(last=False)
        return answer


def ask_dns(domain: str, timeout_s: float, resolver: dns.resolver.Resolver | None = None) -> bool | None:
    """Ask for mail servers, then for the address that RFC 5321 takes instead; a null MX (RFC 7505) says no."""
    import dns.exception
    import dns.resolver

    deadline = time.monotonic() + timeout_s
    try:
        resolver = resolver or dns.resolver.get_default_resolver()
        for kind in ("MX", "A", "AAAA"):
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                return None
            with suppress(dns.resolver.NoAnswer):
                records = list(resolver.resolve(domain, kind, lifetime=left_s, search=False))
                if kind == "MX":
                    return any(str(record.exchange) != "." for record in records)
                if any(is_public(record.address) for record in records):
                    return True
    except dns.resolver.NXDOMAIN:
        return False
    except (dns.exception.DNSException, OSError, UnicodeError):
        return None
    return False


_MAIL_DOMAINS = MailDomains()


# -- one message, step by step ---------------------------------------------------


def _target(url: str) -> _Target:
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".").encode("idna").decode("ascii")
        port = parts.port
    except (ValueError, UnicodeError):
        raise DeliveryFailed("bad_url") from None
    if parts.scheme not in ("http", "https") or not host or parts.username is not None or port == 0:
        raise DeliveryFailed("bad_url")
    tls = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return _Target(tls, host, port or (443 if tls else 80), quote(path, safe=PATH_SAFE))


def _resolve(target: _Target, timeout_s: float) -> list[SockAddr]:
    """Ask the system's resolver, which knows no time-out, from a thread that may be left behind."""
    answers: queue.SimpleQueue[list[SockAddr] | None] = queue.SimpleQueue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
            answers.put([(family, address) for family, _, _, _, address in found])
        except (OSError, UnicodeError):
            answers.put(None)

    threading.Thread(target=ask, name="resolve", daemon=True).start()
    try:
        addresses = answers.get(timeout=timeout_s)
    except queue.Empty:
        raise DeliveryFailed("dns_timeout") from None
    if not addresses:
        raise DeliveryFailed("dns_failed")
    return addresses


def _is_listed(target: _Target, allowed_hosts: Collection[str]) -> bool:
    listed = {host.rstrip(".").casefold() for host in allowed_hosts}
    return not listed.isdisjoint({target.host, f"{target.host}:{target.port}", f"[{target.host}]:{target.port}"})


def _carried(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if any(address in network for network in CARRIERS):
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return None


@contextmanager
def _dial(addresses: list[SockAddr], deadline: float) -> Iterator[socket.socket]:
    """Connect to the first of the checked addresses that answers."""
    reason = "timeout"
    for family, address in addresses:
        left_s = deadline - time.monotonic()
        if left_s <= 0:
            break
        line = socket.socket(family, socket.SOCK_STREAM)
        try:
            line.settimeout(min(CONNECT_MAX_S, left_s))
            line.connect(address)
        except OSError as error:
            line.close()
            reason = _reason(error)
            continue
        line.settimeout(max(0.001, deadline - time.monotonic()))
        with line:
            yield line
        return
    raise DeliveryFailed(reason)


@contextmanager
def _hang_up_at(line: socket.socket, deadline: float) -> Iterator[threading.Event]:
    """Cut the line at the deadline: a socket's own time-out starts anew with every byte that drips in."""
    late = threading.Event()
    # A duplicate stays good while the original is wrapped for TLS.
    handle = line.dup()

    def hang_up() -> None:
        late.set()
        with suppress(OSError):
            handle.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(max(0.0, deadline - time.monotonic()), hang_up)
    timer.daemon = True
    timer.start()
    try:
        yield late
    finally:
        timer.cancel()
        handle.close()


def _talk(line: socket.socket, target: _Target, body: bytes, headers: Mapping[str, str]) -> Response:
    connection = http.client.HTTPConnection(target.host, target.port)
    # The certificate is checked against the name, the line leads to the address that was checked.
    connection.sock = _tls().wrap_socket(line, server_hostname=target.host) if target.tls else line
    try:
        fixed = {"Host": target.authority, "User-Agent": "modbot", "Connection": "close"}
        connection.request("POST", target.path, body=body, headers={**headers, **fixed})
        with connection.getresponse() as answer:
            _judge(answer.status, _wait_s(answer.getheader("Retry-After", ""), answer.getheader("Date", "")))
            # The status line is the answer; a body that breaks off takes nothing back.
            with suppress(OSError, http.client.HTTPException):
                answer.read(READ_MAX_BYTES)
            return Response(answer.status)
    finally:
        connection.close()


@functools.cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _wait_s(retry_after: str, date: str) -> float | None:
    """Seconds until the receiver wants to hear of us again; a date counts from the receiver's own."""
    if retry_after.isdecimal():
        return min(float(retry_after), RETRY_AFTER_MAX_S)
    try:
        wait_s = (parsedate_to_datetime(retry_after) - parsedate_to_datetime(date)).total_seconds()
    except (ValueError, TypeError):
        return None
    return min(max(wait_s, 0.0), RETRY_AFTER_MAX_S)


def _judge(status: int, wait_s: float | None) -> None:
    """Raise the named reason of every answer but a 2xx."""
    if status in range(200, 300):
        return
    if status == HTTPStatus.GONE:
        raise DeliveryFailed("gone", permanent=True, status=status)
    if status in range(300, 400):
        raise DeliveryFailed("redirect", status=status)
    failure = DeliveryFailed(
        "rate_limited" if status == HTTPStatus.TOO_MANY_REQUESTS else f"status_{status}", status=status
    )
    if status in SLOW_DOWN:
        failure.retry_after_s = wait_s
    raise failure


def _reason(error: Exception) -> str:
    """Name what went wrong; the more specific classes first."""
    names: tuple[tuple[type[Exception], str], ...] = (
        (TimeoutError, "timeout"),
        (ssl.SSLError, "tls_failed"),
        (http.client.RemoteDisconnected, "connection_closed"),
        (ConnectionRefusedError, "connection_refused"),
        (ConnectionError, "connection_closed"),
        (http.client.HTTPException, "bad_response"),
    )
    return next((name for kind, name in names if isinstance(error, kind)), "connection_failed")
