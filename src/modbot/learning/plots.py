"""Plots of a report, as SVG to stand inside a page, readable in light and dark.

Colours are left to the page: what is drawn in a placeholder's colour comes out in the colour of a CSS variable. The
same numbers give the same bytes. Reads and writes nothing; matplotlib is imported when a plot is drawn, not before.
"""

from __future__ import annotations

import io
import logging
import math
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from modbot.learning.figures import FALSE_POSITIVES, LOG_ODDS, RECALLS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOURS = 8
"""Lines have the colours ``--line-0`` and so on, then the same ones again in another style."""
DASHES = ("", "5 2", "1.5 2")
"""Styles of lines, as SVG's ``stroke-dasharray``."""

_INK, _GRID, _GOOD, _BAD = "#010203", "#010204", "#010205", "#010206"
_VARIABLES = {
    _INK: "currentColor",
    _GRID: "var(--grid)",
    _GOOD: "var(--good)",
    _BAD: "var(--bad)",
    **{f"#0102{at + 16:02x}": f"var(--line-{at})" for at in range(COLOURS)},
}
_SERIES = tuple(f"#0102{at + 16:02x}" for at in range(COLOURS))
_PERCENT = {-6.907: "0.1 %", -4.595: "1 %", -2.197: "10 %", 0.0: "50 %", 2.197: "90 %", 4.595: "99 %", 6.907: "99.9 %"}
# What is rarer than one in a thousand is drawn at the edge.
_ODDS_EDGE = 6.907
_SMALL, _TEXT = 8.0, 9.0
_NAME_MAX_CHARS = 24

Curves = Mapping[str, Mapping[str, Any]]
"""Per source what `figures.curves` gives."""


def roc(name: str, slices: Curves) -> str:
    """Draw bad comments found against good ones above the cut-off, on a scale that shows the first per cent.

    Parameters
    ----------
    name : str
        Of the plot, unlike those of others on the page; also its text for those who do not see it.
    slices : mapping of str to mapping
        Curves per source.

    Returns
    -------
    str
        An SVG element.
    """
    with _drawn(name, 4.4, 3.3) as (axes, done):
        for at, one in enumerate(slices.values()):
            if one["recall"]:
                axes.plot(FALSE_POSITIVES, one["recall"], drawstyle="steps-post", **_style(at))
        axes.set_xscale("log")
        _ticks(axes, {0.001: "0.1 %", 0.01: "1 %", 0.1: "10 %", 1: "100 %"})
        _shares(axes)
        _named(axes, "good comments above the cut-off", "bad comments found")
    return done[0]


def precision_recall(name: str, slices: Curves) -> str:
    """Draw precision, at the prior, against bad comments found.

    Parameters
    ----------
    name : str
        As in `roc`.
    slices : mapping of str to mapping
        Curves per source.

    Returns
    -------
    str
        An SVG element.
    """
    with _drawn(name, 4.4, 3.3) as (axes, done):
        for at, one in enumerate(slices.values()):
            if one["precision"]:
                axes.plot(RECALLS, one["precision"], **_style(at))
        _ticks(axes, {part / 4: f"{25 * part} %" for part in range(5)})
        _shares(axes)
        _named(axes, "bad comments found", "bad ones among those above")
    return done[0]


def reliability(name: str, slices: Curves) -> str:
    """Draw how often comments with a probability turned out bad, against that probability.

    Parameters
    ----------
    name : str
        As in `roc`.
    slices : mapping of str to mapping
        Curves per source.

    Returns
    -------
    str
        An SVG element.
    """
    with _drawn(name, 4.4, 3.3) as (axes, done):
        axes.plot((-_ODDS_EDGE, _ODDS_EDGE), (-_ODDS_EDGE, _ODDS_EDGE), color=_INK, linewidth=0.8, alpha=0.5)
        for at, one in enumerate(slices.values()):
            pairs = [(_odds(p), _odds(share)) for p, share in one["reliability"]]
            axes.plot(*zip(*pairs, strict=True) if pairs else ((), ()), marker="o", markersize=3, **_style(at))
        _ticks(axes, _PERCENT)
        axes.set_yticks(list(_PERCENT), list(_PERCENT.values()))
        axes.set_ylim(-_ODDS_EDGE * 1.04, _ODDS_EDGE * 1.04)
        _named(axes, "probability said", "share that was bad")
    return done[0]


def histograms(name: str, slices: Curves) -> str:
    """Draw where the good and the bad comments of each source lie, one row per source.

    Parameters
    ----------
    name : str
        As in `roc`.
    slices : mapping of str to mapping
        Curves per source.

    Returns
    -------
    str
        An SVG element.
    """
    with _drawn(name, 4.4, 0.8 + 0.42 * len(slices), left=1.55) as (axes, done):
        for at, one in enumerate(slices.values()):
            top = max(*one["good"], *one["bad"]) or 1.0
            good, bad = ([-at + 0.85 * value / top for value in one[side]] for side in ("good", "bad"))
            axes.stairs(good, LOG_ODDS, baseline=-at, fill=True, color=_GOOD, alpha=0.55, linewidth=0)
            axes.stairs(bad, LOG_ODDS, baseline=-at, color=_BAD, linewidth=1.3)
        _ticks(axes, _PERCENT)
        axes.set_xlim(LOG_ODDS[0], LOG_ODDS[-1])
        axes.set_yticks([-at + 0.3 for at in range(len(slices))], [_short(source) for source in slices])
        axes.set_ylim(-len(slices) + 0.9, 1.05)
        _named(axes, "probability said: good filled, bad outlined", "")
    return done[0]


