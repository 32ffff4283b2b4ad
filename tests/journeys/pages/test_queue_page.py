"""A morning's queue in a real browser: one key for each decision, many at once, one at a time, by keyboard alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from browsers import DESKTOP, PHONE, violations
from modbot.domain import Action

pytestmark = pytest.mark.browser

SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["1280", "390"])


@pytest.fixture
def cases(arrive):
    """Six that wait, the first of the list last."""
    return [arrive(f"Comment number {number} on the night bus") for number in range(6)][::-1]


def row(page: Page, case):
    return page.locator(f"#case-{case.id}")


def toast(page: Page):
    return page.locator("[data-toast]")


def states(house, cases):
    return [(case.action, case.reviews[-1].reason if case.reviews else "") for case in map(house.store.case, cases)]


def test_it_works(sit_down, house, cases):
    """Every decision has its key, and the list has the focus from the start."""
    page = sit_down(**DESKTOP)
    expect(row(page, cases[0])).to_be_focused()

    page.keyboard.press("s")
    expect(row(page, cases[1])).to_be_focused()
    page.keyboard.press("a")
    page.keyboard.press("4")
    expect(row(page, cases[2])).to_be_focused()
    page.keyboard.press("x")
    expect(toast(page)).to_contain_text("Skipped until the end of your list:")
    expect(row(page, cases[3])).to_be_focused()
    page.keyboard.press("c")
    page.keyboard.type("Is that still fair?")
    page.keyboard.press("Control+Enter")
    expect(row(page, cases[3])).to_contain_text("ada asks: Is that still fair?")
    expect(row(page, cases[3])).to_be_focused()
    page.keyboard.press("n")
    page.keyboard.type("Looks like the one from May.")
    page.get_by_role("button", name="Keep the note").click()
    expect(toast(page)).to_contain_text("Noted:")

    ids = [case.id for case in cases]
    assert states(house, ids[:2]) == [(Action.REJECT, "spam"), (Action.REJECT, "threat")]
    assert [note.asks for note in house.store.notes([ids[3]])[ids[3]]] == [True, False]
    assert page.locator("[data-case]").last.get_attribute("data-case") == ids[2]


def test_it_keeps_quiet_while_something_else_has_the_focus(sit_down, house, cases):
    page = sit_down(**DESKTOP)
    page.locator(".topbar .menu summary").focus()
    page.keyboard.press("p")
    page.get_by_label("Order").focus()
    page.keyboard.press("r")
    page.locator("[data-search]").focus()
    page.keyboard.type("prs")

    assert all(house.store.case(case.id).queued for case in cases)


@SIZES
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_it_decides_many_at_once_and_takes_all_of_it_back(sit_down, house, cases, size, scripts):
    page = sit_down(java_script_enabled=scripts, **size)
    for case in cases[:3]:
        row(page, case).get_by_role("checkbox").check()
    if scripts:
        expect(page.get_by_text("3 selected")).to_be_visible()
    page.get_by_role("button", name="… as spam").click()
    expect(page.get_by_role("heading", name="Reject 3 comments as spam?")).to_be_visible()
    expect(page.get_by_text("Comment number 5 on the night bus")).to_be_visible()
    page.get_by_role("button", name="Reject 3 comments as spam").click()

    expect(toast(page)).to_contain_text("Rejected 3 comments.")
    ids = [case.id for case in cases]
    assert states(house, ids[:4]) == [(Action.REJECT, "spam")] * 3 + [(Action.HOLD, "")]
    toast(page).get_by_role("button", name="Undo").click()
    expect(toast(page)).to_contain_text("Taken back: 3 comments.")
    assert [house.store.case(one).queued for one in ids] == [True] * 6


def test_it_ticks_a_range_with_shift_the_page_and_all_that_match(sit_down, cases):
    page = sit_down(**DESKTOP)
    row(page, cases[1]).get_by_role("checkbox").click()
    row(page, cases[4]).get_by_role("checkbox").click(modifiers=["Shift"])
    expect(page.get_by_text("4 selected")).to_be_visible()
    assert not row(page, cases[0]).get_by_role("checkbox").is_checked()
    page.get_by_label("All on this page").check()
    expect(page.get_by_text("6 selected")).to_be_visible()
    page.get_by_label("All on this page").uncheck()
    page.get_by_label("All that wait").check()
    page.get_by_role("button", name="Publish these…").click()
    expect(page.get_by_role("heading", name="Publish 6 comments?")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("link", name="Cancel").click()
    page.wait_for_url("**/queue")


def test_it_undoes_a_bulk_act_by_key(sit_down, house, cases):
    page = sit_down(**DESKTOP)
    for key in ("v", "j", "v"):
        page.keyboard.press(key)
    page.get_by_role("button", name="Publish these…").click()
    expect(page.get_by_role("button", name="Publish 2 comments")).to_be_focused()
    page.keyboard.press("Enter")
    expect(toast(page)).to_contain_text("Published 2 comments.")
    page.keyboard.press("u")
    expect(toast(page)).to_contain_text("Taken back: 2 comments.")
    assert all(house.store.case(case.id).queued for case in cases)


@SIZES
def test_it_shows_one_at_a_time(sit_down, house, cases, size):
    page = sit_down(**size)
    page.get_by_role("link", name="One at a time").click()
    page.wait_for_url("**/queue?view=one")
    for number, case in enumerate(cases[:4]):
        expect(row(page, case)).to_be_visible()
        expect(page.locator("[data-case]:visible")).to_have_count(1)
        page.keyboard.press("p" if number % 2 else "r")
    expect(row(page, cases[4])).to_be_visible()
    page.keyboard.press("u")
    expect(row(page, cases[3])).to_be_focused()
    assert violations(page) == []
    assert [house.store.case(case.id).queued for case in cases] == [False] * 3 + [True] * 3


def test_it_shows_one_at_a_time_without_scripts(sit_down, house, cases):
    page = sit_down(java_script_enabled=False, **PHONE)
    page.goto("/queue?view=one")
    for case in cases[:3]:
        expect(page.locator("[data-case]:visible")).to_have_count(1)
        row(page, case).get_by_role("button", name="Publish").click()
    row(page, cases[3]).get_by_role("button", name="Skip").click()
    expect(row(page, cases[4])).to_be_visible()
    assert [house.store.case(case.id).queued for case in cases] == [False] * 3 + [True] * 3


def test_it_takes_the_keys_that_a_person_chose(sit_down, house, cases):
    page = sit_down(**DESKTOP)
    page.goto("/preferences/keys")
    page.get_by_label("Publish", exact=True).fill("r")
    page.get_by_role("button", name="Keep these keys").click()
    expect(page.get_by_text("“r” is already the key of “Publish”")).to_be_visible()
    assert violations(page) == []
    page.get_by_label("Reject", exact=True).fill("w")
    page.get_by_role("button", name="Keep these keys").click()
    expect(page.get_by_text("Kept.")).to_be_visible()
    page.goto("/queue")
    page.keyboard.press("r")
    expect(row(page, cases[1])).to_be_focused()
    page.keyboard.press("p")
    page.keyboard.press("w")
    expect(row(page, cases[2])).to_be_focused()
    expect(toast(page)).to_contain_text("Rejected")
    assert states(house, [case.id for case in cases[:3]]) == [
        (Action.PUBLISH, ""),
        (Action.REJECT, ""),
        (Action.HOLD, ""),
    ]


def test_it_changes_one_of_the_last_ten_decisions(sit_down, house, cases):
    page = sit_down(**DESKTOP)
    page.keyboard.press("p")
    expect(toast(page)).to_contain_text("Published")
    page.locator(".topbar .menu summary").click()
    page.get_by_role("link", name="Your last decisions").click()
    page.get_by_role("button", name="Reject instead").click()
    expect(page.get_by_role("heading", name="Rejected")).to_be_visible()
    assert house.store.case(cases[0].id).action is Action.REJECT
