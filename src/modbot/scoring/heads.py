"""Classifier heads: arrays in, calibrated log-odds with exact shares out.

One table of weights answers for all heads in one pass. The calibrating sigmoid is folded into the weights, so a
head's probability is the sigmoid of its margin, and its margin is the bias plus the shares of words and fields.
Decides nothing, reads no files; may import ``domain``, ``errors``, ``text`` and numpy.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from modbot.domain import Comment, Head, HeadScore, Term
from modbot.scoring import loops
from modbot.scoring.compiled import kernel
from modbot.scoring.features import Reading, read, words_of
from modbot.scoring.fields import FIELDS
from modbot.scoring.lexicon import Lexicon
from modbot.scoring.loops import Named
from modbot.scoring.ordinary import ORDINARY
from modbot.scoring.shares import margins, shares
from modbot.scoring.vocabulary import Vocabulary

if TYPE_CHECKING:
    from modbot.scoring import Scene

# Shares below this many log-odds are told together as one: nobody reads them, and each costs time and room.
_SMALL_SHARE = 0.04
_REST: Named = ("everything else", (), "rest")
_FIELD_NAMES: tuple[Named, ...] = tuple((name, (), "field") for name in FIELDS)
_BATCH = 256
# At most so many terms are told one by one, for the two heads that decide and for the others.
_MAIN = frozenset({Head.SPAM, Head.TOXICITY})
_MAIN_MAX = 8
# A body of one word, twenty thousand times, or of one word that long, is told as briefly as any other.
_SPANS_MAX = 100
_LABEL_MAX = 80
_SUB_MAX = 2

BANDS = (
    (0.02, "almost certainly not"),
    (0.2, "probably not"),
    (0.5, "rather not"),
    (0.8, "rather likely"),
    (0.98, "probably"),
    (1.0, "almost certainly"),
)
"""Upper ends of probability and the words for them, in ascending order."""


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Margins of labelled comments that the heads had not learned from.

    Attributes
    ----------
    heads : tuple of Head
        The columns: the heads that promises rest on.
    sources : tuple of str
        Where comments came from, named by index in the two ``…_source`` arrays.
    ranks : ndarray of shape (n_heads, n)
        Margins of good comments, ascending per head: the yardstick of risk. Other comments than in ``good``.
    good, bad : ndarray of shape (n, n_heads)
        Margins of comments that deserve to be published, and of those that do not.
    good_source, bad_source : ndarray of shape (n,)
        Index into ``sources``.
    """

    heads: tuple[Head, ...]
    sources: tuple[str, ...]
    ranks: NDArray[np.float64]
    good: NDArray[np.float64]
    good_source: NDArray[np.intp]
    bad: NDArray[np.float64]
    bad_source: NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """All heads of one version, fitted.

    Attributes
    ----------
    version : str
        The folder's name; stored with each verdict.
    heads : tuple of Head
        The columns of ``weights``.
    weights : ndarray of shape (n_buckets, n_heads)
        Log-odds per bucket, calibrated; the number of buckets is a power of two.
    bias : ndarray of shape (n_heads,)
        Log-odds of a comment without any features.
    evidence : Evidence
        Held-out margins, for borrowed promises.
    card : Mapping
        The facts that travel with the model.
    vocabulary : Vocabulary or None
        Log-odds of common words by head, for what they mean: they count as part of a word's own weight.
    """

    version: str
    heads: tuple[Head, ...]
    weights: NDArray[np.float64]
    bias: NDArray[np.float64]
    evidence: Evidence
    card: Mapping[str, Any] = field(default_factory=dict)
    vocabulary: Vocabulary | None = None
    lexicon: Lexicon = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "lexicon", Lexicon(self.weights, self.vocabulary))

    @property
    def name(self) -> str:
        """What the signal says that names a failed scorer."""
        return "model"

    @property
    def bits(self) -> int:
        """Number of buckets, as a power of two."""
        return int(self.weights.shape[0]).bit_length() - 1

    def look(self, scene: Scene) -> tuple[HeadScore, ...]:
        """Score the comment of a scene.

        Parameters
        ----------
        scene : Scene
            Only its comment is looked at.

        Returns
        -------
        tuple of HeadScore
            As `score`.
        """
        return self.score(scene.comment)

    def score(self, comment: Comment, *, small: float = _SMALL_SHARE) -> tuple[HeadScore, ...]:
        """Answer every head's question about one comment, with reasons.

        Parameters
        ----------
        comment : Comment
            Any comment.
        small : float
            Terms whose share is smaller than this many log-odds are told together as one term; 0 tells all.

        Returns
        -------
        tuple of HeadScore
            One per head, in the order of ``heads``. ``bias`` plus all shares is the margin; spans are in
            characters of the original body. The largest shares come first. Shares of fields are told from an
            ordinary comment, whose fields count as part of the bias.
        """
        reading = read(comment)
        usual, bias = _usual_fields(self)
        found = shares(reading, self.weights, self.lexicon)
        found[:, len(reading.words) :] -= usual
        if small > 0:
            told = kernel.largest(found, [_MAIN_MAX if head in _MAIN else _SUB_MAX for head in self.heads], small)
        else:
            # Made for sorting all, as the other is for a few.
            told = loops.largest(found, [found.shape[1]] * len(self.heads), 0.0)
        names = named(reading, comment.body, {owner for _, owners, _ in told for owner in owners})
        size = found.shape[1]
        return tuple(
            [
                HeadScore(head, base, kernel.terms(one, names, _REST, size, Term))
                for head, base, one in zip(self.heads, bias, told, strict=True)
            ]
        )

    def margins(self, comments: Iterable[Comment]) -> NDArray[np.float64]:
        """Answer every head's question about many comments, without reasons.

        Parameters
        ----------
        comments : iterable of Comment
            Read in batches.

        Returns
        -------
        ndarray of shape (n_comments, n_heads)
            Calibrated log-odds, equal to the margins of `score` up to rounding.
        """
        found = [margins(map(words_of, batch), self.weights, self.lexicon) for batch in _batches(comments, _BATCH)]
        return np.concatenate(found) + self.bias if found else np.empty((0, len(self.heads)))


