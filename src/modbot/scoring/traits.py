"""A comment as a site's layer sees it: words, neighbours and fields, hashed to a small table of their own.

Character grams are the shipped model's business: what one site decides about must be named to be told. Decides
nothing; may import ``domain``, this room and numpy.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from modbot.domain import Comment
from modbot.scoring.features import FIELD_VALUE, Reading, field_salt, field_text_scale, word_scale, words_of
from modbot.scoring.hashing import hash_tokens, key_buckets, pair_buckets

TRAIT_BITS = 15
"""Buckets of a layer, as a power of two: one site's decisions name some thousands of words."""


@dataclass(frozen=True, slots=True, eq=False)
class Traits:
    """A comment as a layer sees it.

    Attributes
    ----------
    buckets : ndarray of shape (n,)
        Words, pairs, keys and field texts, hashed; character grams are the shipped model's business.
    values : ndarray of shape (n,)
        The value of each.
    owners, partners : ndarray of shape (n,)
        The word it belongs to, or the number of words plus the field. A pair belongs half to either of its words;
        for everything else both are the same.
    """

    buckets: NDArray[np.intp]
    values: NDArray[np.float64]
    owners: NDArray[np.intp]
    partners: NDArray[np.intp]


def traits_of(one: Reading | Comment) -> Traits:
    """Take a comment apart as a layer sees it.

    Parameters
    ----------
    one : Reading or Comment
        A reading is used as it is.

    Returns
    -------
    Traits
        Never empty: fields always have keys.
    """
    reading = words_of(one) if isinstance(one, Comment) else one
    words = len(reading.words)
    buckets = [np.array(key_buckets(reading.keys, TRAIT_BITS), dtype=np.intp)]
    values = [np.full(len(reading.keys), FIELD_VALUE)]
    owners = [np.array([words + field for field, _ in reading.keys], dtype=np.intp)]
    partners = list(owners)
    tokens = [*[(-1, word) for word in reading.words], *reading.texts]
    if tokens:
        whole, hashes = np.array([_hashed(*token) for token in tokens], dtype=np.int64).T
        pairs = reading.pairs
        left, right = np.array(pairs, dtype=np.intp).reshape(-1, 2).T
        # On one site the same people come back, so that names speak up here, with a website and without.
        per_word, per_text = word_scale(words + len(pairs)), field_text_scale(len(reading.texts), website=True)
        of_tokens = np.array([*range(words), *(words + field for field, _ in reading.texts)], dtype=np.intp)
        hashes = hashes.astype(np.uint32)
        buckets += (whole, pair_buckets(hashes[left], hashes[right], TRAIT_BITS))
        values += (np.where(np.arange(len(tokens)) < words, per_word, per_text), np.full(left.size, per_word))
        owners += (of_tokens, left)
        partners += (of_tokens, right)
    return Traits(*map(np.concatenate, (buckets, values, owners, partners)))


@functools.lru_cache(maxsize=65_536)
def _hashed(field: int, token: str) -> tuple[int, int]:
    """Give a token's bucket, and what its pairs are hashed from."""
    salt = 0 if field < 0 else field_salt(field)
    found = hash_tokens([token], np.array([salt], dtype=np.uint32), TRAIT_BITS)
    return int(found.whole[0]), int(found.hashes[0])
