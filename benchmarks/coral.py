"""Coral's external phase under load: how long Coral waits, beside an address of the same server that does nothing.

Founds a house in a temporary folder, serves it in this process, and sends signed comments at a steady pace, whatever
the server does: a late answer delays no other call.

    python benchmarks/coral.py [--per-second 50] [--seconds 30]
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import http.client
import json
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from waitress import create_server

from modbot import credentials
from modbot.app import create_app, open_house
from modbot.domain import Mode
from modbot.founding import lay_ground

THREADS = 8
AUTHORS = 50


def main() -> None:
    """Found, serve, ask, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--per-second", type=int, default=50)
    parser.add_argument("--seconds", type=int, default=30)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        house = open_house(lay_ground(Path(name), admin="admin").settings)
        keys = credentials.new_keys()
        draft = credentials.new_site(
            house.store, "Bench", "https://news.example", mode=Mode.BORROWED, at=datetime.now(UTC)
        )
        site = credentials.add_site(house.store, house.vault, draft, keys)
        server = create_server(create_app(house), host="127.0.0.1", port=0, threads=THREADS)
        threading.Thread(target=server.run, daemon=True).start()
        port = int(server.effective_port)

        def nothing(_number: int) -> tuple[str, str, bytes, dict[str, str]]:
            return "GET", "/healthz", b"", {}

        def comment(number: int) -> tuple[str, str, bytes, dict[str, str]]:
            body = a_comment(number)
            digest = hmac.digest(keys.coral_secret.encode(), body, hashlib.sha256).hex()
            return "POST", f"/coral/{site.id}", body, {"X-Coral-Signature": f"sha256={digest}"}

        print(f"{given.per_second} requests/s for {given.seconds} s, one process, {THREADS} threads")
        baseline = show("nothing", waits(port, nothing, given))
        phase = show("coral", waits(port, comment, given))
        print(f"ratio of the medians: {phase / baseline:.1f}   (to reach: p99 50 ms or less)")
        server.close()


def a_comment(number: int) -> bytes:
    """Write a comment as Coral does; no two are alike."""
    text = f"The night bus number {number} is late again, and nobody told us about it, which I find rather odd."
    said = {
        "action": "NEW",
        "comment": {"body": f"<div>{text}</div>", "parentID": None},
        "author": {"id": f"author-{number % AUTHORS}", "role": "COMMENTER"},
        "story": {"id": "story", "url": "https://news.example/bus"},
        "site": {"id": "site"},
        "tenantID": "tenant",
        "tenantDomain": "news.example",
    }
    return json.dumps(said, indent=2).encode()


def waits(
    port: int, request: Callable[[int], tuple[str, str, bytes, dict[str, str]]], given: argparse.Namespace
) -> list[float]:
    """Send at a steady pace and return how long each answer took, in ms, from when it was due to be sent."""
    took: list[float] = []
    threads = []

    def ask(number: int, due: float) -> None:
        method, path, body, headers = request(number)
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.request(method, path, body, {"Content-Type": "application/json", **headers})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        if answer.status not in {200, 204}:
            raise SystemExit(f"{path} answered {answer.status}")
        took.append(1_000 * (time.perf_counter() - due))

    start = time.perf_counter()
    for number in range(given.per_second * given.seconds):
        due = start + number / given.per_second
        time.sleep(max(0.0, due - time.perf_counter()))
        thread = threading.Thread(target=ask, args=(number, due))
        thread.start()
        threads.append(thread)
    for thread in threads:
        thread.join()
    if len(took) != len(threads):
        raise SystemExit(f"{len(threads) - len(took)} requests failed")
    return sorted(took)


def show(name: str, took: list[float]) -> float:
    """Print what was measured, and return the median."""
    median = statistics.median(took)
    print(f"{name:<8} median {median:6.1f} ms   p99 {took[int(0.99 * len(took))]:6.1f} ms   slowest {took[-1]:6.1f} ms")
    return median


if __name__ == "__main__":
    main()
