"""Codes of characters to 32-bit hashes: each short run within a token, and the token as a whole.

Knows no words and no buckets. May import numpy.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_SIZES = np.array([2, 3, 4, 5], dtype=np.int32)
_GRAM_SALT = np.array([0x2545F491, 0x51ED270B, 0x8DA6B343, 0xD8163841], dtype=np.uint32)
_ROLL = np.uint32(0x01000193)
_PLACES = np.random.default_rng(20_09).integers(1, 2**32, 64, dtype=np.uint32) | np.uint32(1)


def hashed_runs(codes: NDArray[np.uint32], lengths: NDArray[np.intp]) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Hash all runs of two to five codes that end within their token, and each token as a whole.

    Parameters
    ----------
    codes : ndarray of shape (n_codes,)
        Tokens end to end.
    lengths : ndarray of shape (n_tokens,)
        How many codes each token has; at least two.

    Returns
    -------
    runs : ndarray of shape (n_runs,)
        Token by token, by where they start and how long they are.
    whole : ndarray of shape (n_tokens,)
        One hash for each token.
    """
    size = codes.size
    padded = np.concatenate((codes, np.zeros(4, dtype=np.uint32)))
    grams = np.empty((size, 4), dtype=np.uint32)
    rolled = codes
    for i in range(4):
        rolled = rolled * _ROLL + padded[i + 1 : i + 1 + size]
        grams[:, i] = rolled
    grams ^= _GRAM_SALT
    ends = lengths.cumsum()
    left = ends.repeat(lengths) - np.arange(size)
    starts = ends - lengths
    places = np.minimum(np.arange(size) - starts.repeat(lengths), _PLACES.size - 1)
    whole = np.add.reduceat(codes * _PLACES[places], starts, dtype=np.uint32)
    return grams[left[:, None] >= _SIZES], whole
