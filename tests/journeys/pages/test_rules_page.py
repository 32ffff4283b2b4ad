"""An owner's rule from the draft to its first mistake, in a real browser, with and without scripts."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from browsers import DESKTOP, PHONE
from conftest import ADA_KEY
from factories import NOON, a_draft
from modbot.domain import Action
from served import call

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("size", "scripts"), [(DESKTOP, False), (PHONE, True), (PHONE, False)])
def test_it_works(sit_down, address, house, ada_site, arrive, size, scripts):
    old = arrive()
    house.store.record_review(a_draft(case_id=old.id, action=Action.PUBLISH))
    page = sit_down("dora", java_script_enabled=scripts, **size)
    page.goto("/admin/rules")
    page.get_by_label("Where").select_option(label=ada_site.name)
    page.get_by_label("What it looks at").select_option(label="Words")
    page.get_by_label("Which", exact=True).fill("casin*\nfree spins")
    page.get_by_label("What it does").select_option(label="Reject: a ban")
    page.get_by_label("How long").select_option(label="A month")
    page.get_by_role("button", name="Try it on stored comments").click()

    trial = page.get_by_role("region", name="What it would have found")
    expect(trial).to_contain_text("It would have found 1 of them.")
    expect(trial).to_contain_text("People published 1 of these: this rule would have rejected them.")
    expect(trial.get_by_role("link")).to_have_attribute("href", f"/cases/{old.id}")
    trial.get_by_role("button", name="Add this rule").click()
    listed = page.get_by_role("region", name=ada_site.name)
    expect(listed).to_contain_text("Found nothing in 30 days")

    comment = {"name": "Cal", "email": "cal@example.org", "body": "Our Casinos are open."}
    status, answer = call(urlsplit(address).port, "POST", "/v1/comments", comment, Authorization=f"Bearer {ADA_KEY}")
    assert (status, answer["action"], answer["reasons"][0]["code"]) == (201, "reject", "BLOCKED_WORD")
    draft = a_draft(case_id=answer["id"], action=Action.PUBLISH)
    house.store.record_review(draft)

    page.goto("/admin/rules")
    expect(listed).to_contain_text("Found 1 comment in 30 days; people published 1 of them")
    listed.get_by_role("button", name="End this rule: Words, casin*").click()
    expect(page.get_by_role("heading", name="No rules yet")).to_be_visible()
    page.get_by_role("link", name="Ended").click()
    expect(listed).to_contain_text("Ended 14 Mar 2026, 12:00 UTC by dora")
    assert house.store.rules_in_force(ada_site.id, NOON) == ()
