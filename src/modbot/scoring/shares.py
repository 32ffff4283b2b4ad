"""From what was read to log-odds: word by word for one comment, in sum for many.

Multiplies the weights of a model with what `features` read, through the model's lexicon. Knows no heads by name; may
import ``domain``, ``text`` and numpy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modbot.scoring.compiled import kernel
from modbot.scoring.features import FIELD_VALUE, Reading, char_scale, field_text_scale, neighbours, word_scale
from modbot.scoring.fields import FIELDS
from modbot.scoring.hashing import key_buckets, pair_buckets
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
    pairs = reading.pairs
    entries, rows = lexicon.find([*reading.words, *reading.texts])
    letters, of_fields = kernel.letters(entries.counts, rows, words)
    scales = (
        FIELD_VALUE,
        field_text_scale(of_fields + len(reading.texts), website=reading.website),
        char_scale(letters),
        word_scale(words + len(pairs)),
    )
    buckets = key_buckets(reading.keys, weights.shape[0].bit_length() - 1)
    owners = [words + field for field, _ in reading.keys] + [words + field for field, _ in reading.texts]
    total = np.zeros((heads, words + len(FIELDS)))
    kernel.shares(total, weights, (entries.sums, entries.hashes, rows), (buckets, owners, pairs), scales)
    return total


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
