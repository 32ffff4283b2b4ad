"""Measure a model on labelled comments, and its recipe without each source and on less of them.

Reads and writes nothing; may import ``domain``, ``promise`` and ``scoring``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from modbot import promise
from modbot.domain import Policy
from modbot.errors import NotEnoughEvidence
from modbot.learning.dataset import Example, share_of
from modbot.learning.figures import curves, gains, measure, share
from modbot.learning.recipe import Recipe, recipe_from
from modbot.learning.table import Progress
from modbot.learning.train import PROMISED, train
from modbot.scoring.heads import Model

PARTS = (1 / 8, 1 / 4, 1 / 2, 1.0)
"""Shares of authors and texts that a learning curve is measured at."""


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
        Per head what `measure` gives, with the shares and counts rejected, published and held at the default promises;
        for the heads that promises rest on also ``curves``. Rules, bans and history take no part.
    """
    margins = model.margins(example.comment for example in examples)
    wishes = Policy()
    cutoffs = promise.cutoffs(model.evidence, wishes.max_good_rejected, wishes.max_bad_published)
    risks = model_risks(model, margins)
    rejected = risks >= (np.inf if cutoffs.reject_from is None else cutoffs.reject_from)
    published = ~rejected & (risks < (-np.inf if cutoffs.publish_below is None else cutoffs.publish_below))
    found = {}
    for at, head in enumerate(model.heads):
        rows = [row for row, example in enumerate(examples) if head in example.labels]
        if rows:
            y = np.array([examples[row].labels[head] >= 0.5 for row in rows], dtype=np.int_)
            p, prior = expit(margins[rows, at]), model.card["priors"][head.value]
            found[head.value] = {**measure(y, p, prior=prior), **_outcome(y, rejected[rows], published[rows])}
            if head in PROMISED:
                found[head.value]["curves"] = curves(y, p, prior=prior)
    return found


def contrast(before: Model, after: Model, examples: Sequence[Example]) -> dict[str, dict[str, Any]]:
    """Compare two models on examples of one source, head by head.

    Parameters
    ----------
    before, after : Model
        Any fitted models.
    examples : sequence of Example
        At least one.

    Returns
    -------
    dict
        What `gains` gives, at the prior of ``after``, for each head that both have and that is answered both ways.
    """
    margins = [model.margins(example.comment for example in examples) for model in (before, after)]
    found = {}
    for head in (head for head in after.heads if head in before.heads):
        rows = [row for row, example in enumerate(examples) if head in example.labels]
        y = np.array([examples[row].labels[head] >= 0.5 for row in rows], dtype=np.int_)
        if 0 < y.sum() < y.size:
            old, new = (
                expit(values[rows, model.heads.index(head)])
                for model, values in zip((before, after), margins, strict=True)
            )
            found[head.value] = gains(y, old, new, prior=after.card["priors"][head.value])
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


def by_head(sources: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Turn figures per source and head into figures per head and source, or back.

    Parameters
    ----------
    sources : mapping of str to mapping of str
        Any nesting of two levels.

    Returns
    -------
    dict
        The same values, the inner names outside.
    """
    found: dict[str, dict[str, Any]] = {}
    for outer, inner in sources.items():
        for name, value in inner.items():
            found.setdefault(name, {})[outer] = value
    return found


def recipe_of(model: Model) -> Recipe:
    """Read the recipe that a model was made by.

    Parameters
    ----------
    model : Model
        Any fitted model.

    Returns
    -------
    Recipe
        The one on its card, or the shipped one.
    """
    return recipe_from(json.dumps(model.card["recipe"])) if "recipe" in model.card else Recipe()


def leave_one_out(examples: Sequence[Example], recipe: Recipe, *, seed: int, progress: Progress) -> dict[str, Any]:
    """Measure each source by fits that never saw it.

    Parameters
    ----------
    examples : sequence of Example
        Split already; of two sources at the least.
    recipe : Recipe
        How to fit.
    seed : int
        As in `train`.
    progress : callable
        Told how far it is.

    Returns
    -------
    dict
        Per head and source what `measure` gives.

    Raises
    ------
    NotEnoughEvidence
        There is only one source, or no head has enough labels.
    """
    sources = {example.source for example in examples}
    if len(sources) < 2:
        raise NotEnoughEvidence(
            f"expected two sources or more, to leave out one and learn from others; got {len(sources)}; add --data.",
            2 - len(sources),
        )
    found: dict[str, Any] = train(examples, recipe, seed=seed, version="", progress=progress).card[
        "leave_one_source_out"
    ]
    return found


def learning_curve(examples: Sequence[Example], recipe: Recipe, *, seed: int, progress: Progress) -> dict[str, Any]:
    """Fit on growing parts of the sources, and measure what that gains.

    Parameters
    ----------
    examples : sequence of Example
        Split already.
    recipe : Recipe
        How to fit.
    seed : int
        As in `train`.
    progress : callable
        Told how far each fit is.

    Returns
    -------
    dict
        Per head a list of points, smallest part first: ``part``, training ``rows`` and the mean AUC over sources,
        ``held_back`` and ``leave_one_source_out``; None where no source could be measured at every point. Parts are of
        authors and texts, so that a campaign is in or out as a whole.
    """
    cards = {}
    for part in PARTS:
        kept = [e for e in examples if e.part == "test" or share_of(f"part{_group(e)}") < part]
        try:
            cards[part] = train(kept, recipe, seed=seed, version="", progress=progress).card
        except NotEnoughEvidence:
            # Too small a part to learn from is no point of the curve.
            continue
    found = {}
    for head in sorted(PROMISED):
        measured = {part: card for part, card in cards.items() if head.value in card["priors"]}
        ways = {way: _means([card[way][head.value] for card in measured.values()]) for way in _WAYS}
        found[head.value] = [
            {
                "part": part,
                "rows": sum(counts["train"] for counts in card["rows"].values()),
                **{way: means[at] for way, means in ways.items()},
            }
            for at, (part, card) in enumerate(measured.items())
        ]
    return {head: points for head, points in found.items() if points}


_WAYS = ("held_back", "leave_one_source_out")


def _outcome(y: NDArray[np.int_], rejected: NDArray[np.bool_], published: NDArray[np.bool_]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for side, among in (("good", y == 0), ("bad", y == 1)):
        for verb, done in (("rejected", rejected), ("published", published)):
            found |= _counted(f"{side}_{verb}", done[among])
    return {**found, **_counted("held", ~rejected & ~published)}


def _counted(name: str, done: NDArray[np.bool_]) -> dict[str, Any]:
    hits = int(done.sum())
    return {**share(name, hits, done.size), f"{name}_count": hits}


def _group(example: Example) -> str:
    return example.comment.author.key or example.comment.fingerprint


def _means(points: Sequence[Mapping[str, Mapping[str, Any]]]) -> list[float | None]:
    """The mean AUC of those sources that every point could measure, so that all points are about the same."""
    measured = [{source for source, figures in one.items() if figures["auc"] is not None} for one in points]
    common = sorted(set.intersection(*measured)) if measured else []
    return [float(np.mean([one[source]["auc"] for source in common])) if common else None for one in points]
