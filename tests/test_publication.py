"""Publication: what reaches a page is safe, readable and private."""

from datetime import UTC, datetime
from html.parser import HTMLParser
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modbot.domain import Author, Comment
from modbot.publication import (
    BLOCK_TAGS,
    HIDDEN_ADDRESS,
    HIDDEN_NUMBER,
    INLINE_TAGS,
    hide_contacts,
    public_url,
    publish_view,
)

REL = 'rel="nofollow ugc noopener"'


def a_comment(body="Hello", **changes):
    given_ = {"site_id": "s", "key": "k", "fingerprint": "f", "name": "Ada", "author": Author(key="a", avatar="9f2c")}
    return Comment(body=body, created_at=datetime(2026, 5, 4, tzinfo=UTC), **given_ | changes)


def html_of(body):
    return publish_view(a_comment(body)).body_html


def text_of(body):
    return publish_view(a_comment(body)).body_text


class Seen(HTMLParser):
    """What a browser would make of published markup."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.text = [], [], ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.text += data


def test_it_works():
    view = publish_view(
        a_comment(
            "Thank you!\n\nMore at https://example.org/walk, or write to ada@example.org.",
            url="https://ada.example/",
        )
    )
    assert view.name == "Ada"
    assert view.url == "https://ada.example/"
    assert view.avatar == "9f2c"
    assert view.body_html == (
        "<p>Thank you!</p>\n"
        f'<p>More at <a href="https://example.org/walk" {REL}>https://example.org/walk</a>, '
        f"or write to {HIDDEN_ADDRESS}.</p>"
    )
    assert view.body_text == f"Thank you!\n\nMore at https://example.org/walk, or write to {HIDDEN_ADDRESS}."


@pytest.mark.parametrize(
    ("body", "html", "why"),
    [
        ("a < b && c > d", "<p>a &lt; b &amp;&amp; c &gt; d</p>", "text is escaped"),
        ("if x<y then I <3 it", "<p>if x&lt;y then I &lt;3 it</p>", "no element: text"),
        ("one\ntwo\n \n\nthree", "<p>one<br>\ntwo</p>\n<p>three</p>", "lines and paragraphs"),
        ("see foo.de!", f'<p>see <a href="http://foo.de" {REL}>foo.de</a>!</p>', "a bare host"),
        ("End.Next sentence", "<p>End.Next sentence</p>", "a missing space is no link"),
        ("<b>bold</b> <i>it</i>", "<p><b>bold</b> <i>it</i></p>", "simple markup"),
        ("<b>open", "<p><b>open</b></p>", "closed again"),
        ("<b>a</b> if x<y", "<p><b>a</b> if x&lt;y</p>", "a comparison inside markup survives"),
        ("<script>alert(1)</script>hi", "<p>hi</p>", "script and what is in it"),
        ("<img src=x onerror=alert(1)>hi", "<p>hi</p>", "no images"),
        ('<a href="javascript:alert(1)">x</a>', "<p>x</p>", "only http and https"),
        ('<a href="/wp-admin/?delete=1">x</a>', "<p>x</p>", "no address inside the reader's own site"),
        (
            '<a href="https://e.org/" onclick="x" target="_top">x</a>',
            f'<p><a href="https://e.org/" {REL}>x</a></p>',
            "only href",
        ),
        ("<ul><li>one<li>two</ul>end", "<ul><li>one</li><li>two</li></ul>\n<p>end</p>", "blocks stand alone"),
        ("a\n\n<blockquote>q\nr</blockquote>b", "<p>a</p>\n<blockquote>q<br>\nr</blockquote>\n<p>b</p>", "a quotation"),
        ("<code>x = a.com</code>", "<p><code>x = a.com</code></p>", "no links in code"),
        ('"><script>alert(1)</script>', '<p>"&gt;</p>', "breaking out of an attribute"),
    ],
)
def test_it_renders(body, html, why):
    assert html_of(body) == html, why


@pytest.mark.parametrize(
    "body",
    [
        "write to ada@example.org",
        "Ada.Lee+x@mail.example.co.uk!",
        "用户@例子.公司",
        '"ada lee"@example.org',
        "ada @ example.org",
        "ada(at)example.org",
        "ada [at] example [dot] org",
        "ada at example dot org",
        "ada＠example．org",
        "<p>ada<b>@</b>example.org</p>",
        "<i>ada&#64;example.org</i>",
        "ada&#64;example.org",
        "<pre>ada@example.org</pre>",
        '<a href="https://e.example/">ada@example.org</a>',
        '<a href="https://e.example/?m=ada%40example.org">me</a>',
        '<a href="mailto:ada@example.org">me</a>',
        "https://e.example/?m=ada@example.org",
        "https://e.example/?m=ada%2540example.org",
        "(ada@example.org)",
        "x" * 100 + "ada@example.org",
    ],
)
def test_it_hides_an_address_however_it_is_written(body):
    view = publish_view(a_comment(body))
    seen = Seen(view.body_html)
    for shown in (view.body_html, view.body_text, seen.text):
        assert "example.org" not in shown
        assert "例子.公司" not in shown
        assert "ada@" not in shown


@pytest.mark.parametrize(
    "number",
    [
        "+49 170 1234567",
        "+4917012345",
        "0049 (170) 123 45 67",
        "030/12345678",
        "06 12 34 56 78",
        "(555) 123-4567",
        "555-123-4567",
        "555.123.4567",
        "555-0123",
        "5551234567",
        "612 345 678",
        "4111 1111 1111 1111",
        "٠١٧٠ ١٢٣ ٤٥٦٧",
    ],
)
def test_it_hides_a_telephone_number(number):
    assert text_of(f"Call {number} now") == f"Call {HIDDEN_NUMBER} now"
    assert HIDDEN_NUMBER in html_of(f"<b>Call {number} now</b>")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("It is 2024-01-15 today", "a date"),
        ("on 15.01.2024 and 1/15/2024", "dates"),
        ("from 1998-2003 on", "years"),
        ("in 2019 2020 2021 again", "years"),
        ("host 192.168.100.200", "an IPv4 address"),
        ("it costs 1.000.000 or 12 345 678", "amounts"),
        ("pi is 3.14159265358", "a fraction"),
        ("ISBN 978-3-16-148410-0", "a book"),
        ("read 1 2 3 4 5 6 7 8 9 10", "counting"),
        ("123456 people", "too short"),
        ("https://example.org/p/5551234567", "part of a link"),
        ("react@18.2.0 and @ada and x@y", "no addresses"),
        ("https://medium.example/@ada.lee/post", "a handle in a link"),
        ("look at this", "the word at"),
    ],
)
def test_it_leaves_other_text_alone(text, why):
    assert text_of(text) == text, why


def test_it_hides_contacts_in_a_name_and_keeps_markup_out_of_it():
    assert publish_view(a_comment(name="ada@example.org")).name == HIDDEN_ADDRESS
    assert publish_view(a_comment(name="<b>Ada</b>")).name == "b Ada /b"
    assert publish_view(a_comment(name="\u202eadA")).name == "adA"
    assert publish_view(a_comment(name="<>")).name == "•••"
    assert publish_view(a_comment(name="")).name == ""


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://example.org/", "https://example.org/"),
        ("javascript:alert(1)", ""),
        ("https://e.example/?m=ada%40example.org", ""),
        ("", ""),
    ],
)
def test_it_shows_only_web_addresses_without_email(url, shown):
    assert public_url(url) == shown
    assert publish_view(a_comment(url=url)).url == shown


def test_it_hides_contacts_in_plain_text():
    assert hide_contacts("ada@example.org +49 170 1234567") == f"{HIDDEN_ADDRESS} {HIDDEN_NUMBER}"


PARTS = [
    "<b>",
    "</b>",
    "<a href='https://e.org/x?y=1&z'>",
    "</a>",
    "<p>",
    "<ul><li>",
    "</ul>",
    "<pre>",
    "<script>",
    "<!--",
    "-->",
]
PARTS += [
    "\n\n",
    "\n",
    "ada@example.org",
    "&lt;",
    "&#64;",
    "www.e.org",
    "<svg/onload=x>",
    "<",
    ">",
    '"',
    "\u202e",
    " ",
    "x",
]


@settings(max_examples=80, deadline=None)
@given(st.lists(st.sampled_from(PARTS) | st.text(max_size=8), max_size=25).map("".join))
def test_it_lets_nothing_but_the_short_list_through(body):
    view = publish_view(a_comment(body))
    seen = Seen(view.body_html)
    assert set(seen.tags) <= INLINE_TAGS | BLOCK_TAGS
    assert {name for name, _ in seen.attributes} <= {"href", "rel"}
    assert all(value.lower().startswith("http") for name, value in seen.attributes if name == "href")
    assert "ada@example.org" not in view.body_html
    assert "ada@example.org" not in view.body_text


SLOW_TO_READ = ["a." * 10_000, "a" * 19_999 + "@", "@a." * 6_600, "1 " * 10_000, "<b>" * 6_600, "<p><b>" * 3_300]
SLOW_TO_READ += ["<" * 20_000, "http://a.b " * 1_800, "\n " * 10_000, '"a' * 10_000, "a at " * 4_000, "(" * 20_000]
SLOW_TO_READ += ["http://a.b/" + "(" * 1_900]


@pytest.mark.parametrize("body", SLOW_TO_READ, ids=lambda body: body[:10])
def test_it_cannot_be_slowed_down(body):
    start = process_time()
    publish_view(a_comment(body))
    assert process_time() - start < 1.0
