from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from modbot.domain import Action, CaseQuery
from modbot.intake.forms import _origin, _with_outcome

CANARY = "kanarienvogel.7@canary-example.org"
PAGE = "https://gazette.example/bus?lang=en#top"
GOOD = {"author": "Cal", "email": CANARY, "comment": "The night bus now stops at the harbour.", "page_url": PAGE}
FORM = "application/x-www-form-urlencoded"


def post(client, form, site="site-ada", **headers):
    client.application.extensions["modbot"].clock.tick(1)  # so that the newest comment is the one just sent
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post(f"/f/{site}", data=urlencode(form), content_type=FORM, headers=names)


def newest(standing):
    return standing.house.store.case(standing.house.store.cases(CaseQuery(limit=1)).rows[0].id)


def test_it_works(client, ada_site, house):
    answer = post(client, GOOD | {"url": "cal.example"}, User_Agent="Browser/1.0", Referer=PAGE)
    assert answer.status_code == 303
    case = house.store.case(house.store.cases(CaseQuery()).rows[0].id)
    assert answer.headers["Location"] == f"https://gazette.example/bus?lang=en&modbot=published#comment-{case.id}"
    assert (case.comment.name, case.comment.body) == ("Cal", GOOD["comment"])
    assert (case.comment.url, case.comment.page_url) == ("https://cal.example", PAGE)
    assert (case.comment.ip, case.comment.user_agent, case.comment.referrer) == ("127.0.0.1", "Browser/1.0", PAGE)
    assert case.comment.door == "form"


def test_it_finds_the_site_by_name_too(standing):
    assert post(standing.client, GOOD, site="Harbour%20Gazette").status_code == 303
    for unknown in ("nobody", "a%00b", "x" * 500):
        answer = post(standing.client, GOOD, site=unknown)
        assert (answer.status_code, answer.mimetype) == (404, "text/html")


@pytest.mark.parametrize(
    ("form", "outcome"),
    [({}, "published"), ({"website2": "x"}, "rejected"), ({"honeypot": "x"}, "rejected")],
)
def test_it_tells_the_outcome_in_the_address(standing, form, outcome):
    location = post(standing.client, GOOD | form | {"comment": f"Meant to be {form}."}).headers["Location"]
    assert parse_qs(urlsplit(location).query)["modbot"] == [outcome]


def test_it_replaces_an_older_outcome():
    for action, word in ((Action.PUBLISH, "published"), (Action.HOLD, "held"), (Action.REJECT, "rejected")):
        target = _with_outcome("https://gazette.example/?modbot=old&a=&b=2#x", action, "c1")
        assert target == f"https://gazette.example/?a=&b=2&modbot={word}#comment-c1"


@pytest.mark.parametrize(
    "names",
    [
        ("name", "email", "url", "text"),
        ("author_name", "author_email", "author_url", "content"),
        ("comment_author", "comment_author_email", "comment_author_url", "comment_content"),
        ("name", "email", "website", "message"),
    ],
)
def test_it_knows_the_names_of_other_systems(standing, names):
    values = ("Cal", CANARY, "https://cal.example/", f"Sent as {names[3]}.")
    assert post(standing.client, dict(zip(names, values, strict=True)) | {"comment_parent": "0"}).status_code == 303
    case = newest(standing)
    assert (case.comment.body, case.comment.url, case.comment.parent_id) == (values[3], values[2], "")


def test_it_takes_multipart_forms(standing):
    answer = standing.client.post("/f/site-ada", data=GOOD, content_type="multipart/form-data")
    assert answer.status_code == 303


def test_it_takes_nothing_that_only_a_site_may_vouch_for(standing):
    claimed = {"id": "c-1", "user_id": "1", "user_role": "administrator", "created_at": "2001-01-01T00:00:00Z"}
    claimed |= {"ip": "192.0.2.9", "user_agent": "Forged/1", "elapsed_ms": "60000"}
    assert post(standing.client, GOOD | claimed).status_code == 303
    comment = newest(standing).comment
    assert (comment.user_id, comment.user_role, comment.created_at, comment.elapsed_ms) == ("", "", None, None)
    assert (comment.ip, comment.key == "c-1", "Forged" in comment.user_agent) == ("127.0.0.1", False, False)


