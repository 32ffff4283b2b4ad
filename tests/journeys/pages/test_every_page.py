"""What holds on every page there is: axe has nothing to say, hostile words stay words, and nothing comes from elsewhere."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from flask import Flask

from browsers import DESKTOP, PHONE, violations
from factories import a_draft, a_rule, later
from modbot.domain import Action, Attempt, Head, Hook, Note, Reason, Report, ReportKind
from modbot.review import bp
from review.desk import FINE, a_spam_verdict
from review.every_page import NO_PAGES, PAGES

pytestmark = pytest.mark.browser

SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["1280", "390"])
MOST_BYTES = 150_000
# Each of them says so with a dialog if it runs: `sit_down` takes that for a complaint.
PAYLOADS = (
    "<script>alert('script')</script>",
    "\"'><img src=x onerror=alert('attribute')>",
    "</title></textarea></style></script><svg onload=alert('closing')>",
    "<details open ontoggle=alert('toggle')><summary>x</summary></details>",
    "<a href=\"javascript:alert('link')\">click</a> [url=javascript:alert('code')]click[/url]",
    "<iframe srcdoc=\"<script>parent.alert('frame')</script>\"></iframe>",
    "<style>@import url(http://evil.example/a.css);*{background:url(http://evil.example/b.png)}</style>",
    '<base href="http://evil.example/"><link rel="stylesheet" href="http://evil.example/c.css">',
    '<form action="http://evil.example/"><input name="csrf_token"><button>Publish</button></form>',
    "{{ 7 * 7 }} {% raw %} ${alert('template')} <%= 7 * 7 %>",
    "&lt;script&gt;alert('entities')&lt;/script&gt; &#60;script&#62;alert(1)&#60;/script&#62;",
    "<!--><script>alert('comment')</script--> <![CDATA[<script>alert('cdata')</script>]]>",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert('mutation')&gt;\">",
    "\u202egpj.exe\u2066 \u200b\u200d " + "Z\u0351\u036b\u0343" * 40,
    "\ufeff<\u017fcript>alert('folded')</\u017fcript> ＜script＞alert('wide')＜/script＞",
)
WORST = " ".join(PAYLOADS)


@pytest.fixture
def furnished(house, arrive, ada_site, clock) -> dict[str, str]:
    """A house whose every text is hostile, with something on each page."""
    store = house.store
    url = f"https://x.example/{PAYLOADS[1]}"
    told = (Reason("SPAM_WORDS", WORST, Head.SPAM, 2.5), Reason("NEW_AUTHOR", PAYLOADS[1], Head.SPAM, 0.2))
    verdict = replace(a_spam_verdict(), reasons=told)
    words = {"url": url, "page_url": url, "page_title": WORST, "user_agent": WORST, "referrer": url}
    for body in (*PAYLOADS, *PAYLOADS):
        arrive(body, name=body[:100], **words)
    rejected = arrive(WORST, action=Action.REJECT, name=WORST[:100], **words)
    hostile = arrive(WORST, name=WORST[:100], verdict=verdict, **words)
    copies = arrive.copies(3, WORST, **words)
    answer = arrive(FINE, parent_id=hostile.comment.key, author=hostile.comment.author, **words)
    store.record_report(Report(hostile.id, ReportKind.FLAG, clock(), WORST[:500]))
    store.add_note(Note(hostile.id, "user-ada", WORST[:60], WORST[:2000], clock(), asks=True))
    decided = arrive(WORST)
    store.change_site(replace(ada_site, name=PAYLOADS[1], hook=Hook("https://gazette.example/hook")), clock())
    done = a_draft(case_id=decided.id, action=Action.REJECT, reason=PAYLOADS[1], reviewer_name=PAYLOADS[0])
    store.record_review(replace(done, at=clock(), not_before=clock()))
    for delivery in store.claim_deliveries(clock(), 10, 60):
        failed = Attempt(delivered=False, permanent=True, reason=PAYLOADS[0], status=None, at=clock())
        store.record_attempt(delivery, failed, None)
    store.add_rule(a_rule(id="", pattern=WORST[:200], note=WORST[:200], by=PAYLOADS[0]))
    ended = store.add_rule(a_rule(id="", pattern="fine", note=WORST[:200]))
    store.end_rule(ended.id, "user-dora", later(5))
    return {
        "hostile": hostile.id,
        "answer": answer.id,
        "rejected": rejected.id,
        "campaign": store.campaign_of(copies[0].id),
    }


@pytest.fixture
def paths(furnished) -> list[str]:
    return [path.format_map(furnished) for shown in PAGES.values() for path in shown]


def test_it_knows_every_page():
    app = Flask(__name__)
    app.register_blueprint(bp)
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("review.")]
    assert {rule.endpoint for rule in rules if "GET" in rule.methods} - NO_PAGES == set(PAGES)


@SIZES
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_it_gives_axe_nothing_to_say_and_is_never_wider_than_the_screen(sit_down, paths, size, colours):
    page = sit_down("dora", color_scheme=colours, **size)
    found, wide = {}, []
    for path in paths:
        page.goto(path)
        found[path] = violations(page)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wide.append(path)
    page.goto("/queue")
    page.locator("[data-case]").first.focus()
    page.keyboard.press("?")
    found["help"] = violations(page)
    page.keyboard.press("Escape")
    page.locator(".topbar .menu summary").click()
    found["menu"] = violations(page)

    assert ({place: broken for place, broken in found.items() if broken}, wide) == ({}, [])


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_it_shows_hostile_words_as_words(sit_down, address, paths, scripts):
    page = sit_down("dora", java_script_enabled=scripts, **DESKTOP)
    asked, weights = [], {}
    page.on("request", lambda request: asked.append(request.url))
    page.on("response", lambda response: weights.__setitem__(response.url, response))
    found = {}
    for path in paths:
        weights.clear()
        answer = page.goto(path)
        page.wait_for_load_state("networkidle")
        strange = page.locator(
            "main :is(script, style, iframe, img, base, link, math, mglyph, object, embed), [onerror], [onload], "
            "[ontoggle], [href^='javascript:' i], [href^='data:' i], [action^='http:'], [srcdoc]"
        )
        if strange.count():
            found[path] = strange.evaluate_all("all => all.map(one => one.outerHTML.slice(0, 120))")
        # A list, since the page may ask for news while a body is read.
        weight = sum(len(response.body()) for response in list(weights.values()) if response.status == 200)
        if weight > MOST_BYTES:
            found[path, "bytes"] = weight
        if answer.status not in {200, 404}:
            found[path, "status"] = answer.status

    assert found == {}
    assert {urlsplit(url).netloc for url in asked} == {urlsplit(address).netloc}
