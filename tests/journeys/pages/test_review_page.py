"""A moderator's morning in a real browser: keys, undo, filters, without scripts, on a phone, in the dark."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from browsers import DESKTOP, PHONE, violations
from factories import a_draft
from modbot.domain import Action, Attempt, Hook
from review.desk import FINE, SPAM

pytestmark = pytest.mark.browser

SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["1280", "390"])
PAYLOAD = "\"'><script>alert(1)</script><img src=x onerror=alert(2)><svg onload=alert(3)>\u202egnp.exe"


def row(page: Page, case):
    return page.locator(f"#case-{case.id}")


def toast(page: Page):
    return page.locator("[data-toast]")


@SIZES
def test_it_works(sit_down, house, arrive, size):
    last, third, second, first = (arrive(f"Comment number {number} on the night bus") for number in (4, 3, 2, 1))
    page = sit_down(**size)

    expect(row(page, first)).to_be_focused()
    page.keyboard.press("p")
    expect(row(page, second)).to_be_focused()
    expect(toast(page)).to_contain_text("Published “Comment number 1")
    expect(row(page, first)).to_have_count(0)
    expect(page.locator("[data-waiting]").first).to_have_text("3")

    page.keyboard.press("r")
    expect(toast(page)).to_contain_text("Rejected “Comment number 2")
    expect(row(page, third)).to_be_focused()
    assert house.store.case(second.id).action is Action.REJECT

    page.keyboard.press("u")
    expect(toast(page)).to_contain_text("Taken back:")
    expect(row(page, second)).to_be_focused()
    expect(page.locator("[data-waiting]").first).to_have_text("3")
    assert house.store.case(second.id).queued

    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(row(page, last)).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("o")
    page.wait_for_url(f"**/cases/{third.id}")
    assert house.store.case(first.id).action is Action.PUBLISH


def test_it_clears_a_queue_as_fast_as_keys_are_struck(sit_down, house, arrive):
    cases = [arrive(f"Comment number {number} on the night bus") for number in range(100)]
    page = sit_down()

    for _ in range(10):
        page.keyboard.press("p")
        page.keyboard.press("r")
    # The list fills itself up with what lies beyond its first page.
    for _ in range(len(cases)):
        if page.locator("[data-empty]").is_visible():
            break
        expect(page.locator("[data-case]:not([aria-busy])").first).to_be_visible()
        page.keyboard.press("p")
        expect(page.locator("[aria-busy]")).to_have_count(0)

    expect(page.get_by_text("All clear")).to_be_visible()
    expect(page.get_by_text("This page is done")).to_be_hidden()
    assert house.store.queue_counts(None)["queued"] == 0
    assert {house.store.case(case.id).action for case in cases} == {Action.PUBLISH, Action.REJECT}


@SIZES
def test_it_goes_from_case_to_case(sit_down, house, arrive, size):
    second, first = arrive(FINE), arrive()
    page = sit_down(**size)
    page.goto(f"/cases/{first.id}")
    expect(page.locator("mark.word--for")).to_have_text("casino")

    page.keyboard.press("r")
    page.wait_for_url(f"**/cases/{second.id}")
    expect(toast(page)).to_contain_text("Rejected")
    page.keyboard.press("p")
    page.wait_for_url("**/queue")
    expect(page.get_by_text("All clear")).to_be_visible()
    page.keyboard.press("u")
    page.wait_for_url("**/queue#case-*")
    assert house.store.case(first.id).action is Action.REJECT
    assert house.store.case(second.id).queued

    page.goto(f"/cases/{second.id}")
    page.keyboard.press("u")
    page.wait_for_url(f"**/cases/{first.id}")
    expect(toast(page)).to_contain_text("Taken back:")
    page.keyboard.press("u")
    expect(toast(page)).to_contain_text("Nothing more to undo")
    assert house.store.case(first.id).queued


def test_it_takes_back_one_decision_after_the_other(sit_down, house, arrive):
    cases = [arrive(f"Comment number {number}") for number in range(4)]
    page = sit_down()

    for key in "prpuuu":
        page.keyboard.press(key)
    expect(toast(page)).to_contain_text("Taken back: “Comment number 3")
    expect(page.locator("[data-case]")).to_have_count(4)
    expect(page.locator("[data-waiting]").first).to_have_text("4")
    page.keyboard.press("u")
    expect(toast(page)).to_have_text("Nothing more to undo.")
    assert all(house.store.case(case.id).queued for case in cases)


def test_it_lets_notices_go(sit_down, arrive):
    arrive("First")
    arrive("Second")
    page = sit_down()
    page.clock.install()

    page.keyboard.press("p")
    expect(toast(page)).to_contain_text("Published")
    page.clock.run_for(11_000)
    expect(toast(page)).to_be_empty()
    page.keyboard.press("u")
    expect(toast(page)).to_contain_text("Taken back:")
    page.get_by_role("link", name="Close this notice").click()
    expect(toast(page)).to_be_empty()
    page.reload()
    expect(toast(page)).to_be_empty()


@SIZES
def test_it_is_complete_without_scripts(sit_down, house, arrive, size):
    third, second, first = arrive("Third"), arrive("Second"), arrive("First")
    page = sit_down(java_script_enabled=False, **size)

    expect(page.locator(".kbd:visible")).to_have_count(0)
    row(page, first).get_by_role("button", name="Publish").click()
    assert page.url.endswith(f"/queue#case-{second.id}")
    toast(page).get_by_role("button", name="Undo").click()
    assert house.store.case(first.id).queued
    toast(page).get_by_role("link", name="Close this notice").click()
    expect(toast(page)).to_be_empty()
    row(page, second).locator("summary").click()
    row(page, second).get_by_role("button", name="Abuse", exact=True).click()
    assert house.store.case(second.id).reviews[0].reason == "abuse"
    page.get_by_role("searchbox").fill("third")
    page.keyboard.press("Enter")
    expect(page.locator("[data-case]")).to_have_count(1)
    page.goto("/queue")
    page.goto(f"/cases/{third.id}")
    page.get_by_role("button", name="Publish").click()
    assert page.url.endswith(f"/cases/{first.id}")
    assert house.store.case(third.id).action is Action.PUBLISH


@SIZES
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_it_says_why(sit_down, house, arrive, size, colours):
    before, case = arrive(), arrive(SPAM.replace("best", "top"))
    house.moderator.review(a_draft(case_id=before.id, action=Action.REJECT), house.store.user("user-ada"))
    page = sit_down(color_scheme=colours, **size)
    page.goto(f"/cases/{case.id}")
    why = page.get_by_role("region", name="Why")

    expect(why.locator("[aria-current]")).to_contain_text("Probably bad")
    expect(why).to_contain_text("between the cut-offs for publishing and for rejecting")
    expect(why).to_contain_text("Strongly for spam: the word “casino”.")
    expect(why).to_contain_text("Comments with a link to casino.example: people rejected 1")
    expect(why).to_contain_text("At most 1 % of good comments rejected")
    page.get_by_role("heading", name="The smallest edit").scroll_into_view_if_needed()
    expect(why.get_by_text(re.compile("Without|No small edit"))).to_be_visible()
    expect(why.get_by_role("link", name="What would change the verdict?")).to_have_count(0)
    why.get_by_text("What today's evidence carries").click()
    expect(why.get_by_text("Rejecting: 0 checked")).to_be_visible()
    why.get_by_text("All reasons, scores, and who judged").click()
    expect(why.get_by_text("Model m-1, policy p1")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == size["viewport"]["width"]
    assert violations(page) == []


def test_it_says_what_would_change_the_verdict_without_scripts_too(sit_down, arrive):
    case = arrive()
    page = sit_down(java_script_enabled=False)
    page.goto(f"/cases/{case.id}")

    page.get_by_role("link", name="What would change the verdict?").click()

    page.wait_for_url(f"**/cases/{case.id}/why")
    expect(page.get_by_text(re.compile("Without|No small edit"))).to_be_visible()
    page.get_by_role("link", name="The comment").click()
    page.wait_for_url(f"**/cases/{case.id}")


@SIZES
def test_it_filters_and_searches(sit_down, arrive, size):
    spam, fine = arrive(), arrive(FINE)
    page = sit_down(**size)

    page.keyboard.press("/")
    page.keyboard.type("ukpr timetable")
    expect(page.get_by_role("searchbox")).to_have_value("ukpr timetable")
    page.get_by_role("searchbox").fill("timetable")
    page.keyboard.press("Enter")
    page.wait_for_url("**/queue?*q=timetable*")
    expect(row(page, fine)).to_be_visible()
    expect(row(page, spam)).to_have_count(0)
    page.get_by_role("link", name="Without this filter: “timetable”").click()
    page.get_by_label("Reason", exact=True).select_option("NEW_AUTHOR")
    page.wait_for_url("**reason=NEW_AUTHOR*")
    expect(page.locator("[data-case]")).to_have_count(2)


def test_it_says_in_the_row_that_somebody_was_faster(sit_down, house, arrive, clock):
    other, case = arrive(FINE), arrive()
    page = sit_down()
    dora = house.store.user("user-dora")
    draft = a_draft(case_id=case.id, at=clock(), not_before=clock())
    house.moderator.review(draft, dora)

    page.keyboard.press("r")

    expect(row(page, case).get_by_role("alert")).to_contain_text("dora decided this comment just now")
    expect(row(page, case)).to_be_focused()
    expect(row(page, case)).to_contain_text("Published by a moderator")
    expect(row(page, case).get_by_role("button", name="Reopen")).to_be_visible()
    expect(row(page, other)).to_be_visible()
    assert house.store.case(case.id).action is Action.PUBLISH


def test_it_shows_its_keys_and_lets_them_be_switched_off(sit_down, house, arrive):
    case = arrive()
    page = sit_down()

    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("p")
    page.get_by_role("button", name="Close").click()
    assert house.store.case(case.id).queued
    page.locator(".topbar .menu summary").click()
    page.get_by_role("combobox", name="Keyboard shortcuts").select_option("off")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/queue")
    page.keyboard.press("j")
    page.keyboard.press("p")
    expect(page.locator("html")).to_have_attribute("data-keys", "off")
    expect(page.locator(".kbd").first).to_be_hidden()
    assert house.store.case(case.id).queued


def test_it_sends_people_to_the_log_in_when_their_session_has_ended(sit_down, house, arrive):
    arrive()
    page = sit_down()
    house.store.end_sessions("user-ada")

    page.keyboard.press("p")

    page.wait_for_url("**/login")


@SIZES
def test_it_contains_hostile_comments(sit_down, arrive, size):
    hostile = {"name": PAYLOAD[:100], "url": f"https://x.example/{PAYLOAD}", "page_title": PAYLOAD}
    case = arrive(PAYLOAD, user_agent=PAYLOAD, referrer=PAYLOAD, **hostile)
    arrive("a" * 5_000, name="wide")
    page = sit_down(**size)

    for path in ("/queue", f"/cases/{case.id}"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        assert page.locator("main img, main script").count() == 0
        expect(page.get_by_text("forced right-to-left").first).to_be_visible()


def test_it_is_never_wider_than_a_phone(sit_down, house, arrive, ada_site, clock):
    house.store.change_site(replace(ada_site, hook=Hook(f"https://gazette.example/{'hook' * 40}")), clock())
    case, done = arrive(FINE, name="wide" * 20), arrive("a" * 900)
    house.moderator.review(a_draft(case_id=done.id, at=clock(), not_before=clock()), house.store.user("user-dora"))
    for delivery in house.store.claim_deliveries(clock(), 10, 60):
        failed = Attempt(delivered=False, permanent=True, reason="timeout", status=None, at=clock())
        house.store.record_attempt(delivery, failed, None)
    page = sit_down("dora", **PHONE)
    wide = PHONE["viewport"]["width"]

    paths = ("/queue", "/queue?state=all", "/queue?q=nothing", f"/cases/{case.id}", f"/cases/{done.id}", "/overview")
    for path in (
        *paths,
        "/admin/sites",
        "/admin/sites/site-ada",
        "/admin/rules",
        "/admin/users",
        "/admin/models",
        "/cases/none",
    ):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") == wide, path
        links = page.locator(".topbar__link")
        box = links.last.bounding_box()
        assert box["x"] + box["width"] <= wide - 4, path
    page.goto("/admin/sites/site-ada")
    again = page.get_by_role("button", name="Send again").first.bounding_box()
    assert again["x"] + again["width"] < wide
    page.get_by_role("link", name="Published by a moderator").click()
    page.wait_for_url(f"**/cases/{done.id}")
