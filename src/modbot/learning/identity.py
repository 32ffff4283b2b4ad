"""Whether words for groups of people carry a verdict by themselves: one sentence, many terms, compared.

The sentences in ``identity.csv`` are for measuring alone and never trained on. Each is said once of every term and once
of every neutral word in its place; whatever differs is the doing of the term. Reads that file and nothing else; may
import ``domain`` and ``scoring``.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t

from modbot.domain import Author, Comment, Head
from modbot.learning.figures import area
from modbot.scoring.heads import Model

SLOT = "{who}"
FILE = Path(__file__).with_name("identity.csv")
SLICES = ("subgroup_auc", "bpsn_auc", "bnsp_auc")

# As in the published competition on this measure: low values of single terms weigh more than high ones.
_POWER = -5.0


@dataclass(frozen=True, slots=True)
class Swaps:
    """Sentences with a slot, and what goes into it.

    Attributes
    ----------
    terms : tuple of str
        Words for groups of people.
    neutral : tuple of str
        Words that may stand in their place and name no group.
    harmless, abusive : tuple of str
        Sentences that hold ``SLOT`` once.
    """

    terms: tuple[str, ...]
    neutral: tuple[str, ...]
    harmless: tuple[str, ...]
    abusive: tuple[str, ...]


@cache
def swaps() -> Swaps:
    """Read our own sentences.

    Returns
    -------
    Swaps
        The same each time.
    """
    with FILE.open(encoding="utf-8", newline="") as stream:
        rows = [(row["kind"], row["text"]) for row in csv.DictReader(stream)]
    kinds = ("term", "neutral", "harmless", "abusive")
    return Swaps(*(tuple(text for kind, text in rows if kind == wanted) for wanted in kinds))


def identity(model: Model, head: Head = Head.TOXICITY) -> dict[str, Any] | None:
    """Measure what each term adds to a head's answer, and how well the head tells apart beside it.

    Parameters
    ----------
    model : Model
        Any fitted model.
    head : Head
        The head to be asked.

    Returns
    -------
    dict or None
        ``auc`` over all sentences with a term; ``good_from_half``, the share of harmless ones among them with a
        probability of one half or more; ``gap``, the largest mean difference in log-odds to the neutral words, over
        harmless sentences and in either direction; the three AUC of Borkan et al. as a power mean over terms; and
        ``terms`` with these per term. None if the model has no such head.

    Notes
    -----
    Borkan, Dixon, Sorensen, Thain, Vasserman 2019 (WWW companion, 491-500). The background are the sentences with
    neutral words. Subgroup: abuse and harmless sentences both with the term. BPSN (background positive, subgroup
    negative): low where harmless sentences with the term look like abuse. BNSP: low where abuse with the term passes.
    """
    if head not in model.heads:
        return None
    known = swaps()
    margins = model.margins(comments(known))[:, model.heads.index(head)]
    shape = (len(known.terms) + len(known.neutral), len(known.harmless) + len(known.abusive))
    by_word = margins.reshape(shape)
    harmless, abusive = by_word[:, : len(known.harmless)], by_word[:, len(known.harmless) :]
    at = len(known.terms)
    terms = {term: _slices(harmless[i], abusive[i], harmless[at:], abusive[at:]) for i, term in enumerate(known.terms)}
    return {
        "sentences": shape[1],
        "auc": area(abusive[:at].ravel(), harmless[:at].ravel()),
        "good_from_half": float((harmless[:at] >= 0).mean()),
        "bad_from_half": float((abusive[:at] >= 0).mean()),
        "gap": max((one["gap"] for one in terms.values()), key=abs),
        **{name: _power_mean([one[name] for one in terms.values()]) for name in SLICES},
        "terms": terms,
    }


def comments(known: Swaps) -> Iterator[Comment]:
    """Say every sentence of every word.

    Parameters
    ----------
    known : Swaps
        Sentences and words.

    Yields
    ------
    Comment
        Word by word, terms first; for each the harmless sentences, then the abusive ones.
    """
    for word in (*known.terms, *known.neutral):
        for sentence in (*known.harmless, *known.abusive):
            yield Comment(
                site_id="", key="", fingerprint="", name="", body=sentence.replace(SLOT, word), author=Author(key="")
            )


def _slices(
    harmless: NDArray[np.float64],
    abusive: NDArray[np.float64],
    usual_harmless: NDArray[np.float64],
    usual_abusive: NDArray[np.float64],
) -> dict[str, Any]:
    """One term against the background, whose rows are words and columns the same sentences."""
    gaps = harmless - usual_harmless.mean(axis=0)
    reach = float(t.ppf(0.975, gaps.size - 1) * gaps.std(ddof=1) / np.sqrt(gaps.size))
    gap = float(gaps.mean())
    return {
        "gap": gap,
        "gap_interval": [gap - reach, gap + reach],
        "subgroup_auc": area(abusive, harmless),
        "bpsn_auc": area(usual_abusive.ravel(), harmless),
        "bnsp_auc": area(abusive, usual_harmless.ravel()),
    }


def _power_mean(values: Iterable[float]) -> float:
    found = np.fromiter(values, dtype=np.float64)
    return float(np.mean(np.maximum(found, 1e-6) ** _POWER) ** (1 / _POWER))
