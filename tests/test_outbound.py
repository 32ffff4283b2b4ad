"""Connections to somewhere else, over real sockets: what is refused, how each failure is named."""

from __future__ import annotations

import datetime as dt
import ipaddress
import socket
import ssl
import threading
import time
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from modbot import outbound
from modbot.errors import DeliveryFailed

LOOPBACK = ("127.0.0.1", "localhost")
OK = b"HTTP/1.1 204 No Content\r\n\r\n"


@contextmanager
def a_server(answer, *, context=None):
    """A raw server on loopback: ``answer`` is bytes, or a function of the open line. Yields port and what it read."""
    seen: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                line, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=talk, args=(line,), daemon=True).start()

    def talk(line: socket.socket) -> None:
        try:
            with context.wrap_socket(line, server_side=True) if context else line as speaking:
                speaking.settimeout(5)
                seen.append(read_request(speaking))
                speaking.sendall(answer) if isinstance(answer, bytes) else answer(speaking)
        except OSError:
            line.close()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield listener.getsockname()[1], seen
    finally:
        listener.close()


def read_request(line: socket.socket) -> bytes:
    read = b""
    while b"\r\n\r\n" not in read:
        read += line.recv(4096)
    head, _, body = read.partition(b"\r\n\r\n")
    length = next(int(h.split(b":")[1]) for h in head.split(b"\r\n") if h.lower().startswith(b"content-length"))
    while len(body) < length:
        body += line.recv(4096)
    return head + b"\r\n\r\n" + body


def send(url: str, *, timeout_s: float = 3.0, allowed=LOOPBACK) -> outbound.Response:
    return outbound.post(url, b'{"a": 1}', {"webhook-id": "m1"}, timeout_s=timeout_s, allowed_hosts=allowed)


def failure(url: str, **terms) -> DeliveryFailed:
    with pytest.raises(DeliveryFailed) as caught:
        send(url, **terms)
    return caught.value


def test_it_works():
    with a_server(OK) as (port, seen):
        assert send(f"http://localhost:{port}/hook?site=1").status == 204
    head, _, body = seen[0].partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /hook?site=1 HTTP/1.1"
    assert f"Host: localhost:{port}" in lines
    assert "webhook-id: m1" in lines
    assert body == b'{"a": 1}'


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "localhost", "localhost.", "LOCALHOST", "127.1", "0x7f.1", "2130706433", "017700000001",
        "0.0.0.0",  # noqa: S104 - refused, not listened on
        "0", "10.0.0.7", "172.16.5.5", "192.168.1.1", "169.254.169.254", "100.64.0.1", "100.100.100.200", "192.0.0.192",
        "168.63.129.16", "224.0.0.1", "255.255.255.255", "198.18.0.1", "203.0.113.5", "[::1]", "[::]", "[fe80::1]",
        "[fc00::1]", "[fd00:ec2::254]", "[ff02::1]", "[::ffff:127.0.0.1]", "[::ffff:169.254.169.254]", "[::127.0.0.1]",
        "[64:ff9b::7f00:1]", "[64:ff9b::a9fe:a9fe]", "[64:ff9b:1::808:808]", "[2002:7f00:1::]", "[2001:db8::1]",
        "[2001:0:4136:e378:8000:63bf:80ff:fffe]", "[3fff::1]", "[5f00::1]",
    ],
)  # fmt: skip
def test_it_refuses_every_spelling_of_a_private_address(host):
    with a_server(OK) as (port, seen):
        assert failure(f"http://{host}:{port}/", allowed=()).reason == "refused_private_address"
    assert seen == []


@pytest.mark.parametrize(
    "host", ["93.184.215.14", "8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_it_takes_public_addresses_for_public(host):
    assert outbound.is_public(host)


def test_it_refuses_a_name_when_one_of_its_addresses_is_private(monkeypatch):
    def mixed(*_args, **_kw):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 80)) for ip in ("93.184.215.14", "10.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", mixed)
    assert failure("http://blog.example/", allowed=()).reason == "refused_private_address"


