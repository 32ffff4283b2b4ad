"""What a group is called makes nothing abuse: after a fit such a word adds no more than "people" does.

Training texts name groups where they abuse them, so a fit learns their names along with the abuse, whatever twins say
(`swaps`). May import ``scoring``.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from modbot.learning.dictionary import dictionary
from modbot.learning.swaps import TERMS
from modbot.scoring.features import char_scale, word_scale
from modbot.scoring.hashing import hash_tokens

PLAIN: Final = "people"
"""What a word for a group may say at most."""

# In a comment of ten different words of five letters; in one of sixty it is nearly the same.
_GRAM_BESIDE_WORD = char_scale(180) / word_scale(19)


def own_weights(words: list[str], weights: NDArray[np.float64], bits: int) -> NDArray[np.float64]:
    """Say what words weigh by themselves.

    Parameters
    ----------
    words : list of str
        At least one.
    weights : ndarray of shape (2**bits + n_columns,)
        Of hashed features and of what words mean, in log-odds.
    bits : int
        Number of buckets, as a power of two.

    Returns
    -------
    ndarray of shape (n_words,)
        Letters, the word itself and its meaning together, as the weight of a word.
    """
    hashed = hash_tokens(words, np.zeros(len(words), dtype=np.uint32), bits)
    letters = np.add.reduceat(weights[hashed.grams], hashed.counts.cumsum() - hashed.counts)
    meant = dictionary().look_up(hashed.hashes) @ weights[2**bits :]
    found: NDArray[np.float64] = letters * _GRAM_BESIDE_WORD + weights[hashed.whole] + meant
    return found


def quieted(weights: NDArray[np.float64], bits: int) -> NDArray[np.float64]:
    """Take from words for groups what they weigh more than a plain word.

    Parameters
    ----------
    weights : ndarray of shape (2**bits + n_columns,)
        As for `own_weights`.
    bits : int
        As for `own_weights`.

    Returns
    -------
    ndarray of the same shape
        Other weights for `swaps.TERMS` themselves, and for what shares a bucket with one.
    """
    plain, *own = own_weights([PLAIN, *TERMS], weights, bits).tolist()
    found = weights.copy()
    buckets = hash_tokens(list(TERMS), np.zeros(len(TERMS), dtype=np.uint32), bits).whole
    np.subtract.at(found, buckets, np.maximum(np.array(own) - max(plain, 0.0), 0.0))
    return found
