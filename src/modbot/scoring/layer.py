"""What one site's own decisions add to the shipped model: a thin layer of shares on top of its margins.

A layer corrects each head's margin for one site: it stretches it, moves it, and adds shares of words and fields that
people of this site decided about. It is fitted from that site's reviews alone, by numpy, in well under a second, and
never touches the shipped weights. Whether it is used is measured on reviews that it had not seen. Decides nothing,
reads no store and no files but its own bytes; may import ``domain``, this room and numpy.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from modbot.domain import Comment, Head, HeadScore, SiteLayer, Term
from modbot.scoring import Scene
from modbot.scoring.features import Reading, read
from modbot.scoring.fields import FIELDS
from modbot.scoring.heads import Model, named
from modbot.scoring.traits import TRAIT_BITS, Traits, traits_of

LAYER_HEADS = (Head.SPAM, Head.TOXICITY)
"""The heads that people's reviews speak of; a layer has a column for each."""

# Fitting: so many passes, step size, and pull towards "as the shipped model says". Chosen on the lives of blogs and
# videos that were replayed with a model that had not seen them; see docs/model.md.
_EPOCHS = 5
_STEP = 1.2
_PULL = 0.0005
_SLOPE_PULL = 20.0
_BIAS_PULL = 1.25
_SLOPE_MIN = 0.3
# Gains per coordinate start with this much on the clock, so that the first step is no leap.
_WARM = 0.5
_EXPONENT_MAX = 35.0
# Site shares smaller than this many log-odds are told together; at most so many are told one by one.
_SMALL_SHARE = 0.04
_TOLD_MAX = 8
# Of a head of which a site has seen one answer only: log-odds (20 %) from which on a suspicion is not argued away.
_SUSPECT = float(np.log(0.25))
_BACK = "too few here were rejected for it to lower it further"
_USUAL = "what people here decided so far"
_REST = "everything else that people here decided"


@dataclass(frozen=True, slots=True, eq=False)
class Lessons:
    """What people decided about comments of one site, ready to fit.

    Attributes
    ----------
    traits : sequence of Traits
        One per comment.
    margins : ndarray of shape (n, n_heads)
        The shipped model's log-odds, columns as in ``LAYER_HEADS``.
    rules : ndarray of shape (n, n_heads)
        What rules added to them when the comment came.
    labels : ndarray of shape (n, n_heads)
        1 or 0; not a number where the review does not speak of the head.
    weights : ndarray of shape (n,)
        How many comments each stands for: one over the chance that a person got to see it.
    """

    traits: Sequence[Traits]
    margins: NDArray[np.float64]
    rules: NDArray[np.float64]
    labels: NDArray[np.float64]
    weights: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """One site's corrections.

    Attributes
    ----------
    version : str
        Named in verdicts behind the model's version, such as ``s7``.
    model : str
        Version of the shipped model that it corrects; with another one it is not used.
    heads : tuple of Head
        The heads that it corrects, a part of ``LAYER_HEADS``.
    slopes, biases : ndarray of shape (len(LAYER_HEADS),)
        1 and 0 for a head that is left as it is.
    weights : ndarray of shape (n_buckets, len(LAYER_HEADS))
        Log-odds per bucket.
    limited : frozenset of Head
        Heads of which it knows one answer only: what the shipped model finds at least 20 % likely stays so.
    """

    version: str
    model: str
    heads: tuple[Head, ...]
    slopes: NDArray[np.float64]
    biases: NDArray[np.float64]
    weights: NDArray[np.float64]
    limited: frozenset[Head] = frozenset()

    def margins(self, traits: Sequence[Traits], margins: NDArray[np.float64]) -> NDArray[np.float64]:
        """Correct the margins of many comments.

        Parameters
        ----------
        traits : sequence of Traits
            The comments.
        margins : ndarray of shape (n, n_heads)
            The shipped model's, columns as in ``LAYER_HEADS``.

        Returns
        -------
        ndarray of shape (n, n_heads)
            Log-odds; columns of heads that are not used are as given.
        """
        if not traits:
            return margins
        shares = np.array([one.values @ self.weights[one.buckets] for one in traits])
        used = np.array([head in self.heads for head in LAYER_HEADS])
        limited = np.array([head in self.limited for head in LAYER_HEADS])
        least = np.where(limited & (margins >= _SUSPECT), _SUSPECT, -np.inf)
        corrected = np.maximum(margins * self.slopes + self.biases + shares, least)
        return np.where(used, corrected, margins)

    def corrected(self, comment: Comment, scores: Sequence[HeadScore]) -> tuple[HeadScore, ...]:
        """Add this site's shares to head scores, as terms of the same sums.

        Parameters
        ----------
        comment : Comment
            The one that was scored.
        scores : sequence of HeadScore
            By the shipped model.

        Returns
        -------
        tuple of HeadScore
            With terms of kind ``site``; heads that the layer does not correct are as given.
        """
        reading = read(comment)
        one = traits_of(reading)
        owners = len(reading.words) + len(FIELDS)
        found = []
        for score in scores:
            if score.head not in self.heads:
                found.append(score)
                continue
            at = LAYER_HEADS.index(score.head)
            halves = one.values * self.weights[one.buckets, at] / 2
            shares = np.bincount(one.owners, halves, owners) + np.bincount(one.partners, halves, owners)
            usual = (float(self.slopes[at]) - 1.0) * score.margin + float(self.biases[at])
            terms = (*score.terms, Term(_USUAL, usual, (), "site"), *_told(reading, comment.body, shares.tolist()))
            total = score.margin + usual + float(shares.sum())
            if score.head in self.limited and total < _SUSPECT <= score.margin:
                terms = (*terms, Term(_BACK, _SUSPECT - total, (), "site"))
            found.append(HeadScore(score.head, score.bias, terms))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Layered:
    """The shipped model with one site's layer on top, as one scorer."""

    model: Model
    layer: Layer

    @property
    def name(self) -> str:
        """What the signal says that names a failed scorer."""
        return self.model.name

    @property
    def version(self) -> str:
        """Both versions."""
        return f"{self.model.version}+{self.layer.version}"

    def look(self, scene: Scene) -> tuple[HeadScore, ...]:
        """Score the comment of a scene.

        Parameters
        ----------
        scene : Scene
            Only its comment is looked at.

        Returns
        -------
        tuple of HeadScore
            As the model gives them, with the site's terms.
        """
        return self.layer.corrected(scene.comment, self.model.score(scene.comment))


