"""``modbot serve`` as a real process: it starts, answers, stops politely, and imports nothing heavy."""

from __future__ import annotations

import contextlib
import gc
import http.client
import json
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

import pytest

from modbot.cli.serve import uncollected
from served import Installation, call

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def ground(tmp_path_factory):
    return Installation.found(tmp_path_factory.mktemp("served"))


@pytest.fixture
def installation(ground):
    yield ground
    ground.stop()
    ground.processes.clear()


def test_it_works(installation):
    process, port = installation.serve()
    assert call(port, "GET", "/healthz") == (200, {"status": "ok"})
    status, ready = call(port, "GET", "/readyz")
    assert (status, ready["ready"]) == (200, True)
    status, metrics = call(port, "GET", "/metrics")
    assert status == 200
    assert "modbot_pending_deliveries 0.0" in metrics["text"]
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    with pytest.raises(ConnectionRefusedError):
        call(port, "GET", "/healthz")


def test_it_serves_with_several_processes_that_count_together(installation, tmp_path):
    installation.environment["TMPDIR"] = str(tmp_path)
    site = installation.run("site", "add", "Together", "--url", "https://blog.example", "--json")
    bearer = {"Authorization": f"Bearer {json.loads(site.stdout)['key']}"}
    process, port = installation.serve("--workers", "2")
    for number in range(8):
        comment = {"name": "Cal", "email": "cal@readers.example.org", "body": f"The ferry was late, trip {number}."}
        assert call(port, "POST", "/v1/comments", comment, **bearer)[0] == 201
    folders = list(tmp_path.glob("modbot-metrics-*"))
    assert len(folders) == 1
    for _ in range(10):
        text = call(port, "GET", "/metrics")[1]["text"]
        assert 'modbot_cases_total{action="hold",decided_by="machine",door="native"} 8.0' in text
    process.send_signal(signal.SIGTERM)
    assert process.wait(15) == 0
    assert not folders[0].exists()


def test_it_shows_the_faults_of_all_processes_to_whoever_asks_one(installation, monkeypatch):
    monkeypatch.setitem(installation.environment, "MODBOT_OIDC_ISSUER", "http://127.0.0.1:9")
    monkeypatch.setitem(installation.environment, "MODBOT_OIDC_CLIENT_ID", "modbot")
    password = json.loads(installation.run("user", "set-password", "admin", "--json").stdout)["password"]
    _, port = installation.serve("--workers", "2")
    for _ in range(9):
        assert call(port, "GET", "/login/provider")[0] == 502
    browser = build_opener(HTTPCookieProcessor())
    form = browser.open(f"http://127.0.0.1:{port}/login").read().decode()
    token = re.search('name="csrf_token" value="([^"]+)"', form)[1]
    fields = urlencode({"name": "admin", "password": password, "csrf_token": token}).encode()
    browser.open(f"http://127.0.0.1:{port}/login", fields).read()
    for _ in range(6):
        page = browser.open(f"http://127.0.0.1:{port}/overview").read().decode()
        assert "something failed 9 times" in page


@pytest.mark.parametrize("workers", ["1", "2"])
def test_it_finishes_an_answer_that_is_under_way(installation, workers):
    """Two hundred questions stand at the door when the signal comes; all are answered."""
    process, port = installation.serve("--workers", workers)
    callers = [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(200)]
    for line in callers:
        line.sendall(b"GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n")
    process.send_signal(signal.SIGTERM)
    for line in callers:
        with line, http.client.HTTPResponse(line) as answer:
            answer.begin()
            assert answer.status == 200
    assert process.wait(15) == 0


@pytest.mark.parametrize("workers", ["1", "2"])
def test_it_logs_neither_address_nor_text_of_a_request_that_is_none(installation, workers):
    _, port = installation.serve("--workers", workers)
    for request in (
        b"GET /queue?q=canary HTTP/9.9 x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    ):
        with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
            line.sendall(request)
            assert b" 400 " in line.recv(100)
    log = installation.log.read_text()
    assert "canary" not in log
    assert "127.0.0.1" not in log


def test_it_keeps_answering_while_slow_clients_dawdle(installation):
    _, port = installation.serve()
    dawdlers = [socket.create_connection(("127.0.0.1", port)) for _ in range(40)]
    for number, line in enumerate(dawdlers):
        if number % 2:
            line.sendall(b"POST /v1/comments HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf")
    began = time.monotonic()
    assert call(port, "GET", "/healthz")[0] == 200
    assert time.monotonic() - began < 2.0
    for line in dawdlers:
        line.close()


def test_it_says_in_plain_words_that_a_port_is_taken(installation):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = installation.run("serve", "--port", str(port), check=False)
    assert done.returncode == 1
    assert f"Cannot listen on 127.0.0.1 port {port}: another program listens there" in done.stderr
    assert "Traceback" not in done.stderr


def test_it_says_in_plain_words_that_a_host_is_none(installation):
    done = installation.run("serve", "--host", "nowhere.invalid", check=False)
    assert done.returncode == 1
    assert "nowhere.invalid is no address of this machine" in done.stderr
    assert "Traceback" not in done.stderr


def test_it_refuses_a_database_of_another_version(tmp_path):
    installation = Installation.found(tmp_path)
    for file in tmp_path.glob("modbot.db*"):
        file.unlink()
    done = installation.run("serve", "--port", "0", check=False)
    assert done.returncode == 1
    assert "modbot db upgrade" in done.stderr
    assert "Traceback" not in done.stderr


def test_it_imports_nothing_heavy(installation):
    """Whatever the served app imports, also when it answers and delivers, is imported here too."""
    code = """
import sys
from modbot.app import create_app, open_house
from modbot.cli.worker import working, make_ready
from modbot.config import load_settings
import modbot.cli.serve, waitress
house = open_house(load_settings("modbot.toml"))
make_ready(house)
client = create_app(house).test_client()
with working(house, on=True):
    for path in ("/healthz", "/readyz", "/metrics", "/login"):
        assert client.get(path).status_code == 200, path
    print(sorted({"modbot.intake.shapes", "modbot.learning", "modbot.demo", "gunicorn", "psycopg"} & {*sys.modules}))
    import gunicorn.app.base
    assert client.get("/openapi.json").status_code == 200
    assert client.post("/v1/comments", json={}).status_code == 401
print(sorted({name.split(".")[0] for name in sys.modules} & {"sklearn", "scipy", "alembic", "matplotlib", "pandas"}))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=installation.folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.splitlines() == ["[]", "[]"]


@pytest.mark.parametrize("error", [None, OSError])
def test_it_lets_the_collector_rest_for_the_start_only(error):
    frozen = gc.get_freeze_count()
    try:
        with contextlib.suppress(OSError), uncollected():
            assert not gc.isenabled()
            if error:
                raise error
        assert gc.isenabled()
        assert gc.get_freeze_count() > frozen
    finally:
        gc.unfreeze()


def test_it_answers_many_at_once(installation):
    _, port = installation.serve()
    seen: list[int] = []
    threads = [threading.Thread(target=lambda: seen.append(call(port, "GET", "/readyz")[0])) for _ in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [200] * 32