def named(reading: Reading, body: str, owners: Collection[int]) -> dict[int, Named]:
    """Say what owners of shares are called and where they stand.

    Parameters
    ----------
    reading : Reading
        Of the body, with its places.
    body : str
        As it was written.
    owners : collection of int
        First the words, then the fields, as in `shares`.

    Returns
    -------
    dict of int to tuple
        Label, spans (the first hundred) and kind of each owner.
    """
    words = len(reading.words)
    names: dict[int, Named] = {owner: _FIELD_NAMES[owner - words] for owner in owners if owner >= words}
    wanted = [owner for owner in owners if owner < words]
    for word, spans in zip(wanted, reading.spans(wanted), strict=True):
        label = body[spans[0].start : spans[0].end]
        names[word] = label if len(label) <= _LABEL_MAX else f"{label[:_LABEL_MAX]}…", spans[:_SPANS_MAX], "word"
    return names


def probability(margin: float) -> float:
    """Turn log-odds into a probability.

    Parameters
    ----------
    margin : float
        Log-odds; any size.

    Returns
    -------
    float
        In [0, 1].
    """
    if margin >= 0:
        return 1.0 / (1.0 + math.exp(-margin))
    odds = math.exp(margin)
    return odds / (1.0 + odds)


def probabilities(margins: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn many log-odds into probabilities.

    Parameters
    ----------
    margins : ndarray of any shape
        Log-odds; any size.

    Returns
    -------
    ndarray of the same shape
        In [0, 1].
    """
    odds = np.exp(-np.abs(margins))
    found: NDArray[np.float64] = np.where(margins >= 0, 1.0, odds) / (1.0 + odds)
    return found


def band(p: float) -> str:
    """Say a probability in words.

    Parameters
    ----------
    p : float
        In [0, 1].

    Returns
    -------
    str
        One of the words of ``BANDS``.
    """
    return next(words for upper, words in BANDS if p <= upper)


def _batches(comments: Iterable[Comment], size: int) -> Iterator[Sequence[Comment]]:
    left = iter(comments)
    while batch := list(islice(left, size)):
        yield batch


@lru_cache(maxsize=8)
def _usual_fields(model: Model) -> tuple[NDArray[np.float64], list[float]]:
    """Log-odds that the fields of an ordinary comment add, by head and field; and the bias of each head with them."""
    readings = map(read, ORDINARY)
    found = [shares(reading, model.weights, model.lexicon)[:, len(reading.words) :] for reading in readings]
    usual: NDArray[np.float64] = np.mean(found, axis=0)
    return usual, (model.bias + usual.sum(axis=1)).tolist()
