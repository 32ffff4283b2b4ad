"""The examples in integrations/ run against a real server on the loopback."""

from __future__ import annotations

import json
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlencode

import pytest

from conftest import ADA_KEY
from modbot.domain import CaseQuery
from served import in_thread

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
