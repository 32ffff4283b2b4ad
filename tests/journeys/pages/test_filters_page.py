"""Narrowing a list in a real browser: filters, chips, lists that are kept, the author behind an address, the file."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from browsers import DESKTOP, PHONE
from factories import an_author

pytestmark = pytest.mark.browser

SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["1280", "390"])
SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])


def listed(page: Page):
    return [row.get_attribute("data-case") for row in page.locator("[data-case]").all()]


@SIZES
@SCRIPTS
def test_it_works(sit_down, arrive, size, scripts):
    """Narrow, see what is in force, keep it under a name, take it away, come back to it."""
    spam = arrive()
    arrive("The bus is late again")
    page = sit_down(**size, java_script_enabled=scripts)
    page.get_by_text("More filters").click()
    page.get_by_label("Domain").fill("https://casino.example/win")
    page.get_by_label("Domain").press("Enter")
    page.wait_for_url("**host=**")
    assert listed(page) == [spam.id]

    page.get_by_text("Your lists").click()
    page.get_by_label("Keep this list as").fill("Casinos")
    page.get_by_role("button", name="Keep", exact=True).click()
    page.get_by_role("link", name="Without this filter: casino.example").click()
    page.wait_for_url("**/queue")
    expect(page.locator("[data-case]")).to_have_count(2)
    page.get_by_text("Your lists").click()
    page.get_by_role("link", name="Casinos").click()
    page.wait_for_url("**host=casino.example*")
    assert listed(page) == [spam.id]


@SCRIPTS
def test_it_finds_an_author_by_address(sit_down, house, arrive, ada_site, scripts):
    mine = arrive(author=an_author(key=house.vault.author_key(ada_site.id, "jo@example.org")))
    arrive("The bus is late again")
    page = sit_down(java_script_enabled=scripts)
    page.get_by_text("More filters").click()
    page.get_by_label("Address", exact=True).fill("Jo@Example.org")
    page.get_by_role("button", name="Find the author").click()
    expect(page.get_by_role("link", name="Without this filter: One author")).to_be_visible()
    assert listed(page) == [mine.id]
    assert "example" not in page.url.split("/queue")[1]


def test_it_downloads_what_the_list_holds(sit_down, arrive):
    spam = arrive()
    arrive("The bus is late again")
    page = sit_down()
    page.goto("/queue?host=casino.example")
    page.get_by_text("Your lists").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="This list as CSV").click()
    with Path(download.value.path()).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["case"] for row in rows] == [spam.id]
    assert "casino" not in str(rows)


def test_it_takes_the_age_at_once(sit_down, arrive):
    spam = arrive()
    page = sit_down()
    page.get_by_text("More filters").click()
    page.get_by_label("Age", exact=True).select_option("older")
    page.wait_for_url("**age=older*")
    expect(page.locator("[data-case]")).to_have_count(0)
    page.get_by_label("Age", exact=True).select_option("day")
    page.wait_for_url("**age=day*")
    assert listed(page) == [spam.id]
