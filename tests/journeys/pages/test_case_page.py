"""The author of a comment, the thread and the administrators' pages in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from browsers import DESKTOP, PHONE
from factories import an_author
from modbot.domain import Deed, RuleEffect
from review.desk import FINE

pytestmark = pytest.mark.browser

SIZES = pytest.mark.parametrize(
    ("size", "scripts"), [(DESKTOP, True), (PHONE, True), (PHONE, False)], ids=["1280", "390", "390 no scripts"]
)


@SIZES
def test_it_bans_an_author_and_ends_the_ban(sit_down, house, arrive, ada_site, size, scripts):
    author = an_author(key="cal")
    other, case = arrive(FINE, author=author), arrive(author=author)
    page = sit_down(java_script_enabled=scripts, **size)
    page.goto(f"/cases/{case.id}")

    page.get_by_text("Ban, trust or note").click()
    page.get_by_label("How long").select_option(label="A week")
    page.get_by_role("button", name="Ban: reject what comes next").click()
    expect(page.get_by_text("Banned until")).to_be_visible()
    (rule,) = house.store.rules_in_force(ada_site.id, house.clock())
    assert rule.effect is RuleEffect.REJECT

    page.get_by_text("Ban, trust or note").click()
    page.get_by_label("Note on this author").fill("Sold boats here before.")
    page.get_by_role("button", name="Keep the note").last.click()
    page.goto(f"/cases/{other.id}")
    expect(page.get_by_text("Sold boats here before.")).to_be_visible()
    end = page.get_by_role("button", name="End it")
    end.scroll_into_view_if_needed()
    if scripts:
        # What is fetched when it comes into view, above the button on a phone, moves it.
        page.locator("[data-why]").scroll_into_view_if_needed()
        expect(page.locator("[data-later=evidence]")).not_to_be_empty()
    end.click()
    expect(page.get_by_text("Banned until")).to_have_count(0)
    # Who is no administrator is not even offered the address.
    expect(page.get_by_text("Show the address")).to_have_count(0)


@SIZES
def test_it_shows_the_thread(sit_down, arrive, size, scripts):
    first, second = arrive("The question"), arrive("The answer")
    page = sit_down(java_script_enabled=scripts, **size)
    page.goto(f"/cases/{second.id}")
    if scripts:
        page.keyboard.press("t")
    else:
        page.get_by_role("link", name="The whole thread").click()
    page.wait_for_url(f"**/cases/{second.id}/thread")
    expect(page.locator(".thread__item")).to_have_count(2)
    expect(page.locator("[aria-current=true]")).to_contain_text("The answer")
    page.locator(f"#c-{first.id} a").click()
    page.wait_for_url(f"**/cases/{first.id}")


@SIZES
def test_it_adds_somebody_who_then_logs_in(sit_down, house, address, arrive, size, scripts):
    page = sit_down("dora", java_script_enabled=scripts, **size)
    page.goto("/admin/users")
    page.get_by_label("Name").fill("fay")
    page.locator("#add-title").locator("xpath=../..").get_by_label("Role").select_option(label="Viewer")
    page.get_by_role("button", name="Add", exact=True).click()
    password = page.locator(".notice--secret code").inner_text()
    assert re.fullmatch(r"\w{4}(-\w{4}){3}", password)

    page.goto("/admin/audit")
    expect(page.get_by_role("row").nth(1)).to_contain_text("Added a person")
    assert house.store.audit_log(None, limit=1)[0].deed is Deed.USER_ADDED
    page.locator(".topbar .menu summary").click()
    page.get_by_role("button", name="Log out").click()
    page.get_by_label("Name").fill("fay")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/queue")


@SIZES
def test_it_sets_the_caution_of_a_site_and_tries_it(sit_down, house, ada_site, size, scripts):
    page = sit_down("dora", java_script_enabled=scripts, **size)
    page.goto("/admin/sites")
    page.get_by_role("link", name=ada_site.name).click()
    page.get_by_label("Very careful").check()
    page.get_by_role("button", name="Save").first.click()
    page.wait_for_url(f"**/admin/sites/{ada_site.id}")
    assert house.store.site(ada_site.id).policy.max_good_rejected == 0.005
    expect(page.get_by_label("Very careful")).to_be_checked()

    page.get_by_label("Comment", exact=True).fill("Is anybody there?")
    page.get_by_role("button", name="Send it").click()
    expect(page.get_by_role("link", name="Look at it")).to_be_visible()
    page.get_by_role("button", name="New API key").click()
    expect(page.get_by_role("heading", name="Keep these")).to_be_visible()