def fit(lessons: Lessons, *, version: str, model: str, seed: int = 0) -> Layer:
    """Fit a layer that corrects all heads of which the lessons speak.

    Logistic regression on top of the shipped margins, pulled towards leaving them as they are, by a few passes of
    AdaGrad in a random order.

    Parameters
    ----------
    lessons : Lessons
        From one site.
    version, model : str
        Names, for verdicts.
    seed : int
        Of the orders; the same lessons and seed give the same layer.

    Returns
    -------
    Layer
        Correcting every head of which at least one lesson speaks.

    Notes
    -----
    AdaGrad: Duchi, Hazan, Singer 2011, JMLR 12, 2121-2159.
    """
    width = len(LAYER_HEADS)
    weights = np.zeros((1 << TRAIT_BITS, width))
    slopes, biases = np.ones(width), np.zeros(width)
    heads = []
    for at, head in enumerate(LAYER_HEADS):
        rows = np.flatnonzero(~np.isnan(lessons.labels[:, at]))
        if rows.size:
            slopes[at], biases[at] = _fit_head(lessons, at, rows, weights[:, at], np.random.default_rng(seed))
            heads.append(head)
    return Layer(version, model, tuple(heads), slopes, biases, weights)


def losses(lessons: Lessons, layer: Layer | None) -> NDArray[np.float64]:
    """Add up how surprised the model was by each head's answers, without and with a layer.

    Parameters
    ----------
    lessons : Lessons
        Which the layer has not seen.
    layer : Layer or None
        None counts as leaving all margins as they are.

    Returns
    -------
    ndarray of shape (2, n_heads)
        Logarithmic losses in nats: of the shipped model, and with the layer.
    """
    corrected = lessons.margins if layer is None else layer.margins(lessons.traits, lessons.margins)
    answered = ~np.isnan(lessons.labels)
    signs = np.where(answered, 1.0 - 2.0 * lessons.labels, 0.0)
    return np.array(
        [
            np.logaddexp(0.0, signs * (margins + lessons.rules)).sum(axis=0, where=answered)
            for margins in (lessons.margins, corrected)
        ]
    )


def to_bytes(layer: Layer) -> bytes:
    """Write a layer's arrays down.

    Parameters
    ----------
    layer : Layer
        Any.

    Returns
    -------
    bytes
        An ``.npz`` without objects, of the buckets that say something.
    """
    out = io.BytesIO()
    buckets = np.flatnonzero(layer.weights.any(axis=1))
    np.savez_compressed(
        out,
        slopes=layer.slopes,
        biases=layer.biases,
        buckets=buckets.astype(np.uint16),
        weights=layer.weights[buckets].astype(np.float32),
    )
    return out.getvalue()


