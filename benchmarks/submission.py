"""One submission end to end through HTTP, durably committed, against an empty Flask POST under the same server.

Starts `modbot serve` in a temporary folder and an empty app under waitress with the same number of threads, posts
to both in turn, and prints what each request cost the server in CPU time (Linux: read from /proc).

    python benchmarks/submission.py [--rounds 7] [--requests 300] [--clients 4]
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

EMPTY_APP = """
import sys
from flask import Flask
from waitress import create_server
app = Flask("empty")
app.post("/v1/comments")(lambda: "")
server = create_server(app, listen="127.0.0.1:0", threads=int(sys.argv[1]), ident=None)
print(f"http://127.0.0.1:{server.effective_port}", flush=True)
server.run()
"""
THREADS = 8
SENTENCE = (
    "the night bus to the harbour was late again and nobody told us why although the timetable at the stop still"
    " promises four an hour which would be plenty for this part of the town if they only came when they should"
)
numbers = count()


@dataclass
class Server:
    name: str
    process: subprocess.Popen[str]
    port: int
    headers: dict[str, str]
    started_s: float = 0.0
    cpu_us: list[float] = field(default_factory=list)
    per_second: list[float] = field(default_factory=list)

    def cpu_s(self) -> float:
        """User and system time of the server so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def a_comment() -> bytes:
    """About 300 characters by one of a thousand readers, never twice the same."""
    number = next(numbers)
    known = SENTENCE.split()
    words = [known[(number * 7 + i * (1 + number % 5)) % len(known)] for i in range(52)]
    reader = f"Reader {number % 1000}"
    body = f"{' '.join(words)} ({number})."
    address = f"reader{number % 1000}@readers.example.org"
    return json.dumps({"id": f"b{number}", "name": reader, "email": address, "body": body}).encode()


def start(command: list[str], folder: Path, **environment: str) -> tuple[subprocess.Popen[str], int]:
    # An installed modbot is not compiled anew at each start, whatever the developer's shell says.
    env = os.environ | {"PYTHONDONTWRITEBYTECODE": ""} | environment
    process = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=env
    )
    line = process.stdout.readline() if process.stdout else ""
    found = re.search(r"http://127\.0\.0\.1:(\d+)", line)
    if found is None:
        raise SystemExit(f"{' '.join(command)} did not start: {line!r}")
    return process, int(found[1])


def start_modbot(folder: Path) -> Server:
    modbot = [sys.executable, "-m", "modbot"]
    subprocess.run([*modbot, "init", str(folder)], check=True, capture_output=True)
    add = [*modbot, "site", "add", "Bench", "--url", "https://blog.example", "--json"]
    site = json.loads(subprocess.run(add, cwd=folder, check=True, capture_output=True, text=True).stdout)
    began = time.monotonic()
    process, port = start(
        [*modbot, "serve", "--port", "0"],
        folder,
        MODBOT_SITE_POSTS_PER_MINUTE="100000000",
        MODBOT_THREADS=str(THREADS),
    )
    server = Server("modbot, committed", process, port, {"Authorization": f"Bearer {site['key']}"})
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/readyz")
    if connection.getresponse().status != 200:
        raise SystemExit("modbot serve is not ready")
    connection.close()
    server.started_s = time.monotonic() - began
    return server


def post_all(server: Server, requests: int, clients: int) -> None:
    """Post from several kept-alive connections and note what it cost."""
    bodies = [[a_comment() for _ in range(requests // clients)] for _ in range(clients)]
    wrong: list[int] = []

    def client(mine: list[bytes]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        for body in mine:
            connection.request("POST", "/v1/comments", body, {"Content-Type": "application/json", **server.headers})
            answer = connection.getresponse()
            answer.read()
            if answer.status not in {200, 201}:
                wrong.append(answer.status)
        connection.close()

    threads = [threading.Thread(target=client, args=(mine,)) for mine in bodies]
    cpu, began = server.cpu_s(), time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        raise SystemExit(f"{server.name} answered {sorted(set(wrong))}")
    done = sum(map(len, bodies))
    server.cpu_us.append((server.cpu_s() - cpu) / done * 1e6)
    server.per_second.append(done / (time.monotonic() - began))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--requests", type=int, default=300)
    parser.add_argument("--clients", type=int, default=4)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        process, port = start([sys.executable, "-c", EMPTY_APP, str(THREADS)], folder)
        servers = [Server("empty Flask POST", process, port, {}), start_modbot(folder / "modbot")]
        try:
            for server in servers:
                post_all(server, 100, given.clients)
                server.cpu_us.clear()
                server.per_second.clear()
            for _ in range(given.rounds):
                for server in servers:
                    post_all(server, given.requests, given.clients)
        finally:
            for server in servers:
                server.process.kill()
                server.process.wait()
    print(f"{'':<20} {'CPU µs/request':>15} {'requests/s':>12}   (medians of {given.rounds} interleaved rounds)")
    for server in servers:
        cpu, speed = statistics.median(server.cpu_us), statistics.median(server.per_second)
        print(f"{server.name:<20} {cpu:>15.0f} {speed:>12.0f}")
    ratio = statistics.median(b / a for a, b in zip(*(server.cpu_us for server in servers), strict=True))
    print(f"{'ratio':<20} {ratio:>15.1f}   (to reach: 4 or less, and 1,000 µs or less)")


if __name__ == "__main__":
    main()
