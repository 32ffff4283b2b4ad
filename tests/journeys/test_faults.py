"""Faults: a full disk, a damaged database file, a model that was tampered with, a clock that jumps, many at once."""

from __future__ import annotations

import http.client
import json
import shutil
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from conftest import ADA_KEY
from factories import a_draft
from modbot.adapting import learn_all
from modbot.domain import Action, Mode, Policy
from modbot.errors import StaleReview
from modbot.retention import drop_old
from modbot.scoring import artifacts
from served import Installation, call
from tables import rows_of

pytestmark = pytest.mark.slow
BODY = "The night bus was late again, and the heating did not work either. " * 20


@pytest.fixture
def installation(tmp_path):
    installation = Installation.found(tmp_path, MODBOT_SITE_POSTS_PER_MINUTE="100000")
    yield installation
    installation.stop()


@pytest.fixture
def bearer(installation):
    keys = json.loads(installation.run("site", "add", "Blog", "--url", "https://blog.example", "--json").stdout)
    return {"Authorization": f"Bearer {keys['key']}"}


def post(port, number, bearer) -> tuple[int, dict]:
    comment = {"id": f"c{number}", "name": "Cal", "email": "cal@example.org", "body": f"{number}: {BODY}"}
    return call(port, "POST", "/v1/comments", comment, **bearer)


def test_a_full_disk_refuses_and_loses_nothing(installation, bearer):
    """The largest file that the process may write ends soon: what was answered with 201 is there, the rest is refused."""
    blocks = (installation.folder / "modbot.db").stat().st_size // 512 + 700
    usual = installation.command
    installation.command = lambda *command: ["sh", "-c", f'ulimit -f {blocks}; exec "$@"', "sh", *usual(*command)]
    process, port = installation.serve("--no-deliveries")
    answered, refused = {}, 0
    for number in range(600):
        try:
            status, case = post(port, number, bearer)
        except (OSError, http.client.HTTPException):
            pytest.fail("the server went away")
        if status == 201:
            answered[f"c{number}"] = case["id"]
        else:
            assert status == 503, (status, case)
            refused += 1
        if refused > 20:
            break
    assert refused > 20, "the disk never filled"
    assert answered
    assert call(port, "GET", "/healthz")[0] == 200
    process.terminate()
    process.wait(20)

    with sqlite3.connect(installation.folder / "modbot.db") as database:
        stored = dict(database.execute("SELECT key, id FROM cases"))
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()
    assert answered.items() <= stored.items()
    installation.command = usual
    _, port = installation.serve("--no-deliveries")
    assert post(port, 10_000, bearer)[0] == 201, "with room again it goes on"


def test_a_model_that_was_changed_is_not_served(installation, bearer):
    shipped = artifacts.find(artifacts.model_dirs())
    mine = installation.folder / "models" / "comments"
    shutil.copytree(shipped.parent, mine)
    weights = mine / shipped.name / "weights.npz"
    content = bytearray(weights.read_bytes())
    content[len(content) // 2] ^= 1
    weights.write_bytes(content)

    done = installation.run("serve", "--port", "0", check=False)

    assert done.returncode == 1
    assert done.stderr.startswith("modbot: ")
    assert "Traceback" not in done.stderr


def test_a_damaged_database_is_said_and_not_written_to(installation, bearer):
    """Pages of nothing in the middle of the file: answers are refusals in words, never a trace and never a 201."""
    process, port = installation.serve("--no-deliveries")
    assert post(port, 1, bearer)[0] == 201
    process.terminate()
    process.wait(20)
    file = installation.folder / "modbot.db"
    content = bytearray(file.read_bytes())
    content[4096 : len(content)] = bytes(len(content) - 4096)
    file.write_bytes(content)

    done = installation.run("serve", "--port", "0", "--no-deliveries", check=False)

    assert done.returncode == 1
    assert "modbot: The database" in done.stderr
    assert "Traceback" not in done.stderr


def at_once(port, path, bodies, headers) -> list[tuple[int, dict]]:
    """What callers hear who post in the same moment."""
    ready = threading.Barrier(len(bodies))

    def one(body):
        ready.wait()
        return call(port, "POST", path, body, **headers)

    with ThreadPoolExecutor(len(bodies)) as callers:
        return list(callers.map(one, bodies))


def test_one_key_from_many_at_once_is_one_comment_and_one_decision(installation, bearer):
    """Two processes, sixteen callers: the same comment, another one under its key, and everybody's decision about it."""
    _, port = installation.serve("--workers", "2", "--no-deliveries")
    for turn in range(5):
        headers = bearer | {"Idempotency-Key": f"key-{turn}"}
        comment = {"name": "Cal", "email": "cal@example.org", "body": f"{turn}: {BODY}"}
        other = comment | {"body": f"Quite another one: {BODY}"}

        heard = at_once(port, "/v1/comments", [other if n % 4 == 0 else comment for n in range(16)], headers)

        assert sorted({status for status, _ in heard}) == [200, 201, 409]
        assert [status for status, _ in heard].count(201) == 1
        (case_id,) = {case["id"] for status, case in heard if status < 300}
        decision = {"action": "reject", "reason": "spam", "revision": 1}
        decided = at_once(port, f"/v1/comments/{case_id}/review", [decision] * 16, bearer)
        assert sorted(status for status, _ in decided) == [200] + [409] * 15
    rows = rows_of(f"sqlite:///{installation.folder}/modbot.db")
    assert [len(rows[table]) for table in ("cases", "comments", "reviews")] == [5, 5, 5]
    assert [row["revision"] for row in rows["cases"]] == [2] * 5


def test_a_clock_that_jumps_stops_nothing(client, house, ada_site, ada, clock):
    """Two hours back, a day forward, a year back: everything goes on, and nothing is decided twice."""
    bearer = {"Authorization": f"Bearer {ADA_KEY}"}
    house.store.change_site(replace(ada_site, policy=Policy(mode=Mode.HOLD_ONLY)), clock())
    ids = []
    for number, jump in enumerate((0, -2, 24, -24 * 365, 24 * 365)):
        clock.tick(jump * 3_600)
        comment = {"id": f"c{number}", "name": "Cal", "email": "cal@example.org", "body": f"The bus, {number}: {BODY}"}
        for status in (201, 200):
            answer = client.post("/v1/comments", json=comment, headers=bearer)
            assert answer.status_code == status
        ids.append(answer.json["id"])
        clock.tick(-jump * 1_800)
        case = house.store.case(ids[-1])
        at = clock()
        draft = a_draft(case_id=case.id, action=Action.REJECT, seen_revision=case.revision, at=at, not_before=at)
        house.moderator.review(draft, ada)
        with pytest.raises(StaleReview):
            house.moderator.review(draft, ada)
        learn_all(house.store, house.model, clock)
        drop_old(house.store, house.settings, clock())
    assert [house.store.case(one).action for one in ids] == [Action.REJECT] * 5
    assert len(set(ids)) == 5
    listed = client.get("/v1/comments?limit=100", headers=bearer).json["comments"]
    assert {one["id"] for one in listed} == set(ids)
    assert house.store.verify_audit_log().broken == 0
