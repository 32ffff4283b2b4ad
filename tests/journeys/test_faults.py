"""Faults of the machine: a full disk, a damaged database file, a model that was tampered with. Real processes."""

from __future__ import annotations

import http.client
import json
import shutil
import sqlite3

import pytest

from modbot.scoring import artifacts
from served import Installation, call

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
