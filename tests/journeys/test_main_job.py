"""The main job, as a newcomer does it: the demo, a real browser, real curl, a receiver of one's own. Nothing replaced."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from browsers import a_browser
from receivers import a_receiver

pytestmark = [pytest.mark.slow, pytest.mark.browser]

START_S = 90
PATIENCE_S = 40
GOOD = (
    "I teach at the school by the quay, and half of my class comes from the island. A later ferry means that they can "
    "stay for the music group. Please keep the connection after the trial."
)
SPAM = (
    "BEST ONLINE CASINO BONUS!!! 500 free spins, no deposit, win real money today http://spins.example/win "
    "http://casino-bonus.example/free http://jackpot.example cheap viagra cialis pills online"
)
INSULT = "You are a pathetic idiot and a disgusting piece of trash. Shut up, you stupid moron, nobody wants you here."


@dataclass
class Running:
    """A demo that answers, and what it printed."""

    folder: Path
    printed: str

    def found(self, pattern: str) -> str:
        match = re.search(pattern, self.printed)
        assert match, f"{pattern} not in:\n{self.printed}"
        return match[1]

    @property
    def page(self) -> str:
        return self.found(r"News post[^\n]*?(http://\S+)")

    @property
    def review(self) -> str:
        return self.found(r"Review page\s+(http://[\w.:]+)/")

    @property
    def password(self) -> str:
        return self.found(r"password (\S+)")

    def modbot(self, *command: str) -> str:
        given = [sys.executable, "-m", "modbot", "--config", str(self.folder / "modbot.toml"), *command]
        return subprocess.run(given, check=True, capture_output=True, text=True, timeout=60).stdout


@pytest.fixture
def demo(tmp_path):
    """`modbot demo` in a process of its own, with a fresh home folder."""
    (tmp_path / "home").mkdir()
    folder = tmp_path / "demo"
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-u", "-m", "modbot", "demo", "--port", "0", "--keep", str(folder)],
            stdout=subprocess.PIPE,
            stderr=log,
            env={"HOME": str(tmp_path / "home"), "PATH": os.environ["PATH"]},
            text=True,
        )
    with process:
        try:
            yield Running(folder, printed_by(process, tmp_path / "log"))
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=30)
    assert process.returncode == 0


def printed_by(process: subprocess.Popen, log: Path) -> str:
    printed, deadline = "", time.monotonic() + START_S
    while "Ctrl-C" not in printed and time.monotonic() < deadline:
        line = process.stdout.readline()
        assert line, f"the demo ended: {printed}\n{log.read_text()[-3000:]}"
        printed += line
    return printed


def curl(address: str, key: str, body: str) -> dict:
    """Post a comment as the README says."""
    done = subprocess.run(
        ["curl", "--silent", "--show-error", f"{address}/v1/comments", "--header", f"Authorization: Bearer {key}",
         "--data-urlencode", "name=Cal", "--data-urlencode", "email=cal@example.org", "--data-urlencode", f"body={body}"],
        check=True, capture_output=True, text=True, timeout=30,
    )  # fmt: skip
    return json.loads(done.stdout)


def reply(page, address: str, body: str) -> str:
    """Post a comment through the page's form, at the speed of a person, and give back the page's notice."""
    page.goto(address)
    page.get_by_role("textbox", name="Comment").fill(body)
    page.get_by_role("textbox", name="Name").fill("Cal")
    page.get_by_role("textbox", name="Email").fill("cal@example.org")
    # The form's signed time stamp counts whole seconds; nobody writes a comment in less than four.
    page.wait_for_timeout(4_000)
    page.get_by_role("button", name="Post Comment").click()
    page.wait_for_load_state()
    return page.get_by_role("status").inner_text()


def until(condition, what: str):
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.2)
    raise AssertionError(what)


def test_it_works(demo):
    site = json.loads(demo.modbot("site", "list", "--json"))[0]["id"]
    key = json.loads(demo.modbot("site", "rotate-key", site, "--json"))["key"]
    secret = json.loads(demo.modbot("site", "rotate-key", site, "--kind", "webhook", "--json"))["key"]
    with a_receiver(secret) as receiver, a_browser() as browser:
        demo.modbot("site", "set", site, "--webhook", receiver.url, "--allow-host", "127.0.0.1")
        news = browser.new_page()
        notices = {body: reply(news, demo.page, body) for body in (GOOD + " From the page.", SPAM, INSULT)}
        assert [body for body in (SPAM, INSULT) if "published" in notices[body].lower()] == []
        answers = [curl(demo.review, key, body) for body in (GOOD, SPAM + " today", INSULT + " Really.")]
        assert [answer["action"] == "publish" for answer in answers[1:]] == [False, False]
        assert answers[1]["scores"]["spam"] > answers[0]["scores"]["spam"]
        assert answers[2]["scores"]["toxicity"] > answers[0]["scores"]["toxicity"]

        desk = browser.new_page()
        desk.goto(f"{demo.review}/login")
        desk.get_by_label("Name").fill("admin")
        desk.get_by_label("Password", exact=True).fill(demo.password)
        desk.get_by_role("button", name="Log in").click()
        held = curl(demo.review, key, "Hmm. " + INSULT[:22] + ", as my uncle says of himself. See http://uncle.example")
        case = held if held["action"] == "hold" else next(a for a in answers if a["action"] == "hold")
        desk.goto(f"{demo.review}/cases/{case['id']}")
        desk.keyboard.press("p")
        until(lambda: curl_case(demo.review, key, case["id"])["action"] == "publish", "the key p published the case")

        def heard():
            return [
                event
                for _, event in receiver.arrived
                if event["data"]["id"] == case["id"] and event["data"]["decided_by"] == "person"
            ]

        event = until(heard, "the site heard of the decision after the grace time")[0]
        assert event["type"] == "comment.decided"
        assert (event["data"]["action"], event["data"]["previous"]) == ("publish", "hold")
        assert receiver.unverified == 0


def curl_case(address: str, key: str, case_id: str) -> dict:
    given = ["curl", "--silent", f"{address}/v1/comments/{case_id}", "--header", f"Authorization: Bearer {key}"]
    return json.loads(subprocess.run(given, check=True, capture_output=True, text=True, timeout=30).stdout)
