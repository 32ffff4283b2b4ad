"""The page where an author reads why and appeals, in Chromium: light, dark and on a phone, without scripts."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from browsers import DESKTOP, PHONE, a_browser, violations
from conftest import ADA_KEY
from factories import a_draft
from modbot.app import create_app
from modbot.domain import Action, Mode, Policy
from served import in_thread

pytestmark = [pytest.mark.slow, pytest.mark.browser]
HOSTILE = "You idiot! <script>alert(1)</script> \u202egnorw " + "x" * 200


@pytest.fixture
def link(house, ada_site, ada, clock):
    """A comment that was rejected for abuse, and the link for its author."""
    house.store.change_site(replace(ada_site, policy=Policy(mode=Mode.HOLD_ONLY)), clock())
    headers = {"Authorization": f"Bearer {ADA_KEY}"}
    with in_thread(create_app(house), threads=4) as address, httpx.Client(base_url=address, headers=headers) as http:
        comment = {"name": "Cal", "email": "cal@example.org", "body": HOSTILE}
        case = house.store.case(http.post("/v1/comments", json=comment).json()["id"])
        draft = a_draft(case_id=case.id, action=Action.REJECT, seen_revision=case.revision, reason="insult")
        house.moderator.review(replace(draft, at=clock(), not_before=clock()), ada)
        yield http.get(f"/v1/comments/{case.id}/statement").json()["redress"]["appeal_url"]


@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=["1280", "390"])
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_it_works(link, screen, colours):
    with a_browser(**screen, color_scheme=colours, java_script_enabled=False) as browser:
        page = browser.new_page()
        page.goto(link)
        assert page.get_by_role("heading", level=1).inner_text() == "Why your comment was not published"
        assert page.locator("blockquote").inner_text().startswith("You idiot!")
        page.get_by_label("If you think this is wrong").fill("It was a quotation.")
        page.get_by_role("button", name="Ask a person to look again").click()
        assert page.url == link
        assert "You asked for another look" in page.get_by_role("status").inner_text()
        assert page.get_by_role("button").count() == 0


@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=["1280", "390"])
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_axe_has_nothing_to_say_and_it_is_never_wider_than_the_screen(link, screen, colours):
    with a_browser(**screen, color_scheme=colours, bypass_csp=True) as browser:
        page = browser.new_page()
        page.goto(link)
        assert violations(page) == []
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0
