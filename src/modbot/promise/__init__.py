"""The promise: cut-offs that keep an error rate the owner chose, with 95 % confidence.

A comment's risk is the worst of its heads' ranks among good comments. Cut-offs on that risk are order statistics of
comments whose answer is known (the Neyman-Pearson umbrella algorithm); where there is too little evidence there is no
cut-off, and the caller holds instead. ``own`` keeps the promise over a site's whole life, from its own evidence. Pure;
may import ``domain`` and numpy. Decides nothing about a single comment.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from modbot.domain import Head

CONFIDENCE = 0.95
"""How sure a promise is: it breaks in at most one of twenty repeats of the whole gathering of evidence."""

DELTA = 1 - CONFIDENCE
"""How likely a promise may be broken by bad luck in the evidence."""

# Of a promise made on borrowed evidence, the part that is spent; the rest is kept for what is different elsewhere.
BORROWED_SHARE = 0.5
# A source with fewer good comments than this has an extreme order statistic that says more about chance than about it.
_SPEAKS_FROM = 1_000


class Evidence(Protocol):
    """Margins of comments whose answer is known and that the heads had not learned from."""

    @property
    def heads(self) -> tuple[Head, ...]:
        """The columns."""

    @property
    def ranks(self) -> NDArray[np.float64]:
        """Margins of other good comments, ascending, the yardstick of risk; shape (n_heads, n)."""

    @property
    def good(self) -> NDArray[np.float64]:
        """Margins of comments that deserve to be published, shape (n, n_heads)."""

    @property
    def good_source(self) -> NDArray[np.intp]:
        """Which source each came from, shape (n,)."""

    @property
    def bad(self) -> NDArray[np.float64]:
        """Margins of comments that do not, shape (n, n_heads)."""

    @property
    def bad_source(self) -> NDArray[np.intp]:
        """Which source each came from, shape (n,)."""


@dataclass(frozen=True, slots=True)
class Cutoffs:
    """Where the machine may decide. None where the evidence does not suffice for the promise.

    Attributes
    ----------
    reject_from : float or None
        Comments with this risk or more may be rejected.
    publish_below : float or None
        Comments with a risk below this may be published.
    good, bad : int
        How many good and bad comments the two rest on.
    """

    reject_from: float | None
    publish_below: float | None
    good: int = 0
    bad: int = 0


def risk(margins: Mapping[Head, float], evidence: Evidence) -> float:
    """Rank a comment among good ones, by its worst head.

    Strictly increasing in every margin, also beyond the largest margin on record, so that order statistics of it are
    order statistics of the comments.

    Parameters
    ----------
    margins : mapping of Head to float
        Calibrated log-odds, rules counted in. Heads that the evidence does not know are left out.
    evidence : Evidence
        Its ``ranks`` are the yardstick.

    Returns
    -------
    float
        In (0, 1]: about the share of good comments that are less suspicious.
    """
    worst = 0.0
    for column, head in zip(evidence.ranks, evidence.heads, strict=True):
        margin = margins.get(head)
        if margin is not None:
            worst = max(worst, _rank(margin, column))
    return worst


def risks(margins: NDArray[np.float64], evidence: Evidence) -> NDArray[np.float64]:
    """Rank many comments, as `risk` ranks one.

    Parameters
    ----------
    margins : ndarray of shape (n, n_heads)
        Calibrated log-odds, columns as in ``evidence.heads``.
    evidence : Evidence
        Its ``ranks`` are the yardstick.

    Returns
    -------
    ndarray of shape (n,)
        Values in (0, 1].
    """
    worst = np.zeros(len(margins))
    for at, column in enumerate(evidence.ranks):
        worst = np.maximum(worst, _ranks(margins[:, at], column))
    return worst


def cutoffs(evidence: Evidence, max_good_rejected: float, max_bad_published: float) -> Cutoffs:
    """Choose the cut-offs that keep both promises.

    Where the evidence comes from several sources it is borrowed, and an unseen site is one source more. Then half of
    the promise is kept as a reserve for rejections, and each source that is large enough to speak must keep it by
    itself; what is published rests on all sources together, of which none has more than its capped number of rows.

    Parameters
    ----------
    evidence : Evidence
        Held-out margins and, in ``ranks``, those of *other* comments that serve as yardstick.
    max_good_rejected : float in (0, 1)
        Largest share of good comments that the machine may reject. Not a percentage.
    max_bad_published : float in (0, 1)
        Largest share of bad comments that the machine may publish.

    Returns
    -------
    Cutoffs
        None where no source suffices for the promise.

    Notes
    -----
    Neyman-Pearson umbrella algorithm: Tong, Feng, Li 2018, Science Advances 4(2), eaao1659.
    """
    good, bad = risks(evidence.good, evidence), risks(evidence.bad, evidence)
    return Cutoffs(
        reject_from=_reject_from(good, evidence.good_source, max_good_rejected),
        publish_below=lower_cutoff(bad, max_bad_published),
        good=len(evidence.good),
        bad=len(evidence.bad),
    )


def upper_cutoff(sample: NDArray[np.float64] | Sequence[float], share: float, delta: float = DELTA) -> float | None:
    """Give the lowest value that at most a share of the population reaches.

    Parameters
    ----------
    sample : array of shape (n,)
        Independent draws from the population, in any order.
    share : float in (0, 1)
        Largest share of the population that may lie at or above the value.
    delta : float in (0, 1)
        Largest probability that the sample misleads.

    Returns
    -------
    float or None
        Just above an order statistic of the sample, right with a confidence of 1 - delta; None below
        `evidence_needed` draws.

    Notes
    -----
    Tong, Feng, Li 2018, proposition 1: the k-th of n serves if P(Binomial(n, 1 - share) >= k) is at most delta.
    """
    k = order(len(sample), share, delta)
    if k is None:
        return None
    return float(np.nextafter(np.partition(np.asarray(sample, dtype=np.float64), k - 1)[k - 1], math.inf))


def lower_cutoff(sample: NDArray[np.float64] | Sequence[float], share: float, delta: float = DELTA) -> float | None:
    """Give the highest value that at most a share of the population lies below.

    Parameters
    ----------
    sample : array of shape (n,)
        Independent draws from the population, in any order.
    share : float in (0, 1)
        Largest share of the population that may lie below the value.
    delta : float in (0, 1)
        Largest probability that the sample misleads.

    Returns
    -------
    float or None
        An order statistic of the sample, right with a confidence of 1 - delta; None below `evidence_needed` draws.
    """
    mirrored = upper_cutoff(-np.asarray(sample, dtype=np.float64), share, delta)
    return None if mirrored is None else -float(np.nextafter(mirrored, -math.inf))


def order(n: int, share: float, delta: float = DELTA) -> int | None:
    """Say which order statistic keeps a promise.

    Parameters
    ----------
    n : int
        Draws, at least 0.
    share : float in (0, 1)
        Largest share of the population that may lie above.
    delta : float in (0, 1)
        Largest probability that the sample misleads.

    Returns
    -------
    int or None
        The smallest k, counted from 1, for which P(Binomial(n, 1 - share) >= k) is at most delta; None if there is
        none.
    """
    tail = 0.0
    for k in range(n, -1, -1):
        log_p = (
            math.lgamma(n + 1)
            - math.lgamma(k + 1)
            - math.lgamma(n - k + 1)
            + k * math.log1p(-share)
            + (n - k) * math.log(share)
        )
        tail += math.exp(log_p)
        if tail > delta:
            return None if k == n else k + 1
    return 1


def evidence_needed(share: float, delta: float = DELTA) -> int:
    """Say how many checked comments a promise needs at the least.

    Parameters
    ----------
    share : float in (0, 1)
        The promised share.
    delta : float in (0, 1)
        Largest probability that the sample misleads.

    Returns
    -------
    int
        59, 149, 299, 598 and 2,995 for 5, 2, 1, 0.5 and 0.1 % at a delta of 5 %.
    """
    return math.ceil(math.log(delta) / math.log1p(-share))


def _reject_from(values: NDArray[np.float64], source: NDArray[np.intp], share: float) -> float | None:
    parts = [values[source == one] for one in np.unique(source)]
    if len(parts) < 2:
        return upper_cutoff(values, share)
    reserved = share * BORROWED_SHARE
    large = [part for part in parts if len(part) >= _SPEAKS_FROM]
    found = [upper_cutoff(part, reserved) for part in large or [values]]
    # A source that is too small for the promise cannot vouch for it, so there is none.
    sure = [one for one in found if one is not None]
    return max(sure) if len(sure) == len(found) else None


def _rank(margin: float, column: NDArray[np.float64]) -> float:
    """The share of the column below a margin, softened between and beyond its values."""
    n = column.size
    at = int(column.searchsorted(margin, side="right"))
    if at == 0:
        return math.exp(max(margin - float(column[0]), -700.0)) / (n + 1)
    if at == n:
        return 1.0 - math.exp(float(column[-1]) - margin) / (n + 1)
    low, high = float(column[at - 1]), float(column[at])
    return (at + (margin - low) / (high - low)) / (n + 1)


def _ranks(margins: NDArray[np.float64], column: NDArray[np.float64]) -> NDArray[np.float64]:
    """`_rank` of many."""
    n = column.size
    at = column.searchsorted(margins, side="right")
    low, high = column[np.maximum(at - 1, 0)], column[np.minimum(at, n - 1)]
    inside = at + (margins - low) / np.where(high > low, high - low, 1.0)
    below = np.exp(np.clip(margins - column[0], -700.0, 0.0))
    above = n + 1 - np.exp(-np.maximum(margins - column[-1], 0.0))
    found: NDArray[np.float64] = np.where(at == 0, below, np.where(at == n, above, inside)) / (n + 1)
    return found
