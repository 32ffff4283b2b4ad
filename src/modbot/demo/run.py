"""Serves the demo: the review page and the newspaper, each at its own port, from one process.

Everything is in one folder, which the caller makes and takes away. Reads the clock. May import any room below the
command line.
"""

from __future__ import annotations

import errno
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from waitress import create_server, wasyncore

from modbot import observe
from modbot.app import create_app
from modbot.delivery import Courier, Worker
from modbot.demo.site import Newsroom, create_news
from modbot.demo.stage import PAGE_AGE, PAGE_TITLE, Bar, Places, Stage, set_stage
from modbot.errors import ConfigError

if TYPE_CHECKING:
    from flask import Flask

    from modbot.app import House

HOST = "127.0.0.1"
PORTS_TRIED = 50
THREADS = 8
REQUEST_BYTES = 8 * 1_024 * 1_024
TICK_S = 0.25
JOIN_S = 10.0


@dataclass(frozen=True, slots=True)
class Demo:
    """A demo that answers. ``wanted_port`` is what was asked for; the places say what was free."""

    stage: Stage
    newsroom: Newsroom
    wanted_port: int

    @property
    def places(self) -> Places:
        """Where it answers."""
        return self.stage.places

    @property
    def port_was_taken(self) -> bool:
        """Whether another program had the port that was asked for."""
        return self.wanted_port != 0 and not self.places.review.endswith(f":{self.wanted_port}")


@contextmanager
def running(folder: Path, *, port: int, bar: Bar) -> Iterator[Demo]:
    """Set the stage in a folder and serve it as long as this lasts. Port 0 takes any."""
    with ExitStack() as leaving:
        review_door = leaving.enter_context(listen(port))
        news_door = leaving.enter_context(listen(port and review_door.getsockname()[1] + 1))
        places = Places(review=_address(review_door), news=_address(news_door))
        stage = set_stage(folder, places, datetime.now(UTC), bar)
        leaving.callback(stage.house.close)
        observe.configure_logging(stage.house.settings.log_level, json=stage.house.settings.log_json)
        newsroom = newsroom_of(stage)
        leaving.enter_context(_delivering(stage.house))
        leaving.enter_context(_serving((create_app(stage.house), review_door), (create_news(newsroom), news_door)))
        yield Demo(stage, newsroom, port)


def listen(port: int) -> socket.socket:
    """Open a listening socket at a port, or at the next free one after it."""
    last = min(port + PORTS_TRIED, 65_536)
    for candidate in range(port, last) if port else (0,):
        try:
            return socket.create_server((HOST, candidate))
        except OSError as error:
            if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
                raise
    raise ConfigError((f"no free port from {port} to {last - 1}: give another --port",))


def newsroom_of(stage: Stage) -> Newsroom:
    """Hand the newspaper what a site is given when it is connected."""
    house, site_id = stage.house, stage.site.id
    return Newsroom(
        site_id=site_id,
        key=stage.keys.key,
        webhook_secret=stage.keys.webhook_secret,
        api_url=stage.places.review,
        page_url=stage.places.page,
        title=PAGE_TITLE,
        published_at=house.clock() - PAGE_AGE,
        stamp=lambda: house.vault.stamp(site_id, house.clock()),
    )


@contextmanager
def _serving(*doors: tuple[Flask, socket.socket]) -> Iterator[None]:
    """Serve each app at its socket. One loop for all, a pool of threads for each: the newspaper calls modbot."""
    lines: dict[int, Any] = {}
    servers = [
        create_server(app, map=lines, sockets=[door], threads=THREADS, max_request_body_size=REQUEST_BYTES, ident=None)
        for app, door in doors
    ]
    stop = threading.Event()

    def loop() -> None:
        while not stop.is_set():
            wasyncore.loop(timeout=TICK_S, use_poll=True, map=lines, count=1)

    thread = threading.Thread(target=loop, name="demo", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(JOIN_S)
        for server in servers:
            server.task_dispatcher.shutdown()
        wasyncore.close_all(lines, ignore_all=True)


@contextmanager
def _delivering(house: House) -> Iterator[None]:
    stop = threading.Event()
    courier = Courier(
        store=house.store,
        vault=house.vault,
        clock=house.clock,
        timeout_s=house.settings.delivery_timeout_s,
        lease_s=house.settings.delivery_lease_s,
    )
    thread = threading.Thread(target=Worker(courier, house.wake).run, args=(stop,), name="deliveries", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        house.wake.set()
        thread.join(JOIN_S)


def _address(door: socket.socket) -> str:
    host, port = door.getsockname()[:2]
    return f"http://{host}:{port}"
