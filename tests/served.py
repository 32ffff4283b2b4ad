"""modbot served: an installation run as real processes through its own command line, or an app in a thread."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from waitress import create_server, wasyncore

START_S = 20.0


@dataclass
class Installation:
    """What `modbot init` laid in a folder."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    processes: list[subprocess.Popen] = field(default_factory=list)
    log: Path = field(init=False)

    def __post_init__(self) -> None:
        self.log = self.folder / "modbot.log"

    @classmethod
    def found(cls, folder: Path, **environment: str) -> Installation:
        """Lay the ground in a folder, as an owner does."""
        command = [sys.executable, "-m", "modbot", "init", str(folder)]
        subprocess.run(command, check=True, capture_output=True, text=True)
        return cls(folder, environment)

    def run(self, *command: str, check: bool = True) -> subprocess.CompletedProcess:
        return subprocess.run(
            self.command(*command),
            cwd=self.folder,
            check=check,
            capture_output=True,
            text=True,
            env=os.environ | self.environment,
        )

    def command(self, *command: str) -> list[str]:
        return [sys.executable, "-m", "modbot", "--config", str(self.folder / "modbot.toml"), *command]

    def start(self, *command: str) -> tuple[subprocess.Popen, str]:
        """Start a command and wait for its first line."""
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                self.command(*command),
                cwd=self.folder,
                stdout=subprocess.PIPE,
                stderr=log,
                env=os.environ | self.environment,
                text=True,
                start_new_session=True,
            )
        self.processes.append(process)
        lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        threading.Thread(target=lambda: lines.put(process.stdout.readline()), daemon=True).start()
        try:
            line = lines.get(timeout=START_S)
        except queue.Empty:
            line = ""
        assert line, f"no first line from {command}: {self.log.read_text()[-2000:]}"
        return process, line

    def serve(self, *options: str, port: int = 0) -> tuple[subprocess.Popen, int]:
        process, line = self.start("serve", "--port", str(port), *options)
        found = re.search(r"http://127\.0\.0\.1:(\d+)", line)
        assert found, line
        return process, int(found[1])

    def stop(self) -> None:
        for process in self.processes:
            kill(process)


def kill(process: subprocess.Popen) -> None:
    """End a process and its children as a power failure would."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)
    process.stdout.close()


def call(port: int, method: str, path: str, body: object = None, **headers: str) -> tuple[int, dict]:
    """Call the server; raise OSError or HTTPException when it is not there or goes away."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        sent = None if body is None else json.dumps(body).encode()
        connection.request(method, path, sent, {"Content-Type": "application/json", **headers})
        answer = connection.getresponse()
        read = answer.read()
        return answer.status, json.loads(read) if read.startswith((b"{", b"[")) else {"text": read.decode()}
    finally:
        connection.close()


def wait_for(claim, timeout_s: float = 10.0) -> bool:
    deadline = time.monotonic() + timeout_s
    while not claim():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


@contextlib.contextmanager
def in_thread(app, *, threads: int):
    """Serve an app at a free port and give the address. The loop ends before its sockets are closed, never over their heads."""
    lines = {}
    server = create_server(app, map=lines, host="127.0.0.1", port=0, threads=threads)
    stop = threading.Event()

    def loop():
        while not stop.is_set():
            wasyncore.loop(timeout=0.05, use_poll=True, map=lines, count=1)

    thread = threading.Thread(target=loop, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        stop.set()
        thread.join(5)
        server.task_dispatcher.shutdown()
        wasyncore.close_all(lines, ignore_all=True)
