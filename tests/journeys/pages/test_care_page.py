"""Slurs behind dots in a real browser: asked for by one person, shown in full in their place when they ask."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from browsers import DESKTOP, PHONE

pytestmark = pytest.mark.browser

SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["1280", "390"])
SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])


@SIZES
@SCRIPTS
def test_it_works(sit_down, arrive, size, scripts):
    """Ask for dots, read the list, ask for one comment in full: in its place, or on its page without scripts."""
    case, other = arrive("You fucking moron"), arrive("What a shitty bus")
    page = sit_down(**size, java_script_enabled=scripts)
    page.locator(".topbar__side .menu > summary").click()
    page.get_by_role("link", name="Looking after yourself").click()
    page.get_by_label("Slurs behind dots").check()
    page.get_by_role("button", name="Keep this").click()
    expect(page.get_by_text("Kept, on every device.")).to_be_visible()

    page.goto("/queue")
    row = page.locator(f"#case-{case.id}")
    expect(row.locator(".hostile")).to_have_text("You f•••••• moron")
    row.get_by_role("link", name="Show the words in full").click()
    expect(page.locator(".hostile").filter(has_text="You fucking moron")).to_be_visible()
    if scripts:
        expect(page.locator(f"#case-{other.id} .hostile")).to_have_text("What a s••••• bus")
        expect(row.get_by_role("link", name="Show the words in full")).to_have_count(0)


def test_it_keeps_its_count_to_itself(sit_down, arrive):
    arrive()
    page = sit_down()
    page.goto("/preferences/care")
    page.get_by_label("Count here").check()
    page.get_by_role("button", name="Keep this").click()
    page.goto("/queue")
    page.keyboard.press("r")
    expect(page.locator("[data-toast]")).to_contain_text("Rejected")
    page.goto("/preferences/care")
    expect(page.get_by_text("Since your last break: 1 time in 1 minute")).to_be_visible()
