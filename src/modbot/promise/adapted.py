"""Borrowed cut-offs, adapted to a site: where the expected number of errors stays within the promise.

Once a site's layer has shown on that site's own reviews that it says more than the shipped model does, its
probabilities are the best there is to know of that site, long before checked comments suffice for a guarantee. So the
cut-offs move to where the *expected* errors among the site's latest comments stay within half of the promise. That is
an estimate and no guarantee; the guarantee is what mode own is for. Pure; may import ``domain``, this room and numpy.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from modbot.domain import Policy, SiteLayer
from modbot.promise import BORROWED_SHARE, Cutoffs

SURELY_BAD = 0.9
"""Nothing is rejected by machine that is less likely bad than this in every head."""

SURELY_GOOD = 0.2
"""Nothing is published by machine that is more likely bad than this in any one head."""


def adapted(
    risks: NDArray[np.float64],
    p_bad: NDArray[np.float64],
    wishes: tuple[float, float],
    *,
    bounds: tuple[float, float],
    usual_bad: float,
) -> Cutoffs:
    """Choose cut-offs by the errors that are to be expected.

    Parameters
    ----------
    risks : ndarray of shape (n,)
        Of the site's latest comments, whoever decided them, as they would be scored now.
    p_bad : ndarray of shape (n,)
        How likely each is to be bad.
    wishes : tuple of float
        Largest share of good comments that the machine may reject, and of bad ones that it may publish.
    bounds : tuple of float
        Risks that the publish cut-off may not exceed and that the reject cut-off may not fall below.
    usual_bad : float in (0, 1)
        Share of bad comments on a usual site. Where there are hardly any bad comments, or hardly any good ones, a share
        of them says nothing; the promise is then read as if there were as many as usual.

    Returns
    -------
    Cutoffs
        Never None; ``good`` and ``bad`` are the expected numbers among the comments given.
    """
    order = np.argsort(risks, kind="stable")
    risks, p_bad = risks[order], p_bad[order]
    bad, good = float(p_bad.sum()), float((1.0 - p_bad).sum())
    may_reject, may_publish = (share * BORROWED_SHARE for share in wishes)
    published = np.searchsorted(np.cumsum(p_bad), may_publish * max(bad, usual_bad * risks.size), side="right")
    rejected = np.searchsorted(
        np.cumsum((1.0 - p_bad)[::-1]), may_reject * max(good, (1.0 - usual_bad) * risks.size), side="right"
    )
    lowest, highest = bounds
    return Cutoffs(
        # Just above the first comment that would be one too many, and all that look exactly like it.
        reject_from=max(highest, float(np.nextafter(risks[-1 - rejected], np.inf)))
        if rejected < risks.size
        else highest,
        publish_below=min(lowest, float(risks[published])) if published < risks.size else lowest,
        good=round(good),
        bad=round(bad),
    )


def in_force(row: SiteLayer, policy: Policy) -> Cutoffs | None:
    """Give the cut-offs that were adapted to a site.

    Parameters
    ----------
    row : SiteLayer
        What was learned from the site.
    policy : Policy
        What it wishes now.

    Returns
    -------
    Cutoffs or None
        None where no layer is used, or its cut-offs were made for other wishes.
    """
    if not row.facts.get("in_use") or row.facts["wishes"] != wished(policy):
        return None
    return Cutoffs(row.facts["reject_from"], row.facts["publish_below"])


def wished(policy: Policy) -> list[float]:
    """Give the wishes that cut-offs depend on, as they are written down beside them.

    Parameters
    ----------
    policy : Policy
        A site's.

    Returns
    -------
    list of float
        The two promised shares.
    """
    return [policy.max_good_rejected, policy.max_bad_published]
