"""The demo's page is a newspaper's, keeps a strict content policy, and posts to modbot's door."""

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined

import modbot.demo
from modbot.demo.pages import EXAMPLES, FormFields, NoticeKind, PageComment, PostPage, ReplyTarget, example_fields

DEMO = Path(modbot.demo.__file__).parent
WHEN = datetime(2026, 9, 12, 14, 5, tzinfo=UTC)


def a_page_comment(**changes):
    facts = {
        "name": "Marit Olsen",
        "url": "",
        "body_html": "<p>Finally.</p>",
        "published_at": WHEN,
        "avatar_hue": 200,
        "depth": 0,
        "anchor": "comment-1",
    }
    return PageComment(**facts | changes)


def a_page(**changes):
    facts = {
        "title": "Library on Rope Quay will open on Sundays",
        "article": (DEMO / "article.html").read_text(encoding="utf-8"),
        "comments": (a_page_comment(),),
        "form_action": "http://127.0.0.1:8000/f/gazette",
        "page_url": "http://127.0.0.1:8000/demo/",
        "stamp": "1757685900.c2lnbmF0dXJl",
        "stylesheet_url": "/demo/static/site.css",
        "published_at": WHEN,
    }
    return PostPage(**facts | changes)


class Reader(HTMLParser):
    """Collects the tags of a page with their attributes, and notices tags that are not closed in order."""

    VOID = frozenset({"meta", "link", "input", "br", "img", "hr", "path", "circle", "rect"})

    def __init__(self):
        super().__init__()
        self.tags = []
        self.open = []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def all(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]


def rendered(page):
    templates = Environment(loader=FileSystemLoader(DEMO / "templates"), undefined=StrictUndefined, autoescape=True)
    return templates.get_template("post.html").render(page=page)


def read(page):
    reader = Reader()
    reader.feed(rendered(page))
    reader.close()
    assert reader.open == []
    return reader


def test_it_works():
    html = rendered(a_page())

    assert "Leave a Reply" in html
    assert "Your email address will not be published. Required fields are marked" in html
    assert "<p>Finally.</p>" in html


# -- the article --------------------------------------------------------------


def test_its_article_is_a_short_news_post():
    article = (DEMO / "article.html").read_text(encoding="utf-8")
    words = re.sub(r"<[^>]+>", " ", re.sub(r"<svg.*?</svg>", " ", article, flags=re.DOTALL)).split()

    assert 400 <= len(words) <= 600
    assert "<h1" not in article  # the page has the headline


# -- the page -----------------------------------------------------------------


@pytest.mark.parametrize(
    "page",
    [
        a_page(),
        a_page(comments=()),
        a_page(notice="Your comment is published.", notice_kind=NoticeKind.PUBLISHED, review_url="/queue"),
        a_page(reply_to=ReplyTarget("01J", "Jon <T>"), fields=FormFields(email="nobody")),
        a_page(comments=(a_page_comment(url="https://marit.example/", depth=9, in_reply_to="Jon", reply_url="?r=1"),)),
    ],
    ids=["plain", "empty", "notice", "reply", "deep"],
)
def test_it_keeps_a_strict_content_policy(page):
    reader = read(page)

    assert not {"script", "style", "iframe", "object", "base"} & {tag for tag, _ in reader.tags}
    for tag, attrs in reader.tags:
        assert "style" not in attrs, tag
        assert not [name for name in attrs if name.startswith("on")], tag
    assert [link["href"] for link in reader.all("link") if link["rel"] == "stylesheet"] == ["/demo/static/site.css"]
    assert not [attrs for _, attrs in reader.tags if "src" in attrs]


def test_its_style_sheet_loads_nothing():
    css = (DEMO / "static/site.css").read_text(encoding="utf-8")

    assert "url(" not in css
    assert "@import" not in css


