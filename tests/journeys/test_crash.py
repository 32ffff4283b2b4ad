"""kill -9 at any moment loses nothing that was answered with 201: real processes, a real receiver, nothing replaced."""

from __future__ import annotations

import http.client
import json
import random
import signal
import socket
import sqlite3
import threading
import time
from itertools import count

import pytest

from receivers import a_receiver
from served import Installation, call, kill, wait_for
from soak import SOAK

pytestmark = pytest.mark.slow
COMMENTS = 1_000 * SOAK
POSTERS = 4
# Ten times the comments, and a thousand kills.
KILLS = 6 if SOAK == 1 else 100 * SOAK
SEED = 20260314
# The shortest lease that the settings take; what was under way at the last kill is sent again after it.
LEASE_S = 30
SETTINGS = {"MODBOT_DELIVERY_LEASE_S": str(LEASE_S), "MODBOT_SITE_POSTS_PER_MINUTE": "1000000"}


@pytest.fixture
def installation(tmp_path):
    installation = Installation.found(tmp_path, **SETTINGS)
    yield installation
    installation.stop()


def add_site(installation: Installation, name: str) -> dict[str, str]:
    return json.loads(installation.run("site", "add", name, "--url", "https://blog.example", "--json").stdout)


def a_comment(number: int) -> dict[str, str]:
    return {
        "id": f"c{number}",
        "name": f"Reader {number % 37}",
        "email": f"reader{number % 37}@readers.example.org",
        "body": f"Number {number}: the night bus was late again, and the heating did not work either.",
    }


class Posters:
    """Threads that post every comment until it is answered, whatever happens to the server meanwhile."""

    def __init__(self, port: int, key: str) -> None:
        self.port, self.key = port, key
        self.numbers = count()
        self.answered: dict[str, str] = {}
        self.odd: list[tuple[int, dict]] = []
        self.threads = [threading.Thread(target=self.post, daemon=True) for _ in range(POSTERS)]
        for thread in self.threads:
            thread.start()

    @property
    def busy(self) -> bool:
        return any(thread.is_alive() for thread in self.threads)

    def post(self) -> None:
        while (number := next(self.numbers)) < COMMENTS:
            while not self.try_once(a_comment(number)):
                time.sleep(0.02)

    def try_once(self, comment: dict[str, str]) -> bool:
        try:
            status, case = call(self.port, "POST", "/v1/comments", comment, Authorization=f"Bearer {self.key}")
        except (OSError, http.client.HTTPException, ValueError):
            return False
        if status not in {200, 201}:
            self.odd.append((status, case))
            return False
        self.answered[comment["id"]] = case["id"]
        return True


def test_it_works(installation):
    keys = add_site(installation, "Blog")
    chance = random.Random(SEED)
    with a_receiver(keys["webhook_secret"]) as receiver:
        installation.run("site", "set", "Blog", "--webhook", receiver.url, "--allow-host", receiver.host)
        process, port = installation.serve()
        posters = Posters(port, keys["key"])
        for moment in sorted(chance.sample(range(20, COMMENTS - 50), KILLS)):
            assert wait_for(lambda moment=moment: len(posters.answered) >= moment, 60)
            time.sleep(chance.uniform(0, 0.05))
            kill(process)
            process, _ = installation.serve(port=port)
        assert wait_for(lambda: not posters.busy, 60)
        assert posters.odd == []
        assert len(posters.answered) == COMMENTS
        with sqlite3.connect(installation.folder / "modbot.db") as database:
            assert_nothing_lost(database, posters.answered)
            assert wait_for(lambda: states(database) == {"done"}, LEASE_S + 20), states(database)
            sent = {row[0] for row in database.execute("SELECT id FROM deliveries")}
        database.close()
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    assert receiver.unverified == 0
    assert set(receiver.ids()) == sent
    assert {event["data"]["id"] for _, event in receiver.arrived} == set(posters.answered.values())


def assert_nothing_lost(database: sqlite3.Connection, answered: dict[str, str]) -> None:
    """Each answered comment is there once, with its text, its verdict and its message."""
    stored = dict(database.execute("SELECT key, id FROM cases"))
    assert stored == answered
    for table in ("comments", "verdicts", "deliveries"):
        rows = database.execute(f"SELECT case_id, revision FROM {table}").fetchall()  # noqa: S608 - fixed names
        assert sorted(rows) == sorted((case_id, 1) for case_id in answered.values()), table
    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def states(database: sqlite3.Connection) -> set[str]:
    return {row[0] for row in database.execute("SELECT DISTINCT state FROM deliveries")}


def test_it_delivers_after_a_kill_between_two_steps_of_a_delivery(installation):
    """Killed once after the claim and before the sending, once after the sending and before the record."""
    early, late = add_site(installation, "Early"), add_site(installation, "Late")
    deaf = socket.create_server(("127.0.0.1", 0))
    deaf_host = f"127.0.0.1:{deaf.getsockname()[1]}"
    with a_receiver(early["webhook_secret"]) as first, a_receiver(late["webhook_secret"]) as second:
        for name, receiver, host in [("Early", first, deaf_host), ("Late", second, second.host)]:
            hook = f"http://{host}/hook"
            installation.run(
                "site", "set", name, "--webhook", hook, "--allow-host", host, "--allow-host", receiver.host
            )
        process, port = installation.serve()
        # The receiver dies the sender before it answers: the message arrived, and nobody could write that down.
        second.on_arrival = lambda: kill(process) if len(second.arrived) == 1 else None
        with sqlite3.connect(installation.folder / "modbot.db") as database:
            call(port, "POST", "/v1/comments", a_comment(1), Authorization=f"Bearer {early['key']}")
            assert wait_for(lambda: states(database) == {"sending"})
            call(port, "POST", "/v1/comments", a_comment(2), Authorization=f"Bearer {late['key']}")
            assert wait_for(lambda: process.poll() is not None)
            assert states(database) == {"sending"}
            deaf.close()
            installation.run("site", "set", "Early", "--webhook", first.url)
            installation.serve(port=port)
            assert wait_for(lambda: states(database) == {"done"}, LEASE_S + 15), states(database)
            sent = dict(database.execute("SELECT site_id, id FROM deliveries"))
        database.close()
    assert first.ids() == [sent[early["id"]]]
    assert second.ids() == [sent[late["id"]]] * 2
    assert second.arrived[0] == second.arrived[1]
    assert second.stamps[0] != second.stamps[1]
