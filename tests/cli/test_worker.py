"""``modbot worker`` as a real process: it delivers, alone or once, and stops politely."""

from __future__ import annotations

import json
import signal

import pytest

from factories import a_comment, a_draft, a_new_case, a_verdict
from modbot.domain import Action
from receivers import a_receiver
from served import Installation, call, wait_for

pytestmark = pytest.mark.slow


@pytest.fixture
def installation(tmp_path):
    installation = Installation.found(tmp_path)
    yield installation
    installation.stop()


def test_it_works(installation):
    keys = json.loads(installation.run("site", "add", "Blog", "--url", "https://blog.example", "--json").stdout)
    with a_receiver(keys["webhook_secret"]) as receiver:
        installation.run("site", "set", "Blog", "--webhook", receiver.url, "--allow-host", receiver.host)
        server, port = installation.serve("--no-deliveries")
        for number in range(3):
            comment = {"name": "Cal", "email": "cal@blog.example.org", "body": f"The ferry was late, trip {number}."}
            assert call(port, "POST", "/v1/comments", comment, Authorization=f"Bearer {keys['key']}")[0] == 201
        assert receiver.arrived == []
        assert installation.run("worker", "--once").stdout == "3 delivery attempts made.\n"
        assert len(receiver.arrived) == 3
        worker, line = installation.start("worker")
        assert line == "modbot tells sites what was decided. Ctrl-C stops it.\n"
        comment["body"] = "The ferry was on time."
        call(port, "POST", "/v1/comments", comment, Authorization=f"Bearer {keys['key']}")
        assert wait_for(lambda: len(receiver.arrived) == 4)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(10) == 0
        server.send_signal(signal.SIGTERM)
        assert server.wait(10) == 0
    assert {event["data"]["site"] for _, event in receiver.arrived} == {keys["id"]}


def test_it_learns_from_what_people_decided(run, store):
    run("site", "add", "My blog", "--url", "https://blog.example")
    wishes = ("--mode", "own", "--max-good-rejected", "30%", "--max-bad-published", "30%")
    for action, said in ((Action.REJECT, ""), (Action.PUBLISH, "Something new was learned from 1 site.\n")):
        for number in range(11):
            comment = a_comment(site_id="my-blog", key=f"{action}-{number}")
            case, _ = store.record(a_new_case(comment=comment, verdict=a_verdict(audit_rate=1.0)))
            store.record_review(a_draft(case_id=case.id, action=action))
        if not said:
            run("site", "set", "My blog", *wishes)
        assert run("worker", "--once").output == f"0 delivery attempts made.\n{said}"
    assert store.site_layer("my-blog").version == 2


def test_it_refuses_a_database_of_another_version(installation):
    for file in installation.folder.glob("modbot.db*"):
        file.unlink()
    done = installation.run("worker", "--once", check=False)
    assert done.returncode == 1
    assert "modbot db upgrade" in done.stderr