def test_it_posts_the_wordpress_fields_to_modbots_door():
    reader = read(a_page())
    form = reader.all("form")[0]
    boxes = {box["name"]: box for box in reader.all("input") + reader.all("textarea")}

    assert (form["method"], form["action"]) == ("post", "http://127.0.0.1:8000/f/gazette")
    assert set(boxes) == {"comment", "author", "email", "url", "website2", "ts", "page_url", "page_title"}
    assert [name for name in boxes if "required" in boxes[name]] == ["author", "email", "comment"]
    assert boxes["ts"]["value"] == "1757685900.c2lnbmF0dXJl"
    assert boxes["page_title"]["value"] == "Library on Rope Quay will open on Sundays"


def test_it_names_the_comment_that_is_answered():
    hidden = {box["name"]: box.get("value") for box in read(a_page(reply_to=ReplyTarget("01J", "Jon"))).all("input")}

    assert hidden["parent_id"] == "01J"


def test_every_box_that_people_see_has_a_label():
    reader = read(a_page())
    labels = {label["for"] for label in reader.all("label")}
    boxes = [box for box in reader.all("input") + reader.all("textarea") if box.get("type") != "hidden"]

    assert len(boxes) == 5
    assert {box["id"] for box in boxes} == labels


def test_it_keeps_people_out_of_the_honeypot():
    trap = next(box for box in read(a_page()).all("input") if box["name"] == "website2")

    assert trap["tabindex"] == "-1"
    assert trap["autocomplete"] == "off"
    assert trap.get("value", "") == ""


def test_it_escapes_names_notices_and_values():
    bait = "<b>\"'&"
    page = a_page(
        comments=(a_page_comment(name=bait, in_reply_to=bait),),
        title=bait,
        notice=bait,
        stamp=bait,
        fields=FormFields(comment=bait, author=bait),
    )

    assert not read(page).all("b")


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.key)
def test_it_fills_the_form_with_an_example(example):
    reader = read(a_page(fields=example_fields(example.key)))
    values = {box["name"]: box.get("value") for box in reader.all("input")}

    assert values["author"] == example.fields.author
    assert values["email"] == example.fields.email
    assert values["email"].endswith((".example", "example.org", "example.net", "example.com"))
    assert example.fields.comment in rendered(a_page(fields=example.fields))


def test_it_leaves_the_form_empty_for_an_unknown_example():
    assert example_fields("nonsense") == FormFields()


def test_it_offers_the_examples_beside_the_review_page():
    links = [link["href"] for link in read(a_page(review_url="/queue")).all("a") if "try=" in link.get("href", "")]

    assert links == [f"?try={example.key}#respond" for example in EXAMPLES]
    assert "try=" not in rendered(a_page())


def test_it_says_what_became_of_the_comment():
    page = a_page(notice="Your comment is awaiting moderation.", notice_kind=NoticeKind.HELD)
    box = next(attrs for attrs in read(page).all("div") if attrs.get("role") == "status")

    assert box["class"] == "notice notice-held"
    assert "Your comment is awaiting moderation." in rendered(page)
    assert 'role="status"' not in rendered(a_page())


def test_it_links_to_the_review_page_only_when_there_is_one():
    assert 'href="/queue"' in rendered(a_page(review_url="/queue"))
    assert "review page" not in rendered(a_page())


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("Marit Olsen", "MO"),
        ("dee", "D"),
        ("Carol from Upper Saltmere", "CS"),
        ("李梅", "李"),
        ("???", "?"),
        ("Jon T.", "JT"),
    ],
)
def test_it_shortens_names_for_the_circle(name, initials):
    assert a_page_comment(name=name).initials == initials


@pytest.mark.parametrize(("hue", "name"), [(0, "hue-0"), (29, "hue-0"), (30, "hue-1"), (359, "hue-11"), (360, "hue-0")])
def test_it_has_twelve_colours(hue, name):
    css = (DEMO / "static/site.css").read_text(encoding="utf-8")

    assert a_page_comment(avatar_hue=hue).hue_class == name
    assert f".{name} {{" in css


@pytest.mark.parametrize(("depth", "name"), [(0, "depth-0"), (2, "depth-2"), (3, "depth-3"), (11, "depth-3")])
def test_it_stops_indenting_deep_replies(depth, name):
    assert a_page_comment(depth=depth).depth_class == name
