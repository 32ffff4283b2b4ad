"""Calls as Akismet's clients really send them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from intake.akismet.conftest import KEY
from modbot.intake.akismet.fields import Call, comment_of, has_blog, read

FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def reading(app):
    """Read a request as the door does."""

    def read_it(body=b"", content_type=FORM, path="/1.1/comment-check", path_key="", **more) -> Call:
        with app.test_request_context(path, method="POST", data=body, content_type=content_type, **more):
            return read(path.rpartition("/")[2].partition("?")[0], path_key)

    return read_it


def a_call(**fields) -> Call:
    return Call("comment-check", KEY, fields)


def test_it_works(reading):
    call = reading(b"api_key=0123456789ab&comment_author=Cal&comment_content=Good+bus%21")

    assert call == Call("comment-check", KEY, {"api_key": KEY, "comment_author": "Cal", "comment_content": "Good bus!"})


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (b"comment_author_url&comment_content=a", {"comment_author_url": "", "comment_content": "a"}),
        (b"comment_context[0]=a&comment_context%5B1%5D=b", {"comment_context": "a"}),
        (b"comment_context[]=a&comment_context[]=b", {"comment_context": "a"}),
        (b"user_ip=1&user_ip=2", {"user_ip": "1"}),
        (b"&&a=1&&", {"a": "1"}),
        (b"a=b=c", {"a": "b=c"}),
        (b"a=%zz%e2%9c", {"a": "%zz\ufffd"}),
        (b"a=\xc3\xa9", {"a": "é"}),
    ],
)
def test_it_reads_forms_as_they_come(reading, body, fields):
    assert reading(body).fields == fields


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        (b"comment_content=caf%E9", f"{FORM}; charset=ISO-8859-1", "café"),
        (b"blog_charset=ISO-8859-1&comment_content=caf%E9", FORM, "café"),
        (b"charset=windows-1252&comment_content=%80", FORM, "€"),
        (b"comment_content=caf%C3%A9", f"{FORM}; charset=no-such", "café"),
        (b"comment_content=caf%C3%A9", f"{FORM}; charset=base64", "café"),
        (b"comment_content=caf%E9", FORM, "caf\ufffd"),
    ],
)
def test_it_reads_any_charset(reading, body, content_type, text):
    assert reading(body, content_type).text("comment_content") == text


def test_it_merges_query_and_body(reading):
    call = reading(b"a=body", path="/1.1/comment-check?a=query&b=query")

    assert call.fields == {"a": "body", "b": "query"}


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b"null", b'"text"', b'{"a": {"b": 1}}'])
def test_it_takes_json_that_says_nothing(reading, body):
    assert reading(body, "application/json").fields == {}


def test_it_takes_json(reading):
    call = reading(b'{"comment_content": "a", "is_test": true, "comment_parent": 7}', "application/json")

    assert call.fields == {"comment_content": "a", "is_test": "true", "comment_parent": "7"}
    assert call.is_test


@pytest.mark.parametrize(
    ("method", "fields", "host", "path_key", "key"),
    [
        ("comment-check", b"api_key=aa&key=bb", "cc.example", "dd", "aa"),
        ("comment-check", b"api_key=&key=bb", "cc.example", "dd", "bb"),
        ("verify-key", b"api_key=aa&key=bb", "cc.example", "dd", "bb"),
        ("verify-key", b"api_key=aa", "cc.example", "dd", "aa"),
        ("comment-check", b"", f"{KEY}.example", "dd", KEY),
        ("comment-check", b"", "modbot.example", "DD", "dd"),
        ("comment-check", b"", "modbot.example", "", ""),
    ],
)
def test_it_finds_the_key(reading, method, fields, host, path_key, key):
    call = reading(fields, path=f"/1.1/{method}", path_key=path_key, base_url=f"http://{host}")

    assert call.key == key


@pytest.mark.parametrize(
    ("said", "iso"),
    [
        ("2026-03-14T12:00:00Z", "2026-03-14T12:00:00+00:00"),
        ("2026-03-14T12:00:00.250+02:00", "2026-03-14T12:00:00.250000+02:00"),
        ("2026-03-14 12:00:00", "2026-03-14T12:00:00+00:00"),
        ("1773489600", datetime.fromtimestamp(1773489600, UTC).isoformat()),
        ("yesterday", ""),
        ("9" * 30, ""),
        ("0", ""),
        ("", ""),
    ],
)
def test_it_reads_moments_however_they_are_written(said, iso):
    assert comment_of(a_call(comment_date_gmt=said))["created_at"] == iso


def test_it_translates_a_comment():
    fields = comment_of(
        a_call(
            comment_author="Cal",
            comment_author_url="cal.example",
            referer="https://search.example",
            comment_parent="0",
            user_ID="7",
            user_role="editor, author",
            blog_lang="en_GB, fr_ca",
            permalink="https://gazette.example/bus",
            POST_ak_hp_textarea="filled in",
        )
    )

    assert (fields["name"], fields["url"], fields["referrer"]) == (
        "Cal",
        "https://cal.example",
        "https://search.example",
    )
    assert (fields["parent_id"], fields["user_id"], fields["user_role"]) == ("", "7", "editor")
    assert (fields["language"], fields["honeypot"]) == ("en-GB", "filled in")
    assert fields["page_url"] == "https://gazette.example/bus"


@pytest.mark.parametrize(
    ("blog", "can"),
    [
        ("https://a.example", True),
        ("a.example", True),
        ("", True),
        ("http://[", False),
        ("not a blog", False),
        ("//", False),
    ],
)
def test_it_knows_an_address_of_a_blog(blog, can):
    assert has_blog(a_call(blog=blog)) is can
