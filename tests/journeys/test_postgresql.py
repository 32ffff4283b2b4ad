"""The whole service on PostgreSQL with several processes: post, list, search, decide, undo, hear of it once."""

from __future__ import annotations

import http.client
import http.cookiejar
import json
import os
import re
import signal
import subprocess
import time
import urllib.parse
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import create_engine, text

from postgres import ABSENT, binaries, running
from receivers import a_receiver
from served import Installation, call, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.postgres]
PASSWORD = "a-password-of-the-test"


@pytest.fixture(scope="module")
def cluster():
    if binaries() is None:
        if os.environ.get("CI") == "true":
            pytest.fail(ABSENT)
        pytest.skip(ABSENT)
    with running(binaries()) as cluster:
        yield cluster


@pytest.fixture
def installation(tmp_path, cluster):
    installation = Installation.found(tmp_path)
    installation.environment |= {"MODBOT_DATABASE_URL": cluster.empty(), "MODBOT_UNDO_GRACE_S": "1"}
    installation.run("db", "upgrade")
    yield installation
    installation.stop()


class Desk:
    """A browser without JavaScript at the review page."""

    def __init__(self, port: int, name: str) -> None:
        self._address = f"http://127.0.0.1:{port}"
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(cookies)
        self._token = ""
        self.get("/login")
        self.post("/login", name=name, password=PASSWORD)

    def get(self, path: str) -> str:
        return self._read(path, None)

    def post(self, path: str, **fields: object) -> str:
        return self._read(path, urllib.parse.urlencode({"csrf_token": self._token, **fields}).encode())

    def _read(self, path: str, body: bytes | None) -> str:
        with self._opener.open(self._address + path, body, timeout=10) as answer:
            page = answer.read().decode()
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        self._token = token[1] if token else self._token
        return page


def add_ada(installation) -> None:
    command = installation.command("user", "add", "ada", "--password-stdin")
    subprocess.run(
        command,
        input=PASSWORD,
        text=True,
        check=True,
        capture_output=True,
        cwd=installation.folder,
        env=os.environ | installation.environment,
    )


def comment(number: int, word: str = "ferry") -> dict:
    body = f"The {word} was late again, trip number {number}."
    return {"id": f"trip-{number}", "name": "Cal", "email": "cal@readers.example.org", "body": body}


def test_it_works(installation):
    keys = json.loads(installation.run("site", "add", "Together", "--url", "https://blog.example", "--json").stdout)
    add_ada(installation)
    bearer = {"Authorization": f"Bearer {keys['key']}"}
    with a_receiver(keys["webhook_secret"]) as receiver, ThreadPoolExecutor(8) as pool:
        installation.run("site", "set", "Together", "--webhook", receiver.url, "--allow-host", receiver.host)
        process, port = installation.serve("--workers", "2")

        def post(number: int) -> tuple[int, dict]:
            return call(port, "POST", "/v1/comments", comment(number, "tram" if number == 7 else "ferry"), **bearer)

        # Each is sent three times, all at once: one case, and one message to the site.
        answers = list(pool.map(post, [number for number in range(20) for _ in range(3)]))
        assert Counter(status for status, _ in answers) == {201: 20, 200: 40}
        ids = {answer["id"] for _, answer in answers}
        assert len(ids) == 20
        assert wait_for(lambda: len(receiver.arrived) >= 20, 30)

        seen, cursor = [], ""
        for _ in range(5):
            listed = call(port, "GET", f"/v1/comments?limit=6&cursor={cursor}", **bearer)[1]
            seen += [one["id"] for one in listed["comments"]]
            cursor = listed["next_cursor"]
            if not cursor:
                break
        assert seen == sorted(ids, reverse=True)

        ada = Desk(port, "ada")
        found = re.findall(r'href="/cases/(c[0-9a-f]+)', ada.get("/queue?q=TRAM+lat"))
        assert len(set(found)) == 1
        (tram,) = set(found)
        ada.post(f"/cases/{tram}/approval", revision=1)
        ada.post(f"/cases/{tram}/undo", revision=2)
        ada.post(f"/cases/{tram}/rejection", revision=3, reason="spam")
        shown = call(port, "GET", f"/v1/comments/{tram}", **bearer)[1]
        assert (shown["action"], shown["decided_by"], shown["revision"]) == ("reject", "person", 4)
        edited = comment(7, "tram") | {"body": "The tram is never late."}
        assert call(port, "PUT", f"/v1/comments/{tram}", edited, **bearer)[1]["action"] == "reject"
        assert call(port, "DELETE", f"/v1/comments/{tram}", **bearer)[1]["erased"]
        assert tram not in ada.get("/queue?state=all&q=tram")

        assert wait_for(lambda: len(receiver.arrived) >= 21, 30)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    told = [
        (event["data"]["previous"], event["data"]["action"], event["data"]["revision"]) for _, event in receiver.arrived
    ]
    assert Counter(told) == {(None, "hold", 1): 20, ("hold", "reject", 4): 1}
    assert receiver.unverified == 0
    assert len(set(receiver.ids())) == 21
    assert "Traceback" not in installation.log.read_text()


def test_it_goes_on_after_the_database_dropped_every_connection(installation, cluster):
    """A restart of PostgreSQL, as the service sees it: a refusal in words at most, and nothing that was answered is lost."""
    keys = json.loads(installation.run("site", "add", "Alone", "--url", "https://blog.example", "--json").stdout)
    bearer = {"Authorization": f"Bearer {keys['key']}"}
    _, port = installation.serve("--no-deliveries")
    answered = []
    for number in range(30):
        if number % 10 == 5:
            cluster._sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname <> 'postgres'")
        status, case = call(port, "POST", "/v1/comments", comment(number), **bearer)
        assert status in {201, 503}, (status, case)
        answered += [case["id"]] if status == 201 else []
    assert len(answered) >= 27
    for case_id in answered:
        assert call(port, "GET", f"/v1/comments/{case_id}", **bearer)[0] == 200


def test_a_database_that_keeps_everybody_waiting_is_waited_for_ten_seconds(installation, cluster):
    """Somebody's forgotten transaction holds the table: a refusal that says when to come back, and then it goes on."""
    keys = json.loads(installation.run("site", "add", "Waits", "--url", "https://blog.example", "--json").stdout)
    bearer = {"Authorization": f"Bearer {keys['key']}"}
    _, port = installation.serve("--no-deliveries")
    engine = create_engine(installation.environment["MODBOT_DATABASE_URL"])
    with engine.begin() as forgotten:
        forgotten.execute(text("LOCK TABLE cases IN EXCLUSIVE MODE"))
        began = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        sent = {"Content-Type": "application/json", **bearer}
        connection.request("POST", "/v1/comments", json.dumps(comment(1)), sent)
        answer = connection.getresponse()
        assert (answer.status, json.loads(answer.read())["code"]) == (503, "store_unavailable")
        assert answer.headers["Retry-After"]
        assert 8 < time.monotonic() - began < 20
        connection.close()
        assert call(port, "GET", "/healthz")[0] == 200
    engine.dispose()
    assert call(port, "POST", "/v1/comments", comment(1), **bearer)[0] == 201
