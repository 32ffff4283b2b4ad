"""Labelled comments: read as they are, split so that nothing leaks."""

import csv
import gzip
import io
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from modbot.domain import DecidedBy, Head, Label
from modbot.errors import ModelError
from modbot.learning.dataset import (
    HELD_BACK,
    OWN_TEXTS,
    from_labels,
    keep_apart,
    own_texts,
    read_file,
    read_files,
    split,
    unique,
)
from modbot.learning.recipe import SHIPPED_SOURCES

OURS = ["id", "text", "author", "email", "url", "created_at", "spam", "toxicity", "insult", "split"]


def write(path, header, *rows):
    text = io.StringIO(newline="")
    csv.writer(text).writerows([header, *rows])
    raw = text.getvalue().encode()
    path.write_bytes(gzip.compress(raw) if path.suffix == ".gz" else raw)
    return path


def test_it_works(tmp_path):
    row = [
        "1",
        "Hello\nthere",
        "Ada",
        "ada@Example.org",
        "http://ada.example",
        "2014-02-03T04:05:06",
        "1",
        "",
        "0.25",
        "train",
    ]
    path = write(tmp_path / "site.csv.gz", OURS, row, ["2", *row[1:]])
    (one,) = read_files([path])
    assert (one.source, one.part, one.at) == ("site", "train", datetime(2014, 2, 3, 4, 5, 6, tzinfo=UTC))
    assert one.labels == {Head.SPAM: 1.0, Head.INSULT: 0.25}
    assert (one.comment.body, one.comment.author.email_domain, one.comment.email) == (
        "Hello\nthere",
        "example.org",
        None,
    )


@pytest.mark.parametrize(
    ("header", "row", "labels"),
    [
        (
            ["id", "comment_text", "toxic", "severe_toxic", "obscene", "threat", "insult", "identity_hate"],
            ["a", "text", "1", "0", "0", "0", "1", "0"],
            {Head.TOXICITY: 1.0, Head.INSULT: 1.0, Head.IDENTITY_ATTACK: 0.0},
        ),
        (["id", "target", "comment_text", "insult"], ["a", "0.4", "text", ""], {Head.TOXICITY: 0.4}),
    ],
)
def test_it_handles_published_layouts(tmp_path, header, row, labels):
    (one,) = read_file(write(tmp_path / "x.csv", header, row))
    assert labels.items() <= one.labels.items()
    assert Head.SPAM not in one.labels


def test_it_refuses_an_unknown_layout(tmp_path):
    with pytest.raises(ModelError, match="no known layout"):
        list(read_file(write(tmp_path / "x.csv", ["a", "b"], ["1", "2"])))


def test_it_reads_what_a_spreadsheet_writes(tmp_path):
    (tmp_path / "x.csv").write_bytes(b"\xef\xbb\xbftext,spam\r\nhello,1\r\n")
    (one,) = read_file(tmp_path / "x.csv")
    assert (one.comment.body, one.labels) == ("hello", {Head.SPAM: 1.0})


@pytest.mark.parametrize("label", ["maybe", "2", "-0.1", "nan"])
def test_it_says_where_a_label_is_no_share(tmp_path, label):
    path = write(tmp_path / "x.csv", ["text", "spam"], ["two\nlines", "1"], ["hello", ""], ["hello", label])
    with pytest.raises(ModelError, match=r"x\.csv, row 3 below the header, column `spam`: expected 1 .* 0 "):
        list(read_file(path))


@pytest.mark.parametrize("raw", [b"text,spam\nhi,1\n\xff\xfe,0\n", bytes(range(256)) * 9, b"\x1f\x8b\x08\x00broken"])
@pytest.mark.parametrize("name", ["x.csv", "x.csv.gz"])
def test_it_refuses_what_is_no_table_without_repeating_it(tmp_path, raw, name):
    (tmp_path / name).write_bytes(raw)
    with pytest.raises(ModelError) as refused:
        list(read_file(tmp_path / name))
    assert "expected CSV in UTF-8" in refused.value.message
    assert refused.value.message.isprintable()


