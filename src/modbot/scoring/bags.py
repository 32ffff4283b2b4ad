"""Many comments at once: the same features as `features`, laid out for bulk work.

Every distinct word of a batch is hashed once. Explains nothing; may import ``domain``, ``text`` and numpy.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from modbot.scoring.features import (
    FIELD_VALUE,
    Reading,
    char_scale,
    field_salt,
    field_text_scale,
    neighbours,
    word_scale,
)
from modbot.scoring.hashing import hash_tokens, key_buckets, pair_buckets
from modbot.scoring.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Ragged:
    """Lists of different length, end to end: list ``i`` is ``flat[starts[i]:starts[i + 1]]``."""

    flat: NDArray[np.intp]
    starts: NDArray[np.intp]

    @property
    def sizes(self) -> NDArray[np.intp]:
        """How long each list is."""
        return np.diff(self.starts)

    def sums(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Add up ``rows[flat]`` per list, also where a list is empty."""
        taken = np.concatenate((rows[self.flat], np.zeros((1, rows.shape[1]))))
        sums: NDArray[np.float64] = np.add.reduceat(taken, self.starts[:-1], axis=0)
        sums[self.sizes == 0] = 0.0
        return sums


@dataclass(frozen=True, slots=True)
class Bag:
    """A batch of comments as hashed features.

    ``grams`` lists the buckets of each distinct token, ``whole`` is its own bucket, ``hashes`` its hash. ``words``
    and ``texts`` list the tokens of each comment's body and of its fields that are read like text; ``pairs`` and
    ``keys`` are buckets already. ``websites`` says which authors gave one.
    """

    grams: Ragged
    whole: NDArray[np.intp]
    hashes: NDArray[np.uint32]
    words: Ragged
    texts: Ragged
    pairs: Ragged
    keys: Ragged
    websites: NDArray[np.bool_]

    @property
    def word_scales(self) -> NDArray[np.float64]:
        """The value of one word or pair, per comment."""
        return np.array([word_scale(int(n)) for n in self.words.sizes + self.pairs.sizes])

    @property
    def scales(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """The value of one gram, one word or pair, and one part of a field's text, per comment."""
        sizes = self.grams.sizes.astype(np.float64)[:, None]
        grams = self.words.sums(sizes)[:, 0]
        parts = self.texts.sums(sizes + 1.0)[:, 0]
        return (
            np.array([char_scale(int(n)) for n in grams]),
            self.word_scales,
            np.array([field_text_scale(int(n), website=one) for n, one in zip(parts, self.websites, strict=True)]),
        )


def bag(readings: Sequence[Reading], bits: int) -> Bag:
    """Hash many comments.

    Parameters
    ----------
    readings : sequence of Reading
        At least one.
    bits : int
        Buckets are in [0, 2**bits).

    Returns
    -------
    Bag
        Their features.
    """
    index: dict[tuple[int, str], int] = {(-1, "\x01"): 0}  # never empty: hashing wants a token
    words = [[index.setdefault((-1, word), len(index)) for word in reading.words] for reading in readings]
    texts = [[index.setdefault(token, len(index)) for token in reading.texts] for reading in readings]
    salts = np.array([0 if field < 0 else field_salt(field) for field, _ in index], dtype=np.uint32)
    hashed = hash_tokens([token for _, token in index], salts, bits)
    body = _ragged(words)
    order = _ragged([reading.order for reading in readings])
    left, right, pairs = neighbours(order.flat, order.sizes, body.sizes)
    beside = pair_buckets(hashed.hashes[body.flat[left]], hashed.hashes[body.flat[right]], bits)
    return Bag(
        grams=Ragged(hashed.grams, _starts(hashed.counts)),
        whole=hashed.whole,
        hashes=hashed.hashes,
        words=body,
        texts=_ragged(texts),
        pairs=Ragged(beside, _starts(pairs)),
        keys=_ragged([key_buckets(reading.keys, bits) for reading in readings]),
        websites=np.array([reading.website for reading in readings], dtype=np.bool_),
    )


def matrix(found: Bag) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
    """Write a batch down as a compressed sparse row matrix.

    Parameters
    ----------
    found : Bag
        The comments.

    Returns
    -------
    starts : ndarray of shape (n_comments + 1,)
        Where each row starts.
    buckets : ndarray of shape (n_entries,)
        Column of each entry; a column may occur twice in a row, and then its values add up.
    values : ndarray of shape (n_entries,)
        The entries.
    """
    chars, words, parts = found.scales
    blocks = (
        (_expand(found.grams, found.words), chars),
        (Ragged(found.whole[found.words.flat], found.words.starts), words),
        (found.pairs, words),
        (_expand(found.grams, found.texts), parts),
        (Ragged(found.whole[found.texts.flat], found.texts.starts), parts),
        (found.keys, np.full(chars.size, FIELD_VALUE)),
    )
    sizes = sum((block.sizes for block, _ in blocks), np.zeros(chars.size, dtype=np.intp))
    starts = _starts(sizes)
    buckets = np.empty(int(starts[-1]), dtype=np.intp)
    values = np.empty(int(starts[-1]))
    free = starts[:-1].copy()
    for block, scale in blocks:
        to = np.repeat(free - block.starts[:-1], block.sizes) + np.arange(block.flat.size)
        buckets[to] = block.flat
        values[to] = np.repeat(scale, block.sizes)
        free += block.sizes
    return starts, buckets, values


def meanings(found: Bag, vocabulary: Vocabulary) -> NDArray[np.float64]:
    """Sum up what the words of each comment mean.

    Parameters
    ----------
    found : Bag
        The comments.
    vocabulary : Vocabulary
        A vector for each word.

    Returns
    -------
    ndarray of shape (n_comments, n_columns)
        The vectors of the distinct words of each body, times the value of one word.
    """
    return found.words.sums(vocabulary.look_up(found.hashes)) * found.word_scales[:, None]


def _starts(sizes: Iterable[int] | NDArray[np.intp]) -> NDArray[np.intp]:
    sizes = np.asarray(sizes if isinstance(sizes, np.ndarray) else list(sizes), dtype=np.intp)
    return np.concatenate((np.zeros(1, dtype=np.intp), np.cumsum(sizes)))


def _ragged(lists: Sequence[Sequence[int]]) -> Ragged:
    flat = np.fromiter(itertools.chain.from_iterable(lists), dtype=np.intp)
    return Ragged(flat, _starts(map(len, lists)))


def _expand(inner: Ragged, outer: Ragged) -> Ragged:
    """Replace each item of ``outer`` by the list it names in ``inner``."""
    sizes = inner.sizes[outer.flat]
    ends = np.cumsum(sizes)
    at = np.repeat(inner.starts[outer.flat] - (ends - sizes), sizes) + np.arange(int(ends[-1]) if ends.size else 0)
    starts = np.concatenate((np.zeros(1, dtype=np.intp), ends))[outer.starts]
    return Ragged(inner.flat[at], starts)
