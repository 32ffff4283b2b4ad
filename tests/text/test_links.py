"""Links: what is one, where it stands, where it leads."""

import time

import pytest

from modbot.text import host_of, links


def test_it_works():
    body = 'Look: <a href="https://Shop.example.com:8080/x?y=1">here</a>, www.other.org. Mail me@mine.net.'
    found = links(body)
    assert [(link.host, body[link.start : link.end]) for link in found] == [
        ("shop.example.com", "https://Shop.example.com:8080/x?y=1"),
        ("other.org", "www.other.org"),
    ]
    assert [link.url for link in found] == ["https://Shop.example.com:8080/x?y=1", "http://www.other.org"]


@pytest.mark.parametrize(
    ("body", "hosts", "why"),
    [
        ("see example.com/a for more", ["example.com"], "a bare host under a common ending"),
        ("the end.Next sentence", [], "a missing space is no link"),
        ("version 2.10 of file.txt", [], "neither numbers nor file names"),
        ("[url=http://a.example.org]x[/url]", ["a.example.org"], "forum markup"),
        ("http://user:pw@evil.example.net/", ["evil.example.net"], "credentials are not the host"),
        ("http://пример.рф/ путь", ["пример.рф"], "hosts in other scripts"),
        ("", [], "nothing in nothing"),
    ],
)
def test_it_handles(body, hosts, why):
    assert [link.host for link in links(body)] == hosts, why


def test_it_tells_equal_links_and_links_within_others_apart():
    body = "come a.com www.a.com/x?a.com a.com, a a.com"
    assert [(link.start, link.url) for link in links(body)] == [
        (5, "http://a.com"),
        (11, "http://www.a.com/x?a.com"),
        (29, "http://a.com"),
        (38, "http://a.com"),
    ]


def test_it_gives_the_host_alone():
    assert host_of("HTTPS://www2.Example.org.:443/a#b") == "example.org"
    assert host_of("example.org/path") == "example.org"


@pytest.mark.parametrize("body", ["a." * 10_000, "www" * 7_000, "x@" * 10_000, "http://" * 3_000, "-" * 20_000])
def test_it_stays_quick_on_hostile_text(body):
    start = time.process_time()
    links(body)
    assert time.process_time() - start < 1.0
