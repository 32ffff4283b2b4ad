"""The review page while it fills: a hundred decisions by key, and the queue page, among a thousand and a million cases.

Founds a house in a temporary folder, holds the demo's comments for a person, and multiplies them by SQL (copies that
are decided carry no explanation; nothing here shows them). Then decides a hundred comments as the page's script does:
one POST, and the fragment that comes back with the next comment already in the list. Times are the server's, in
process, as ratios of an empty Flask page in the same run.

    python benchmarks/review.py [--stored 1000 1000000] [--waiting 300 10000] [--decisions 100] [--folder FOLDER]
"""

from __future__ import annotations

import argparse
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine, create_engine, event, inspect

from modbot import credentials
from modbot.app import House, create_app, open_house
from modbot.demo.stage import Script, play, samples
from modbot.domain import Mode
from modbot.founding import lay_ground

ADMIN = "admin"
BATCH = 50_000
PAGES = 30
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
ROW = re.compile(r'data-case="(\w+)"[^>]*data-revision="(\d+)"')
# What a copy changes: its place in time, its identity, and that it stands for itself.
CHANGES = {
    "id": "'b' || printf('%025d', n.i * {templates} + {rank})",
    "case_id": "'b' || printf('%025d', n.i * {templates} + {rank})",
    "key": "printf('copy-%d-', n.i) || t.{key}",
    "author_key": "printf('%d-', n.i % 5000) || t.author_key",
    "fingerprint": "printf('%d-', n.i) || t.fingerprint",
    "campaign": "NULL",
    "sketch": "NULL",
    "queued": "{queued}",
    "action": "{action}",
    "explanation": "{explanation}",
}


@dataclass(frozen=True)
class Found:
    """What one size of house was measured at; milliseconds of the server, kilobytes uncompressed."""

    stored: int
    waiting: int
    decision_ms: float
    page_ms: float
    whole_ms: float
    kilobytes: float
    statements: int


