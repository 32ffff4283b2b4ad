"""Figures of one head on one slice, with their intervals, and what its plots are drawn from.

Pure functions from answers and probabilities to numbers, each compared in its test with a hand calculation or an
independent implementation. Reads and writes nothing; may import ``promise`` and numpy.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modbot.promise.interval import wilson

FALSE_POSITIVES = tuple(float(share) for share in np.logspace(-3, 0, 31).round(6))
"""Shares of negatives at which a ROC curve is told: those that matter to an honest author are the small ones."""
RECALLS = tuple(float(share) for share in np.linspace(0.05, 1, 20).round(2))
"""Shares of positives found at which a precision-recall curve is told."""
FORM = 1
"""Number of this form of curves: cards that hold another one are read, but nothing is drawn from it."""
LOG_ODDS = tuple(float(edge) for edge in np.arange(-7, 7.5, 0.5))
"""Edges of the histogram of scores; what lies beyond counts into the outermost bins."""

_FIGURES = ("auc", "average_precision", "recall_at_1pct", "recall_at_0.1pct", "brier", "calibration_error")
_BINS = 15
_RESAMPLES = 200
_Z = 1.959963984540054
# Wide enough to be no bound in practice, finite so that a probability of exactly 0 or 1 has log-odds.
_ODDS_MIN = 1e-9


def measure(y: NDArray[np.int_], p: NDArray[np.float64], *, prior: float) -> dict[str, Any]:
    """Give all figures of one head on one slice.

    Parameters
    ----------
    y : ndarray of shape (n,), values 0 or 1
        The answers.
    p : ndarray of shape (n,), values in [0, 1]
        Calibrated probabilities.
    prior : float in (0, 1)
        Share of positives to which the slice is re-weighted for the calibration error.

    Returns
    -------
    dict
        Counts and figures by name; None where the slice has only one of the two answers. ``<name>_interval`` is the
        95 % interval of a figure: two numbers, or None.

    Notes
    -----
    Intervals: Newcombe for the AUC, Wilson for plain shares, and for the rest 200 resamples of positives and of
    negatives, the same ones each time. Resampling by itself makes a calibration error larger and takes no notice of
    luck in a perfect recall; so resamples are moved to have the figure as their mean, and the interval of a recall is
    never narrower than Wilson's at a fixed cut-off.
    """
    good, bad = p[y == 0], p[y == 1]
    found: dict[str, Any] = {"rows": int(y.size), "positive": int(y.sum())}
    if good.size and bad.size:
        found |= _ranked_figures(y, p, prior)
    else:
        found |= {name: None for figure in _FIGURES for name in (figure, f"{figure}_interval")}
        found["brier"] = float(np.mean((p - y) ** 2))
    for name, side in (("good_from_half", good), ("bad_from_half", bad)):
        found |= share(name, int((side >= 0.5).sum()), side.size)
    return found


def gains(
    y: NDArray[np.int_], before: NDArray[np.float64], after: NDArray[np.float64], *, prior: float
) -> dict[str, Any]:
    """Compare two models on the same slice, comment by comment.

    Parameters
    ----------
    y : ndarray of shape (n,), values 0 or 1
        The answers; both must occur.
    before, after : ndarray of shape (n,), values in [0, 1]
        Probabilities of the two.
    prior : float in (0, 1)
        As in `measure`.

    Returns
    -------
    dict
        By name how much larger each figure is ``after``, with the 95 % interval of that difference: 200 resamples,
        the same comments drawn for both.
    """
    ladders = _Ladder(y, before), _Ladder(y, after)

    def differences(weights: NDArray[np.float64]) -> NDArray[np.float64]:
        old, new = (ladder.steps(weights).figures(prior) for ladder in ladders)
        return new - old

    best = differences(np.ones(y.size))
    rng = np.random.default_rng(0)
    again = np.array([differences(_resampled(y, rng)) for _ in range(_RESAMPLES)])
    ends = np.quantile(again - again.mean(axis=0), (0.025, 0.975), axis=0) + best
    found: dict[str, Any] = {}
    for name, value, interval in zip(_FIGURES, best.tolist(), ends.T.tolist(), strict=True):
        found |= {name: value, f"{name}_interval": interval}
    return found


def share(name: str, hits: int, n: int) -> dict[str, Any]:
    """Give a share with its interval, as figures are named.

    Parameters
    ----------
    name : str
        Of the figure.
    hits, n : int
        ``hits`` of ``n``.

    Returns
    -------
    dict
        ``<name>`` and ``<name>_interval``, None if ``n`` is 0.
    """
    return {name: hits / n if n else None, f"{name}_interval": list(wilson(hits, n)) if n else None}


def curves(y: NDArray[np.int_], p: NDArray[np.float64], *, prior: float) -> dict[str, Any]:
    """Give what the plots of one head on one slice are drawn from, in a few numbers.

    Parameters
    ----------
    y : ndarray of shape (n,), values 0 or 1
        The answers.
    p : ndarray of shape (n,), values in [0, 1]
        Calibrated probabilities.
    prior : float in (0, 1)
        Share of positives to which the slice is re-weighted in ``reliability`` and ``precision``.

    Returns
    -------
    dict
        ``recall`` at ``FALSE_POSITIVES``, ``precision`` at ``RECALLS``, ``reliability`` as pairs of mean probability
        and frequency in bins of equal weight, and the shares of ``good`` and ``bad`` between ``LOG_ODDS``. Curves are
        empty where the slice has only one of the two answers. ``form`` says how all this is to be read.
    """
    odds = np.clip(p, _ODDS_MIN, 1 - _ODDS_MIN)
    margins = np.clip(np.log(odds / (1 - odds)), LOG_ODDS[0], LOG_ODDS[-1])
    found: dict[str, Any] = {"form": FORM, "recall": [], "precision": [], "reliability": []}
    for name, answer in (("good", 0), ("bad", 1)):
        side = margins[y == answer]
        found[name] = _short(np.histogram(side, LOG_ODDS)[0] / max(side.size, 1))
    if 0 < y.sum() < y.size:
        steps = _Ladder(y, p).steps(np.ones(y.size))
        found["recall"] = _short(np.array([steps.recall(part) for part in FALSE_POSITIVES]))
        found["precision"] = _short(steps.precision(np.array(RECALLS), prior))
        found["reliability"] = [_short(pair) for pair in steps.reliability(prior)]
    return found


def area(bad: NDArray[np.float64], good: NDArray[np.float64]) -> float:
    """Give the area under a ROC curve: how often a positive ranks above a negative, ties counted half.

    Parameters
    ----------
    bad, good : ndarray of shape (n,)
        Scores of positives and of negatives, at least one each.

    Returns
    -------
    float
        In [0, 1].

    Notes
    -----
    The statistic of Mann and Whitney 1947. Hundreds of small slices are measured in each training, and scikit-learn's
    function spends nearly all of its time on checking what it is given.
    """
    ranked = np.sort(good)
    below = ranked.searchsorted(bad, "left") + ranked.searchsorted(bad, "right")
    return float(below.mean() / (2 * good.size))


def auc_interval(auc: float, bad: int, good: int) -> tuple[float, float]:
    """Give the 95 % score interval of an area under a ROC curve.

    Parameters
    ----------
    auc : float in [0, 1]
        The area.
    bad, good : int
        Positives and negatives that it was measured on, at least one each.

    Returns
    -------
    tuple of float
        Lower and upper end; not a single point even where every pair was in order.

    Notes
    -----
    Newcombe 2006, Statistics in Medicine 25, 559-573, method 5.
    """
    half = (bad + good) / 2 - 1

    def surprise(area: float) -> float:
        spread = area * (1 - area) * (1 + half * ((1 - area) / (2 - area) + area / (1 + area))) / (bad * good)
        return (area - auc) ** 2 - _Z * _Z * spread

    return _end(surprise, auc, 0.0), _end(surprise, auc, 1.0)


def _end(surprise: Callable[[float], float], inside: float, outside: float) -> float:
    for _ in range(50):
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if surprise(middle) < 0 else (inside, middle)
    return outside


def _short(values: NDArray[np.float64]) -> list[float]:
    return [round(float(value), 4) for value in values]


class _Ladder:
    """Scores from the highest to the lowest; equal ones share a step, whatever the order of the rows."""

    def __init__(self, y: NDArray[np.int_], p: NDArray[np.float64]) -> None:
        self._order = np.argsort(-p, kind="stable")
        self._bad = y[self._order] == 1
        ranked = p[self._order]
        self._starts = np.flatnonzero(np.concatenate(([True], ranked[1:] != ranked[:-1])))
        self._scores = ranked[self._starts]

    def steps(self, weights: NDArray[np.float64]) -> _Steps:
        """Weigh the rows, given in their original order."""
        ranked = weights[self._order]
        bad = np.add.reduceat(ranked * self._bad, self._starts)
        return _Steps(self._scores, bad, np.add.reduceat(ranked, self._starts) - bad)


@dataclass(frozen=True, slots=True, eq=False)
class _Steps:
    """Scores in descending order, and how many positives and negatives stand on each."""

    scores: NDArray[np.float64]
    bad: NDArray[np.float64]
    good: NDArray[np.float64]

    def figures(self, prior: float) -> NDArray[np.float64]:
        """All of `_FIGURES`."""
        tp, fp = np.cumsum(self.bad), np.cumsum(self.good)
        auc = self.good @ (tp - self.bad / 2) / (tp[-1] * fp[-1])
        precision = self.bad @ (tp / np.maximum(tp + fp, 1)) / tp[-1]
        brier = (self.bad @ (1 - self.scores) ** 2 + self.good @ self.scores**2) / (tp[-1] + fp[-1])
        error = np.abs(self._gaps(prior)).sum()
        return np.array([auc, precision, self.recall(0.01), self.recall(0.001), brier, error])

    def recall(self, part: float) -> float:
        """Positives above a cut-off that at most a share of the negatives passes."""
        passed = np.cumsum(self.good)
        at = int(passed.searchsorted(math.floor(part * passed[-1] + 1e-9), side="right"))
        return float(self.bad[:at].sum() / self.bad.sum())

    def precision(self, recalls: NDArray[np.float64], prior: float) -> NDArray[np.float64]:
        """Precision at the first cut-off that finds so many positives."""
        found, passed = np.cumsum(self.bad) / self.bad.sum(), np.cumsum(self.good) / self.good.sum()
        at = found.searchsorted(recalls - 1e-9)
        share: NDArray[np.float64] = prior * found[at] / (prior * found[at] + (1 - prior) * passed[at])
        return share

    def reliability(self, prior: float) -> NDArray[np.float64]:
        """Mean probability and frequency of positives in bins of equal weight."""
        mass, bins = self._mass(prior)
        size = np.bincount(bins, mass, _BINS)
        mean = np.bincount(bins, mass * self.scores, _BINS)
        pairs = np.column_stack((mean, mean - self._gaps(prior)))[size > 0] / size[size > 0, None]
        return np.clip(pairs[::-1], 0, 1)

    def _gaps(self, prior: float) -> NDArray[np.float64]:
        mass, bins = self._mass(prior)
        gaps = np.bincount(bins, mass * self.scores - prior * self.bad / self.bad.sum(), _BINS)
        return gaps.astype(np.float64)

    def _mass(self, prior: float) -> tuple[NDArray[np.float64], NDArray[np.int_]]:
        mass = prior * self.bad / self.bad.sum() + (1 - prior) * self.good / self.good.sum()
        return mass, np.minimum((np.cumsum(mass) - mass / 2) * _BINS, _BINS - 1).astype(int)


def _ranked_figures(y: NDArray[np.int_], p: NDArray[np.float64], prior: float) -> dict[str, Any]:
    ladder = _Ladder(y, p)
    best = ladder.steps(np.ones(y.size)).figures(prior)
    rng = np.random.default_rng(0)
    again = np.array([ladder.steps(_resampled(y, rng)).figures(prior) for _ in range(_RESAMPLES)])
    ends = np.quantile(again - again.mean(axis=0), (0.025, 0.975), axis=0) + best
    bad, good = int(y.sum()), int(y.size - y.sum())
    found: dict[str, Any] = {}
    for name, value, (low, high) in zip(_FIGURES, best.tolist(), ends.T.clip(0, 1).tolist(), strict=True):
        interval = (low, high)
        if name == "auc":
            interval = auc_interval(value, bad, good)
        elif name.startswith("recall"):
            fixed = wilson(round(value * bad), bad)
            interval = (min(low, fixed[0]), max(high, fixed[1]))
        found |= {name: value, f"{name}_interval": list(interval)}
    return found


def _resampled(y: NDArray[np.int_], rng: np.random.Generator) -> NDArray[np.float64]:
    """How often each row is drawn when positives and negatives are drawn anew, each as many as there are."""
    weights = np.zeros(y.size)
    for answer in (0, 1):
        rows = np.flatnonzero(y == answer)
        weights[rows] = np.bincount(rng.integers(rows.size, size=rows.size), minlength=rows.size)
    return weights
