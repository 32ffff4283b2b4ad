from __future__ import annotations

import json
import shlex
from html.parser import HTMLParser

import pytest

from factories import a_site
from modbot.config import load_settings
from modbot.intake.forms import SYNONYMS
from modbot.snippet import address, curl_line, form_snippet


class Reader(HTMLParser):
    """Collects the tags with their attributes."""

    def __init__(self):
        super().__init__()
        self.tags = []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))


def read(html: str) -> list[tuple[str, dict]]:
    reader = Reader()
    reader.feed(html)
    return reader.tags


def test_it_works():
    settings = load_settings(public_url="https://modbot.example/")
    form = dict(read(form_snippet(settings, a_site())))["form"]
    assert (form["method"], form["action"]) == ("post", "https://modbot.example/f/site-ada")


def test_it_uses_names_that_the_door_knows():
    known = {name for names in SYNONYMS.values() for name in names}
    boxes = [attrs for _, attrs in read(form_snippet(load_settings(), a_site())) if "name" in attrs]
    assert {box["name"] for box in boxes} <= known
    assert {box["name"] for box in boxes if "required" in box} == {"comment", "author", "email"}


def test_it_lets_nothing_break_out():
    site = a_site(url='https://odd.example/"><script>alert(1)</script>')
    assert "script" not in {tag for tag, _ in read(form_snippet(load_settings(), site))}


def test_it_writes_a_call_that_the_shell_understands():
    words = shlex.split(curl_line(load_settings(), "KEY"))
    assert words[:4] == ["curl", "http://127.0.0.1:8000/v1/comments", "-H", "Authorization: Bearer KEY"]
    assert set(json.loads(words[-1])) == {"name", "email", "body"}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "http://127.0.0.1:8000"),
        ({"port": 9000, "host": "192.0.2.1"}, "http://192.0.2.1:9000"),
        ({"public_url": "https://m.example/"}, "https://m.example"),
    ],
)
def test_it_names_the_address_of_the_settings(given, expected):
    assert address(load_settings(**given)) == expected
