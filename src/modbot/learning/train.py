"""Fit, calibrate and measure all heads, then export the numbers.

Each head is fitted once on everything and once without each source. What the fits without a source say about that
source calibrates the head, gives the leave-one-source-out figures and is the evidence for borrowed promises. The
parts held back for testing are only ever measured. Writes no files; may import ``scoring``.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy
import sklearn
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.special import expit

from modbot.domain import Head
from modbot.errors import NotEnoughEvidence
from modbot.learning.dataset import Example
from modbot.learning.estimators import fit_linear, without_fields
from modbot.learning.figures import curves, measure
from modbot.learning.identity import identity
from modbot.learning.passages import mild
from modbot.learning.recipe import HEADS, Recipe, recipe_facts
from modbot.learning.table import Progress, Table, tabulate
from modbot.scoring.heads import Evidence, Model

# A head needs this many rows of each answer, or it is left out and the card says so.
_ROWS_MIN = 10
# Evidence kept per source: enough for a 0.1 % promise (2,995), small enough for a file.
_EVIDENCE_MAX = 3_500
_RANKS = 2_000

PROMISED = frozenset({Head.SPAM, Head.TOXICITY})
"""The heads that promises rest on. The others have too few labels to hold or reject anything by themselves."""


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """One linear model: margins are ``features @ weights + bias``."""

    weights: NDArray[np.float64]
    bias: float


@dataclass(frozen=True, slots=True, eq=False)
class FittedHead:
    """A head fitted on everything, and what the fits without a source say of that source.

    ``slope`` and ``offset`` belong to the sigmoid; ``margins`` and ``held_out`` are calibrated: the former by the
    final fit, the latter by the fit that left the row's source out (not a number where there is none).
    """

    head: Head
    fit: Fit
    slope: float
    offset: float
    margins: NDArray[np.float64]
    held_out: NDArray[np.float64]


def train(examples: Sequence[Example], recipe: Recipe, *, seed: int, version: str, progress: Progress) -> Model:
    """Train all heads that have enough labels.

    Parameters
    ----------
    examples : sequence of Example
        Split already.
    recipe : Recipe
        Weights, penalty, priors.
    seed : int
        The same seed and examples give the same arrays, bit for bit.
    version : str
        Name of the model.
    progress : callable
        Told how far it is.

    Returns
    -------
    Model
        With card and evidence, not saved yet.

    Raises
    ------
    NotEnoughEvidence
        Not one head has enough labels of both answers.
    """
    table = tabulate(examples, recipe, seed, progress)
    heads = [at for at in range(len(HEADS)) if _enough(table, at)]
    if not heads:
        raise NotEnoughEvidence(
            f"no head has {_ROWS_MIN} training rows of each answer; label more comments or add --data.", _ROWS_MIN
        )
    fitted = _fit_all(table, heads, recipe, progress)
    weights = np.column_stack([one.fit.weights * one.slope for one in fitted])
    model = Model(
        version=version,
        heads=tuple(one.head for one in fitted),
        weights=weights.astype(np.float32).astype(np.float64),
        bias=np.array([one.fit.bias * one.slope + one.offset for one in fitted]),
        evidence=_evidence(table, fitted, recipe, seed),
        card=_card(table, fitted, recipe, seed),
    )
    return replace(model, card={**model.card, "identity": identity(model)})


def row_weights(table: Table, head: int, rows: NDArray[np.intp], recipe: Recipe) -> NDArray[np.float64]:
    """Weigh sources by the recipe and, where the head wants it, the two answers in each source or altogether.

    Parameters
    ----------
    table : Table
        All rows.
    head : int
        Index into ``HEADS``.
    rows : ndarray of int
        Rows to be fitted on.
    recipe : Recipe
        Weight of each source.

    Returns
    -------
    ndarray of shape (len(rows),)
        With mean 1. A row on which people disagreed counts less.
    """
    labels = table.labels[rows, head]
    sure = np.maximum(np.abs(2 * labels - 1), 0.1)
    balance = recipe.learner(HEADS[head]).balance
    weights = np.zeros(rows.size)
    for at in np.unique(table.source[rows]):
        worth = recipe.source(table.sources[at]).weight.get(HEADS[head], 1.0)
        mine = table.source[rows] == at
        if not balance:
            weights[mine] = sure[mine] * worth
            continue
        bad, good = mine & (labels >= 0.5), mine & (labels < 0.5)
        for side, share in ((bad, balance if good.any() else 1.0), (good, 1 - balance if bad.any() else 1.0)):
            if side.any():
                weights[side] = sure[side] * worth * share / sure[side].sum()
    lift = recipe.learner(HEADS[head]).lift
    positive = weights * (labels >= 0.5)
    if lift and 0 < positive.sum() < weights.sum():
        weights = lift * positive / positive.sum() + (1 - lift) * (weights - positive) / (weights - positive).sum()
    scaled: NDArray[np.float64] = weights * rows.size / weights.sum()
    return scaled


def sigmoid(margins: NDArray[np.float64], y: NDArray[np.bool_], weights: NDArray[np.float64]) -> tuple[float, float]:
    """Find the strictly increasing sigmoid that turns margins into probabilities.

    Parameters
    ----------
    margins : ndarray of shape (n,)
        Of rows that were not fitted on.
    y : ndarray of bool, shape (n,)
        Their answers.
    weights : ndarray of shape (n,)
        Importance; the positives' share of it is the prior.

    Returns
    -------
    tuple of float
        Slope, never below 0.05, and offset in log-odds.

    Notes
    -----
    Platt 1999, with the weights in place of his smoothed targets.
    """
    slope, offset = 1.0, 0.0
    design = np.column_stack((margins, np.ones_like(margins)))
    weights = weights / weights.sum()
    for _ in range(50):
        p = expit(slope * margins + offset)
        gradient = design.T @ (weights * (p - y))
        curvature = (design * (weights * p * (1 - p) + 1e-12)[:, None]).T @ design + 1e-6 * np.eye(2)
        step = np.linalg.solve(curvature, gradient)
        slope, offset = slope - float(np.clip(step[0], -0.5, 0.5)), offset - float(np.clip(step[1], -1, 1))
        if np.abs(step).max() < 1e-9:
            break
    return max(slope, 0.05), offset


def _enough(table: Table, head: int) -> bool:
    labels = table.labels[table.trains & ~table.copy, head]
    return bool((labels >= 0.5).sum() >= _ROWS_MIN and (labels < 0.5).sum() >= _ROWS_MIN)


def _fit_all(table: Table, heads: Sequence[int], recipe: Recipe, progress: Progress) -> list[FittedHead]:
    prepared = _Prepared(table, recipe)
    jobs = [(head, without) for head in heads for without in (-1, *_judged(table, head))]
    fits: dict[tuple[int, int], Fit] = {}
    # The sums inside one fit stay in one thread, so the order of additions, and with it every bit, stays too.
    with ThreadPoolExecutor(max_workers=2) as pool:
        for done, (job, found) in enumerate(zip(jobs, pool.map(prepared.fit, jobs), strict=True), 1):
            fits[job] = found
            progress("fit", done, len(jobs))
    return [
        _calibrated(table, head, {without: fits[at, without] for at, without in jobs if at == head}, recipe)
        for head in heads
    ]


def _judged(table: Table, head: int) -> list[int]:
    """Sources in which the head has something to learn or to be measured on, if there are others to learn from.

    The heads that promises rest on need held-out margins of all sources; the others only of those that somebody judged.
    """
    labels = table.labels[:, head]
    if HEADS[head] not in PROMISED:
        labels = np.where(table.known[:, head], labels, np.nan)
    found = []
    for at in range(len(table.sources)):
        other = table.labels[table.trains & (table.source != at), head]
        if not np.isnan(labels[table.source == at]).all() and (other >= 0.5).any() and (other < 0.5).any():
            found.append(at)
    return found


class _Prepared:
    """The features as each kind of head hears them, made once."""

    def __init__(self, table: Table, recipe: Recipe) -> None:
        self._table = table
        self._recipe = recipe
        self._heard: dict[bool, csr_matrix] = {}
        for fields in {recipe.learner(head).fields for head in HEADS}:
            self._heard[fields] = table.features if fields else without_fields(table.features, recipe.bits)

    def fit(self, job: tuple[int, int]) -> Fit:
        """Fit one head without one source (-1: with all)."""
        head, without = job
        fit = self._once(self._table, head, without)
        if HEADS[head] is not Head.TOXICITY or not self._cuts(without).size:
            return fit
        return self._once(self._calmed(head, without, fit), head, without)

    def _once(self, table: Table, head: int, without: int) -> Fit:
        learner = self._recipe.learner(HEADS[head])
        labelled = table.trains & ~np.isnan(table.labels[:, head]) & (table.source != without)
        rows = np.flatnonzero(labelled & (~table.copy | (table.wordy != learner.fields)))
        weights = row_weights(table, head, rows, self._recipe)
        rows, weights = rows[weights > 0], weights[weights > 0]
        return Fit(*fit_linear(learner, self._heard[learner.fields][rows], table.labels[rows, head] >= 0.5, weights))

    def _calmed(self, head: int, without: int, fit: Fit) -> Table:
        """The table with the mild passages labelled as harmless, as far as a fit that saw no more can tell."""
        cuts = self._cuts(without)
        labels = self._table.labels.copy()
        labels[cuts[mild(self._table.features[cuts] @ fit.weights, self._table.cut_from[cuts])], head] = 0.0
        return replace(self._table, labels=labels)

    def _cuts(self, without: int) -> NDArray[np.intp]:
        return np.flatnonzero((self._table.cut_from >= 0) & (self._table.source != without))


def _calibrated(table: Table, head: int, fits: dict[int, Fit], recipe: Recipe) -> FittedHead:
    final = fits[-1]
    margins = table.features @ final.weights + final.bias
    held_out = np.full(margins.shape, np.nan)
    for at, fit in fits.items():
        if at >= 0:
            rows = table.source == at
            held_out[rows] = table.features[rows] @ fit.weights + fit.bias
    labels = table.labels[:, head]
    unseen = np.where(np.isnan(held_out) & (table.part == "dev"), margins, held_out)
    # Rows whose answer is merely assumed are the easy ones: calibrated on them, a head would be too sure of itself.
    rows = np.flatnonzero(~np.isnan(unseen) & _judged_rows(table, head) & ~table.copy & (table.part != "test"))
    if not 0 < (labels[rows] >= 0.5).sum() < rows.size:
        return FittedHead(HEADS[head], final, 1.0, 0.0, margins, held_out)
    weights = row_weights(table, head, rows, recipe)
    positive = labels[rows] >= 0.5
    prior = recipe.learner(HEADS[head]).prior
    weights[positive] *= prior / weights[positive].sum()
    weights[~positive] *= (1 - prior) / weights[~positive].sum()
    slope, offset = sigmoid(unseen[rows], positive, weights)
    return FittedHead(HEADS[head], final, slope, offset, slope * margins + offset, slope * held_out + offset)


def _judged_rows(table: Table, head: int) -> NDArray[np.bool_]:
    """Rows that somebody judged, if they hold both answers; else all rows with an answer."""
    labels, known = table.labels[:, head], table.known[:, head]
    both = (labels[known] >= 0.5).any() and (labels[known] < 0.5).any()
    return known if both else ~np.isnan(labels)


def _evidence(table: Table, fitted: Sequence[FittedHead], recipe: Recipe, seed: int) -> Evidence:
    """Held-out margins of at most so many rows per source, half of the good ones as the yardstick."""
    fitted = [one for one in fitted if one.head in PROMISED] or list(fitted)
    margins = np.column_stack([np.where(np.isnan(one.held_out), one.margins, one.held_out) for one in fitted])
    columns = [HEADS.index(one.head) for one in fitted]
    labels = table.labels[:, columns]
    # A margin of a row that was fitted on, with no fit that left it out, would flatter.
    seen = np.column_stack([np.isnan(one.held_out) for one in fitted]) & ~np.isnan(labels) & table.trains[:, None]
    counts = ~table.copy & ~seen.any(axis=1)
    bad = (labels >= 0.5).any(axis=1) & counts
    good = ~(labels >= 0.5).any(axis=1) & (labels < 0.5).any(axis=1) & counts
    typical = np.array([recipe.source(name).typical for name in table.sources])[table.source]
    rng = np.random.default_rng(seed + 1)
    goods = _sample(np.flatnonzero(good & typical), table.source, rng)
    bads = _sample(np.flatnonzero(bad & typical), table.source, rng)
    yardstick = rng.permutation(goods.size) < goods.size // 2
    shares = np.arange(1, _RANKS + 1) / (_RANKS + 1)
    ranks = np.array(
        [
            _balanced_quantiles(margins[goods[yardstick], at], table.source[goods[yardstick]], shares)
            for at in range(len(fitted))
        ]
    )
    return Evidence(
        heads=tuple(one.head for one in fitted),
        sources=table.sources,
        ranks=ranks,
        good=margins[goods[~yardstick]],
        good_source=table.source[goods[~yardstick]],
        bad=margins[bads],
        bad_source=table.source[bads],
    )


def _sample(rows: NDArray[np.intp], source: NDArray[np.intp], rng: np.random.Generator) -> NDArray[np.intp]:
    parts = [rng.permutation(rows[source[rows] == at])[:_EVIDENCE_MAX] for at in np.unique(source[rows])]
    return np.sort(np.concatenate(parts)) if parts else rows


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


def _card(table: Table, fitted: Sequence[FittedHead], recipe: Recipe, seed: int) -> dict[str, Any]:
    return {
        "seed": seed,
        "libraries": {"numpy": np.__version__, "scipy": scipy.__version__, "scikit-learn": sklearn.__version__},
        "rows": {
            name: {
                part: int(((table.source == at) & (table.part == part) & ~table.copy).sum())
                for part in ("train", "dev", "test")
            }
            for at, name in enumerate(table.sources)
        },
        "priors": {one.head.value: recipe.learner(one.head).prior for one in fitted},
        "calibration": {one.head.value: {"slope": one.slope, "offset": one.offset} for one in fitted},
        "held_back": {
            one.head.value: _figures(table, one, one.margins, table.part == "test", recipe) for one in fitted
        },
        "leave_one_source_out": {
            one.head.value: _figures(table, one, one.held_out, ~table.copy, recipe) for one in fitted
        },
        "recipe": recipe_facts(recipe),
    }


def _figures(
    table: Table, one: FittedHead, margins: NDArray[np.float64], rows: NDArray[np.bool_], recipe: Recipe
) -> dict[str, Any]:
    at = HEADS.index(one.head)
    usable = rows & ~table.copy & table.known[:, at] & ~np.isnan(margins)
    found = {}
    for index, name in enumerate(table.sources):
        mine = usable & (table.source == index)
        if mine.any():
            y, p = (table.labels[mine, at] >= 0.5).astype(int), expit(margins[mine])
            prior = recipe.learner(one.head).prior
            drawn = {"curves": curves(y, p, prior=prior)} if one.head in PROMISED else {}
            found[name] = {**measure(y, p, prior=prior), **drawn}
    return found