def gaps(name: str, terms: Mapping[str, Mapping[str, Any]]) -> str:
    """Draw what each term adds to harmless sentences, with its interval.

    Parameters
    ----------
    name : str
        As in `roc`.
    terms : mapping of str to mapping
        As `identity.identity` gives them.

    Returns
    -------
    str
        An SVG element.
    """
    ordered = sorted(terms, key=lambda term: terms[term]["gap"])
    with _drawn(name, 4.4, 0.8 + 0.17 * len(ordered), left=0.95) as (axes, done):
        axes.axvline(0, color=_INK, linewidth=0.8, alpha=0.5)
        for at, term in enumerate(ordered):
            axes.plot(terms[term]["gap_interval"], (at, at), color=_SERIES[0], linewidth=2, solid_capstyle="round")
        axes.plot([terms[term]["gap"] for term in ordered], range(len(ordered)), "o", color=_SERIES[0], markersize=3.5)
        axes.set_yticks(range(len(ordered)), ordered)
        axes.set_ylim(-0.7, len(ordered) - 0.3)
        _named(axes, "log-odds added to a harmless sentence", "")
    return done[0]


def growth(name: str, points: Sequence[Mapping[str, Any]], lines: Sequence[str]) -> str:
    """Draw a figure against the number of rows that were learned from.

    Parameters
    ----------
    name : str
        As in `roc`.
    points : sequence of mapping
        Each with ``rows``.
    lines : sequence of str
        What to read off each point, in the order of the lines' styles; None is no mark.

    Returns
    -------
    str
        An SVG element.
    """
    rows = [point["rows"] for point in points]
    with _drawn(name, 4.4, 3.3) as (axes, done):
        for at, line in enumerate(lines):
            values = [math.nan if point[line] is None else float(point[line]) for point in points]
            axes.plot(rows, values, marker="o", **_style(at))
        axes.set_xscale("log")
        axes.minorticks_off()
        axes.set_xticks(rows, [f"{n:,}" for n in rows])
        _named(axes, "training rows", "mean AUC over sources")
    return done[0]


@contextmanager
def _drawn(name: str, width: float, height: float, left: float = 0.72) -> Iterator[tuple[Axes, list[str]]]:
    """Axes to draw on, sizes in inches; when they are left, the list holds the SVG."""
    # Where its cache of fonts cannot be kept, or takes long to fill, is nothing that the caller can do anything about.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    import matplotlib as mpl
    from matplotlib.figure import Figure

    done: list[str] = []
    with mpl.rc_context():
        # What somebody prefers on this machine must not change the page.
        mpl.rcdefaults()
        mpl.rcParams.update(
            {"svg.fonttype": "none", "svg.hashsalt": name, "font.size": _SMALL, "text.parse_math": False}
        )
        figure = Figure(figsize=(width, height))
        axes = figure.add_axes((left / width, 0.5 / height, (width - left - 0.22) / width, (height - 0.6) / height))
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
        for side in ("bottom", "left"):
            axes.spines[side].set_color(_GRID)
        axes.patch.set_alpha(0)
        axes.grid(color=_GRID, linewidth=0.6)
        axes.set_axisbelow(True)
        axes.tick_params(colors=_INK, length=0, pad=4)
        yield axes, done
        out = io.StringIO()
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        with warnings.catch_warnings():
            # The reader's fonts write the names of sources, not those that matplotlib brings along.
            warnings.filterwarnings("ignore", message="Glyph .* missing")
            figure.savefig(out, format="svg", transparent=True, metadata=nothing)
        done.append(_for_page(out.getvalue(), name))


def _for_page(text: str, name: str) -> str:
    """Leave out what a page does not need, and let it choose colours, font and size."""
    text = text[text.index("<svg") :]
    text = re.sub(r'<g id="[^"]*"', "<g", text)
    text = re.sub(r"<style.*?</style>", "", text, flags=re.DOTALL)
    text = re.sub(r"font-family: [^;\"]*;? ?", "", text)
    text = re.sub(r'width="[\d.]+pt" height="[\d.]+pt" ', "", text, count=1)
    text = re.sub(r' transform="rotate\(-0 [^"]*"', "", text)
    for placeholder, variable in _VARIABLES.items():
        text = text.replace(placeholder, variable)
    text = re.sub(r"\s*\n\s*", "\n", text)
    return text.replace("<svg ", f'<svg role="img" aria-label="{name}" ', 1)


def _style(at: int) -> dict[str, Any]:
    dash = DASHES[at // COLOURS % len(DASHES)]
    pattern = [float(part) for part in dash.split()]
    return {
        "color": _SERIES[at % COLOURS],
        "linewidth": 1.6,
        "linestyle": (0, pattern) if pattern else "solid",
    }


def _ticks(axes: Axes, marks: Mapping[float, str]) -> None:
    axes.minorticks_off()
    axes.set_xticks(list(marks), list(marks.values()))
    ends = list(marks)
    axes.set_xlim(ends[0], ends[-1])


def _shares(axes: Axes) -> None:
    axes.set_yticks([part / 4 for part in range(5)], [f"{25 * part} %" for part in range(5)])
    axes.set_ylim(-0.02, 1.02)


def _named(axes: Axes, x: str, y: str) -> None:
    axes.set_xlabel(x, color=_INK, fontsize=_TEXT)
    axes.set_ylabel(y, color=_INK, fontsize=_TEXT)


def _short(source: str) -> str:
    return source if len(source) <= _NAME_MAX_CHARS else f"{source[: _NAME_MAX_CHARS - 1]}…"


def _odds(p: float) -> float:
    p = min(max(p, 0.001), 0.999)
    return math.log(p / (1 - p))