def fill(engine: Engine, stored: int, waiting: int) -> None:
    """Multiply what is there until so many cases are stored, of which so many wait."""
    with engine.connect() as connection:
        have, wait = connection.exec_driver_sql("SELECT count(*), sum(queued) FROM cases").one()
        connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS bench_rank AS SELECT id FROM cases ORDER BY id")
        connection.exec_driver_sql("CREATE INDEX IF NOT EXISTS ix_bench_rank ON bench_rank (id)")
        templates = connection.exec_driver_sql("SELECT count(*) FROM bench_rank").scalar_one()
        connection.commit()
        began = have // templates
        decided = max(0, stored - have - max(0, waiting - wait))
        for queued, missing in ((0, decided), (1, max(0, waiting - wait))):
            for at in range(0, -(-missing // templates), BATCH // templates):
                rounds = min(BATCH // templates, -(-missing // templates) - at)
                copy(connection, range(began, began + rounds), templates, queued=queued)
                began += rounds
        connection.exec_driver_sql("ANALYZE")
        connection.commit()


def copy(connection: Connection, rounds: range, templates: int, *, queued: int) -> None:
    """Copy the first comments once for each round, with their verdicts and what their reasons are found by."""
    rank = "(SELECT rowid FROM bench_rank r WHERE r.id = t.{key})"
    action = "'hold'" if queued else "CASE WHEN t.risk > 0.5 THEN 'reject' ELSE 'publish' END"
    for table, key in (("cases", "id"), ("comments", "case_id"), ("verdicts", "case_id"), ("signals", "case_id")):
        columns = [one["name"] for one in inspect(connection).get_columns(table)]
        columns = [name for name in columns if not (table == "comments" and name == "id")]
        asked = {
            "templates": templates,
            "rank": rank.format(key=key),
            "queued": queued,
            "action": "t.action" if table == "verdicts" else action,
            "key": key,
            "explanation": "t.explanation" if queued else """'{"heads": [], "signals": []}'""",
        }
        values = [CHANGES[name].format(**asked) if name in CHANGES else f"t.{name}" for name in columns]
        connection.exec_driver_sql(  # names of our own tables and numbers
            f"WITH RECURSIVE n(i) AS (SELECT {rounds.start} UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {rounds.stop})"  # noqa: S608
            f" INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)}"
            f" FROM n CROSS JOIN {table} t WHERE t.{key} IN (SELECT id FROM bench_rank)"
        )
    connection.commit()


def timed(work: Callable[[], object]) -> float:
    """Return how many milliseconds it took."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1e3


def measure(engine: Engine, client: FlaskClient, decisions: int) -> Found:
    """Open the queue, decide by key, and take it all back, so that the next size begins with the same page."""
    asked: list[str] = []

    def listen(*said: object) -> None:
        asked.append(str(said[2]))

    client.get("/queue")
    event.listen(Engine, "before_cursor_execute", listen)
    page = client.get("/queue").text
    event.remove(Engine, "before_cursor_execute", listen)
    pages = [timed(lambda: client.get("/queue").text) for _ in range(PAGES)]
    stored, waiting = counted(engine)
    spent: list[float] = []
    whole: list[float] = []
    rows: list[tuple[str, str]] = []
    done: list[tuple[str, dict[str, str]]] = []
    token = TOKEN.search(page)
    for number in range(decisions):
        if not rows:
            rows = ROW.findall(client.get("/queue").text)
        case_id, revision = rows.pop(0)
        form = {"csrf_token": token[1] if token else "", "revision": revision, "back": f"/cases/{case_id}/outcome"}
        verb = ("approval", "rejection")[number % 2]
        spent.append(timed(partial(answered, client, f"/cases/{case_id}/{verb}", form)))
        done.append((case_id, form | {"revision": str(int(revision) + 1)}))
        if number % 10 == 0:
            whole.append(timed(lambda: client.get("/queue").text))
    for case_id, form in reversed(done):
        answered(client, f"/cases/{case_id}/undo", form)
    return Found(
        stored,
        waiting,
        statistics.median(spent),
        statistics.median(pages),
        statistics.median(spent) + statistics.median(whole),
        len(page.encode()) / 1e3,
        len(asked),
    )


def answered(client: FlaskClient, path: str, form: dict[str, str]) -> None:
    """Decide, and read what comes back."""
    answer = client.post(path, data=form, follow_redirects=True)
    if answer.status_code != 200 or "data-part" not in answer.text:
        raise SystemExit(f"{path} answered {answer.status}")


def counted(engine: Engine) -> tuple[int, int]:
    """Count what is stored and what waits."""
    with engine.connect() as connection:
        stored, waiting = connection.exec_driver_sql("SELECT count(*), sum(queued) FROM cases").one()
    return int(stored), int(waiting)


def found(folder: Path) -> tuple[House, FlaskClient]:
    """Found a house in which the demo's comments wait for a person who is logged in."""
    founded = lay_ground(folder, admin=ADMIN)
    house = open_house(founded.settings)
    now = datetime.now(UTC)
    draft = credentials.new_site(
        house.store, "Bench", "https://blog.example", mode=Mode.HOLD_ONLY, at=now - timedelta(days=9)
    )
    site = credentials.add_site(house.store, house.vault, draft, credentials.new_keys())
    unread = tuple(one | {"expected": "unclear"} for one in samples())
    play(house, site, founded.admin, Script(unread, "https://blog.example/post", now, nullcontext))
    client = create_app(house).test_client()
    token = TOKEN.search(client.get("/login").text)
    form = {"csrf_token": token[1] if token else "", "name": ADMIN, "password": founded.password}
    client.post("/login", data=form)
    return house, client


def empty_page_ms() -> float:
    """Time a page that does nothing."""
    app = Flask("empty")
    app.get("/")(lambda: "")
    client = app.test_client()
    return statistics.median(timed(lambda: client.get("/").text) for _ in range(500))


def run(folder: Path, stored: Sequence[int], waiting: Sequence[int], decisions: int) -> None:
    """Measure each size and print one line for it."""
    house, client = found(folder)
    engine = create_engine(house.settings.url("database_url"))
    empty = empty_page_ms()
    print(f"an empty Flask page: {empty:.3f} ms; in brackets: how many of these")
    titles = ("decision + next", "queue page", "without scripts")
    print(f"{'stored':>10} {'waiting':>8} {' '.join(f'{one:>18}' for one in titles)} {'kB':>6} {'SQL':>4}")
    for size in stored:
        for wait in waiting:
            if wait > size:
                continue
            fill(engine, size, wait)
            one = measure(engine, client, decisions)
            times = (one.decision_ms, one.page_ms, one.whole_ms)
            cells = " ".join(f"{f'{ms:.1f} ms ({ms / empty:.0f})':>18}" for ms in times)
            print(f"{one.stored:>10,} {one.waiting:>8,} {cells} {one.kilobytes:>6.0f} {one.statements:>4}", flush=True)
    print("to reach: a decision and the next comment in 15 ms or less (median), 150 kB, the same at every size")
    house.close()


def main() -> None:
    """Read what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--stored", type=int, nargs="+", default=[1_000, 1_000_000])
    parser.add_argument("--waiting", type=int, nargs="+", default=[300, 10_000])
    parser.add_argument("--decisions", type=int, default=100)
    parser.add_argument("--folder", type=Path, help="where the house is founded (default: a temporary folder)")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        run(given.folder or Path(name) / "house", sorted(given.stored), sorted(given.waiting), given.decisions)


if __name__ == "__main__":
    main()
