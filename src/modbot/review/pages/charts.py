"""Blocks of figures: a sentence first, then a chart or bars, a table, and the same table for a spreadsheet.

A chart is numbers for a drawing and knows no colour; its series differ by pattern, and a table says the same. Pure. May
import ``review.words``.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import StringIO

from modbot.language import number
from modbot.review import words

# The drawing scales to the width there is; texts stand beside it, so that they stay readable on a phone.
WIDTH, HEIGHT = 560, 140
# Of the room for a day, its bar takes so much, but no bar is wider than this.
BAR_PART, BAR_MAX = 0.76, 44
# A spreadsheet takes text that begins so for a formula and runs it.
FORMULA = ("=", "+", "-", "@", "\t", "\r")

Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class Bar:
    """How long a row's bar is, in percent of the longest."""

    percent: float
    tone: str = "plain"


@dataclass(frozen=True, slots=True)
class Span:
    """An estimate within its interval and what was promised, in percent of the scale."""

    low: float
    at: float
    high: float
    limit: float | None = None

    @property
    def width(self) -> float:
        """How wide the interval is."""
        return round(self.high - self.low, 1)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table, which begins with its name; a float is a share.

    Where the plain cells are too much for people, ``told`` stands for them and ``note`` under the name. ``act`` is what
    can be done about it: an address and its words.
    """

    cells: tuple[Cell, ...]
    href: str = ""
    mark: Bar | Span | None = None
    told: tuple[str, ...] = ()
    note: str = ""
    act: tuple[str, str] | None = None

    @property
    def shown(self) -> tuple[str, ...]:
        """The cells in words."""
        return self.told or tuple(shown(cell) for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Series:
    """One kind of bars: its outlines as one path, and how many it stands for."""

    name: str
    tone: str
    path: str
    total: str


@dataclass(frozen=True, slots=True)
class Stack:
    """Bars for days, each made of several kinds: the words of its lines from the top, and those at its foot."""

    title: str
    summary: str
    series: tuple[Series, ...]
    scale: tuple[str, ...]
    ends: tuple[str, ...]
    width: int = WIDTH
    height: int = HEIGHT


@dataclass(frozen=True, slots=True)
class Block:
    """One question and its answer: what the figures mean, what to do about it, and the figures.

    ``heads`` are the columns for people, where they differ; ``tone`` is "problem" where somebody should act.
    """

    key: str
    title: str
    lead: str
    remedy: str = ""
    columns: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    heads: tuple[str, ...] = ()
    stack: Stack | None = None
    notes: tuple[str, ...] = ()
    tone: str = ""
    link: tuple[str, str] | None = None
    csv_href: str = ""


def shown(cell: Cell) -> str:
    """Write a cell for people."""
    if cell is None:
        return "–"
    if isinstance(cell, float):
        return words.percent(cell)
    return number(cell) if isinstance(cell, int) else cell


def stacked(title: str, summary: str, days: Sequence[str], kinds: Sequence[tuple[str, str, Sequence[int]]]) -> Stack:
    """Draw bars for days out of kinds, each a name, a tone and a number for each day; the first kind stands lowest."""
    top = nice(max((sum(day) for day in zip(*(numbers for _, _, numbers in kinds), strict=True)), default=0))
    below = [0] * len(days)
    series = []
    for name, tone, numbers in kinds:
        series.append(Series(name, tone, _outline(numbers, below, top), number(sum(numbers))))
        below = [lower + number for lower, number in zip(below, numbers, strict=True)]
    return Stack(
        title=title,
        summary=summary,
        series=tuple(series),
        scale=(number(top), number(top // 2) if top % 2 == 0 else "", "0"),
        ends=tuple(dict.fromkeys((days[0], days[len(days) // 2], days[-1]))) if days else (),
    )


def bars(values: Sequence[int], tone: str = "plain") -> tuple[Bar, ...]:
    """Give each value its bar, the largest the whole length."""
    longest = max(values, default=0) or 1
    return tuple(Bar(round(100 * value / longest, 1), tone) for value in values)


def nice(most: int) -> int:
    """Round up to what a scale can end with: one figure and zeros."""
    size = 1
    while size * 10 < most:
        size *= 10
    return next(size * step for step in (1, 2, 3, 4, 6, 8, 10) if size * step >= most)


def as_csv(block: Block) -> str:
    """Write a block's table for a spreadsheet."""
    return sheet(block.columns, [row.cells for row in block.rows])


def sheet(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """Write a table for a spreadsheet, with nothing that it would take for a formula."""
    written = StringIO()
    writer = csv.writer(written)
    writer.writerow(columns)
    writer.writerows([_safe(cell) for cell in row] for row in rows)
    return written.getvalue()


def _outline(numbers: Sequence[int], below: Sequence[int], top: int) -> str:
    room = WIDTH / max(len(numbers), 1)
    wide = min(room * BAR_PART, BAR_MAX)
    drawn = []
    for place, (count, lower) in enumerate(zip(numbers, below, strict=True)):
        if count:
            left, high = place * room + (room - wide) / 2, HEIGHT * count / top
            foot = HEIGHT * (1 - lower / top)
            drawn.append(f"M{left:.1f} {foot:.1f}v{-high:.1f}h{wide:.1f}v{high:.1f}z")
    return "".join(drawn)


def _safe(cell: Cell) -> str | int:
    if cell is None:
        return ""
    if isinstance(cell, float):
        return f"{cell:.5f}"
    if isinstance(cell, str) and cell.startswith(FORMULA):
        return f"'{cell}"
    return cell
