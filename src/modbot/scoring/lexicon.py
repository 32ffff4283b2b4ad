"""Words already met, with what their letters add up to: most words of a comment are old acquaintances.

A word's own share does not depend on its neighbours before scaling, so it is computed once. Forgets everything when
full. Safe for threads; may import numpy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import TypeGuard

import numpy as np
from numpy.typing import NDArray

from modbot.scoring.compiled import kernel
from modbot.scoring.features import field_salt
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

    def take(self, rows: Sequence[int]) -> Entries:
        """Pick rows."""
        at = np.asarray(rows, dtype=np.intp)
        return Entries(self.sums.take(at, axis=0), self.hashes.take(at), self.counts.take(at))


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

    __slots__ = ("_book", "_lock", "_meanings", "_weights")

    def __init__(self, weights: NDArray[np.float64], vocabulary: Vocabulary | None = None) -> None:
        self._weights = weights
        none = Vocabulary(np.empty(0, dtype=np.uint32), np.empty((0, weights.shape[1]), dtype=np.float32))
        known = vocabulary or none
        self._meanings = known.hashes, np.asarray(known.rows, dtype=np.float32)
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
        entries, rows = self.find(tokens)
        return entries.take(rows)

    def find(self, tokens: Sequence[Token]) -> tuple[Entries, list[int]]:
        """Give the sums of tokens, and of many others.

        Parameters
        ----------
        tokens : sequence of Token
            At least one.

        Returns
        -------
        entries : Entries
            Of these tokens and maybe of others: not to be changed.
        rows : list of int
            The row of each token.
        """
        book = self._book
        rows = list(map(book.rows.get, tokens))
        if _all_known(rows):
            return book.entries, rows
        new = list(dict.fromkeys([token for token, row in zip(tokens, rows, strict=True) if row is None]))
        if len(new) > _ROWS_MAX // 4:
            return self._computed_each(tokens)
        with self._lock:
            book = self._book if len(self._book.rows) + len(new) <= _ROWS_MAX else self._empty()
            fresh = [token for token in new if token not in book.rows]
            start, end = len(book.rows), len(book.rows) + len(fresh)
            self._compute(fresh, book.entries, start)
            # A row is published only after it is written: readers take no lock.
            book.rows.update(zip(fresh, range(start, end), strict=True))
            self._book = book
            rows = list(map(book.rows.get, tokens))
        return (book.entries, rows) if _all_known(rows) else self._computed_each(tokens)

    def _computed_each(self, tokens: Sequence[Token]) -> tuple[Entries, list[int]]:
        rows = {token: row for row, token in enumerate(dict.fromkeys(tokens))}
        found = _unfilled(len(rows), self._weights.shape[1])
        self._compute(list(rows), found, 0)
        return found, [rows[token] for token in tokens]

    def _compute(self, tokens: Sequence[Token], into: Entries, start: int) -> None:
        """Write the entries of distinct tokens, from a row on."""
        if tokens:
            rows = slice(start, start + len(tokens))
            kernel.entries(
                [token if isinstance(token, str) else token[1] for token in tokens],
                [0 if isinstance(token, str) else field_salt(token[0]) for token in tokens],
                self._weights,
                self._meanings,
                (into.sums[rows], into.hashes[rows], into.counts[rows]),
            )

    def _empty(self) -> _Book:
        return _Book(_unfilled(_ROWS_MAX, self._weights.shape[1]))


def _all_known(rows: list[int | None]) -> TypeGuard[list[int]]:
    return None not in rows


def _unfilled(rows: int, heads: int) -> Entries:
    return Entries(
        sums=np.empty((rows, 2 * heads)), hashes=np.empty(rows, dtype=np.uint32), counts=np.empty(rows, dtype=np.intp)
    )
