"""A served review page with people who can log in, and a browser that tells on the pages it sees."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from browsers import FLAGS, chromium
from factories import a_user
from modbot.app import create_app
from modbot.domain import Role
from review.desk import HASH, PASSWORD, Arrivals, open_tiny_house
from served import in_thread

# Chromium notes down every refusal (400, 409) and every page that is not there (404): no fault of the page.
EXPECTED = ("status of 400", "status of 404", "status of 409")


@pytest.fixture(scope="module")
def browser():
    # Not for the whole run: two of these cannot be open at once, and other journeys open their own.
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def house(settings, clock):
    house = open_tiny_house(settings, clock)
    yield house
    house.close()


@pytest.fixture
def arrive(house, ada_site) -> Arrivals:
    return Arrivals(house.store, ada_site.id)


@pytest.fixture
def address(house, ada, ben_site, cal):
    """The served review page, with Ada and an administrator."""
    for user in (ada, cal, a_user(id="user-dora", name="dora", role=Role.ADMIN, site_ids=None)):
        house.store.add_user(user, HASH)
    with in_thread(create_app(house), threads=8) as address:
        yield address


@pytest.fixture
def sit_down(browser: Browser, address: str):
    """Open a browser window and log in. Whatever the console says against the page fails the test."""
    complaints, contexts = [], []

    def log_in(name: str = "ada", **options) -> Page:
        context = browser.new_context(base_url=address, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(5_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(dialog.message) or dialog.dismiss())
        page.on("console", lambda said: said.type == "error" and _note(complaints, said.text))
        page.goto("/queue")
        page.get_by_label("Name").fill(name)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url("**/queue")
        return page

    yield log_in
    for context in contexts:
        context.close()
    assert complaints == []


def _note(complaints: list[str], said: str) -> None:
    if not any(part in said for part in EXPECTED):
        complaints.append(said)
