"""Two people at one queue, in two browsers: who looks at what, what a colleague decided, campaigns as one card."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from browsers import DESKTOP, PHONE
from factories import a_user
from modbot.domain import Action
from review.desk import HASH

pytestmark = pytest.mark.browser

SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["1280", "390"])
# The list asks every five seconds.
SOON_MS = 9_000


@pytest.fixture
def both(sit_down, house, ada_site, arrive):
    """Ada and Eve at the same queue of three."""

    def both(size):
        cases = [arrive(f"Comment number {number} on the night bus") for number in (3, 2, 1)][::-1]
        house.store.add_user(a_user(id="user-eve", name="eve", site_ids=frozenset({ada_site.id})), HASH)
        return sit_down("ada", **size), sit_down("eve", **size), cases

    return both


def row(page, case):
    return page.locator(f"#case-{case.id}")


@SIZES
def test_it_takes_what_a_colleague_decided_out_of_the_list(both, house, size):
    ada, eve, (first, second, third) = both(size)
    row(eve, second).get_by_role("button", name="Publish").click()
    expect(row(eve, second)).to_have_count(0)

    expect(row(ada, second)).to_have_count(0, timeout=SOON_MS)
    expect(ada.locator("[data-live]")).to_have_text("eve published it just now.")
    expect(ada.locator("[data-waiting]").first).to_have_text("2")
    # Nothing moved under the focus.
    expect(row(ada, first)).to_be_focused()

    row(eve, first).get_by_role("button", name="Publish").click()
    expect(row(ada, first)).to_contain_text("eve published it just now.", timeout=SOON_MS)
    expect(row(ada, first)).to_be_focused()
    ada.keyboard.press("r")
    expect(row(ada, first)).to_contain_text("eve decided this comment")
    ada.keyboard.press("j")
    expect(row(ada, third)).to_be_focused()
    assert house.store.case(first.id).action is Action.PUBLISH


@SIZES
def test_it_says_who_looks_at_what_and_what_came(both, arrive, clock, size):
    ada, eve, (first, *_) = both(size)
    # Ada's first row has the focus from the start; after a moment that is said.
    claim = row(eve, first).get_by_text("ada is looking at this")
    expect(claim).to_be_visible(timeout=SOON_MS)
    clock.tick(60)
    arrive("The harbour is closed", at=clock())
    expect(eve.locator("[data-live]")).to_contain_text("1 new comment", timeout=SOON_MS)
    eve.locator("[data-live]").get_by_role("link", name="Show").click()
    expect(eve.locator("[data-case]")).to_have_count(4)

    ada.goto("/overview")
    expect(claim).to_be_hidden(timeout=SOON_MS)


@SIZES
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_it_decides_a_campaign_as_one_and_takes_it_back_as_one(sit_down, house, arrive, size, scripts):
    other, copies = arrive(), arrive.copies(5)
    page = sit_down(java_script_enabled=scripts, **size)
    card = page.locator("[data-campaign]")
    expect(page.locator("[data-case]")).to_have_count(2)
    expect(card).to_contain_text("5 alike wait")
    card.get_by_text("Some of them, and what differs").click()
    expect(card.locator("ins").first).to_be_visible()

    if scripts:
        card.focus()
        page.keyboard.press("s")
    else:
        card.locator(".row__actions summary").click()
        card.get_by_role("button", name="Spam", exact=True).click()
    expect(card).to_have_count(0)
    expect(page.locator("[data-toast]")).to_contain_text("Rejected 5 comments.")
    expect(page.locator("[data-waiting]").first).to_have_text("1")
    assert {house.store.case(case.id).reviews[-1].reason for case in copies} == {"spam"}

    page.locator("[data-toast]").get_by_role("button", name="Undo").click()
    expect(page.locator("[data-toast]")).to_contain_text("Taken back: 5 comments.")
    expect(card).to_contain_text("5 alike wait")
    assert all(house.store.case(case.id).queued for case in (*copies, other))

    card.get_by_text("Some of them, and what differs").click()
    card.get_by_role("link", name="More of them").click()
    page.get_by_role("button", name="Publish 5").click()
    assert {house.store.case(case.id).action for case in copies} == {Action.PUBLISH}
