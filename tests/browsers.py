"""Real Chromium for tests, kept off the network; a console error or a policy violation fails the test."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, sync_playwright

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def chromium() -> str:
    """Where Chromium is; without it the test is skipped by name, and on CI it fails."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found:
        return found
    if os.environ.get("CI"):
        pytest.fail("Chromium is not installed: apt-get install chromium")
    pytest.skip("needs Chromium (apt-get install chromium)")


@contextmanager
def a_browser(**context):
    """Open a browser context for as long as this lasts."""
    errors: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), headless=True, args=FLAGS)
        opened = browser.new_context(**context)
        opened.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        opened.on("weberror", lambda error: errors.append(str(error.error)))
        try:
            yield opened
        finally:
            browser.close()
    assert errors == [], errors


def violations(page: Page) -> list[tuple[str, list]]:
    """What axe finds wrong with a page: each rule broken, and where."""
    broken = Axe().run(page).response["violations"]
    return [(one["id"], [node["target"] for node in one["nodes"]][:4]) for one in broken]
