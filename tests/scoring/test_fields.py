"""Fields: each facet a key, a missing one too; the address is never read."""

from bisect import bisect_left

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factories import a_comment, an_author
from modbot.scoring.fields import EMAIL, FIELDS, NAME, WEBSITE, field_keys


def keys_of(order=(), distinct=0, **changes):
    return dict(key.split("=", 1) for _, key in field_keys(a_comment(**changes), order, distinct)[0])


def test_it_works():
    comment = a_comment(
        name="Cheap Pills", url="http://pills-24.example.net/buy/now", body="Buy http://pills-24.example.net NOW!!"
    )
    keys, texts = field_keys(comment, [0, 1, 2], 3)
    said = dict(key.split("=", 1) for _, key in keys)
    assert said["website.in_body"] == "True"
    assert said["links"] == "1"
    assert said["email.kind"] == "own"
    assert (NAME, "cheap") in texts
    assert (WEBSITE, "pills-24.example.net") in texts
    assert {FIELDS[at] for at, _ in keys} == set(FIELDS)


def test_it_takes_a_missing_field_for_a_value():
    said = keys_of(name="", url="", author=an_author(email_domain=""), elapsed_ms=None, page_title="")
    assert [said[name] for name in ("name", "website", "email", "elapsed", "page")] == ["none"] * 5


@pytest.mark.parametrize(
    ("changes", "key", "value", "why"),
    [
        ({"author": an_author(email_domain="gmail.com")}, "email.kind", "free", "everybody has one"),
        (
            {"author": an_author(email_domain="x.example", disposable=True)},
            "email.kind",
            "disposable",
            "validation said so",
        ),
        ({"body": "ALL OF THIS IS LOUD"}, "caps", "6", "shouting"),
        ({"body": "Тихо и спокойно"}, "script", "cyrillic", "letters of another script"),
        ({"body": "a\u200bb\u200bc\u200bd"}, "hidden", "2", "invisible characters"),
        ({"body": "😀😀😀😀"}, "emoji", "3", "more than three"),
        ({"elapsed_ms": 500}, "elapsed", "0", "nobody types that fast"),
        ({"page_title": "Night bus", "body": "the night bus"}, "page", "1", "one long word of the title"),
    ],
)
def test_it_shows(changes, key, value, why):
    assert keys_of(**changes)[key] == value, why


def test_it_never_reads_the_address():
    one = field_keys(a_comment(email="cal.one@example.org"), [], 0)
    assert one == field_keys(a_comment(email="zoe@elsewhere.net"), [], 0)
    assert all("cal.one" not in key for _, key in one[0])
    assert (EMAIL, "example.org") in one[1]


@given(st.text(alphabet="a!?\n7 \u0436\u00c4\U0001f600", max_size=60), st.integers(0, 600))
def test_it_writes_counts_as_steps(body, words):
    said = keys_of(range(words), words, body=body, url="", elapsed_ms=words * 1_000)
    steps = {
        "bangs": (body.count("!"), (0, 1, 3, 6)),
        "queries": (body.count("?"), (0, 1, 3)),
        "lines": (body.count("\n"), (0, 1, 3, 8)),
        "emoji": (body.count("\U0001f600"), (0, 1, 3, 8)),
        "digits": (body.count("7") / max(len(body), 1) * 100, (0, 1, 3, 8, 20)),
        "words": (words, (1, 3, 6, 12, 25, 50, 100, 200, 400)),
        "elapsed": (words, (1, 3, 8, 30, 120, 900)),
    }
    assert {name: said[name] for name in steps} == {
        name: str(bisect_left(edges, count)) for name, (count, edges) in steps.items()
    }
    assert said["repeats"] == ("few" if words < 8 else "6")
