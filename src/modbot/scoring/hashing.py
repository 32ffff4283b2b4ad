"""Tokens and keys to buckets: how the table of a model's weights is addressed.

Knows no comment and no weights. May import numpy.
"""

from __future__ import annotations

import functools
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from modbot.scoring.grams import hashed_runs

# The last quarter of the buckets is for fields, the rest for words: a head that must not listen to fields (a name is
# no insult) has zeros there, and no word can collide with them.
_FIELD_PART = 4

_WHOLE_SALT = np.uint32(0x68E31DA4)
_HALF, _NEARLY_HALF = np.uint32(16), np.uint32(15)
_MIX_1 = np.uint32(0x7FEB352D)
_MIX_2 = np.uint32(0x846CA68B)
_KEYS_MAX = 16_384


@dataclass(frozen=True, slots=True)
class Hashed:
    """Tokens as buckets.

    ``grams`` are the buckets of all grams of all tokens in order, ``counts`` says how many each token has. ``whole`` is
    each token's own bucket, ``hashes`` what its pairs with neighbours are hashed from.
    """

    grams: NDArray[np.intp]
    counts: NDArray[np.intp]
    whole: NDArray[np.intp]
    hashes: NDArray[np.uint32]


def hash_tokens(tokens: Sequence[str], salts: NDArray[np.uint32], bits: int) -> Hashed:
    """Hash the character 2- to 5-grams of tokens, edges marked, and each token as a whole.

    Parameters
    ----------
    tokens : sequence of str
        At least one, none empty.
    salts : ndarray of shape (n_tokens,)
        0 for words of the body; keeps the letters of different fields apart.
    bits : int
        Buckets are in [0, 2**bits).

    Returns
    -------
    Hashed
        Buckets of the grams in order of tokens, and of the whole tokens.
    """
    marked = "\x02" + "\x03\x02".join(tokens) + "\x03"
    codes = np.frombuffer(marked.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    lengths = np.array([len(token) + 2 for token in tokens], dtype=np.intp)
    counts = 4 * lengths - 10 + (lengths == 3)
    grams, whole = hashed_runs(codes, lengths)
    whole += salts
    fields = None
    if salts.any():
        grams += salts.repeat(counts)
        fields = np.concatenate(((salts > 0).repeat(counts), salts > 0))
    buckets = _bucket(np.concatenate((grams, whole ^ _WHOLE_SALT)), bits, fields)
    return Hashed(buckets[: grams.size], counts, buckets[grams.size :], whole)


def first_field_bucket(bits: int) -> int:
    """Give the bucket from which on buckets belong to fields.

    Parameters
    ----------
    bits : int
        Buckets are in [0, 2**bits).

    Returns
    -------
    int
        Words are below.
    """
    return (1 << bits) - (1 << bits) // _FIELD_PART


def pair_buckets(left: NDArray[np.uint32], right: NDArray[np.uint32], bits: int) -> NDArray[np.intp]:
    """Give the bucket of each pair of neighbouring tokens.

    Parameters
    ----------
    left, right : ndarray of shape (n_pairs,)
        Hashes of the tokens.
    bits : int
        Buckets are in [0, 2**bits).

    Returns
    -------
    ndarray of shape (n_pairs,)
        Buckets; order matters.
    """
    return _bucket(left * np.uint32(0x9E3779B1) + right * np.uint32(0xC2B2AE35), bits)


class _Buckets(dict[tuple[int, str], int]):
    """Buckets of the keys already met. Forgets all when full: most keys are of a few hundred."""

    def __init__(self, bits: int) -> None:
        super().__init__()
        self._bits = bits

    def __missing__(self, key: tuple[int, str]) -> int:
        if len(self) >= _KEYS_MAX:
            self.clear()
        bucket = self[key] = key_bucket(key[1], self._bits)
        return bucket


_buckets = functools.lru_cache(maxsize=32)(_Buckets)


def key_buckets(keys: Iterable[tuple[int, str]], bits: int) -> list[int]:
    """Give the buckets of many keys.

    Parameters
    ----------
    keys : iterable of (int, str)
        As in `Reading.keys`.
    bits : int
        As for `key_bucket`.

    Returns
    -------
    list of int
        In the order of the keys.
    """
    return list(map(_buckets(bits).__getitem__, keys))


def key_bucket(key: str, bits: int) -> int:
    """Give the bucket of a field's key.

    Parameters
    ----------
    key : str
        For example ``links=2``.
    bits : int
        The bucket is in [0, 2**bits).

    Returns
    -------
    int
        The bucket.
    """
    size = (1 << bits) // _FIELD_PART
    return first_field_bucket(bits) + (zlib.crc32(key.encode("utf-8", "surrogatepass"), 0x5BD1E995) * size >> 32)


def _bucket(hashes: NDArray[np.uint32], bits: int, fields: NDArray[np.bool_] | None = None) -> NDArray[np.intp]:
    mixed = hashes ^ (hashes >> _HALF)
    mixed *= _MIX_1
    mixed ^= mixed >> _NEARLY_HALF
    mixed *= _MIX_2
    wide = mixed.astype(np.int64)
    first = first_field_bucket(bits)
    if fields is None:
        wide *= first
        wide >>= 32
        return wide
    return (wide * np.where(fields, 2**bits - first, first) >> 32) + np.where(fields, first, 0)
