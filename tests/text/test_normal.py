"""Normalised text: one form for many disguises, and the way back to the original characters."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modbot.text import ADDRESS_MARK, LINK_MARK, fingerprint, normalise, pieces


def test_it_works():
    body = "BUY v1agra at https://www.Pills.example.com/buy-now, sooooo cheap!!!!!!"
    normal = normalise(body)
    assert normal.text.split() == [
        "buy",
        "viagra",
        "at",
        f"{LINK_MARK}pills.example.com",
        "buy",
        "now",
        "soo",
        "cheap!!!",
    ]
    assert len(normal.text) == len(normal.starts) == len(normal.ends)
    at = normal.text.index("viagra")
    assert body[normal.starts[at] : normal.ends[at + 5]] == "v1agra"


@pytest.mark.parametrize(
    ("body", "words", "why"),
    [
        ("f r e e money", "free money", "spaced-out words are joined"),
        ("U.S. e.g. this", "u.s. e.g. this", "short abbreviations are left alone"),
        ("call 0123456789012", "call 00000000", "long numbers differ in length alone"),
        ("mp3 and h264", "mp3 and h000", "digits at the end of a word are no letters"),
        ("joe@example.com said", f"{ADDRESS_MARK}example.com said", "the local part of an address goes"),
        ("a <b>bold</b> move", "a bold move", "markup is dropped"),
        ("fish &amp; chips", "fish & chips", "entities are read"),
        ("[b]loud[/b]", "loud", "forum markup too"),
        ("you a$$", "you ass", "a letter in disguise at the end of a word"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2", "comparison signs are no markup"),
    ],
)
def test_it_handles(body, words, why):
    assert " ".join(normalise(body).text.split()) == words, why


@pytest.mark.parametrize(
    "body",
    [
        "",
        "\ud800",
        "😀" * 50,
        "שלום http://foo.example.com עולם",
        "<a href='http://x.example.org/a'>f u c k</a> ﬁ &eacute;",
        "a\u200bb" * 99,
    ],
)
def test_it_keeps_every_place_inside_the_original_and_in_order(body):
    normal = normalise(body)
    assert len(normal.starts) == len(normal.ends) == len(normal.text)
    assert all(0 <= a < b <= len(body) for a, b in zip(normal.starts, normal.ends, strict=True))
    assert list(normal.starts) == sorted(normal.starts)


def test_it_makes_trivial_copies_collide_and_keeps_others_apart():
    one = fingerprint("Great post! Visit my site 123.")
    assert fingerprint("great POST, visit   my s\u0456te 987!!") == one
    assert fingerprint("Great post! Visit your site 123.") != one
    assert len(one) == 32
    assert fingerprint("+1") != fingerprint("-1")


@pytest.mark.parametrize(
    "body", ["<" * 20_000, "a " * 10_000, "[url=" * 4_000, "&a" * 10_000, "!?" * 10_000, "ab" * 10_000, "a1" * 10_000]
)
def test_it_stays_quick_on_hostile_text(body):
    start = time.process_time()
    normalise(body)
    assert time.process_time() - start < 1.5


ODD_PARTS = [
    "<a href=x>",
    "[url=http://a.example b]",
    "[/url]",
    "<",
    ">",
    "[",
    "]",
    "a",
    "I",
    "t.h.e",
    "b-",
    "www.x.example",
]
ODD_PARTS += [
    "joe@x.example",
    "&lt;",
    "caf\u00e9",
    "r\u0430ypal",
    "\u200b",
    "\u00a0",
    "\u2028",
    "\uff1c",
    "\u24b6",
    "\u2026",
    "\ufdfa",
    "v1agra",
    "!!!!",
]


@settings(deadline=None)
@given(st.lists(st.sampled_from([*ODD_PARTS, " ", " ", " ", "\n"]) | st.text(max_size=3), max_size=30).map("".join))
def test_it_normalises_piece_by_piece_as_it_does_the_whole(text):
    found = pieces(text)
    assert " ".join(normalise(piece).text for piece in found).split() == normalise(text).text.split()
    end = 0
    for piece in found:
        start = text.index(piece, end)
        assert not normalise(text[end:start]).text.strip()
        end = start + len(piece)


def test_it_cuts_each_plain_character_as_it_normalises_it():
    for code in (*range(0x3100), *range(0x1F000, 0x1FB00)):
        text = f"{chr(code)} a{chr(code)}b {chr(code)}c d"
        found = " ".join(normalise(piece).text for piece in pieces(text))
        assert found.split() == normalise(text).text.split(), hex(code)


def test_it_keeps_together_what_spaces_do_not_part():
    assert pieces("See  <a href='x' b> the f r e e\nbus") == ["See", "<a href='x' b>", "the", "f r e e", "bus"]
