"""Measure a head: pure functions from answers and probabilities to numbers.

Each is compared in its test with a hand calculation or an independent implementation. Reads and writes nothing;
may import ``domain``, ``promise`` and ``scoring``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.metrics import average_precision_score, roc_auc_score

from modbot import promise
from modbot.domain import Policy
from modbot.learning.dataset import Example
from modbot.scoring.heads import Model

_BINS = 15


def compare(model: Model, examples: Sequence[Example]) -> dict[str, dict[str, Any]]:
    """Measure a model on examples of one source, head by head, and what the borrowed policy would do.

    Parameters
    ----------
    model : Model
        Any fitted model.
    examples : sequence of Example
        At least one.

    Returns
    -------
    dict
        Per head what `measure` gives, with the shares rejected and published at the default promises.
    """
    margins = model.margins(example.comment for example in examples)
    wishes = Policy()
    cutoffs = promise.cutoffs(model.evidence, wishes.max_good_rejected, wishes.max_bad_published)
    risks = model_risks(model, margins)
    rejected = risks >= (np.inf if cutoffs.reject_from is None else cutoffs.reject_from)
    published = risks < (-np.inf if cutoffs.publish_below is None else cutoffs.publish_below)
    found = {}
    for at, head in enumerate(model.heads):
        rows = [row for row, example in enumerate(examples) if head in example.labels]
        if rows:
            y = np.array([examples[row].labels[head] >= 0.5 for row in rows], dtype=np.int_)
            figures: dict[str, Any] = dict(measure(y, expit(margins[rows, at]), prior=model.card["priors"][head.value]))
            figures["good_rejected"] = _share(rejected[rows], y == 0)
            figures["bad_rejected"] = _share(rejected[rows], y == 1)
            figures["bad_published"] = _share(published[rows], y == 1)
            figures["good_published"] = _share(published[rows], y == 0)
            found[head.value] = figures
    return found


def model_risks(model: Model, margins: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rank comments by the heads that promises rest on.

    Parameters
    ----------
    model : Model
        Any fitted model.
    margins : ndarray of shape (n, n_heads)
        As ``model.margins`` gives them.

    Returns
    -------
    ndarray of shape (n,)
        Risks in (0, 1].
    """
    return promise.risks(margins[:, [model.heads.index(head) for head in model.evidence.heads]], model.evidence)


def measure(y: NDArray[np.int_], p: NDArray[np.float64], *, prior: float) -> dict[str, float | int | None]:
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
        Counts and figures by name; None where the slice has only one of the two answers.
    """
    both = 0 < y.sum() < y.size
    good, bad = p[y == 0], p[y == 1]
    return {
        "rows": int(y.size),
        "positive": int(y.sum()),
        "auc": float(roc_auc_score(y, p)) if both else None,
        "average_precision": float(average_precision_score(y, p)) if both else None,
        "recall_at_1pct": recall_at(y, p, 0.01) if both else None,
        "recall_at_0.1pct": recall_at(y, p, 0.001) if both else None,
        "brier": float(np.mean((p - y) ** 2)),
        "calibration_error": calibration_error(y, p, prior=prior) if both else None,
        "good_from_half": float((good >= 0.5).mean()) if good.size else None,
        "bad_from_half": float((bad >= 0.5).mean()) if bad.size else None,
    }


def recall_at(y: NDArray[np.int_], p: NDArray[np.float64], share: float) -> float:
    """Give the share of positives above a cut-off that at most a share of negatives passes.

    Parameters
    ----------
    y : ndarray of shape (n,), values 0 or 1
        The answers; both must occur.
    p : ndarray of shape (n,)
        Scores.
    share : float in [0, 1)
        Largest share of negatives strictly above the cut-off.

    Returns
    -------
    float
        In [0, 1].
    """
    good = np.sort(p[y == 0])
    allowed = math.floor(share * good.size)
    cutoff = good[good.size - 1 - allowed]
    return float((p[y == 1] > cutoff).mean())


def calibration_error(y: NDArray[np.int_], p: NDArray[np.float64], *, prior: float) -> float:
    """Give the expected calibration error at a stated prior.

    Parameters
    ----------
    y : ndarray of shape (n,), values 0 or 1
        The answers; both must occur.
    p : ndarray of shape (n,), values in [0, 1]
        Calibrated probabilities.
    prior : float in (0, 1)
        The rows are re-weighted so that positives have this share.

    Returns
    -------
    float
        Mean distance of probability and frequency over 15 bins of equal weight.

    Notes
    -----
    Naeini, Cooper, Hauskrecht 2015 (AAAI) with bins of equal mass.
    """
    weight = np.where(y == 1, prior / y.sum(), (1 - prior) / (y.size - y.sum()))
    # Equal probabilities stay in one bin, whatever the order of the rows.
    values, place = np.unique(p, return_inverse=True)
    mass = np.bincount(place, weight, values.size)
    bins = np.minimum((np.cumsum(mass) - mass / 2) * _BINS, _BINS - 1).astype(int)
    gap = np.bincount(bins[place], weight * (p - y), _BINS)
    return float(np.abs(gap).sum())


def wilson(hits: int, n: int) -> tuple[float, float]:
    """Give the 95 % score interval of a share.

    Parameters
    ----------
    hits, n : int
        ``hits`` of ``n``.

    Returns
    -------
    tuple of float
        Lower and upper end; (0, 1) if ``n`` is 0.

    Notes
    -----
    Wilson 1927, J. Am. Stat. Assoc. 22, 209-212.
    """
    if not n:
        return 0.0, 1.0
    z = 1.959963984540054
    share = hits / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    reach = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(0.0, centre - reach), min(1.0, centre + reach)


def _share(hits: NDArray[np.bool_], among: NDArray[np.bool_]) -> float | None:
    return float(hits[among].mean()) if among.any() else None
