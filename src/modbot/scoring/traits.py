"""A comment as a site's layer sees it: words, neighbours and fields, hashed to a small table of their own.

Character grams are the shipped model's business: what one site decides about must be named to be told. Decides
nothing; may import ``domain``, this room and numpy.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from modbot.domain import Comment
from modbot.scoring.features import (
    FIELD_VALUE,
    Reading,
    field_salt,
    field_text_scale,
    hash_tokens,
    key_bucket,
    pair_buckets,
    whole_buckets,
    word_scale,
    words_of,
)

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
    buckets = [np.array([key_bucket(key, TRAIT_BITS) for _, key in reading.keys], dtype=np.intp)]
    values = [np.full(len(reading.keys), FIELD_VALUE)]
    owners = [np.array([words + field for field, _ in reading.keys], dtype=np.intp)]
    partners = list(owners)
    tokens = [*[(-1, word) for word in reading.words], *reading.texts]
    if tokens:
        salts = np.array([0 if field < 0 else field_salt(field) for field, _ in tokens], dtype=np.uint32)
        whole = hash_tokens([token for _, token in tokens], salts, TRAIT_BITS).whole
        per_word, per_text = word_scale(words + len(reading.pairs)), field_text_scale(len(reading.texts))
        left, right = np.array(reading.pairs, dtype=np.intp).reshape(-1, 2).T
        of_tokens = np.array([*range(words), *(words + field for field, _ in reading.texts)], dtype=np.intp)
        buckets += (whole_buckets(whole, salts > 0, TRAIT_BITS), pair_buckets(whole[left], whole[right], TRAIT_BITS))
        values += (np.where(salts > 0, per_text, per_word), np.full(left.size, per_word))
        owners += (of_tokens, left)
        partners += (of_tokens, right)
    return Traits(*map(np.concatenate, (buckets, values, owners, partners)))
