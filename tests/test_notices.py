"""A word when comments wait too long: once a day, to whoever the owner named, with nothing of any comment in it."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from factories import a_comment, a_new_case
from modbot.notices import Notices


@dataclass(frozen=True)
class Wishes:
    notice_url: str
    notice_after_hours: float = 24.0
    public_url: str = "https://modbot.example/"


@pytest.fixture
def chat():
    """A chat's webhook that keeps what it was told; ``status`` is what it answers."""

    class Chat(BaseHTTPRequestHandler):
        def do_POST(self):
            self.server.told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(self.server.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args):
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Chat)
    server.told, server.status = [], 200
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    server.url = f"http://127.0.0.1:{server.server_port}/hook"
    yield server
    server.shutdown()
    server.server_close()


def arrive(house, clock, number):
    comment = a_comment(key=f"key-{number}", body="zanzibarrier")
    house.store.record(a_new_case(comment=comment, payload_hash=f"hash-{number}", at=clock()))


def hours(number):
    return timedelta(hours=number).total_seconds()


def test_it_works(house, ada_site, clock, chat):
    notices = Notices(house.store, Wishes(chat.url))
    arrive(house, clock, 1)
    assert not notices.tell(clock.tick(hours(23)))
    arrive(house, clock, 2)
    assert notices.tell(clock.tick(hours(2)))
    assert not notices.tell(clock.tick(hours(2))), "once a day"
    other = Notices(house.store, Wishes(chat.url))
    assert not other.tell(clock()), "whichever process it was"
    assert other.tell(clock.tick(hours(23)))

    first, second = chat.told
    assert first == {
        "text": "modbot: 1 comment has waited longer than 24 hours; the oldest came 2026-03-14 12:00 UTC. "
        "https://modbot.example/queue?order=oldest",
        "waiting": 1,
        "oldest_at": "2026-03-14T12:00:00+00:00",
        "queue": "https://modbot.example/queue?order=oldest",
    }
    assert second["text"].startswith("modbot: 2 comments have waited longer")
    assert "zanzibarrier" not in json.dumps(chat.told)


def test_it_tells_nobody_when_nobody_is_named_or_nothing_waits(house, ada_site, clock, chat):
    assert not Notices(house.store, Wishes(chat.url)).tell(clock.tick(hours(99)))
    arrive(house, clock, 1)
    assert not Notices(house.store, Wishes("")).tell(clock.tick(hours(99)))
    assert chat.told == []


def test_it_tries_again_what_was_not_taken(house, ada_site, clock, chat):
    notices = Notices(house.store, Wishes(chat.url))
    arrive(house, clock, 1)
    chat.status = 500
    assert not notices.tell(clock.tick(hours(25)))
    chat.status = 204
    assert notices.tell(clock.tick(600))
    assert len(chat.told) == 2


def test_it_goes_on_until_it_is_told_to_stop(house, ada_site, clock, chat, monkeypatch):
    monkeypatch.setattr("modbot.notices.EVERY_S", 0)
    arrive(house, clock, 1)
    stop = threading.Event()

    def time():
        if chat.told:
            stop.set()
        return clock.tick(hours(10))

    Notices(house.store, Wishes(chat.url)).keep_telling(time, stop)
    assert len(chat.told) == 1
