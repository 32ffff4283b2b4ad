# ruff: noqa: S310 - every address is the loopback's
from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import nullcontext
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from modbot.demo.run import listen, running
from modbot.demo.site import published
from modbot.demo.stage import samples
from modbot.domain import Action, CaseQuery, DecidedBy, ReviewDraft
from modbot.errors import ConfigError

PATIENCE_S = 20.0


def get(url: str) -> str:
    with urlopen(url, timeout=PATIENCE_S) as answer:
        return answer.read().decode()


def eventually(claim):
    """Wait until a claim holds, and give back what it said."""
    deadline = time.monotonic() + PATIENCE_S
    while not (said := claim()):
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.05)
    return said


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    patch = pytest.MonkeyPatch()
    patch.setattr("modbot.demo.stage.samples", lambda: samples()[-30:])
    with running(tmp_path_factory.mktemp("demo") / "house", port=0, bar=nullcontext) as demo:
        yield demo
    patch.undo()


def post(demo, **changes) -> str:
    """Send the page's form as a browser does; return where it leads."""
    page = get(demo.places.page)
    action = re.search(r'<form class="reply-form" method="post" action="([^"]+)"', page)[1]
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    fields = {
        "comment": "We will come with the pram.",
        "author": "Nell",
        "email": "nell@example.org",
        **hidden,
        **changes,
    }
    call = Request(action, urlencode(fields).encode(), headers={"Origin": demo.places.news})
    with urlopen(call, timeout=PATIENCE_S) as answer:
        return answer.url


def latest(demo):
    return demo.stage.house.store.case(demo.stage.house.store.cases(CaseQuery(limit=1)).rows[0].id)


def decide(demo, case, action):
    house = demo.stage.house
    admin, _ = house.store.user_named("admin")
    now = house.clock()
    draft = ReviewDraft(case.id, action, admin.id, admin.name, DecidedBy.PERSON, case.revision, now, now)
    return house.moderator.review(draft, admin)


def test_it_works(demo):
    back = post(demo, comment="The side door is the best news of the year, thank you.", author="Nell Marsh")
    assert back.startswith(f"{demo.places.page}?modbot=")
    case = latest(demo)
    assert (case.comment.name, case.comment.door) == ("Nell Marsh", "form")
    other = Action.REJECT if case.action is Action.PUBLISH else Action.PUBLISH
    decide(demo, case, other)
    assert (f'id="comment-{case.id}"' in get(demo.places.page)) is (other is Action.PUBLISH)


def test_it_shows_the_published_comments_only(demo):
    page = get(demo.places.page)
    rows = demo.stage.house.store.cases(CaseQuery(limit=200)).rows
    shown = {row.id for row in rows if f'id="comment-{row.id}"' in page}
    assert shown == {row.id for row in rows if row.action is Action.PUBLISH}
    assert len(published(demo.newsroom)) == len(shown)


def test_it_shows_nobodys_address(demo):
    page = get(demo.places.page)
    assert [s["email"] for s in samples() if s["email"] in page] == []


def test_it_tells_the_site_what_was_decided(demo):
    post(demo, comment="A ramp at last, my mother will be glad.", author="Orla")
    case = latest(demo)
    told = eventually(lambda: [told for told in demo.newsroom.told if told.comment_id == case.id])
    assert (told[0].action, told[0].decided_by) == (case.action, "machine")
    assert case.id[-6:] in get(f"{demo.places.news}/hooks")


def test_it_keeps_strangers_out_of_the_review_page(demo):
    assert "/login" in urlopen(f"{demo.places.review}/queue", timeout=PATIENCE_S).url


def test_it_keeps_the_two_sites_apart(demo):
    with urlopen(f"{demo.places.review}/login", timeout=PATIENCE_S) as answer:
        review_policy = answer.headers["Content-Security-Policy"]
    with urlopen(demo.places.page, timeout=PATIENCE_S) as answer:
        assert answer.headers["Content-Security-Policy"] != review_policy
        assert answer.headers["Set-Cookie"] is None
    with pytest.raises(HTTPError):
        get(f"{demo.places.news}/queue")


def test_it_takes_the_next_free_port():
    with listen(0) as first:
        port = first.getsockname()[1]
        with listen(port) as second:
            assert port < second.getsockname()[1] <= port + 50


def test_it_says_when_no_port_is_free(monkeypatch):
    def taken(*_args):
        raise OSError(98, "in use")

    monkeypatch.setattr(socket, "create_server", taken)
    monkeypatch.setattr("modbot.demo.run.errno.EADDRINUSE", 98)
    with pytest.raises(ConfigError, match="--port"):
        listen(8000)


@pytest.mark.slow
def test_it_is_gone_after_ctrl_c(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with listen(0) as taken:
        port = taken.getsockname()[1]
        command = [sys.executable, "-u", "-m", "modbot", "demo", "--port", str(port)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=tmp_path)
        said = ""
        while "Ctrl-C" not in said:
            line = process.stdout.readline()
            assert line, said
            said += line
        assert f"Port {port} is taken" in said
        news, review = re.findall(r"http://127\.0\.0\.1:\d+/\S+", said)[:2]
        assert "Leave a Reply" in get(news)
        assert "password" in get(review)
        password = re.search(r"password (\S+)", said)[1]
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0
    assert password not in rest
    assert list(tmp_path.glob("modbot-demo-*")) == []