def test_it_asks_for_the_name_only_once(monkeypatch):
    real, asked = socket.getaddrinfo, []

    def rebinding(host, *args, **kw):
        asked.append(host)
        return real("127.0.0.1" if len(asked) == 1 else "192.0.2.1", *args, **kw)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    with a_server(OK) as (port, _):
        assert send(f"http://rebind.example:{port}/", allowed=("rebind.example",)).status == 204
    assert asked == ["rebind.example"]


def test_it_lets_the_owner_list_one_port_of_a_host():
    with a_server(OK) as (port, _):
        assert send(f"http://127.0.0.1:{port}/", allowed=(f"127.0.0.1:{port}",)).status == 204
        assert failure(f"http://127.0.0.1:{port}/", allowed=("127.0.0.1:1",)).reason == "refused_private_address"


@pytest.mark.parametrize(
    "url",
    [
        "ftp://blog.example/", "//blog.example/", "http://", "http:///x", "http://user:pw@127.0.0.1/", "http://[::1/",
        "http://127.0.0.1:99999/", "http://127.0.0.1:0/", "file:///etc/passwd", "gopher://127.0.0.1/", "",
        "http://" + "a" * 70 + ".example/",
    ],
)  # fmt: skip
def test_it_refuses_what_is_no_web_address(url):
    assert failure(url).reason == "bad_url"


def test_it_names_a_host_that_does_not_exist():
    assert failure("http://nowhere.invalid/").reason == "dns_failed"


def test_it_does_not_wait_for_a_resolver_that_hangs(monkeypatch):
    release = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: [] if release.wait(5) else None)
    assert failure("http://slow.example/", timeout_s=0.1).reason == "dns_timeout"
    release.set()


def test_it_names_a_refused_connection():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert failure(f"http://127.0.0.1:{port}/").reason == "connection_refused"


def test_it_tries_the_next_address_when_one_is_dead(monkeypatch):
    with a_server(OK) as (port, _):
        with socket.create_server(("127.0.0.1", 0)) as free:
            dead = free.getsockname()[1]
        both = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", p)) for p in (dead, port)]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: both)
        assert send(f"http://localhost:{port}/").status == 204


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308, 304])
def test_it_follows_no_redirect(status):
    with a_server(OK) as (elsewhere, visited):
        answer = f"HTTP/1.1 {status} Moved\r\nLocation: http://127.0.0.1:{elsewhere}/\r\nContent-Length: 0\r\n\r\n"
        with a_server(answer.encode()) as (port, _):
            error = failure(f"http://127.0.0.1:{port}/")
    assert (error.reason, error.http_status, error.permanent) == ("redirect", status, False)
    assert visited == []


def test_it_takes_gone_for_an_answer():
    with a_server(b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n") as (port, _):
        error = failure(f"http://127.0.0.1:{port}/")
    assert (error.reason, error.http_status, error.permanent) == ("gone", 410, True)


@pytest.mark.parametrize(
    ("status", "header", "reason", "wait_s"),
    [
        (429, "Retry-After: 7", "rate_limited", 7.0),
        (503, "Retry-After: 120", "status_503", 120.0),
        (502, "Retry-After: 9999999", "status_502", 86_400.0),
        (504, "Date: Sun, 01 Mar 2026 12:00:00 GMT\r\nRetry-After: Sun, 01 Mar 2026 12:01:30 GMT", "status_504", 90.0),
        (504, "Date: Sun, 01 Mar 2026 12:00:00 GMT\r\nRetry-After: Sun, 01 Mar 2026 11:00:00 GMT", "status_504", 0.0),
        (429, "Retry-After: soon", "rate_limited", None),
        (429, "X: y", "rate_limited", None),
        (500, "Retry-After: 7", "status_500", None),
        (404, "X: y", "status_404", None),
    ],
)
def test_it_names_an_error_status_and_hears_when_to_come_back(status, header, reason, wait_s):
    with a_server(f"HTTP/1.1 {status} No\r\n{header}\r\nContent-Length: 0\r\n\r\n".encode()) as (port, _):
        error = failure(f"http://127.0.0.1:{port}/")
    assert (error.reason, error.http_status, error.retry_after_s) == (reason, status, wait_s)


def test_it_gives_up_on_a_silent_receiver():
    with a_server(lambda _line: time.sleep(1)) as (port, _):
        began = time.monotonic()
        assert failure(f"http://127.0.0.1:{port}/", timeout_s=0.2).reason == "timeout"
    assert time.monotonic() - began < 0.8


def drip(line: socket.socket) -> None:
    for byte in b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100:
        line.sendall(bytes([byte]))
        time.sleep(0.05)


def test_it_gives_up_on_a_receiver_that_answers_byte_by_byte():
    with a_server(drip) as (port, _):
        began = time.monotonic()
        assert failure(f"http://127.0.0.1:{port}/", timeout_s=0.3).reason == "timeout"
    assert time.monotonic() - began < 1.0


def test_it_reads_only_the_beginning_of_a_long_answer():
    sent = []

    def flood(line: socket.socket) -> None:
        line.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while len(sent) < 10_000:
            line.sendall(b"x" * 65_536)
            sent.append(1)

    with a_server(flood) as (port, _):
        assert send(f"http://127.0.0.1:{port}/").status == 200
    assert len(sent) < 1_000


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"", "connection_closed"),
        (b"SMTP ready\r\n", "bad_response"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000 + b"\r\n\r\n", "bad_response"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n", "bad_response"),
    ],
)
def test_it_names_an_answer_that_is_no_http(answer, reason):
    with a_server(answer) as (port, _):
        assert failure(f"http://127.0.0.1:{port}/").reason == reason


