"""Plots: parts of a page, the same bytes each time, in the page's colours."""

import os
import re
import subprocess
import sys
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from modbot.learning import plots
from modbot.learning.figures import curves

pytestmark = pytest.mark.slow


def a_slice(seed, n=300, bad=80):
    rng = np.random.default_rng(seed)
    y = (np.arange(n) < bad).astype(int)
    return curves(y, 1 / (1 + np.exp(-(rng.normal(size=n) + 2 * y - 1))), prior=0.2)


SLICES = {"harbour": a_slice(1), "market": a_slice(2), "only_good": a_slice(3, 50, 0)}
TERM = {"gap": 0.4, "gap_interval": [0.1, 0.7]}
POINTS = [
    {"rows": 100, "held_back": 0.8, "leave_one_source_out": None},
    {"rows": 800, "held_back": 0.9, "leave_one_source_out": 0.7},
]
DRAWN = {
    "roc": lambda: plots.roc("a", SLICES),
    "precision_recall": lambda: plots.precision_recall("b", SLICES),
    "reliability": lambda: plots.reliability("c", SLICES),
    "histograms": lambda: plots.histograms("d", SLICES),
    "gaps": lambda: plots.gaps("e", {"young": TERM, "old": {"gap": -0.2, "gap_interval": [-0.3, -0.1]}}),
    "growth": lambda: plots.growth("f", POINTS, ("held_back", "leave_one_source_out")),
}


def polyline(svg, colour):
    """The points of the line in one of the page's colours, y growing upwards."""
    (path,) = re.findall(rf'<path d="([^"]*)"[^>]*stroke: var\({colour}\)[^>]*stroke-width: 1.6', svg)
    points = re.findall(r"([-\d.]+) ([-\d.]+)", path)
    return np.array([(float(x), -float(y)) for x, y in points])


@pytest.mark.parametrize("kind", DRAWN)
def test_it_works(kind):
    svg = DRAWN[kind]()
    root = ET.fromstring(svg)  # noqa: S314 - our own
    assert root.get("role") == "img"
    assert root.get("aria-label") in "abcdef"
    assert svg == DRAWN[kind]()
    assert "date" not in svg.lower()
    assert len(svg) < 40_000


@pytest.mark.parametrize("kind", DRAWN)
def test_it_leaves_every_colour_to_the_page(kind):
    svg = DRAWN[kind]()
    assert re.findall(r"#[0-9a-f]{6}", svg) == []
    assert "currentColor" in svg


def test_it_draws_a_curve_where_the_figures_are():
    line = polyline(plots.roc("a", {"harbour": SLICES["harbour"]}), "--line-0")
    assert (np.diff(line[:, 0]) >= 0).all()
    assert (np.diff(line[:, 1]) >= 0).all()
    # The whole height is 1.04 of what a recall of one is high; the last point is at a recall of one.
    first, last = SLICES["harbour"]["recall"][0], SLICES["harbour"]["recall"][-1]
    height = (3.3 - 0.6) * 72 / 1.04
    assert line[-1, 1] - line[0, 1] == pytest.approx((last - first) * height, rel=1e-3)


def test_it_draws_no_line_of_a_source_with_one_answer():
    svg = plots.roc("a", SLICES)
    assert "var(--line-1)" in svg
    assert "var(--line-2)" not in svg
    assert "only_good" in plots.histograms("d", SLICES)


def test_it_tells_more_sources_than_colours_apart_by_style():
    many = {f"source {at}": SLICES["harbour"] for at in range(plots.COLOURS + 1)}
    assert "stroke-dasharray" in plots.roc("a", many)
    assert "stroke-dasharray" not in plots.roc("a", {"harbour": SLICES["harbour"]})


@pytest.mark.parametrize("name", ["$x$ & <b>", "评论", "a" * 60])
def test_it_shows_a_source_of_any_name(name):
    svg = plots.histograms("d", {name: SLICES["harbour"]})
    root = ET.fromstring(svg)  # noqa: S314 - our own
    texts = [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]
    assert any(text and name.startswith(text.rstrip("…")) for text in texts)


def test_it_draws_quietly_where_nothing_can_be_cached():
    code = (
        "from modbot.learning import plots; print(len(plots.gaps('e', {'young': {'gap': 0, 'gap_interval': [0, 0]}})))"
    )
    env = {**os.environ, "MPLCONFIGDIR": "/dev/null/nowhere"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env)
    assert int(done.stdout) > 1000
    assert done.stderr == ""


def test_it_costs_nothing_until_something_is_drawn():
    code = "import sys, modbot.learning.report; print('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
