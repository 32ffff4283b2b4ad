"""From what was read to log-odds: word by word for one comment, in sum for many.

Multiplies the weights of a model with what `features` read, through the model's lexicon. Knows no heads by name; may
import ``domain``, ``text`` and numpy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modbot.scoring.features import (
    FIELD_VALUE,
    Reading,
    char_scale,
    field_text_scale,
    key_buckets,
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
    parts = [weights.take(key_buckets(reading.keys, bits), axis=0) * FIELD_VALUE]
    if not words and not reading.texts:
        return _added(np.array(owners), parts, size)
    found = lexicon.look_up([*reading.words, *reading.texts])
    if reading.texts:
        own = found.sums[words:]
        owners += [words + field for field, _ in reading.texts]
        scale = field_text_scale(int(found.counts[words:].sum()) + len(own), website=reading.website)
        parts.append((own[:, :heads] + own[:, heads:]) * scale)
    left, right = _pairs(reading.order, words)
    per_word = word_scale(words + left.size)
    # Half of a pair's weight to each of its words.
    beside = pair_buckets(found.hashes.take(left), found.hashes.take(right), bits)
    half = weights.take(beside, axis=0) * (per_word / 2)
    total = _added(np.concatenate((owners, left, right)), [*parts, half, half], size)
    own = found.sums[:words]
    total[:, :words] += (own[:, :heads] * char_scale(int(found.counts[:words].sum())) + own[:, heads:] * per_word).T
    return total


def _pairs(order: Sequence[int], words: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The distinct neighbours of one body."""
    said = np.array(order, dtype=np.intp)
    codes = said[:-1] * words + said[1:]
    codes.sort()
    if codes.size:
        codes = codes[np.concatenate(([True], codes[1:] != codes[:-1]))]
    left = codes // max(words, 1)
    return left, codes - left * words


def _added(owners: NDArray[np.intp], parts: list[NDArray[np.float64]], size: int) -> NDArray[np.float64]:
    """Add up the rows of each owner; one column each."""
    rows = np.concatenate(parts)
    at = owners + np.arange(0, rows.shape[1] * size, size)[:, None]
    sums = np.bincount(at.ravel(), rows.T.ravel(), at.shape[0] * size).astype(np.float64, copy=False)
    return sums.reshape(-1, size)


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
        buckets += key_buckets(one.keys, bits)
        order += one.order
        counted.append((len(one.words), len(one.texts), len(one.keys), len(one.order), one.website))
    words, texts, keys, said, websites = np.array(counted, dtype=np.intp).T
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
    parts = zip((letters[:, 0] + texts).tolist(), websites.tolist(), strict=True)
    total += (fields[:, :heads] + fields[:, heads:]) * np.array(
        [[field_text_scale(n, website=one)] for n, one in parts]
    )
    return total


def _sums(rows: NDArray[Any], sizes: NDArray[np.intp]) -> NDArray[Any]:
    """Add up so many rows for each comment, also where there are none."""
    padded = np.concatenate((rows, np.zeros((1, rows.shape[1]), dtype=rows.dtype)))
    sums: NDArray[Any] = np.add.reduceat(padded, sizes.cumsum() - sizes, axis=0)
    sums[sizes == 0] = 0
    return sums


def _scales(scale: Callable[[int], float], sizes: NDArray[np.intp]) -> NDArray[np.float64]:
    return np.array([scale(size) for size in sizes.tolist()])[:, None]
