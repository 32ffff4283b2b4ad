"""From `modbot init` to the first decision, as an owner goes: site, key, form, test comment, review."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from browsers import DESKTOP, PHONE, a_browser
from served import Installation, call

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def founded(tmp_path):
    """What `modbot init` prints, and the house that it made."""
    command = [sys.executable, "-m", "modbot", "init", str(tmp_path)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    installation = Installation(tmp_path)
    yield installation, re.search(r"Password\s+(\S+)", said)[1]
    installation.stop()


@pytest.mark.parametrize(("size", "scripts"), [(DESKTOP, True), (PHONE, False)], ids=["1280", "390 no scripts"])
def test_it_works(founded, size, scripts):
    installation, password = founded
    _, port = installation.serve()
    with a_browser(**size, java_script_enabled=scripts) as opened:
        page = opened.new_page()
        page.goto(f"http://127.0.0.1:{port}/")
        page.get_by_label("Name").fill("admin")
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Log in").click()

        # The first page is the list of steps.
        expect(page.get_by_role("heading", level=1)).to_have_text("First steps")
        page.get_by_role("link", name="Add a site").click()
        page.get_by_label("Name").fill("My blog")
        page.get_by_label("Address").fill("https://blog.example")
        page.get_by_role("button", name="Add", exact=True).click()
        key = page.locator("dd code").first.inner_text()
        assert "/f/my-blog" in page.get_by_label("The form to paste").input_value()
        assert key in page.get_by_label("Or a call from").input_value()

        # The key works at once, as the call that is shown says.
        comment = {"name": "Cal", "email": "cal@example.org", "body": "The night bus helps me a lot."}
        status, told = call(port, "POST", "/v1/comments", comment, Authorization=f"Bearer {key}")
        assert (status, told["action"]) == (201, "hold")

        page.get_by_role("link", name="All steps").click()
        page.get_by_role("link", name="Send one").click()
        page.get_by_label("Comment", exact=True).fill("This is my first test.")
        page.get_by_role("button", name="Send it").click()
        page.get_by_role("link", name="Look at it").click()
        expect(page.get_by_text("This is my first test.").first).to_be_visible()
        page.get_by_role("button", name="Publish").click()

        page.goto(f"http://127.0.0.1:{port}/start")
        expect(page.get_by_text("Everything works.")).to_be_visible()
        assert page.locator(".steps .badge--done").count() == 4
