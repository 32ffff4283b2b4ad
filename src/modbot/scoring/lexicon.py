"""Words already met, with what their letters add up to: most words of a comment are old acquaintances.

A word's own share does not depend on its neighbours before scaling, so it is computed once. Forgets everything when
full. Safe for threads; may import numpy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from modbot.scoring.features import field_salt, hash_tokens, whole_buckets

# Rows kept: a language's common words and a good many rare ones, in about 4 MB for six heads.
_ROWS_MAX = 32_768

Token = tuple[int, str]
"""Field index, or -1 in the body, and the token."""


@dataclass(frozen=True, slots=True, eq=False)
class Entries:
    """Tokens with their sums, row by row.

    ``grams`` are the summed weights of a token's character grams, ``whole`` the weights of the token itself,
    ``hashes`` its hash and ``counts`` the number of its grams.
    """

    grams: NDArray[np.float64]
    whole: NDArray[np.float64]
    hashes: NDArray[np.uint32]
    counts: NDArray[np.intp]

    def take(self, rows: Sequence[int]) -> Entries:
        """Pick rows."""
        at = np.array(rows, dtype=np.intp)
        return Entries(self.grams[at], self.whole[at], self.hashes[at], self.counts[at])

    def put(self, start: int, new: Entries) -> None:
        """Write rows from ``start`` on."""
        end = start + len(new.counts)
        self.grams[start:end] = new.grams
        self.whole[start:end] = new.whole
        self.hashes[start:end] = new.hashes
        self.counts[start:end] = new.counts


@dataclass(frozen=True, slots=True, eq=False)
class _Book:
    entries: Entries
    rows: dict[Token, int] = field(default_factory=dict)


class Lexicon:
    """A model's words, filled as they are met.

    Parameters
    ----------
    weights : ndarray of shape (n_buckets, n_heads)
        The model's; the number of buckets is a power of two.
    """

    __slots__ = ("_bits", "_book", "_lock", "_weights")

    def __init__(self, weights: NDArray[np.float64]) -> None:
        self._weights = weights
        self._bits = weights.shape[0].bit_length() - 1
        self._lock = Lock()
        self._book = self._empty()

    def look_up(self, tokens: Sequence[Token]) -> Entries:
        """Give the sums of tokens.

        Parameters
        ----------
        tokens : sequence of Token
            Distinct, at least one.

        Returns
        -------
        Entries
            In the order of the tokens.
        """
        book = self._book
        known = book.rows
        try:
            return book.entries.take([known[token] for token in tokens])
        except KeyError:
            pass
        new = [token for token in tokens if token not in known]
        found = self._computed(new)
        if len(new) > _ROWS_MAX // 4:
            return self._computed(tokens)
        with self._lock:
            book = self._book if len(self._book.rows) + len(new) <= _ROWS_MAX else self._empty()
            start = len(book.rows)
            fresh = [i for i, token in enumerate(new) if token not in book.rows]
            book.entries.put(start, found.take(fresh))
            # A row is published only after it is written: readers take no lock.
            for row, i in enumerate(fresh, start):
                book.rows[new[i]] = row
            self._book = book
            rows = [book.rows.get(token, -1) for token in tokens]
        return book.entries.take(rows) if -1 not in rows else self._computed(tokens)

    def _computed(self, tokens: Sequence[Token]) -> Entries:
        salts = np.array([0 if owner < 0 else field_salt(owner) for owner, _ in tokens], dtype=np.uint32)
        hashed = hash_tokens([token for _, token in tokens], salts, self._bits)
        starts = np.cumsum(hashed.counts) - hashed.counts
        return Entries(
            grams=np.add.reduceat(self._weights[hashed.grams], starts, axis=0),
            whole=self._weights[whole_buckets(hashed.whole, salts > 0, self._bits)],
            hashes=hashed.whole,
            counts=hashed.counts,
        )

    def _empty(self) -> _Book:
        heads = self._weights.shape[1]
        return _Book(
            Entries(
                grams=np.zeros((_ROWS_MAX, heads)),
                whole=np.zeros((_ROWS_MAX, heads)),
                hashes=np.zeros(_ROWS_MAX, dtype=np.uint32),
                counts=np.zeros(_ROWS_MAX, dtype=np.intp),
            )
        )
