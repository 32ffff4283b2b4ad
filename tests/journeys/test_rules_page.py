"""An owner's rule from the draft to its first mistake, in a real browser, with and without scripts."""

from __future__ import annotations

import threading

import pytest
import waitress
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from browsers import a_browser
from conftest import ADA_KEY
from factories import NOON, a_draft, a_user
from modbot.app import create_app
from modbot.domain import Action, Role
from review.desk import HASH, PASSWORD, Arrivals, open_tiny_house
from served import call

pytestmark = pytest.mark.browser


@pytest.fixture
def house(settings, clock):
    house = open_tiny_house(settings, clock)
    yield house
    house.close()


@pytest.fixture
def port(house, ada_site):
    house.store.add_user(a_user(id="user-dora", name="dora", role=Role.ADMIN, site_ids=None), HASH)
    server = waitress.create_server(create_app(house), host="127.0.0.1", port=0, threads=8)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield server.effective_port
    server.close()
    thread.join(5)


def log_in(page: Page) -> None:
    page.goto("/login")
    page.get_by_label("Name").fill("dora")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()


def fits_and_is_accessible(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize(
    ("width", "colours", "scripts"), [(1280, "light", False), (390, "dark", True), (390, "light", False)]
)
def test_it_works(port, house, ada_site, width, colours, scripts):
    arrive = Arrivals(house.store, ada_site.id)
    old = arrive()
    house.store.record_review(a_draft(case_id=old.id, action=Action.PUBLISH))
    options = {"viewport": {"width": width, "height": 900}, "color_scheme": colours, "java_script_enabled": True}
    with a_browser(base_url=f"http://127.0.0.1:{port}", **options | {"java_script_enabled": scripts}) as browser:
        page = browser.new_page()
        log_in(page)
        page.goto("/admin/rules")
        page.get_by_label("What it looks at").select_option(label="Words")
        page.get_by_label("Which", exact=True).fill("casin*\nfree spins")
        page.get_by_label("What it does").select_option(label="Reject: a ban")
        page.get_by_label("How long").select_option(label="A month")
        page.get_by_role("button", name="Try it on stored comments").click()

        trial = page.get_by_role("region", name="What it would have found")
        expect(trial).to_contain_text("It would have found 1 of them.")
        expect(trial).to_contain_text("People published 1 of these: this rule would have rejected them.")
        expect(trial.get_by_role("link")).to_have_attribute("href", f"/cases/{old.id}")
        if scripts:
            fits_and_is_accessible(page)
        trial.get_by_role("button", name="Add this rule").click()
        listed = page.get_by_role("region", name=ada_site.name)
        expect(listed).to_contain_text("Found nothing in 30 days")

        comment = {"name": "Cal", "email": "cal@example.org", "body": "Our Casinos are open."}
        status, answer = call(port, "POST", "/v1/comments", comment, Authorization=f"Bearer {ADA_KEY}")
        assert (status, answer["action"], answer["reasons"][0]["code"]) == (201, "reject", "BLOCKED_WORD")
        draft = a_draft(case_id=answer["id"], action=Action.PUBLISH)
        house.store.record_review(draft)

        page.goto("/admin/rules")
        expect(listed).to_contain_text("Found 1 comment in 30 days; people published 1 of them")
        if scripts:
            fits_and_is_accessible(page)
        listed.get_by_role("button", name="End the rule about words casin*").click()
        expect(page.get_by_role("heading", name="No rules yet")).to_be_visible()
        page.get_by_role("link", name="Ended").click()
        expect(listed).to_contain_text("Ended 14 Mar 2026, 12:00 UTC by dora")
    assert house.store.rules_in_force(ada_site.id, NOON) == ()