# -- the way back -----------------------------------------------------------------


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "https:evil.example",
        "https://gazette.example.evil.example/",
        "https://gazette.example@evil.example/",
        "https://gazette.example:pw@evil.example/",
        "https://gazette.example\\@evil.example/",
        "https://evil.example\\.gazette.example/",
        "https://gazette.example%2f@evil.example/",
        "https://gazette.example:8443/",
        "http://gazette.example/",
        "javascript:alert(1)//https://gazette.example/",
        "data:text/html,x",
        "https://gazette.example\r\nSet-Cookie: a=b",
        "\thttps://evil.example/",
        "https://gаzette.example/",
        "/\\evil.example",
        "https://",
    ],
)
def test_it_leads_back_to_the_sites_own_pages_or_nowhere(standing, target):
    for form in ({"redirect_to": target}, {"redirect_to": target, "page_url": ""}):
        answer = post(standing.client, GOOD | form)
        assert answer.status_code == 303
        assert _origin(answer.headers["Location"]) == "https://gazette.example"
        assert "evil" not in answer.text + str(answer.headers)
    assert "Set-Cookie" not in answer.headers
    errors = post(standing.client, {"page_url": target, "redirect_to": target})
    assert errors.status_code == 422
    assert "evil" not in errors.text


@pytest.mark.parametrize(
    ("target", "location"),
    [
        ("https://www.gazette.example/a", "https://www.gazette.example/a"),
        ("HTTPS://GAZETTE.example:443/a", "https://gazette.example:443/a"),
        ("https://gazette.example/ä?q=ü", "https://gazette.example/%C3%A4?q=%C3%BC"),
    ],
)
def test_it_leads_back_to_any_of_the_sites_origins(standing, target, location):
    answer = post(standing.client, GOOD | {"page_url": target})
    assert re.split(r"[?&]modbot=", answer.headers["Location"])[0] == location


def test_it_falls_back_to_the_referring_page_and_then_to_the_site(standing):
    form = {name: value for name, value in GOOD.items() if name != "page_url"}
    back = post(standing.client, form, Referer="https://gazette.example/from").headers["Location"]
    assert back.startswith("https://gazette.example/from?modbot=")
    assert newest(standing).comment.page_url == "https://gazette.example/from"
    assert post(standing.client, form).headers["Location"].startswith("https://gazette.example?modbot=")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://gazette.example"}, 303),
        ({"Origin": "https://www.gazette.example"}, 303),
        ({"Origin": "http://localhost"}, 303),  # the form that modbot itself serves for a frame
        ({"Origin": "null"}, 303),  # pages with a strict referrer policy
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "https://boats.example"}, 403),
        ({"Referer": "https://evil.example/page"}, 403),
        ({"Origin": "null", "Referer": "https://evil.example/page"}, 403),
        ({}, 303),
    ],
)
def test_it_refuses_forms_on_other_peoples_pages(standing, headers, status):
    answer = standing.client.post("/f/site-ada", data=urlencode(GOOD), content_type=FORM, headers=headers)
    assert answer.status_code == status
    assert answer.mimetype == "text/html"


# -- errors -----------------------------------------------------------------------


def test_it_lists_what_is_wrong_on_a_page_with_a_way_back(standing):
    before = standing.count()
    answer = post(standing.client, {"email": f"{CANARY}@", "comment": "<b>" * 9_000, "page_url": PAGE})
    assert (answer.status_code, answer.mimetype) == (422, "text/html")
    text = unescape(answer.text)
    assert re.findall(r"<dt>(.*?)</dt>", text) == ["Name", "Email", "Comment"]
    assert "Expected at most 20,000 characters, got 27,000." in text
    assert f'href="{PAGE}"' in text
    assert CANARY not in text
    assert "<b>" not in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert standing.count() == before


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"author=%ff", FORM, 400),
        (b'{"author": "Cal"}', "application/json", 415),
        (b"comment=" + b"x" * 300_000, FORM, 413),
        (b"--x\r\nbroken", "multipart/form-data", 422),
    ],
)
def test_it_answers_people_with_a_page(standing, body, content_type, status):
    answer = standing.client.post("/f/site-ada", data=body, content_type=content_type)
    assert (answer.status_code, answer.mimetype) == (status, "text/html")
    assert "<title>" in answer.text


