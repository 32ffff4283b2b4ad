"""Another language in a real browser: chosen in the menu, spoken by the scripts too, and from right to left."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from browsers import DESKTOP, PHONE, violations
from modbot.translations import languages
from review.desk import open_tiny_house
from review.pseudo import wide, write_pseudo

pytestmark = pytest.mark.browser

SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["1280", "390"])


@pytest.fixture
def house(settings, clock, tmp_path):
    """A house that has a translation which runs from right to left."""
    write_pseudo(tmp_path, "ar")
    house = replace(open_tiny_house(settings, clock), languages=languages(tmp_path))
    yield house
    house.close()


def choose(page: Page) -> None:
    """Choose the other language in the menu."""
    page.locator(".topbar__side .menu > summary").click()
    page.get_by_label("Language").select_option("ar")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("html")).to_have_attribute("lang", "ar")


@SIZES
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_it_works(sit_down, arrive, size, scripts):
    """Choose a language, decide in it, take it back."""
    case = arrive()
    page = sit_down("dora", **size, java_script_enabled=scripts)
    choose(page)
    row = page.locator(f"#case-{case.id}")
    row.get_by_role("button", name=wide("Reject"), exact=False).first.click()
    notice = page.locator("[data-toast]")
    expect(notice).to_contain_text(wide("Rejected"))
    notice.get_by_role("button", name=wide("Undo")).click()
    expect(page.locator("[data-toast]")).to_contain_text(wide("Taken back:"))


def test_its_scripts_speak_it_too(sit_down, arrive):
    arrive()
    page = sit_down("dora")
    choose(page)
    page.locator("[data-pick]").first.check()
    expect(page.locator("[data-picked]")).to_have_text(f"1 {wide('selected')}")
    page.locator("[data-case]").first.focus()
    page.keyboard.press("u")
    expect(page.locator("[data-toast]")).to_have_text(wide("Nothing more to undo."))


@SIZES
def test_it_runs_from_right_to_left(sit_down, arrive, size):
    """Nothing stands out of the page, axe has nothing to say, and the mark stands in the zone that it means."""
    case = arrive()
    page = sit_down("dora", **size)
    choose(page)
    for path in (
        "/queue",
        "/queue?view=one",
        f"/cases/{case.id}",
        "/overview",
        "/admin/sites/site-ada",
        "/admin/rules",
    ):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        assert violations(page) == []
    page.goto(f"/cases/{case.id}")
    mark = page.locator(".scale__mark line").bounding_box()
    zone = page.locator(".scale__zone--here").bounding_box()
    assert zone["x"] - 1 <= mark["x"] <= zone["x"] + zone["width"] + 1
