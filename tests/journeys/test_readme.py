"""The README's own lines, run as they stand: found a house, connect a site, post from a server and from a page."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, Request, build_opener

import pytest

README = (Path(__file__).parents[2] / "README.md").read_text()
PATIENCE_S = 60

pytestmark = pytest.mark.slow


def block(language: str, holding: str) -> str:
    """The fenced block of a language that holds a word."""
    found = [text for text in re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL) if holding in text]
    assert len(found) == 1
    return found[0]


@pytest.fixture(scope="module")
def shell(tmp_path_factory):
    """Runs lines in a folder where ``modbot`` is this one."""
    folder = tmp_path_factory.mktemp("readme")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"

    def _run(lines: str, where: str = ".", **more: str) -> str:
        around = os.environ | {"PATH": path} | more
        given = {"cwd": folder / where, "env": around, "timeout": PATIENCE_S}
        done = subprocess.run(["sh", "-euc", lines], check=False, capture_output=True, text=True, **given)
        assert done.returncode == 0, done.stderr
        return done.stdout

    _run.folder = folder
    return _run


@pytest.fixture(scope="module")
def served(shell):
    """The house that the README founds, served; its address and the site's key."""
    lines = [line for line in block("sh", "modbot init").splitlines() if line.startswith("modbot")]
    assert [line.split()[1] for line in lines] == ["init", "site", "serve"]
    said = shell("\n".join(lines[:2]))
    key = re.search(r"key +(modbot_\S+)", said)[1]
    command = [sys.executable, "-u", "-m", "modbot", *shlex.split(lines[2], comments=True)[1:], "--port", "0"]
    process = subprocess.Popen(command, cwd=shell.folder / "my-modbot", stdout=subprocess.PIPE, text=True)
    try:
        yield re.search(r"http://\S+:\d+", process.stdout.readline())[0], key
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE_S)


class Form(HTMLParser):
    """Reads a form as a browser does."""

    def __init__(self):
        super().__init__()
        self.action = ""
        self.fields = {}

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "form":
            self.action = given["action"]
        elif given.get("name"):
            self.fields[given["name"]] = given.get("value", "")


class Stay(HTTPRedirectHandler):
    """Takes a redirect for the answer that it is."""

    def redirect_request(self, *_):
        return None


@pytest.mark.skipif(not shutil.which("curl"), reason="needs curl")
def test_it_works(shell, served):
    address, key = served
    call = block("sh", "/v1/comments").replace("http://127.0.0.1:8000", address)
    answer = json.loads(shell(call.replace("curl ", "curl -sS "), MODBOT_KEY=key))
    assert (answer["action"], answer["comment"]["name"]) == ("hold", "Ada")
    assert "ada@example.org" not in json.dumps(answer)


def test_it_takes_a_comment_from_the_form(served):
    address, _ = served
    form = Form()
    form.feed(block("html", "<form"))
    fields = form.fields | {"comment": "The night bus helps me.", "author": "Ada", "email": "ada@example.org"}
    action = form.action.replace("https://modbot.example", address)
    call = Request(action, urlencode(fields).encode(), headers={"Origin": "https://blog.example"})  # noqa: S310
    with pytest.raises(HTTPError) as answer:
        build_opener(Stay).open(call, timeout=PATIENCE_S)
    assert answer.value.code == 303
    assert answer.value.headers["Location"].startswith("https://blog.example/night-bus?modbot=held")
    answer.value.close()


def test_it_names_the_make_targets_that_there_are():
    targets = set(re.findall(r"^([a-z]+):.*## ", (Path(__file__).parents[2] / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"^make (\w+)", block("sh", "make demo"), re.MULTILINE)) <= targets


def test_it_sets_what_the_promise_says(shell, served):
    line = block("sh", "--max-good-rejected").strip()
    assert "policy version 2" in shell(line, "my-modbot")
