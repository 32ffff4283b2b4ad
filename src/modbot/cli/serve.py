"""``modbot serve``: the web app with its background worker, in one process or several.

One process is waitress, which keeps answering while slow clients dawdle; several are gunicorn's threaded
workers, forked after the model is loaded so that they share it. Decides nothing about comments.
"""

from __future__ import annotations

import errno
import gc
import os
import select
import shutil
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from modbot.cli.worker import make_ready, stop_signals, working

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

    from modbot.app import House
    from modbot.config import Settings

BACKLOG = 1_024
CONNECTIONS = 1_000
# The app refuses what is larger than the setting max_request_bytes, in words; the server cuts off what is absurd.
FLOOD_BYTES = 8 * 1_024 * 1_024
# How long a stop waits for answers that are under way.
DRAIN_S = 10.0
DRAIN_TICK_S = 0.05
# A stop is noticed within this time.
TICK_S = 0.25
# A worker process that is silent for so long is replaced; no answer takes nearly that.
SILENT_S = 60


@click.command()
@click.option("--host", help="Address to listen on.  [default: setting host]")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; 0 picks one.  [default: setting port]")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes.  [default: setting workers]")
@click.option("--no-deliveries", is_flag=True, help="Leave deliveries to a separate `modbot worker`.")
@click.pass_context
def command(ctx: click.Context, host: str | None, port: int | None, workers: int | None, no_deliveries: bool) -> None:  # noqa: FBT001 - click passes options by name
    """Serve the web app, the review page and the background worker."""
    from modbot.cli import founded_for, house_for

    given = {name: value for name, value in (("host", host), ("port", port), ("workers", workers)) if value is not None}
    with ExitStack() as stack:
        with uncollected():
            settings = founded_for(ctx, **given)
            stack.enter_context(_shared_counters(settings.workers))
            house = replace(house_for(ctx), settings=settings)
            make_ready(house)
            from modbot.app import create_app

            app = create_app(house)
        listener = stack.enter_context(_listen(settings.host, settings.port))
        serve = serve_many if settings.workers > 1 else serve_one
        serve(house, app, listener, deliveries=not no_deliveries)


