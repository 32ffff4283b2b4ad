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
from modbot.learning.dictionary import dictionary, dictionary_facts
from modbot.learning.estimators import fit_linear, without_fields
from modbot.learning.evidence import evidence
from modbot.learning.figures import curves, measure
from modbot.learning.folds import Fold, folds
from modbot.learning.functional import functional
from modbot.learning.identity import identity
from modbot.learning.passages import mild
from modbot.learning.quieting import quieted
from modbot.learning.recipe import HEADS, Learner, Recipe, recipe_facts
from modbot.learning.table import Progress, Table, tabulate
from modbot.scoring.heads import Model
from modbot.scoring.vocabulary import Vocabulary

# A head needs this many rows of each answer, or it is left out and the card says so.
_ROWS_MIN = 10

# Rows of a source whose answer is merely assumed that a fit sees at most.
_ASSUMED_MAX = 3_000

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

    ``slope`` and ``offset`` belong to the sigmoid. All margins are calibrated: ``margins`` are the final fit's,
    ``held_out`` of the fit that left the row's source out, ``unseen`` of the fit that left its campaign out where the
    recipe wants that, else as ``held_out``; not a number where there is none.
    """

    head: Head
    fit: Fit
    slope: float
    offset: float
    margins: NDArray[np.float64]
    held_out: NDArray[np.float64]
    unseen: NDArray[np.float64]


def train(examples: Sequence[Example], recipe: Recipe, *, seed: int, version: str, progress: Progress) -> Model:
    """Train all heads that have enough labels.

    Parameters
    ----------
    examples : sequence of Example
        Split already.
    recipe : Recipe
        Weights, penalty, priors.
    seed : int
        The same seed and examples give the same arrays, bit for bit on one kind of processor.
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
    weights, directions = np.split(np.column_stack([one.fit.weights * one.slope for one in fitted]), [2**recipe.bits])
    model = Model(
        version=version,
        heads=tuple(one.head for one in fitted),
        weights=weights.astype(np.float32).astype(np.float64),
        vocabulary=_meant(directions),
        bias=np.array([one.fit.bias * one.slope + one.offset for one in fitted]),
        evidence=evidence(table, _promised(fitted), recipe, seed),
        card=_card(table, fitted, recipe, seed),
    )
    known = dictionary_facts() if model.vocabulary else {}
    return replace(model, card={**model.card, "identity": identity(model), "functional": functional(model), **known})


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
    apart = {head: folds(table, head, recipe, PROMISED) for head in heads}
    jobs: list[tuple[int, Fold | None]] = [(head, fold) for head in heads for fold in (None, *apart[head])]
    fits: list[Fit] = []
    # The sums inside one fit stay in one thread, so the order of additions, and with it every bit, stays too.
    with ThreadPoolExecutor(max_workers=2) as pool:
        for done, found in enumerate(pool.map(prepared.fit, jobs), 1):
            fits.append(found)
            progress("fit", done, len(jobs))
    return [
        _calibrated(
            table, head, [(fold, fit) for (at, fold), fit in zip(jobs, fits, strict=True) if at == head], recipe
        )
        for head in heads
    ]


class _Prepared:
    """The features as each kind of head hears them, made once."""

    def __init__(self, table: Table, recipe: Recipe) -> None:
        self._table = table
        self._recipe = recipe
        self._heard: dict[tuple[bool, bool], csr_matrix] = {}
        for fields, means in {_hears(recipe.learner(head)) for head in HEADS}:
            heard = table.features if means else table.features[:, : 2**recipe.bits]
            self._heard[fields, means] = heard if fields else without_fields(heard, recipe.bits)

    def fit(self, job: tuple[int, Fold | None]) -> Fit:
        """Fit one head without the rows of a fold (None: with all)."""
        fit = self._fitted(job)
        if HEADS[job[0]] is not Head.TOXICITY:
            return fit
        return Fit(quieted(fit.weights, self._recipe.bits), fit.bias)

    def _fitted(self, job: tuple[int, Fold | None]) -> Fit:
        head, fold = job
        seen = self._table.trains if fold is None else self._table.trains & ~fold.rows
        fit = self._once(self._table, head, seen)
        cuts = np.flatnonzero((self._table.cut_from >= 0) & seen)
        if HEADS[head] is not Head.TOXICITY or not cuts.size:
            return fit
        return self._once(self._calmed(head, cuts, fit), head, seen)

    def _once(self, table: Table, head: int, seen: NDArray[np.bool_]) -> Fit:
        learner = self._recipe.learner(HEADS[head])
        labelled = seen & ~np.isnan(table.labels[:, head]) & ~_plenty(table, head)
        rows = np.flatnonzero(labelled & (~table.copy | (table.wordy != learner.fields)))
        weights = row_weights(table, head, rows, self._recipe)
        rows, weights = rows[weights > 0], weights[weights > 0]
        heard = self._heard[_hears(learner)][rows]
        found, bias = fit_linear(learner, heard, table.labels[rows, head] >= 0.5, weights)
        return Fit(np.pad(found, (0, table.features.shape[1] - found.size)), bias)

    def _calmed(self, head: int, cuts: NDArray[np.intp], fit: Fit) -> Table:
        """The table with the mild passages labelled as harmless, as far as a fit that saw no more can tell."""
        labels = self._table.labels.copy()
        labels[cuts[mild(self._table.features[cuts] @ fit.weights, self._table.cut_from[cuts])], head] = 0.0
        return replace(self._table, labels=labels)