def test_it_escapes_what_an_owner_typed_into_a_path():
    with a_server(OK) as (port, seen):
        send(f"http://127.0.0.1:{port}/h ook/é?q=1&r=%20")
    assert seen[0].startswith(b"POST /h%20ook/%C3%A9?q=1&r=%20 HTTP/1.1\r\n")


# -- TLS -------------------------------------------------------------------------


def a_certificate(folder, *names: str) -> str:
    """A self-signed certificate for these names, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "loopback receiver")])
    now = dt.datetime.now(dt.UTC)
    alternatives = x509.SubjectAlternativeName(
        [x509.IPAddress(ipaddress.ip_address(n)) if n[0].isdigit() else x509.DNSName(n) for n in names]
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(alternatives, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "receiver.pem"
    pem = serialization.Encoding.PEM
    file.write_bytes(
        certificate.public_bytes(pem)
        + key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return str(file)


@pytest.fixture
def trusting(monkeypatch):
    """Trust this certificate file for the length of a test."""

    def trust(file: str) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", file)
        outbound._tls.cache_clear()

    yield trust
    outbound._tls.cache_clear()


def a_context(file: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def test_it_speaks_tls_with_the_name_it_was_given(tmp_path, trusting):
    file = a_certificate(tmp_path, "localhost")
    trusting(file)
    context, asked = a_context(file), []
    context.sni_callback = lambda _socket, name, _context: asked.append(name)
    with a_server(OK, context=context) as (port, seen):
        assert send(f"https://localhost:{port}/").status == 204
    assert asked == ["localhost"]
    assert f"Host: localhost:{port}".encode() in seen[0]


def test_it_refuses_a_certificate_of_another_name(tmp_path, trusting):
    file = a_certificate(tmp_path, "other.example")
    trusting(file)
    with a_server(OK, context=a_context(file)) as (port, seen):
        assert failure(f"https://localhost:{port}/").reason == "tls_failed"
    assert seen == []


def test_it_refuses_a_certificate_that_nobody_vouches_for(tmp_path):
    with a_server(OK, context=a_context(a_certificate(tmp_path, "localhost"))) as (port, _):
        assert failure(f"https://localhost:{port}/").reason == "tls_failed"


def test_it_gives_up_on_a_handshake_that_drips():
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        line, _ = listener.accept()
        with line:
            # The start of a handshake record that announces more than it ever delivers.
            for byte in b"\x16\x03\x03\x20\x00" + b"\x02" * 100:
                try:
                    line.sendall(bytes([byte]))
                except OSError:
                    return
                time.sleep(0.05)

    threading.Thread(target=serve, daemon=True).start()
    began = time.monotonic()
    with listener:
        assert failure(f"https://127.0.0.1:{listener.getsockname()[1]}/", timeout_s=0.3).reason == "timeout"
    assert time.monotonic() - began < 1.0


# -- mail servers ------------------------------------------------------------------

ZONE = {
    ("mail.example.", "MX"): ["10 mx1.mail.example."],
    ("null.example.", "MX"): ["0 ."],
    ("web.example.", "A"): ["93.184.215.14"],
    ("six.example.", "AAAA"): ["2606:4700:4700::1111"],
    ("lan.example.", "A"): ["192.168.0.5"],
}


@contextmanager
def a_name_server(rcode: dns.rcode.Rcode | None = None):
    """A DNS server on loopback with the zone above; names it does not know do not exist."""
    asked: list[str] = []
    line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    line.bind(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                wire, sender = line.recvfrom(4096)
            except OSError:
                return
            query = dns.message.from_wire(wire)
            (question,) = query.question
            name, kind = question.name.to_text(), dns.rdatatype.to_text(question.rdtype)
            asked.append(f"{name} {kind}")
            answer = dns.message.make_response(query)
            answer.flags |= dns.flags.RA
            if rcode is not None:
                answer.set_rcode(rcode)
            elif (name, kind) in ZONE:
                answer.answer.append(dns.rrset.from_text(name, 60, "IN", kind, *ZONE[name, kind]))
            elif not any(known == name for known, _ in ZONE):
                answer.set_rcode(dns.rcode.NXDOMAIN)
            line.sendto(answer.to_wire(), sender)

    threading.Thread(target=serve, daemon=True).start()
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], line.getsockname()[1]
    try:
        yield resolver, asked
    finally:
        line.close()


@pytest.mark.parametrize(
    ("domain", "takes_mail", "why"),
    [
        ("mail.example", True, "it names a mail server"),
        ("null.example", False, "a null MX says that it takes none"),
        ("web.example", True, "an address record counts where there is no MX"),
        ("six.example", True, "so does an IPv6 one"),
        ("lan.example", False, "a private address takes no mail from outside"),
        ("nothing.example", False, "the domain does not exist"),
    ],
)
def test_it_knows_which_domains_take_mail(domain, takes_mail, why):
    with a_name_server() as (resolver, _):
        assert outbound.ask_dns(domain, 2.0, resolver) is takes_mail, why


@pytest.mark.parametrize("rcode", [dns.rcode.SERVFAIL, dns.rcode.REFUSED])
def test_it_does_not_know_when_the_name_server_fails(rcode):
    with a_name_server(rcode) as (resolver, _):
        assert outbound.ask_dns("mail.example", 0.5, resolver) is None


def test_it_does_not_know_when_nobody_answers_in_time():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = ["127.0.0.1"], silent.getsockname()[1]
        began = time.monotonic()
        assert outbound.ask_dns("mail.example", 0.2, resolver) is None
        assert time.monotonic() - began < 1.0


def test_it_does_not_know_about_a_domain_that_cannot_be_asked_for():
    with a_name_server() as (resolver, asked):
        assert outbound.ask_dns("a" * 70 + ".example", 0.5, resolver) is None
    assert asked == []


def test_it_remembers_answers_for_an_hour_and_ignorance_for_a_minute():
    asked: list[str] = []
    clock = [0.0]

    def ask(domain: str, _timeout_s: float) -> bool | None:
        asked.append(domain)
        return {"mail.example": True, "gone.example": False}.get(domain)

    domains = outbound.MailDomains(ask, lambda: clock[0])
    for at, domain, expected in [
        (0, "Mail.Example.", True), (3599, "mail.example", True), (3601, "mail.example", True),
        (3601, "gone.example", False), (3700, "gone.example", False),
        (3700, "odd.example", None), (3759, "odd.example", None), (3761, "odd.example", None),
    ]:  # fmt: skip
        clock[0] = at
        assert domains.look_up(domain, 1.0) is expected
    assert asked == ["mail.example", "mail.example", "gone.example", "odd.example", "odd.example"]


def test_it_forgets_the_domains_asked_for_longest_ago(monkeypatch):
    monkeypatch.setattr(outbound, "MX_REMEMBERED", 2)
    asked: list[str] = []
    domains = outbound.MailDomains(lambda domain, _s: bool(asked.append(domain)) or True, lambda: 0.0)
    for domain in ("a.example", "b.example", "a.example", "c.example", "a.example", "b.example"):
        domains.look_up(domain, 1.0)
    assert asked == ["a.example", "b.example", "c.example", "b.example"]