def test_it_answers_routing_errors_with_a_page(standing):
    for answer, status in ((standing.client.get("/f/site-ada"), 405), (standing.client.get("/f/"), 404)):
        assert (answer.status_code, answer.mimetype) == (status, "text/html")
    assert "POST" in standing.client.get("/f/site-ada").headers["Allow"]


def test_it_limits_each_address(app, ada_site, house):
    app.extensions["modbot"] = replace(house, settings=house.settings.model_copy(update={"form_posts_per_minute": 2}))
    client = app.test_client()
    answers = [post(client, GOOD) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [303, 303, 429]
    assert 1 <= int(answers[2].headers["Retry-After"]) <= 60
    # Nobody believes a header from an address that is no trusted proxy.
    assert post(client, GOOD, X_Forwarded_For="192.0.2.1").status_code == 429


# -- the form for a frame ---------------------------------------------------------


def test_it_serves_a_form_that_tells_how_long_filling_it_in_took(client, ada_site, house, clock):
    page = client.get("/f/site-ada/form", query_string={"page_url": PAGE, "page_title": '"><b>', "parent_id": "c9"})
    assert page.status_code == 200
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="(.*?)"', page.text))
    assert (unescape(hidden["page_url"]), unescape(hidden["page_title"])) == (PAGE, '"><b>')
    assert 'target="_top"' in page.text
    clock.tick(11.5)
    form = GOOD | {name: unescape(value) for name, value in hidden.items()}
    assert post(client, form).status_code == 303
    case = house.store.case(house.store.cases(CaseQuery()).rows[0].id)
    assert (case.comment.elapsed_ms, case.comment.parent_id) == (12_500, "c9")


def test_it_makes_one_comment_of_a_double_click(client, ada_site, house, clock):
    form = GOOD | {"ts": house.vault.stamp("site-ada", clock())}
    clock.tick(20)
    first = post(client, form)
    clock.tick(0.4)
    assert post(client, form).headers["Location"] == first.headers["Location"]
    assert len(house.store.cases(CaseQuery()).rows) == 1
    assert post(client, form | {"comment": "Another one."}).status_code == 303
    assert len(house.store.cases(CaseQuery()).rows) == 2


def test_it_believes_no_forged_stamp(standing):
    house = standing.house
    foreign = house.vault.stamp("site-ben", house.clock())
    for stamp in ("", "0", "1.0", "x" * 2_000, foreign, foreign[:-1] + "z"):
        assert post(standing.client, GOOD | {"ts": stamp}).status_code == 303
        assert newest(standing).comment.elapsed_ms is None


def test_it_may_be_framed_by_the_sites_own_pages_only(standing):
    answer = standing.client.get("/f/site-ada/form", query_string={"page_url": "https://evil.example/"})
    policy = answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'self' https://gazette.example https://www.gazette.example;" in policy
    assert "default-src 'none'" in policy
    assert "X-Frame-Options" not in answer.headers
    assert "evil" not in answer.text
    assert "no-store" in answer.headers["Cache-Control"]
    with standing.client.get(re.search(r'href="([^"]+\.css)"', answer.text)[1]) as style:
        assert style.mimetype == "text/css"


def test_it_never_says_the_address_back(standing):
    answers = [
        post(standing.client, GOOD | {"author": CANARY, "page_title": CANARY, "website2": CANARY}),
        post(standing.client, {"email": CANARY}),
        post(standing.client, GOOD | {"url": f"https://x.example/{CANARY} "}),
        post(standing.client, GOOD, site=CANARY),
    ]
    for answer in answers:
        assert CANARY not in answer.text + str(answer.headers)


def test_it_speaks_to_visitors_and_not_to_operators(app, ada_site, house):
    app.extensions["modbot"] = replace(house, settings=house.settings.model_copy(update={"form_posts_per_minute": 1}))
    client = app.test_client()
    strange = client.post(f"/f/{ada_site.id}", data=GOOD, headers={"Origin": "https://elsewhere.example"})
    nowhere = client.post("/f/nowhere", data=GOOD)
    assert (strange.status_code, nowhere.status_code) == (403, 404)
    for answer in (strange, nowhere):
        assert "please tell the people who run the site" in answer.text
        assert "modbot site" not in answer.text
    answers = [client.post(f"/f/{ada_site.id}", data=GOOD) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 429]
    assert "send yours again" in answers[1].text
