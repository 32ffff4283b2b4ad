from __future__ import annotations

import io
import threading
from ipaddress import ip_network

import pytest

from modbot.errors import BadRequest, TooManyRequests
from modbot.intake import gate
from modbot.intake.gate import FORM_FIELDS_MAX, Limiter, client_address, form_fields, limited_name

PROXIES = (ip_network("10.0.0.0/8"), ip_network("::1/128"))


def test_it_works():
    assert client_address("192.0.2.1", "", PROXIES) == "192.0.2.1"
    assert form_fields(b"name=Zo%C3%AB+Lee&body=") == {"name": ["Zoë Lee"], "body": [""]}


@pytest.mark.parametrize(
    ("remote", "forwarded", "client", "why"),
    [
        ("192.0.2.1", "198.51.100.7", "192.0.2.1", "a stranger's header counts for nothing"),
        ("10.0.0.1", "198.51.100.7", "198.51.100.7", "a trusted proxy's does"),
        ("10.0.0.1", "203.0.113.9, 198.51.100.7", "198.51.100.7", "but only its own entry"),
        ("10.0.0.1", "203.0.113.9, 198.51.100.7, 10.0.0.2", "198.51.100.7", "and those of proxies behind it"),
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3", "all trusted: the first of them"),
        ("10.0.0.1", "", "10.0.0.1", "no header"),
        ("10.0.0.1", "unknown", "10.0.0.1", "no address in the header"),
        ("10.0.0.1", "198.51.100.7, nonsense", "10.0.0.1", "what stands before nonsense counts for nothing"),
        ("::1", "2001:DB8:0::7", "2001:db8::7", "IPv6"),
        ("::ffff:10.0.0.1", "198.51.100.7", "198.51.100.7", "IPv4 written as IPv6"),
        ("", "198.51.100.7", "", "no peer at all"),
    ],
)
def test_it_finds_the_client_behind_proxies(remote, forwarded, client, why):
    assert client_address(remote, forwarded, PROXIES) == client, why


def test_it_counts_a_network_of_ipv6_as_one():
    assert limited_name("2001:db8::1") == limited_name("2001:db8::ffff:2") == "2001:db8::/64"
    assert limited_name("192.0.2.1") == "192.0.2.1"
    assert limited_name("") == ""


def test_it_keeps_every_value_of_a_repeated_field():
    assert form_fields(b"a=1&b=3&a=2") == {"a": ["1", "2"], "b": ["3"]}


@pytest.mark.parametrize("body", [b"a=%ff", b"a=\xff", b"&".join([b"a="] * (FORM_FIELDS_MAX + 1))])
def test_it_refuses_forms_that_are_none(body):
    with pytest.raises(BadRequest, match="URL-encoded"):
        form_fields(body)


def test_it_counts_per_minute_and_name():
    limiter = Limiter.fresh()
    limiter.hit(1, "site", "a")
    limiter.hit(1, "site", "b")
    with pytest.raises(TooManyRequests) as caught:
        limiter.hit(1, "site", "a")
    assert 1 <= caught.value.retry_after_s <= 60
    Limiter.fresh().hit(1, "site", "a")


def test_it_starts_no_thread_for_each_hit(monkeypatch):
    started = []
    monkeypatch.setattr(threading.Timer, "start", lambda _timer: started.append(1))
    limiter = Limiter.fresh()
    for _ in range(50):
        limiter.hit(100, "site", "a")
    assert len(started) == 1
    monkeypatch.setattr(gate, "SWEEP_EVERY_S", 0.0)
    limiter.hit(100, "site", "a")
    assert len(started) == 2


@pytest.mark.parametrize(
    ("path", "start"),
    [("/v1/comments", b"name=Cal&email=c@example.org&body=hello+"), ("/f/site-ada", b"author=Cal&comment=hello+")],
)
@pytest.mark.parametrize(("more", "refused"), [(0, False), (300_000, True)])
def test_it_refuses_a_body_without_a_stated_length_that_is_too_large(standing, path, start, more, refused):
    before = standing.count()
    answer = standing.client.post(
        path,
        headers=standing.ada,
        content_type=gate.FORM,
        input_stream=io.BytesIO(start + b"x" * more),
        environ_overrides={"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"},
    )
    assert (answer.status_code == 413) == refused
    assert not refused or standing.count() == before
