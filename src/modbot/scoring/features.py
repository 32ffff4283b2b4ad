"""Text and fields to hashed features, pure numpy, each knowing its characters.

Training, calibration and serving call the same functions. A comment becomes owners (the distinct words of its body
and a fixed list of fields) and hashed buckets, each belonging to owners, so that a linear model's answer falls apart
into exact shares. Never looks at ``Comment.email``: only at the domain and what validation found out. Decides
nothing, knows no weights; may import ``domain``, ``text`` and numpy.
"""

from __future__ import annotations

import functools
import itertools
import zlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from modbot.domain import Comment, Span
from modbot.scoring.fields import FIELDS, WEBSITE, Key, field_keys
from modbot.scoring.grams import hashed_runs
from modbot.scoring.tokens import Taken, taken_apart
from modbot.text import pieces

FEATURES_VERSION = 2
"""Grows whenever the same comment would become other features; a model fits one version only."""

# Softens the length normalisation, so that very short texts speak with a low voice.
_CHARS_OFFSET = 60.0
# Runs of letters are heard before whole words are: they carry over to words and spellings never met.
_CHARS_VOICE = 1.5
_WORDS_OFFSET = 8.0
# A field's key counts like one word of a middling comment.
FIELD_VALUE = 0.25
_FIELD_TEXT_OFFSET = 30.0
# Names sell things where they are links. Elsewhere what they and domains are made of is mostly chance, and whispers.
_FIELD_TEXT_WITHOUT_WEBSITE = 0.25

# The last quarter of the buckets is for fields, the rest for words: a head that must not listen to fields (a name is
# no insult)
# has zeros there, and no word can collide with them.
_FIELD_PART = 4

_WHOLE_SALT = np.uint32(0x68E31DA4)
_HALF, _NEARLY_HALF = np.uint32(16), np.uint32(15)
_MIX_1 = np.uint32(0x7FEB352D)
_MIX_2 = np.uint32(0x846CA68B)
_FIELD_SALT = 0x3C6EF372
_KEYS_MAX = 16_384


# Spans never change, and those of ordinary comments are few: making one costs more than finding it again.
_span = functools.lru_cache(maxsize=32_768)(Span)


@dataclass(frozen=True, slots=True)
class Reading:
    """A comment taken apart, before hashing.

    ``words`` are the distinct tokens of the body in order of appearance, ``order`` is the body as indices into
    ``words``. ``keys`` are (field index, key) of the categorical fields, ``texts`` are (field index, token) of
    fields that are read like text. ``places`` says from where to where in the body each token of ``order`` stands
    (empty after `words_of`).
    """

    words: tuple[str, ...]
    order: Sequence[int]
    keys: tuple[tuple[int, str], ...]
    texts: tuple[tuple[int, str], ...]
    places: Sequence[tuple[int, int]] = ()

    @property
    def pairs(self) -> tuple[tuple[int, int], ...]:
        """The distinct neighbours."""
        return tuple(dict.fromkeys(itertools.pairwise(self.order)))

    @property
    def website(self) -> bool:
        """Whether the author gave one, which then is the last field that is read like text."""
        return bool(self.texts) and self.texts[-1][0] == WEBSITE

    def spans(self, words: Collection[int]) -> dict[int, tuple[Span, ...]]:
        """Where each of some words stands in the original body."""
        found: dict[int, list[Span]] = {word: [] for word in words}
        for word, place in zip(self.order, self.places, strict=True):
            if word in found:
                found[word].append(_span(*place))
        return {word: tuple(spans) for word, spans in found.items()}


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


def read(comment: Comment) -> Reading:
    """Take a comment apart into words with their places and fields.

    Parameters
    ----------
    comment : Comment
        Any comment; missing fields are values of their own.

    Returns
    -------
    Reading
        Its words, neighbours and field keys.
    """
    cut = pieces(comment.body)
    found = taken_apart(cut)
    words, order = _words(found)
    starts = _starts(comment.body, cut)
    places = [(at + start, at + end) for at, (_, inside) in zip(starts, found, strict=True) for start, end in inside]
    keys, texts = field_keys(comment, order, len(words))
    return Reading(words, order, keys, texts, places)