def _meant(directions: NDArray[np.float64]) -> Vocabulary | None:
    """What words add to each head by what they mean, if any head hears that."""
    if not directions.any():
        return None
    return Vocabulary(dictionary().hashes, (dictionary().rows @ directions).astype(np.float32))


def _hears(learner: Learner) -> tuple[bool, bool]:
    return learner.fields, learner.vectors


def _plenty(table: Table, head: int) -> NDArray[np.bool_]:
    """Rows of which a source has plenty: where nobody judged and all are assumed to be good, some say it for all."""
    found = np.zeros(table.source.shape, dtype=np.bool_)
    assumed = ~table.known[:, head] & (table.labels[:, head] < 0.5) & (table.cut_from < 0)
    for at in range(len(table.sources)):
        rows = np.flatnonzero(assumed & (table.source == at))
        found[rows] = True
        found[rows[:: max(1, -(-rows.size // _ASSUMED_MAX))]] = False
    return found


def _calibrated(table: Table, head: int, fits: Sequence[tuple[Fold | None, Fit]], recipe: Recipe) -> FittedHead:
    final = fits[0][1]
    margins = table.features @ final.weights + final.bias
    held_out = np.full(margins.shape, np.nan)
    unseen = held_out.copy()
    for fold, fit in fits:
        if fold is not None:
            found = table.features[fold.rows] @ fit.weights + fit.bias
            unseen[fold.rows] = found
            if not fold.part:
                held_out[fold.rows] = found
    unseen = np.where(np.isnan(unseen) & (table.part == "dev"), margins, unseen)
    slope, offset = _sigmoid_of(table, head, unseen, recipe)
    return FittedHead(
        HEADS[head],
        final,
        slope,
        offset,
        slope * margins + offset,
        slope * held_out + offset,
        slope * unseen + offset,
    )


def _sigmoid_of(table: Table, head: int, unseen: NDArray[np.float64], recipe: Recipe) -> tuple[float, float]:
    """Calibrate a head on margins of what it was not fitted on, at its prior."""
    labels = table.labels[:, head]
    # Rows whose answer is merely assumed are the easy ones: calibrated on them, a head would be too sure of itself.
    rows = np.flatnonzero(~np.isnan(unseen) & _judged_rows(table, head) & ~table.copy & (table.part != "test"))
    positive = labels[rows] >= 0.5
    weights = row_weights(table, head, rows, recipe) if rows.size else np.zeros(0)
    if HEADS[head] is Head.SPAM:
        weights *= np.array([recipe.source(name).calibrates for name in table.sources])[table.source[rows]]
    else:
        _alike(table, head, rows, weights, recipe)
    if not weights[positive].sum() or not weights[~positive].sum():
        return 1.0, 0.0
    prior = recipe.learner(HEADS[head]).prior
    weights[positive] *= prior / weights[positive].sum()
    weights[~positive] *= (1 - prior) / weights[~positive].sum()
    return sigmoid(unseen[rows], positive, weights)


def _alike(table: Table, head: int, rows: NDArray[np.intp], weights: NDArray[np.float64], recipe: Recipe) -> None:
    """Let all sources weigh the same, on either side: an unseen site is one source more.

    Where there are others, a source that is nearly all abuse has no say about it: what it has of harmless comments is
    what people could not agree on.
    """
    cut = np.array([recipe.source(name).cut for name in table.sources])[table.source[rows]]
    positive = table.labels[rows, head] >= 0.5
    if HEADS[head] is Head.TOXICITY and 0 < positive[~cut].sum() < (~cut).sum():
        weights[cut] = 0.0
    for mine in (table.source[rows] == at for at in np.unique(table.source[rows])):
        for side in (mine & positive, mine & ~positive):
            total = weights[side].sum()
            weights[side] /= total or 1.0


def _judged_rows(table: Table, head: int) -> NDArray[np.bool_]:
    """Rows that somebody judged, if they hold both answers; else all rows with an answer."""
    labels, known = table.labels[:, head], table.known[:, head]
    both = (labels[known] >= 0.5).any() and (labels[known] < 0.5).any()
    return known if both else ~np.isnan(labels)


def _promised(fitted: Sequence[FittedHead]) -> Sequence[FittedHead]:
    return [one for one in fitted if one.head in PROMISED] or fitted


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
