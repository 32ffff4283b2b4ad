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
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from modbot.domain import Comment, Span
from modbot.scoring.compiled import kernel
from modbot.scoring.fields import FIELDS, WEBSITE, field_keys
from modbot.scoring.tokens import Places, Taken, taken_apart
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

_FIELD_SALT = 0x3C6EF372


@dataclass(frozen=True, slots=True)
class Reading:
    """A comment taken apart, before hashing.

    ``words`` are the distinct tokens of the body in order of appearance, ``order`` is the body as indices into
    ``words``. ``keys`` are (field index, key) of the categorical fields, ``texts`` are (field index, token) of
    fields that are read like text. ``starts`` says where in the body each piece of it stands that was taken apart, and
    ``places`` from where to where in its piece each token (both empty after `words_of`).
    """

    words: tuple[str, ...]
    order: Sequence[int]
    keys: tuple[tuple[int, str], ...]
    texts: tuple[tuple[int, str], ...]
    starts: Sequence[int] = ()
    places: Sequence[Places] = ()

    @property
    def pairs(self) -> tuple[tuple[int, int], ...]:
        """The distinct neighbours."""
        return tuple(dict.fromkeys(itertools.pairwise(self.order)))

    @property
    def website(self) -> bool:
        """Whether the author gave one, which then is the last field that is read like text."""
        return bool(self.texts) and self.texts[-1][0] == WEBSITE

    def spans(self, words: list[int]) -> list[tuple[Span, ...]]:
        """Where each of some distinct words stands in the original body."""
        return kernel.where(self.order, self.starts, self.places, words, Span)


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
    keys, texts = field_keys(comment, order, len(words))
    return Reading(words, order, keys, texts, _starts(comment.body, cut), [places for _, places in found])


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
