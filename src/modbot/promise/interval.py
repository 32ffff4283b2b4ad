"""Shares that were seen in a sample, with the 95 % interval in which the true one lies. Pure; imports nothing."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

# Of the normal distribution, 2.5 % lie above.
_Z = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Share:
    """A share with its interval.

    Attributes
    ----------
    hits : int
        How many were so.
    n : int
        Of how many that were looked at.
    share : float
        The share in the population, as far as the sample tells; 0 of none.
    low, high : float
        Its 95 % interval; (0, 1) of none.
    """

    hits: int
    n: int
    share: float
    low: float
    high: float


def wilson(hits: float, n: float) -> tuple[float, float]:
    """Give the 95 % score interval of a share.

    Parameters
    ----------
    hits, n : float
        ``hits`` of ``n``; fractions where draws of unequal weight count as so many equal ones.

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
    part = hits / n
    centre = (part + _Z * _Z / (2 * n)) / (1 + _Z * _Z / n)
    reach = _Z / (1 + _Z * _Z / n) * math.sqrt(part * (1 - part) / n + _Z * _Z / (4 * n * n))
    return max(0.0, centre - reach), min(1.0, centre + reach)


def weighted_share(groups: Iterable[tuple[int, int, float]]) -> Share:
    """Estimate a share from draws that chance chose with unequal rates.

    Each draw speaks for as many comments as one was drawn of. Unequal weights tell less than their number says, so the
    interval is that of as many equal draws as are worth the same.

    Parameters
    ----------
    groups : iterable of tuple of int, int and float
        For draws of one rate: how many were so, of how many, and the rate in (0, 1].

    Returns
    -------
    Share
        Where all rates are the same, plainly ``hits / n`` with Wilson's interval.

    Notes
    -----
    The estimate is Hájek's, the number of equal draws Kish's: Kish 1965, Survey Sampling, section 11.7.
    """
    counted = [(hits, n, 1 / rate) for hits, n, rate in groups if n]
    hits, n = sum(group[0] for group in counted), sum(group[1] for group in counted)
    if not n:
        return Share(0, 0, 0.0, *wilson(0, 0))
    whole = sum(weight * some for _, some, weight in counted)
    share = sum(weight * some for some, _, weight in counted) / whole
    worth = whole * whole / sum(weight * weight * some for _, some, weight in counted)
    return Share(hits, n, share, *wilson(share * worth, worth))