def test_it_keeps_an_author_and_a_text_on_one_side(tmp_path):
    rows = [
        [
            str(i),
            f"remark number {'abcdefghij'[i % 7] * 5} of {'xyz'[i % 3]}",
            f"author {i % 60}",
            *[""] * 3,
            "0",
            "",
            "",
            "",
        ]
        for i in range(900)
    ]
    parts = split(list(read_file(write(tmp_path / "x.csv", OURS, *rows))))
    for key in (lambda e: e.comment.author.key, lambda e: e.comment.fingerprint):
        sides = {}
        for one in parts:
            sides.setdefault(key(one), set()).add(one.part)
        assert all(len(side) == 1 for side in sides.values())


def test_it_holds_a_share_back_and_the_same_each_time(examples):
    held = sum(one.part == "test" for one in examples) / len(examples)
    assert held == pytest.approx(HELD_BACK, abs=0.06)
    assert [one.part for one in split(examples)] == [one.part for one in examples]


def test_it_respects_the_split_of_the_source(tmp_path):
    rows = [
        [str(i), f"text {'abcdefgh'[i]} here", "", "", "", "", "0", "", "", part]
        for i, part in enumerate(["train", "dev", "test", "train"])
    ]
    assert [one.part for one in split(list(read_file(write(tmp_path / "x.csv", OURS, *rows))))] == [
        "train",
        "dev",
        "test",
        "train",
    ]


def test_it_drops_training_rows_that_somebody_is_tested_on(examples):
    tested = next(one for one in examples if one.part == "test")
    assert keep_apart([tested, replace(tested, part="train", source="elsewhere")]) == [tested]
    assert unique([tested, tested]) == [tested]


@pytest.mark.parametrize(("by", "source"), [(DecidedBy.PERSON, "reviews"), (DecidedBy.SITE, "reviews_by_site")])
def test_it_learns_from_reviews_and_knows_whose_they_are(by, source):
    noon = datetime(2026, 3, 14, 12, tzinfo=UTC)
    label = Label(
        "c1",
        "s1",
        "Cal",
        "example.org",
        False,
        "",
        "Nice harbour",
        "",
        "f" * 32,
        "k",
        900,
        {Head.SPAM: 0.0},
        by,
        noon,
        noon,
    )
    (one,) = from_labels([label])
    assert (one.source, one.comment.body, one.comment.elapsed_ms, one.labels) == (
        source,
        "Nice harbour",
        900,
        {Head.SPAM: 0.0},
    )


@pytest.mark.parametrize(("source", "rows_min", "spam"), [("honest_comments", 900, 0.0), ("adverts", 400, 1.0)])
def test_it_brings_comments_of_its_own(source, rows_min, spam):
    mine = [one for one in own_texts() if one.source == source]
    assert len(mine) >= rows_min
    assert {one.labels[Head.SPAM] for one in mine} == {spam}
    assert {one.part for one in mine} == {"train", "test"}
    assert {bool(one.comment.url) for one in mine} == {True, False}


@pytest.mark.parametrize("name", ["bare.csv.gz", "hidden.csv", "languages.csv"])
def test_it_keeps_what_benchmarks_measure_out_of_what_models_learn_from(pytestconfig, name):
    measured = {one.comment.fingerprint for one in read_file(pytestconfig.rootpath / "benchmarks" / name)}
    assert len(measured) >= 90
    assert measured.isdisjoint(one.comment.fingerprint for one in own_texts())


@pytest.mark.parametrize("path", sorted(OWN_TEXTS.glob("*.csv")), ids=lambda path: path.stem)
def test_its_own_comments_are_short_labelled_and_never_said_twice(path):
    rows = list(read_file(path))
    assert all(one.labels and one.comment.body.strip() for one in rows)
    assert max(len(one.comment.body) for one in rows) <= 2_000
    assert len({one.comment.fingerprint for one in rows}) == len(rows)
    assert len({one.comment.key for one in rows}) == len(rows)
    assert path.stem in SHIPPED_SOURCES
