"""The evidence that travels with a model: margins of labelled comments that the heads had not seen.

Borrowed promises rest on it. Fits nothing; may import ``domain`` and ``scoring``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from modbot.domain import Head
from modbot.learning.recipe import HEADS, Recipe
from modbot.learning.table import Table
from modbot.scoring.heads import Evidence

# Evidence kept per source: enough for a 0.1 % promise (2,995), small enough for a file.
_EVIDENCE_MAX = 3_500
_RANKS = 2_000


class Judged(Protocol):
    """What evidence must know of a fitted head."""

    @property
    def head(self) -> Head:
        """Which one."""

    @property
    def margins(self) -> NDArray[np.float64]:
        """Of the final fit, calibrated; shape (n_rows,)."""

    @property
    def unseen(self) -> NDArray[np.float64]:
        """Of fits that had not seen the row, calibrated; not a number where there is none."""


def evidence(table: Table, fitted: Sequence[Judged], recipe: Recipe, seed: int) -> Evidence:
    """Draw held-out margins of at most so many rows per source, half of the good ones as the yardstick.

    Parameters
    ----------
    table : Table
        All rows; those of the test parts are left alone.
    fitted : sequence of Judged
        The heads that promises rest on.
    recipe : Recipe
        Says which sources are typical, and what a usual site's bad comments are like: the heads' priors.
    seed : int
        For the draws.

    Returns
    -------
    Evidence
        Bad comments of each kind in the proportion of the priors, so that a source of abuse ten times as large as all
        advertising does not decide what an advertisement may look like.
    """
    margins = np.column_stack([np.where(np.isnan(one.unseen), one.margins, one.unseen) for one in fitted])
    labels = table.labels[:, [HEADS.index(one.head) for one in fitted]]
    # A margin of a row that was fitted on, with no fit that left it out, would flatter.
    seen = np.column_stack([np.isnan(one.unseen) for one in fitted]) & ~np.isnan(labels) & table.trains[:, None]
    typical = np.array([recipe.source(name).typical for name in table.sources])[table.source]
    # What rests on the test part could not be measured on it any more.
    counts = ~table.copy & ~seen.any(axis=1) & typical & (table.part != "test")
    bad = (labels >= 0.5).any(axis=1) & counts
    # Where nearly everything is bad, what was called good is what people could not agree on.
    mixed = ~np.array([recipe.source(name).cut for name in table.sources])[table.source]
    good = ~(labels >= 0.5).any(axis=1) & (labels < 0.5).any(axis=1) & counts & mixed
    rng = np.random.default_rng(seed + 1)
    goods = _sample(np.flatnonzero(good), table.source, rng)
    bads = _sample(np.flatnonzero(bad), table.source, rng)
    bads = _as_usual(bads, labels[bads] >= 0.5, [recipe.learner(one.head).prior for one in fitted], rng)
    yardstick = rng.permutation(goods.size) < goods.size // 2
    shares = np.arange(1, _RANKS + 1) / (_RANKS + 1)
    ranks = [
        _balanced_quantiles(margins[goods[yardstick], at], table.source[goods[yardstick]], shares)
        for at in range(len(fitted))
    ]
    return Evidence(
        heads=tuple(one.head for one in fitted),
        sources=table.sources,
        ranks=np.array(ranks),
        good=margins[goods[~yardstick]],
        good_source=table.source[goods[~yardstick]],
        bad=margins[bads],
        bad_source=table.source[bads],
    )


def _sample(rows: NDArray[np.intp], source: NDArray[np.intp], rng: np.random.Generator) -> NDArray[np.intp]:
    parts = [rng.permutation(rows[source[rows] == at])[:_EVIDENCE_MAX] for at in np.unique(source[rows])]
    return np.sort(np.concatenate(parts)) if parts else rows


def _as_usual(
    rows: NDArray[np.intp], kinds: NDArray[np.bool_], priors: Sequence[float], rng: np.random.Generator
) -> NDArray[np.intp]:
    """Thin the kinds of bad comments out until they stand to each other as their priors do."""
    counts = kinds.sum(axis=0)
    wanted = np.array(priors)
    if not rows.size or not counts.all():
        return rows
    most = np.floor((counts / wanted).min() * wanted)
    kept = [rng.permutation(rows[kinds[:, at]])[: int(most[at])] for at in range(counts.size)]
    return np.unique(np.concatenate(kept))


def _balanced_quantiles(
    values: NDArray[np.float64], source: NDArray[np.intp], shares: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Quantiles in which each source has the same mass, so that the largest does not speak for all."""
    if not values.size:
        return np.zeros(shares.size)
    sizes = np.bincount(source)
    order = np.argsort(values, kind="stable")
    mass = np.cumsum(1.0 / sizes[source[order]])
    found: NDArray[np.float64] = np.interp(shares, (mass - 0.5 / sizes[source[order]]) / mass[-1], values[order])
    return found