@contextmanager
def uncollected() -> Iterator[None]:
    """Let the garbage collector rest while the house is built, and never look at the house again.

    Almost nothing of what is imported and opened is garbage, and looking for it again and again is a tenth of the
    start. Worker processes then share that memory for good, too: a collection would write into every object.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def serve_one(house: House, app: WSGIApplication, listener: socket.socket, *, deliveries: bool = True) -> None:
    """Serve in this process until SIGTERM or SIGINT, then finish the answers that are under way."""
    from waitress import create_server, wasyncore

    lines: dict[int, Any] = {}
    server = create_server(
        app,
        map=lines,
        sockets=[listener],
        threads=house.settings.threads,
        max_request_body_size=FLOOD_BYTES,
        connection_limit=CONNECTIONS,
        # The gate decides whose word about the caller counts; the server's own filter would hide what was said.
        clear_untrusted_proxy_headers=False,
        ident=None,
    )
    with stop_signals() as stop, working(house, on=deliveries):
        click.echo(_welcome(listener, house.settings))
        while not stop.is_set():
            wasyncore.loop(timeout=TICK_S, use_poll=True, map=lines, count=1)
        _drain(lines)
        server.task_dispatcher.shutdown()


def _drain(lines: dict[int, Any]) -> None:
    """Let in who stands at the door, close it, and answer those inside."""
    from waitress import wasyncore
    from waitress.server import BaseWSGIServer

    for door in [line for line in lines.values() if isinstance(line, BaseWSGIServer)]:
        _let_in(door.socket, door.handle_accept)
        wasyncore.dispatcher.close(door)
    deadline, quiet = time.monotonic() + DRAIN_S, 0
    # Quiet twice: the first look may have taken in a request that was waiting in a socket.
    while quiet < 2 and time.monotonic() < deadline:
        wasyncore.loop(timeout=DRAIN_TICK_S, use_poll=True, map=lines, count=1)
        quiet = 0 if any(_is_busy(line) for line in lines.values()) else quiet + 1


def _let_in(door: socket.socket, accept: Callable[[], object]) -> None:
    """Accept who waits, one by one: a door that is closed on somebody resets their connection.

    Counting those inside would not tell: some leave while others come in.
    """
    waiting = select.poll()
    waiting.register(door, select.POLLIN)
    for _ in range(BACKLOG):
        if not waiting.poll(0):
            break
        accept()


def serve_many(house: House, app: WSGIApplication, listener: socket.socket, *, deliveries: bool = True) -> None:
    """Serve with several processes under gunicorn until SIGTERM or SIGINT."""
    from gunicorn.app.base import BaseApplication
    from gunicorn.glogging import Logger
    from gunicorn.workers.gthread import ThreadWorker

    class Gentle(ThreadWorker):  # type: ignore[misc]
        def set_accept_enabled(self, enabled: bool) -> None:  # noqa: FBT001 - the server's own signature
            """Let in who stands at the door before it is closed for good, which the server does much later."""
            doors = self.sockets if self._accepting and not enabled and not self.alive else ()
            for door in doors:
                _let_in(door, partial(self.accept, door))
            super().set_accept_enabled(enabled)
            for door in doors:
                door.close()

    class Log(Logger):  # type: ignore[misc]
        def setup(self, cfg: Any) -> None:
            """Leave the lines to the handler of the whole process; its progress reports are for nobody."""
            self.cfg = cfg
            self.error_log.handlers.clear()
            self.error_log.propagate = True
            self.error_log.setLevel("WARNING")

        def warning(self, msg: str, *args: Any, **kwargs: Any) -> None:
            """Leave out who sent a request that is none, and what stood in it: no address goes into the log."""
            super().warning("Invalid request" if msg.startswith("Invalid request") else msg, *args, **kwargs)

    options = _gunicorn_options(house, listener, deliveries=deliveries) | {"logger_class": Log, "worker_class": Gentle}

    class Many(BaseApplication):  # type: ignore[misc]
        def load_config(self) -> None:
            for name, value in options.items():
                self.cfg.set(name, value)

        def load(self) -> WSGIApplication:
            return app

    Many().run()


def _gunicorn_options(house: House, listener: socket.socket, *, deliveries: bool) -> dict[str, object]:
    background = ExitStack()

    welcome = _welcome(listener, house.settings)

    def when_ready(_arbiter: object) -> None:
        click.echo(welcome)

    def before_fork(_arbiter: object, _worker: object) -> None:
        # A database connection must not be shared with a child; the pool opens new ones on demand.
        house.close()

    def after_start(_worker: object) -> None:
        background.enter_context(working(house, on=deliveries))

    def before_exit(_arbiter: object, _worker: object) -> None:
        background.close()

    return {
        # Handed over for good: gunicorn closes what it was given.
        "bind": f"fd://{listener.detach()}",
        "workers": house.settings.workers,
        "threads": house.settings.threads,
        "preload_app": True,
        "control_socket_disable": True,
        "graceful_timeout": int(DRAIN_S),
        "timeout": SILENT_S,
        "backlog": BACKLOG,
        # Proxies are the setting trusted_proxies' business, for both servers alike.
        "forwarded_allow_ips": "",
        "secure_scheme_headers": {},
        "when_ready": when_ready,
        "pre_fork": before_fork,
        "post_worker_init": after_start,
        "worker_exit": before_exit,
    }


# -- what both need --------------------------------------------------------------


@contextmanager
def _shared_counters(workers: int) -> Iterator[None]:
    """Let several processes add up their counters: the client library wants to know before it is imported."""
    if workers == 1:
        yield
        return
    folder = tempfile.mkdtemp(prefix="modbot-metrics-")
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
    parent = os.getpid()
    try:
        yield
    finally:
        # Forked workers leave through here too.
        if os.getpid() == parent:
            shutil.rmtree(folder, ignore_errors=True)


def _listen(host: str, port: int) -> socket.socket:
    """Open the listening socket, or say in plain words why not."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address[:2], family=family, backlog=BACKLOG)
    except socket.gaierror:
        raise click.ClickException(f"{host} is no address of this machine: give --host 127.0.0.1 or another.") from None
    except OSError as error:
        remedy = {
            errno.EADDRINUSE: "another program listens there: stop it or give another --port",
            errno.EACCES: "ports below 1024 are for root: give --port 8000 and put a proxy in front",
            errno.EADDRNOTAVAIL: "this machine has no such address: give another --host",
        }.get(error.errno or 0, error.strerror or "unknown reason")
        raise click.ClickException(f"Cannot listen on {host} port {port}: {remedy}.") from None


def _welcome(listener: socket.socket, settings: Settings) -> str:
    host, port = listener.getsockname()[:2]
    where = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    how = f" with {settings.workers} processes" if settings.workers > 1 else ""
    return f"modbot is at {where}{how}. The review page is {where}/queue. Ctrl-C stops it."


def _is_busy(line: Any) -> bool:
    return bool(getattr(line, "requests", None)) or getattr(line, "total_outbufs_len", 0) > 0
