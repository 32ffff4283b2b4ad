"""What administrators do in a browser: models, messages that a site never took, an address, the log of all that."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.sync_api import expect

from browsers import DESKTOP, PHONE
from factories import NOON
from modbot.domain import Attempt, DeliveryState, Door, Hook
from modbot.moderation import Submission
from modbot.scoring import artifacts, current
from review.desk import open_tiny_house, tiny_model

pytestmark = pytest.mark.browser

WAYS = pytest.mark.parametrize(
    ("size", "scripts"),
    [(DESKTOP, True), (DESKTOP, False), (PHONE, True), (PHONE, False)],
    ids=["1280", "1280 no scripts", "390", "390 no scripts"],
)


@pytest.fixture
def house(settings, clock, tmp_path):
    """A house with two models on the shelf, of which the first is live."""
    for version, auc in (("aaa", 0.91), ("bbb", 0.93)):
        card = {"held_back": {"spam": {"blog": {"auc": auc}}}}
        artifacts.save(replace(tiny_model(), version=version, card=card), tmp_path / "models", "<title>Report</title>")
    current.promote(tmp_path / "models", "aaa")
    house = replace(open_tiny_house(settings, clock), model_dirs=(tmp_path / "models",))
    yield house
    house.close()


@WAYS
def test_it_compares_promotes_and_rolls_back_a_model(sit_down, house, size, scripts):
    page = sit_down("dora", **size, java_script_enabled=scripts)
    page.goto("/admin/models")
    page.get_by_label("This", exact=True).select_option("aaa")
    page.get_by_label("with this").select_option("bbb")
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("region", name="Two models side by side")).to_contain_text("0.930")
    page.get_by_role("button", name="Make it the live one").click()
    expect(page.locator("section").filter(has=page.get_by_text("Live", exact=True))).to_contain_text("bbb")
    assert house.store.live_model() == "bbb"
    page.get_by_role("button", name="Back to the one before").click()
    expect(page.locator("section").filter(has=page.get_by_text("Live", exact=True))).to_contain_text("aaa")
    page.goto("/admin/audit")
    expect(page.get_by_role("cell", name="dora").first).to_be_visible()


@WAYS
def test_it_sends_again_what_a_site_never_took(sit_down, house, ada_site, arrive, clock, size, scripts):
    house.store.change_site(replace(ada_site, hook=Hook("https://gazette.example/hook")), NOON)
    arrive()
    (delivery,) = house.store.claim_deliveries(clock(), 10, 60)
    attempt = Attempt(delivered=False, permanent=True, reason="timeout", status=None, at=clock())
    assert house.store.record_attempt(delivery, attempt, None)

    page = sit_down("dora", **size, java_script_enabled=scripts)
    page.goto(f"/admin/sites/{ada_site.id}")
    expect(page.get_by_text("Given up")).to_be_visible()
    page.get_by_role("button", name="Send again").click()
    expect(page.get_by_text("Given up")).to_have_count(0)
    assert [one.state for one in house.store.deliveries(ada_site.id, 5)] == [DeliveryState.PENDING]


@WAYS
def test_it_shows_an_address_once_to_whoever_says_why(sit_down, house, ada_site, size, scripts):
    fields = {"name": "Cal", "email": "cal@example.org", "body": "The night bus helps me."}
    case = house.moderator.moderate(ada_site, Submission(fields, b"{}", Door.NATIVE, ""), house.clock()).case

    page = sit_down("dora", **size, java_script_enabled=scripts)
    page.goto(f"/cases/{case.id}")
    assert "cal@example.org" not in page.content()
    page.get_by_text("Show the address").click()
    page.get_by_label("Why you need it").fill("They asked us to call them back.")
    page.get_by_role("button", name="Show it once").click()
    expect(page.get_by_text("cal@example.org")).to_be_visible()
    page.goto("/admin/audit")
    assert "They asked us to call them back." in page.content()
    assert "cal@example.org" not in page.content()