def words_of(comment: Comment) -> Reading:
    """Like `read`, but without places: for bulk work that explains nothing.

    Parameters
    ----------
    comment : Comment
        Any comment.

    Returns
    -------
    Reading
        Equal to that of `read` apart from its places.
    """
    words, order = _words(taken_apart(pieces(comment.body)))
    keys, texts = field_keys(comment, order, len(words))
    return Reading(words, order, keys, texts)


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


class _Buckets(dict[Key, int]):
    """Buckets of the keys already met. Forgets all when full: most keys are of a few hundred."""

    def __init__(self, bits: int) -> None:
        super().__init__()
        self._bits = bits

    def __missing__(self, key: Key) -> int:
        if len(self) >= _KEYS_MAX:
            self.clear()
        bucket = self[key] = key_bucket(key[1], self._bits)
        return bucket


_buckets = functools.lru_cache(maxsize=32)(_Buckets)


def key_buckets(keys: Iterable[Key], bits: int) -> list[int]:
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


@functools.lru_cache(maxsize=256)
def field_salt(field: int) -> int:
    """Give the salt that keeps a field's letters apart from the body's.

    Parameters
    ----------
    field : int
        Index into ``FIELDS``.

    Returns
    -------
    int
        A 32-bit salt, never 0.
    """
    return zlib.crc32(FIELDS[field].encode(), _FIELD_SALT) | 1


def neighbours(
    order: NDArray[np.intp], sizes: NDArray[np.intp], words: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Find the distinct pairs of neighbours in many bodies at once.

    Parameters
    ----------
    order : ndarray of shape (n_tokens,)
        `Reading.order` of all bodies, end to end.
    sizes, words : ndarray of shape (n_comments,)
        How many tokens and how many distinct words each body has.

    Returns
    -------
    left, right : ndarray of shape (n_pairs,)
        The words of each pair, body by body, as indices into all words end to end.
    counts : ndarray of shape (n_comments,)
        How many pairs each body has.
    """
    body = np.arange(sizes.size).repeat(sizes)
    at = order + (words.cumsum() - words).repeat(sizes)
    pairs = np.unique((at[:-1] * (int(words.sum()) + 1) + at[1:])[body[:-1] == body[1:]])
    left, right = np.divmod(pairs, int(words.sum()) + 1)
    return left, right, np.bincount(np.arange(sizes.size).repeat(words)[left], minlength=sizes.size)


def char_scale(grams: int) -> float:
    """Give the value of one character gram in a body with so many of them.

    Parameters
    ----------
    grams : int
        Character grams of all distinct words.

    Returns
    -------
    float
        One and a half over a softened square root.
    """
    return float(_CHARS_VOICE * (grams + _CHARS_OFFSET) ** -0.5)


def word_scale(words: int) -> float:
    """Give the value of one word or pair in a body with so many of them.

    Parameters
    ----------
    words : int
        Distinct words plus distinct pairs.

    Returns
    -------
    float
        One over a softened square root.
    """
    return float((words + _WORDS_OFFSET) ** -0.5)


def field_text_scale(grams: int, *, website: bool) -> float:
    """Give the value of one gram of the fields read like text.

    Parameters
    ----------
    grams : int
        Their character grams and whole tokens together.
    website : bool
        Whether the author gave one.

    Returns
    -------
    float
        One over a softened square root, and a quarter of it where there is no website.
    """
    value = float((grams + _FIELD_TEXT_OFFSET) ** -0.5)
    return value if website else value * _FIELD_TEXT_WITHOUT_WEBSITE


def _words(found: Iterable[Taken]) -> tuple[tuple[str, ...], list[int]]:
    """The distinct tokens, and all of them in order as indices."""
    index: dict[str, int] = {}
    order = [index.setdefault(token, len(index)) for tokens, _ in found for token in tokens]
    return tuple(index), order


def _starts(body: str, cut: Sequence[str]) -> list[int]:
    """Where each piece of a body starts."""
    sizes = list(map(len, cut))
    # Only space stands between pieces, mostly one; where it is more, the next occurrence is the one that was cut.
    if sum(sizes) + len(cut) == len(body) + 1:
        return list(itertools.accumulate([size + 1 for size in sizes[:-1]], initial=0))
    starts, at = [], 0
    for piece, size in zip(cut, sizes, strict=True):
        starts.append(body.index(piece, at))
        at = starts[-1] + size
    return starts


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
