"""A loopback receiver of webhooks that verifies signatures with the reference library."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks import Webhook, WebhookVerificationError


@dataclass
class Receiver:
    """What arrived, verified. ``answers`` are given one after the other, then the last one for ever."""

    secret: str
    answers: list[int] = field(default_factory=lambda: [204])
    headers: dict[str, str] = field(default_factory=dict)
    port: int = 0
    arrived: list[tuple[str, dict]] = field(default_factory=list)
    stamps: list[tuple[str, str]] = field(default_factory=list)
    unverified: int = 0
    on_arrival: Callable[[], object] = lambda: None
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def ids(self) -> list[str]:
        with self.lock:
            return [message_id for message_id, _ in self.arrived]

    def take(self, headers: dict[str, str], body: bytes) -> int:
        with self.lock:
            try:
                event = Webhook(self.secret).verify(body, headers)
            except (WebhookVerificationError, ValueError):
                self.unverified += 1
                return 401
            self.arrived.append((headers["webhook-id"], event))
            self.stamps.append((headers["webhook-timestamp"], headers["webhook-signature"]))
            return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def a_receiver(secret: str, *answers: int, headers: dict[str, str] | None = None):
    """Listen on loopback as long as this lasts."""
    receiver = Receiver(secret, list(answers) or [204], headers or {})

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if len(body) < int(self.headers["Content-Length"]):
                return  # Whoever sent this died over it: no server takes half a message for one.
            status = receiver.take({name.lower(): value for name, value in self.headers.items()}, body)
            receiver.on_arrival()
            # Whoever sent this may be gone by now.
            with suppress(OSError):
                self.send_response(status)
                for name, value in receiver.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

        def log_message(self, *_args) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
