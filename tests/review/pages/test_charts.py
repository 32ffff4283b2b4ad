"""Blocks of figures: numbers to drawings, cells to words, tables to spreadsheets."""

from __future__ import annotations

import csv
import re
from io import StringIO
from itertools import pairwise

import pytest

from modbot.review.pages.charts import HEIGHT, WIDTH, Block, Row, as_csv, bars, nice, shown, stacked


def boxes(path):
    """The bars of a path: left, foot, height, width."""
    found = re.findall(r"M([\d.]+) ([\d.]+)v-([\d.]+)h([\d.]+)v[\d.]+z", path)
    return [tuple(map(float, box)) for box in found]


def test_it_works():
    drawn = stacked("Comments", "Seven came.", ["1 Mar", "2 Mar"], [("Good", "good", [3, 0]), ("Bad", "bad", [1, 3])])

    good, bad = (boxes(series.path) for series in drawn.series)

    assert [(series.name, series.total) for series in drawn.series] == [("Good", "3"), ("Bad", "4")]
    assert drawn.scale == ("4", "2", "0")
    assert drawn.ends == ("1 Mar", "2 Mar")
    # The first day fills the whole height, three quarters good; the second three quarters, all bad.
    assert [(foot, high) for _, foot, high, _ in good] == [(HEIGHT, HEIGHT * 3 / 4)]
    assert [(foot, high) for _, foot, high, _ in bad] == [(HEIGHT / 4, HEIGHT / 4), (HEIGHT, HEIGHT * 3 / 4)]
    assert [left + wide / 2 for left, _, _, wide in bad] == pytest.approx([WIDTH / 4, WIDTH * 3 / 4], abs=0.1)


@pytest.mark.parametrize("days", [7, 30, 90])
def test_it_draws_within_its_box_however_many_days(days):
    drawn = stacked("", "", ["day"] * days, [("", "", [5] * days)])

    found = boxes(drawn.series[0].path)

    assert len(found) == days
    assert all(left >= 0 and left + wide <= WIDTH and foot - high >= 0 for left, foot, high, wide in found)
    assert all(one[0] + one[3] < after[0] for one, after in pairwise(found))
    assert drawn.ends == ("day",)


def test_it_draws_nothing_of_nothing():
    assert stacked("", "", ["a"], [("", "", [0])]).series[0].path == ""
    assert stacked("", "", [], []).ends == ()


@pytest.mark.parametrize(
    ("most", "top"), [(0, 1), (1, 1), (3, 3), (5, 6), (10, 10), (11, 20), (27, 30), (61, 80), (950, 1_000)]
)
def test_it_ends_a_scale_at_a_round_number(most, top):
    assert nice(most) == top


def test_it_measures_bars_against_the_longest():
    assert [bar.percent for bar in bars([4, 1, 0])] == [100, 25, 0]
    assert [bar.percent for bar in bars([0])] == [0]
    assert bars([]) == ()


@pytest.mark.parametrize(
    ("cell", "words"), [("a", "a"), (1_204, "1,204"), (0.5, "50 %"), (0.012, "1.2 %"), (None, "–"), (0.0, "0 %")]
)
def test_it_writes_cells_for_people(cell, words):
    assert shown(cell) == words


def test_it_tells_people_less_than_a_spreadsheet():
    assert Row(("a", 0.25), told=("a", "about a quarter")).shown == ("a", "about a quarter")
    assert Row(("a", 0.25)).shown == ("a", "25 %")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_it_keeps_a_spreadsheet_from_running_what_people_wrote(start):
    told = f'{start}HYPERLINK("https://evil.example","a,b")'
    block = Block("b", "B", "", columns=("What", "Many", "Share", "Nothing"), rows=(Row((told, -3, 1 / 3, None)),))

    head, row = csv.reader(StringIO(as_csv(block), newline=""))

    assert head == ["What", "Many", "Share", "Nothing"]
    assert row == [f"'{told}", "-3", "0.33333", ""]
