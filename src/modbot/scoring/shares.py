"""From what was read to log-odds: word by word for one comment, in sum for many.

Multiplies the weights of a model with what `features` read, through the model's lexicon. Knows no heads by name; may
import ``domain``, ``text`` and numpy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modbot.scoring.features import (
    FIELD_VALUE,
    Reading,
    char_scale,
    field_text_scale,
    key_bucket,
    neighbours,
    pair_buckets,
    word_scale,
)
from modbot.scoring.fields import FIELDS
from modbot.scoring.lexicon import Lexicon, Token


def shares(reading: Reading, weights: NDArray[np.float64], lexicon: Lexicon) -> NDArray[np.float64]:
    """Take a comment's log-odds apart.

    Parameters
    ----------
    reading : Reading
        The comment.
    weights : ndarray of shape (n_buckets, n_heads)
        Log-odds per bucket.
    lexicon : Lexicon
        That of the weights.

    Returns
    -------
    ndarray of shape (n_heads, n_words + n_fields)
        Log-odds by head and owner: first the words, then the fields.
    """
    words, heads = len(reading.words), weights.shape[1]
    size, bits = words + len(FIELDS), weights.shape[0].bit_length() - 1
    owners = [words + field for field, _ in reading.keys]
    parts = [weights.take([key_bucket(key, bits) for _, key in reading.keys], axis=0) * FIELD_VALUE]
    if words or reading.texts:
        found = lexicon.look_up([*reading.words, *reading.texts])
        grams, whole = found.sums[:, :heads], found.sums[:, heads:]
        if reading.texts:
            owners += [words + field for field, _ in reading.texts]
            scale = field_text_scale(int(found.counts[words:].sum()) + len(reading.texts))
            parts.append((grams[words:] + whole[words:]) * scale)
        pairs = reading.pairs
        if words:
            per_word = word_scale(words + len(pairs))
            owners += range(words)
            parts.append(grams[:words] * char_scale(int(found.counts[:words].sum())) + whole[:words] * per_word)
        if pairs:
            left, right = map(list, zip(*pairs, strict=True))
            # Half of a pair's weight to each of its words.
            half = weights.take(pair_buckets(found.hashes[left], found.hashes[right], bits), axis=0) * (per_word / 2)
            owners += left
            owners += right
            parts += (half, half)
    at = np.array(owners) + np.arange(0, heads * size, size)[:, None]
    sums = np.bincount(at.ravel(), np.concatenate(parts).T.ravel(), heads * size).astype(np.float64, copy=False)
    return sums.reshape(heads, size)


def margins(readings: Iterable[Reading], weights: NDArray[np.float64], lexicon: Lexicon) -> NDArray[np.float64]:
    """Sum up the log-odds of many comments, without taking them apart.

    Parameters
    ----------
    readings : iterable of Reading
        The comments; at least one. None is kept: many small things that live on are dear.
    weights : ndarray of shape (n_buckets, n_heads)
        Log-odds per bucket.
    lexicon : Lexicon
        That of the weights.

    Returns
    -------
    ndarray of shape (n_comments, n_heads)
        The sums of what `shares` gives, up to rounding.
    """
    heads, bits = weights.shape[1], weights.shape[0].bit_length() - 1
    tokens: list[Token] = []
    own: list[Token] = []
    buckets: list[int] = []
    order: list[int] = []
    counted = []
    for one in readings:
        tokens += one.words
        own += one.texts
        buckets += [key_bucket(key, bits) for _, key in one.keys]
        order += one.order
        counted.append((len(one.words), len(one.texts), len(one.keys), len(one.order)))
    words, texts, keys, said = np.array(counted, dtype=np.intp).T
    total = _sums(weights.take(buckets, axis=0), keys) * FIELD_VALUE
    if not tokens and not own:
        return total
    found = lexicon.look_up([*tokens, *own])
    left, right, pairs = neighbours(np.array(order, dtype=np.intp), said, words)
    beside = weights.take(pair_buckets(found.hashes[left], found.hashes[right], bits), axis=0)
    body, letters = _sums(found.sums[: len(tokens)], words), _sums(found.counts[: len(tokens), None], words)
    total += body[:, :heads] * _scales(char_scale, letters[:, 0])
    total += (body[:, heads:] + _sums(beside, pairs)) * _scales(word_scale, words + pairs)
    fields, letters = _sums(found.sums[len(tokens) :], texts), _sums(found.counts[len(tokens) :, None], texts)
    total += (fields[:, :heads] + fields[:, heads:]) * _scales(field_text_scale, letters[:, 0] + texts)
    return total


def _sums(rows: NDArray[Any], sizes: NDArray[np.intp]) -> NDArray[Any]:
    """Add up so many rows for each comment, also where there are none."""
    padded = np.concatenate((rows, np.zeros((1, rows.shape[1]), dtype=rows.dtype)))
    sums: NDArray[Any] = np.add.reduceat(padded, sizes.cumsum() - sizes, axis=0)
    sums[sizes == 0] = 0
    return sums


def _scales(scale: Callable[[int], float], sizes: NDArray[np.intp]) -> NDArray[np.float64]:
    return np.array([scale(size) for size in sizes.tolist()])[:, None]
