"""Tokens: the short ways lead where the long one does."""

from hypothesis import example, given
from hypothesis import strategies as st

from modbot.scoring import tokens
from modbot.scoring.tokens import taken_apart
from modbot.text import normalise

MARKS = "abcABCwww..--'\"()!!??,;:/"


def test_it_works():
    (good, cafe, link) = taken_apart(["Good,", "Caf\u00e9", "http://Shop.example.com"])
    assert good == (("good", ","), ((0, 4), (4, 5)))
    assert cafe == (("cafe",), ((0, 4),))
    assert link[0][0].endswith("shop.example.com")


@given(st.text(MARKS, min_size=1, max_size=8) | st.text("abc\u00e9.0@$", min_size=1, max_size=6))
@example("http://www.example.com/")
@example("a-b-c-d")
@example("end.Next")
@example("sooo")
@example("no!!!!!")
def test_it_finds_the_tokens_of_the_normalised_piece(piece):
    normal = normalise(piece)
    found = [match.span() for match in tokens._TOKEN.finditer(normal.text)]
    places = tuple((normal.starts[start], normal.ends[end - 1]) for start, end in found)
    for _ in range(2):
        assert taken_apart([piece]) == [(tuple(normal.text[a:b] for a, b in found), places)]


def test_it_forgets_when_full_and_still_answers(monkeypatch):
    monkeypatch.setattr(tokens, "_KNOWN_MAX", 10)
    monkeypatch.setattr(tokens, "_known", tokens._Known())
    words = [f"{first}{second}" for first in "abcdefghij" for second in "qrstuvwxyz"]
    for _ in range(2):
        assert [found for found, _ in taken_apart(words)] == [(word,) for word in words]
        assert len(tokens._known) <= 10


def test_it_keeps_no_long_piece():
    (taken,) = taken_apart(["bus/" * 5_000])
    assert len(taken[0]) > 1_000
    assert "bus/" * 5_000 not in tokens._known
