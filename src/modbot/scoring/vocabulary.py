"""Common words, found by their hash, and a row of numbers for each: what it means, or what that adds to each head.

A word that a model has rarely met is judged by the company it keeps elsewhere. Decides nothing; may import numpy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """Rows of numbers, by word.

    Attributes
    ----------
    hashes : ndarray of shape (n_words,)
        The words, hashed as `hashing.hash_tokens` hashes those of the body; ascending, at least one.
    rows : ndarray of shape (n_words, n_columns)
        Of each word, in the same order.
    """

    hashes: NDArray[np.uint32]
    rows: NDArray[Any]

    def look_up(self, hashes: NDArray[np.uint32]) -> NDArray[Any]:
        """Give the rows of some words.

        Parameters
        ----------
        hashes : ndarray of shape (n,)
            Of words of the body.

        Returns
        -------
        ndarray of shape (n, n_columns)
            Zeros for a word that is not there.
        """
        at = self.hashes.searchsorted(hashes)
        found: NDArray[Any] = self.rows.take(at, axis=0, mode="clip")
        found[self.hashes.take(at, mode="clip") != hashes] = 0.0
        return found
