"""From a week's work to what it says on the overview, in a real browser, with and without scripts."""

from __future__ import annotations

import csv

import pytest
from playwright.sync_api import expect

from browsers import DESKTOP, PHONE
from factories import a_draft
from modbot.domain import Action
from review.desk import FINE, SPAM, a_spam_verdict

pytestmark = pytest.mark.browser


@pytest.fixture
def worked(house, arrive):
    """Two comments wait; the machine rejected two that chance laid before people, who published one of them."""
    for number in range(2):
        arrive(f"{number} {FINE}")
        verdict = a_spam_verdict(action=Action.REJECT, coin=0.01, audited=True, band="clearly bad")
        drawn = arrive(f"{number} {SPAM}", action=Action.REJECT, verdict=verdict)
        action = Action.PUBLISH if number else Action.REJECT
        house.store.record_review(a_draft(case_id=drawn.id, action=action))


@pytest.mark.parametrize(("size", "scripts"), [(DESKTOP, True), (PHONE, False)], ids=["1280", "390 no scripts"])
def test_it_works(sit_down, worked, ada_site, size, scripts, tmp_path):
    page = sit_down("dora", java_script_enabled=scripts, **size)
    page.get_by_role("link", name="Overview").click()
    mistakes = page.get_by_role("region", name="Mistakes of the machine").first
    expect(mistakes).to_contain_text("Choose a site")

    page.get_by_label("Site", exact=True).select_option(label=ada_site.name)
    if not scripts:
        page.get_by_role("button", name="Show").click()
    page.wait_for_url(f"**site={ada_site.id}*")
    expect(mistakes).to_contain_text("Chance laid 1 good comment before people; the machine had rejected 1 of them")
    expect(mistakes.get_by_role("row", name="Good comments that were rejected")).to_contain_text("1 of 1")
    page.get_by_role("link", name="7 days").click()
    expect(page.get_by_role("link", name="7 days")).to_have_attribute("aria-current", "page")
    assert page.get_by_label("Site", exact=True).input_value() == ada_site.id

    drawing = page.get_by_role("img", name="Comments by day")
    expect(drawing).to_have_accessible_description(
        "4 comments came in 7 days; the machine decided 0 % of them. The table below has every number."
    )
    assert drawing.bounding_box()["width"] <= size["viewport"]["width"]
    page.get_by_text("Every day as a table").click()
    today = page.get_by_role("row", name="Sat 14 Mar")
    expect(today.get_by_role("cell")).to_have_text(["0", "1", "2", "1", "0", "4"])
    with page.expect_download() as saved:
        page.get_by_role("link", name="Comments by day as CSV").click()
    saved.value.save_as(tmp_path / "days.csv")
    with (tmp_path / "days.csv").open(newline="") as table:
        assert list(csv.reader(table))[-1] == ["2026-03-14", "0", "1", "2", "1", "0", "4"]

    page.get_by_role("link", name="Begin with the oldest").click()
    page.wait_for_url(f"**/queue?order=oldest&site={ada_site.id}")
    expect(page.locator("[data-case]")).to_have_count(2)


def test_it_gives_each_kind_of_bar_a_pattern_of_its_own(sit_down, arrive, house, worked):
    """No colour alone: what fills each kind of bar is there, and no two are alike."""
    page = sit_down("ada", **DESKTOP)
    page.goto("/overview")

    kinds = page.locator(".chart__swatch rect").evaluate_all(
        """all => all.map(one => {
            const ground = document.getElementById(one.getAttribute("fill").slice(5, -1));
            return (ground.querySelector("path")?.getAttribute("d") ?? "plain");
        })"""
    )

    assert len(set(kinds)) == len(kinds) == 5
