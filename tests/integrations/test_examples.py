"""The examples in integrations/ run against a real server on the loopback."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest

from conftest import ADA_KEY
from factories import a_draft
from modbot.domain import Action, CaseQuery
from served import in_thread

pytestmark = pytest.mark.slow

EXAMPLES = Path(__file__).parents[2] / "integrations"


class Fields(HTMLParser):
    """The names of a form's fields, and the form's action."""

    def __init__(self) -> None:
        super().__init__()
        self.names: dict[str, str] = {}
        self.action = ""

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "form":
            self.action = given["action"]
        elif "name" in given:
            self.names[given["name"]] = given.get("value") or ""


@pytest.fixture
def address(app):
    with in_thread(app, threads=2) as address:
        yield address


def test_it_posts_by_the_shell_script(address, ada_site, house):
    done = subprocess.run(
        [EXAMPLES / "curl/post-comment.sh", "Cal", "cal@example.org"],
        input="The night bus stops at the harbour now, and I am glad of it.",
        env={"MODBOT": address, "KEY": ADA_KEY, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    case = house.store.case(json.loads(done.stdout)["id"])
    assert case.comment.name == "Cal"
    assert case.comment.body.startswith("The night bus")


def test_it_posts_by_the_plain_form(client, ada_site, house):
    form = Fields()
    form.feed((EXAMPLES / "plain-html/comment-form.html").read_text())
    assert form.action == "MODBOT/f/SITE"
    form.names |= {
        "comment": "The night bus stops at the harbour now.",
        "author": "Cal",
        "email": "cal@example.org",
        "page_url": "https://gazette.example/night-bus",
    }
    answer = client.post(
        f"/f/{ada_site.id}", data=urlencode(form.names), content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 303
    assert answer.location.startswith("https://gazette.example/night-bus")
    assert len(house.store.cases(CaseQuery()).rows) == 1


# -- whole examples, each as its own process -----------------------------------------


def free_port() -> int:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return line.getsockname()[1]


@contextmanager
def serving(command: list[str], folder: Path, port: int, **environment: str):
    """Run an example until it answers, and as long as this lasts."""
    process = subprocess.Popen(
        command, cwd=folder, env={**os.environ, **environment}, stderr=subprocess.PIPE, text=True
    )
    try:
        for _ in range(300):
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            assert process.poll() is None, process.stderr.read()
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/night-bus"
    finally:
        process.kill()
        process.communicate()


def converse(address: str, house, ada_site) -> None:
    """Post a comment as a browser does, have it published, read it; then leave out what is needed."""
    form = {"name": "Cal <b>", "email": "cal@example.org", "body": "The night bus & the tram.", "website2": ""}
    with httpx.Client(follow_redirects=True) as browser:
        assert "Post Comment" in browser.get(address).text
        answer = browser.post(address, data=form)
        assert answer.status_code == 200
        assert "Thank you!" in answer.text
        (row,) = house.store.cases(CaseQuery()).rows
        assert (row.name, row.page_url) == ("Cal <b>", address)
        house.moderator.site_review(
            ada_site, a_draft(case_id=row.id, action=Action.PUBLISH, at=house.clock(), seen_revision=0)
        )
        page = browser.get(address).text
        assert "The night bus &amp; the tram." in page
        assert "<b>Cal <b></b>" not in page
        refused = browser.post(address, data=form | {"email": "no address"})
        assert refused.status_code == 200
        assert "address" in refused.text
        browser.post(address, data=form | {"website2": "I am a script"})
    cases = house.store.whole_cases([row.id for row in house.store.cases(CaseQuery()).rows])
    assert [case for case in cases if any(signal.code == "HONEYPOT" for signal in case.verdict.signals)]


def test_it_works_in_flask(address, ada_site, house):
    port = free_port()
    command = [sys.executable, "-m", "flask", "--app", "app", "run", "--port", str(port)]
    with serving(command, EXAMPLES / "flask", port, MODBOT=address, KEY=ADA_KEY) as page:
        converse(page, house, ada_site)


def test_it_works_in_django(address, ada_site, house):
    port = free_port()
    command = [sys.executable, "app.py", "runserver", "--noreload", str(port)]
    with serving(command, EXAMPLES / "django", port, MODBOT=address, KEY=ADA_KEY) as page:
        converse(page, house, ada_site)


def test_it_works_in_express(address, ada_site, house, tmp_path):
    if not (shutil.which("npm") and shutil.which("node")):
        if os.environ.get("CI"):
            pytest.fail("npm is not installed: apt-get install nodejs npm")
        pytest.skip("needs npm (apt-get install nodejs npm)")
    for path in (EXAMPLES / "express").iterdir():
        shutil.copy(path, tmp_path)
    install = ["npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--silent", "--fetch-retries=5"]
    subprocess.run(install, cwd=tmp_path, check=True, capture_output=True, timeout=300)
    port = free_port()
    with serving(["node", "app.mjs"], tmp_path, port, MODBOT=address, KEY=ADA_KEY, PORT=str(port)) as page:
        converse(page, house, ada_site)


def test_it_builds_a_static_page(address, ada_site, house):
    comment = {
        "name": "Cal <b>",
        "email": "cal@example.org",
        "body": "Late & slow.",
        "page_url": "https://gazette.example/bus",
    }
    case_id = httpx.post(f"{address}/v1/comments", json=comment, headers={"Authorization": f"Bearer {ADA_KEY}"}).json()[
        "id"
    ]
    house.moderator.site_review(
        ada_site, a_draft(case_id=case_id, action=Action.PUBLISH, at=house.clock(), seen_revision=0)
    )
    done = subprocess.run(
        [sys.executable, EXAMPLES / "static-site/build.py", comment["page_url"]],
        env={**os.environ, "MODBOT": address, "KEY": ADA_KEY, "SITE": ada_site.id},
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    form = Fields()
    form.feed(done.stdout)

    assert "Late &amp; slow." in done.stdout
    assert (form.action, form.names["page_url"]) == (f"{address}/f/{ada_site.id}", comment["page_url"])


def test_each_is_short():
    code = [path for path in EXAMPLES.rglob("*") if path.suffix in {".py", ".mjs", ".html", ".sh"}]
    assert len(code) >= 6
    assert {path.name: lines for path in code if (lines := len(path.read_text().splitlines())) >= 40} == {}
