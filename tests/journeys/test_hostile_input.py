"""What a served modbot answers to requests that are meant to choke it: in words, soon, and without growing."""

from __future__ import annotations

import contextlib
import gzip
import http.client
import json
import os
import socket
from pathlib import Path

import pytest

from served import Installation, call

pytestmark = pytest.mark.slow
LONG = 20_000
# `call` waits ten seconds: whatever takes the square of these lengths does not answer by then.
BODIES = {
    "combining marks": "a" + "\u0301" * (LONG - 1),
    "marks in the order that is no order": ("a" + "\u0315\u0300\u05ae\u0300" * 25) * 190,
    "nothing to see": "a" + "\u200b" * (LONG - 1),
    "one word": "a" * LONG,
    "letters apart": "b u y " * (LONG // 6),
    "hosts": "a." * (LONG // 2),
    "at signs": "a@" * (LONG // 2),
    "numbers": "+1 (555) 0 " * (LONG // 11),
    "links": "http://" * (LONG // 7),
    "open tags": "<a href=" * (LONG // 8),
    "open brackets": "[url=" * (LONG // 5),
    "brackets": "(" * LONG,
    "entities": "&#x41;" * (LONG // 6),
    "quotes": "<\"'" * (LONG // 3),
    "families": "👨‍👩‍👧‍👦" * (LONG // 7),
    "right to left": "\u202e\u05d0" * (LONG // 2),
    "dots": "." * LONG,
    "spaces": "a" + " " * (LONG - 2) + "b",
    "styled": "𝖛𝖎𝖆𝖌𝖗𝖆" * (LONG // 6),
    "look-alikes": "раураl" * (LONG // 6),
}


@pytest.fixture(scope="module", params=["1", "2"])
def served(request, tmp_path_factory):
    """One process of waitress, and two of gunicorn; a key of a site with a pattern that would never end elsewhere."""
    installation = Installation.found(tmp_path_factory.mktemp("house"), MODBOT_SITE_POSTS_PER_MINUTE="100000")
    keys = json.loads(installation.run("site", "add", "Blog", "--url", "https://blog.example", "--json").stdout)
    installation.run("rule", "add", "pattern", "(a+)+$", "--effect", "note", "--site", "Blog")
    process, port = installation.serve("--workers", request.param)
    yield process, port, {"Authorization": f"Bearer {keys['key']}"}
    installation.stop()


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_it_works(served, body):
    _, port, bearer = served
    comment = {"name": "Cal", "email": "cal@example.org", "body": body[:LONG]}
    assert call(port, "POST", "/v1/comments", comment, **bearer)[0] == 201


BOMB = gzip.compress(bytes(50_000_000))
REFUSED = {
    "a bomb": (BOMB, {"Content-Encoding": "gzip"}),
    "a bomb in a form": (BOMB, {"Content-Encoding": "gzip", "Content-Type": "application/x-www-form-urlencoded"}),
    "deep lists": (b"[" * 100_000, {}),
    "deep objects": (b'{"a":' * 30_000 + b"1" + b"}" * 30_000, {}),
    "a number without end": (b'{"elapsed_ms": ' + b"9" * 100_000 + b"}", {}),
    "many fields": (json.dumps({f"field{number}": 1 for number in range(20_000)}).encode(), {}),
    "a form of many fields": (b"&".join([b"a=1"] * 60_000), {"Content-Type": "application/x-www-form-urlencoded"}),
    "a body that is too long": (b" " * 5_000_000, {}),
    "a long header": (b"{}", {"X-Long": "x" * 1_000_000}),
    "many headers": (b"{}", {f"X-Header-{number}": "x" * 100 for number in range(5_000)}),
    "a long key": (b"{}", {"Authorization": "Bearer " + "k" * 60_000}),
}


@pytest.mark.parametrize(("body", "headers"), REFUSED.values(), ids=REFUSED.keys())
def test_it_refuses_at_once(served, body, headers):
    _, port, bearer = served
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        line.request("POST", "/v1/comments", body, {"Content-Type": "application/json", **bearer, **headers})
        status = line.getresponse().status
    except (BrokenPipeError, ConnectionResetError):
        status = 0  # it hung up before the end of what it would not read
    finally:
        line.close()
    assert status == 0 or 400 <= status < 500
    assert call(port, "GET", "/healthz")[0] == 200


@pytest.mark.parametrize(
    "path", ["/f/x%0d%0aSet-Cookie:a=b", "/login?next=/%0d%0aSet-Cookie:a=b", "/%0d%0a", "/" + "a" * 9_000]
)
def test_it_writes_no_header_that_somebody_else_thought_of(served, path):
    _, port, _ = served
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        line.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: line.recv(65_536), b""))
    head = answer.partition(b"\r\n\r\n")[0].lower()
    assert b"set-cookie: a=b" not in head
    assert b" 5" not in head[8:10]


def test_it_sends_no_request_back(served):
    _, port, _ = served
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        line.sendall(b"TRACE /queue HTTP/1.1\r\nHost: x\r\nCookie: secret=1\r\nConnection: close\r\n\r\n")
        answer = b"".join(iter(lambda: line.recv(65_536), b""))
    assert answer.startswith(b"HTTP/1.1 405")
    assert b"secret=1" not in answer


def test_it_does_not_grow(served):
    """The worst over and over, and the memory is what it was, but for caches that end."""
    process, port, bearer = served

    def resident_mb() -> int:
        """What the process and its workers hold, which are of its group."""
        held = 0
        for path in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(ProcessLookupError, FileNotFoundError):
                if os.getpgid(int(path.name)) == process.pid:
                    status = (path / "status").read_text()
                    held += next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
        return held // 1024

    def round_of_all() -> None:
        for name, body in BODIES.items():
            comment = {"name": name, "email": "cal@example.org", "body": body[:LONG]}
            assert call(port, "POST", "/v1/comments", comment, **bearer)[0] == 201

    round_of_all()
    before = resident_mb()
    for _ in range(6):
        round_of_all()
    assert resident_mb() < before + 40
