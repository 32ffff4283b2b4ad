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

from modbot.scoring.features import field_salt, hash_tokens
from modbot.scoring.vocabulary import Vocabulary

# Rows kept: a language's common words and a good many rare ones, in about 4 MB for six heads.
_ROWS_MAX = 32_768

Token = str | tuple[int, str]
"""A word of the body, or a field's index and a token of it."""


@dataclass(frozen=True, slots=True, eq=False)
class Entries:
    """Tokens with their sums, row by row.

    ``sums`` are the summed weights of a token's character grams, head by head, then the weights of the token itself,
    what it means included; ``hashes`` are its hash and ``counts`` the number of its grams.
    """

    sums: NDArray[np.float64]
    hashes: NDArray[np.uint32]
    counts: NDArray[np.intp]

    def take(self, rows: Sequence[int | None]) -> Entries:
        """Pick rows."""
        at = np.asarray(rows, dtype=np.intp)
        return Entries(self.sums.take(at, axis=0), self.hashes.take(at), self.counts.take(at))

    def put(self, start: int, new: Entries) -> None:
        """Write rows from ``start`` on."""
        end = start + len(new.counts)
        self.sums[start:end] = new.sums
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
    vocabulary : Vocabulary, optional
        The model's: what common words add to each head by what they mean.
    """

    __slots__ = ("_bits", "_book", "_lock", "_vocabulary", "_weights")

    def __init__(self, weights: NDArray[np.float64], vocabulary: Vocabulary | None = None) -> None:
        self._weights = weights
        self._vocabulary = vocabulary
        self._bits = weights.shape[0].bit_length() - 1
        self._lock = Lock()
        self._book = self._empty()

    def __contains__(self, token: Token) -> bool:
        """Whether a token was met before."""
        return token in self._book.rows

    def look_up(self, tokens: Sequence[Token]) -> Entries:
        """Give the sums of tokens.

        Parameters
        ----------
        tokens : sequence of Token
            At least one.

        Returns
        -------
        Entries
            In the order of the tokens.
        """
        book = self._book
        rows = list(map(book.rows.get, tokens))
        if None not in rows:
            return book.entries.take(rows)
        new = list(dict.fromkeys([token for token, row in zip(tokens, rows, strict=True) if row is None]))
        if len(new) > _ROWS_MAX // 4:
            return self._computed_each(tokens)
        found = self._computed(new)
        with self._lock:
            book = self._book if len(self._book.rows) + len(new) <= _ROWS_MAX else self._empty()
            start = len(book.rows)
            fresh = [i for i, token in enumerate(new) if token not in book.rows]
            book.entries.put(start, found if len(fresh) == len(new) else found.take(fresh))
            # A row is published only after it is written: readers take no lock.
            for row, i in enumerate(fresh, start):
                book.rows[new[i]] = row
            self._book = book
            rows = list(map(book.rows.get, tokens))
        return book.entries.take(rows) if None not in rows else self._computed_each(tokens)

    def _computed_each(self, tokens: Sequence[Token]) -> Entries:
        rows = {token: row for row, token in enumerate(dict.fromkeys(tokens))}
        return self._computed(list(rows)).take([rows[token] for token in tokens])

    def _computed(self, tokens: Sequence[Token]) -> Entries:
        pairs = [(-1, token) if isinstance(token, str) else token for token in tokens]
        salts = np.array([0 if owner < 0 else field_salt(owner) for owner, _ in pairs], dtype=np.uint32)
        hashed = hash_tokens([token for _, token in pairs], salts, self._bits)
        grams = self._weights.take(hashed.grams, axis=0)
        whole = self._weights.take(hashed.whole, axis=0)
        if self._vocabulary is not None:
            means = self._vocabulary.look_up(hashed.hashes)
            # Only a word of the body means anything: names and hosts have letters.
            if salts.any():
                means[salts > 0] = 0.0
            whole += means
        starts = hashed.counts.cumsum() - hashed.counts
        return Entries(
            np.concatenate((np.add.reduceat(grams, starts, axis=0), whole), axis=1), hashed.hashes, hashed.counts
        )

    def _empty(self) -> _Book:
        return _Book(
            Entries(
                sums=np.zeros((_ROWS_MAX, 2 * self._weights.shape[1])),
                hashes=np.zeros(_ROWS_MAX, dtype=np.uint32),
                counts=np.zeros(_ROWS_MAX, dtype=np.intp),
            )
        )
