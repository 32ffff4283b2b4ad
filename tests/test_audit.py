"""The audit of libraries: a known hole fails it, silence of the registry is said."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
AUDIT = Path(__file__).parent / "audit.py"
HOLE = {
    "id": "GHSA-made-up-0000",
    "summary": "Made up.",
    "details": "",
    "aliases": [],
    "affected": [
        {
            "package": {"name": "click", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "999.1"}]}],
        }
    ],
}


@contextmanager
def a_registry(known: dict[str, list[dict]]):
    class Registry(BaseHTTPRequestHandler):
        def do_POST(self):
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            found = known.get(asked["package"]["name"], [])
            body = json.dumps({"vulns": found} if found else {}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Registry)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1/query"
    server.shutdown()
    server.server_close()


def audit(url):
    return subprocess.run([sys.executable, str(AUDIT), "--osv-url", url], capture_output=True, text=True, check=False)


def test_it_works():
    with a_registry({}) as url:
        done = audit(url)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith(" audited, 0 known holes.\n")
    assert int(done.stdout.split()[1]) > 30


def test_it_fails_for_a_known_hole():
    with a_registry({"click": [HOLE]}) as url:
        done = audit(url)
    assert done.returncode == 1
    assert "GHSA-made-up-0000, fixed in 999.1\n" in done.stdout


def test_it_says_when_nobody_can_be_asked():
    done = audit("http://127.0.0.1:9/")
    assert done.returncode == 0
    assert done.stdout.startswith("Libraries: NOT audited")
