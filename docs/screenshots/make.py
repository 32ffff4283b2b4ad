"""Take the screenshots of the documentation: play the demo, open it in Chromium, look at every page.

    python docs/screenshots/make.py [FOLDER]

Needs Chromium and the development packages. Writes PNG files beside itself or into FOLDER.
"""

from __future__ import annotations

import contextlib
import shutil
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from modbot.demo.run import Demo, running
from modbot.domain import Door
from modbot.moderation import Submission

HERE = Path(__file__).parent
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
DESKTOP = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
ADVERT = (
    "Homeowners around {city} ask me how they can lower what they pay for power. A neighbour told me about a council "
    "scheme for panels, we were called back in a day and saved {number} over the year. Read it before the list closes."
)
# Where else to look, by the name of the picture.
PLACES = {
    "one-at-a-time": "/queue?view=one",
    "filters": "/queue?state=all&age=week&host=&band=unclear&who=machine",
    "mine": "/queue/mine",
    "overview": "/overview",
    "sites": "/admin/sites",
    "rules": "/admin/rules",
    "users": "/admin/users",
    "models": "/admin/models",
    "audit": "/admin/audit",
    "keys": "/preferences/keys",
    "care": "/preferences/care",
    "start": "/start",
}


def main(folder: Path) -> None:
    """Play the demo once and take every picture."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as place,
        running(Path(place) / "demo", port=0, bar=contextlib.nullcontext) as demo,
        sync_playwright() as playwright,
    ):
        advertise(demo)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        for colours in ("light", "dark"):
            desktop(browser, demo, folder, colours)
            phone(browser, demo, folder, colours)
        browser.close()


def desktop(browser: Browser, demo: Demo, folder: Path, colours: str) -> None:
    """Look at every page at a desk."""
    page = browser.new_context(base_url=demo.places.review, color_scheme=colours, **DESKTOP).new_page()
    page.goto("/login")
    shoot(page, folder, f"login-{colours}")
    log_in(page, demo)
    page.keyboard.press("r")
    page.locator("[data-toast] button").wait_for()
    shoot(page, folder, f"queue-{colours}")
    page.keyboard.press("u")
    page.get_by_text("Taken back").wait_for()
    telling_case(page)
    shoot(page, folder, f"case-{colours}")
    for name, path in PLACES.items():
        page.goto(path)
        shoot(page, folder, f"{name}-{colours}")
    page.goto("/admin/sites")
    page.goto(page.locator("main a[href^='/admin/sites/']").first.get_attribute("href") or "/admin/sites")
    shoot(page, folder, f"site-{colours}")
    page.goto("/queue")
    page.goto(page.locator("a[href^='/campaigns/']").first.get_attribute("href") or "/queue")
    shoot(page, folder, f"campaign-{colours}")
    telling_case(page)
    page.keyboard.press("t")
    page.wait_for_url("**/thread")
    shoot(page, folder, f"thread-{colours}")
    page.context.close()


def phone(browser: Browser, demo: Demo, folder: Path, colours: str) -> None:
    """Look at the two pages where work is done, in the hand."""
    page = browser.new_context(base_url=demo.places.review, color_scheme=colours, **PHONE).new_page()
    log_in(page, demo)
    shoot(page, folder, f"queue-phone-{colours}")
    telling_case(page)
    shoot(page, folder, f"case-phone-{colours}")
    page.context.close()


def advertise(demo: Demo) -> None:
    """Send a few copies of one advert, so that there is a campaign to see."""
    house, site = demo.stage.house, demo.stage.site
    for n in range(5):
        body = ADVERT.format(city=("Saltmere", "Rope Quay", "Millgate", "Eastfield", "Harbour Hill")[n], number=410 + n)
        name, address = f"Solar Advice {n}", f"advice{n}@panels.example"
        fields = {"name": name, "email": address, "body": body, "page_url": demo.places.page}
        submission = Submission(fields=fields, payload=body.encode(), door=Door.FORM, key=f"advert-{n}")
        house.moderator.moderate(site, submission, datetime.now(UTC))


def log_in(page: Page, demo: Demo) -> None:
    """Log in as the demo's administrator."""
    page.goto("/login")
    page.get_by_label("Name").fill("admin")
    page.get_by_label("Password").fill(demo.stage.password)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/queue")


def telling_case(page: Page) -> None:
    """Open the first case whose text has marked words."""
    page.goto("/queue")
    row = page.locator("[data-case]").filter(has=page.locator("mark")).first
    page.goto(row.locator("[data-open]").get_attribute("href") or "/queue")


def shoot(page: Page, folder: Path, name: str) -> None:
    """Take one picture."""
    page.screenshot(path=folder / f"{name}.png")
    print(f"{name}.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