def layer_from(row: SiteLayer, model: str, *, in_use: bool = True) -> Layer | None:
    """Read a site's layer back.

    Parameters
    ----------
    row : SiteLayer
        As the store keeps it.
    model : str
        Version of the shipped model that it is wanted for.
    in_use : bool
        Whether only the heads count for which the layer has shown that it helps.

    Returns
    -------
    Layer or None
        None if there is none, it belongs to another model, or it corrects nothing.
    """
    heads = [Head(name) for name in row.facts.get("in_use" if in_use else "heads", ())]
    if row.layer is None or not heads or not fits(row, model):
        return None
    weights = np.zeros((1 << TRAIT_BITS, len(LAYER_HEADS)))
    with np.load(io.BytesIO(row.layer), allow_pickle=False) as arrays:
        weights[arrays["buckets"]] = arrays["weights"]
        limited = frozenset(Head(name) for name in row.facts.get("limited", ()))
        return Layer(f"s{row.version}", model, tuple(heads), arrays["slopes"], arrays["biases"], weights, limited)


def fits(row: SiteLayer, model: str) -> bool:
    """Whether a site's layer was made for a model.

    Parameters
    ----------
    row : SiteLayer
        As the store keeps it.
    model : str
        Version of a shipped model.

    Returns
    -------
    bool
        False also where there is no layer.
    """
    return bool(row.facts.get("model") == model)


def p_bad(margins: NDArray[np.float64]) -> NDArray[np.float64]:
    """Say how likely a comment is bad in any way.

    Parameters
    ----------
    margins : ndarray of shape (n, n_heads)
        Calibrated log-odds.

    Returns
    -------
    ndarray of shape (n,)
        Probabilities, heads taken as independent.
    """
    good = 1.0 / (1.0 + np.exp(np.clip(margins, -_EXPONENT_MAX, _EXPONENT_MAX)))
    found: NDArray[np.float64] = 1.0 - good.prod(axis=1)
    return found


def _fit_head(
    lessons: Lessons, at: int, rows: NDArray[np.intp], weights: NDArray[np.float64], rng: np.random.Generator
) -> tuple[float, float]:
    """Fit one column of weights in place; give its slope and bias."""
    margins, rules = lessons.margins[rows, at].tolist(), lessons.rules[rows, at].tolist()
    labels, counts = lessons.labels[rows, at].tolist(), lessons.weights[rows].tolist()
    traits = [lessons.traits[row] for row in rows]
    gains = np.full(weights.shape, _WARM)
    slope, bias, slope_gain, bias_gain = 1.0, 0.0, 1.0, 1.0
    for _ in range(_EPOCHS):
        for i in rng.permutation(rows.size).tolist():
            buckets, values = traits[i].buckets, traits[i].values
            now = weights[buckets]
            margin = slope * margins[i] + rules[i] + bias + float(now @ values)
            surprise = (_sigmoid(margin) - labels[i]) * counts[i]
            gradient = surprise * values + _PULL * now
            gains[buckets] += gradient * gradient
            weights[buckets] = now - _STEP * gradient / np.sqrt(gains[buckets])
            step = surprise + bias * _BIAS_PULL / rows.size
            bias_gain += step * step
            bias -= 0.5 * step / bias_gain**0.5
            step = surprise * margins[i] + (slope - 1.0) * _SLOPE_PULL / rows.size
            slope_gain += step * step
            slope = max(_SLOPE_MIN, slope - 0.2 * step / slope_gain**0.5)
    return slope, bias


def _sigmoid(margin: float) -> float:
    return float(1.0 / (1.0 + np.exp(-min(max(margin, -_EXPONENT_MAX), _EXPONENT_MAX))))


def _told(reading: Reading, body: str, shares: list[float]) -> tuple[Term, ...]:
    """The largest shares as terms of their own, the rest as one."""
    largest = sorted(range(len(shares)), key=lambda i: -abs(shares[i]))[:_TOLD_MAX]
    names = named(reading, body, largest)
    terms = []
    told = 0.0
    for i in largest:
        share = shares[i]
        if abs(share) < _SMALL_SHARE:
            break
        told += share
        label, spans, _ = names[i]
        terms.append(Term(label, share, spans, "site"))
    return (*terms, Term(_REST, sum(shares) - told, (), "site"))
