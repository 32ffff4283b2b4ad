"""The inner loops of scoring one comment: from letters to sums, from sums to shares, from shares to what is told.

``kernel.c`` has the same functions in C, several times as quick, and is used where it could be compiled. Neither knows
a comment or a model. May import ``domain`` and numpy.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from modbot.domain import Span, Term
from modbot.scoring.hashing import hash_tokens, pair_buckets
from modbot.scoring.tokens import Places
from modbot.scoring.vocabulary import Vocabulary

Told = tuple[float, list[int], list[float]]
"""The sum of all shares of a head, the owners of its largest, and these."""
Named = tuple[str, tuple[Span, ...], str]
"""What an owner of a share is called, where it stands, and what kind of thing it is."""


def entries(
    tokens: list[str],
    salts: list[int],
    weights: NDArray[np.float64],
    meanings: tuple[NDArray[np.uint32], NDArray[np.float32]],
    into: tuple[NDArray[np.float64], NDArray[np.uint32], NDArray[np.intp]],
) -> None:
    """Add up what the letters of tokens weigh.

    Parameters
    ----------
    tokens : list of str
        At least one, none empty.
    salts : list of int
        One for each, as for `hashing.hash_tokens`.
    weights : ndarray of shape (n_buckets, n_heads)
        Log-odds per bucket; the number of buckets is a power of two.
    meanings : tuple of ndarray of shape (n_words,) and ndarray of shape (n_words, n_heads)
        As `vocabulary.Vocabulary` has them; counted for tokens without salt: names and hosts have letters, no meaning.
    into : tuple of ndarray of shape (n_tokens, 2 * n_heads), (n_tokens,) and (n_tokens,)
        ``sums``, ``hashes`` and ``counts`` of `lexicon.Entries`, to be filled.
    """
    sums, hashes, counts = into
    salted = np.array(salts, dtype=np.uint32)
    hashed = hash_tokens(tokens, salted, weights.shape[0].bit_length() - 1)
    hashes[:], counts[:] = hashed.hashes, hashed.counts
    heads = weights.shape[1]
    sums[:, :heads] = np.add.reduceat(weights.take(hashed.grams, axis=0), counts.cumsum() - counts, axis=0)
    sums[:, heads:] = weights.take(hashed.whole, axis=0)
    if meanings[0].size:
        sums[:, heads:] += np.where((salted == 0)[:, None], Vocabulary(*meanings).look_up(hashes), 0.0)


def letters(counts: NDArray[np.intp], rows: list[int], words: int) -> tuple[int, int]:
    """Count the grams of a comment's words, and those of its fields.

    Parameters
    ----------
    counts : ndarray of shape (n_entries,)
        Of `lexicon.Entries`.
    rows : list of int
        The entries of the words, then those of the fields' texts.
    words : int
        How many words there are.

    Returns
    -------
    tuple of int and int
        Their sums.
    """
    found = counts.take(np.array(rows, dtype=np.intp))
    return int(found[:words].sum()), int(found[words:].sum())


def shares(
    total: NDArray[np.float64],
    weights: NDArray[np.float64],
    entries: tuple[NDArray[np.float64], NDArray[np.uint32], list[int]],
    parts: tuple[list[int], list[int], tuple[tuple[int, int], ...]],
    scales: tuple[float, float, float, float],
) -> None:
    """Add what a comment consists of to what its words and fields weigh.

    Parameters
    ----------
    total : ndarray of shape (n_heads, n_owners)
        Zeros, to be filled: first the words, then the fields.
    weights : ndarray of shape (n_buckets, n_heads)
        As for `entries`.
    entries : tuple of ndarray of shape (n_entries, 2 * n_heads), (n_entries,) and list of int
        ``sums`` and ``hashes`` of `lexicon.Entries`, and which of them are the words, then the fields' texts.
    parts : tuple of list of int, list of int and tuple of (int, int)
        Buckets of the fields' keys; the owners of the keys, then those of the texts; distinct neighbours, as words.
    scales : tuple of float
        The value of a key, of a gram of a text, of a gram of a word, of a word or pair.
    """
    sums, hashes, rows = entries
    buckets, owners, pairs = parts
    of_key, of_text, of_gram, of_word = scales
    heads, size = total.shape
    words = len(rows) - (len(owners) - len(buckets))
    own = sums.take(np.array(rows, dtype=np.intp), axis=0)
    left, right = np.array(list(itertools.chain(*pairs)), dtype=np.intp).reshape(-1, 2).T
    spoken = hashes.take(np.array(rows[:words], dtype=np.intp))
    # Half of a pair's weight to each of its words.
    beside = pair_buckets(spoken.take(left), spoken.take(right), weights.shape[0].bit_length() - 1)
    half = weights.take(beside, axis=0) * (of_word / 2)
    added = np.concatenate(
        (
            weights.take(np.array(buckets, dtype=np.intp), axis=0) * of_key,
            (own[words:, :heads] + own[words:, heads:]) * of_text,
            half,
            half,
        )
    )
    at = np.concatenate((owners, left, right)).astype(np.intp) + np.arange(0, heads * size, size)[:, None]
    total += np.bincount(at.ravel(), added.T.ravel(), heads * size).reshape(heads, size)
    total[:, :words] += (own[:words, :heads] * of_gram + own[:words, heads:] * of_word).T


def largest(shares: NDArray[np.float64], limits: Sequence[int], small: float) -> list[Told]:
    """Find what told most for or against each head.

    Parameters
    ----------
    shares : ndarray of shape (n_heads, n_owners)
        Log-odds.
    limits : list of int
        How many are wanted for each head at most.
    small : float
        Shares nearer to zero than this are not wanted.

    Returns
    -------
    list of tuple of float, list of int and list of float
        For each head the sum of all its shares, the owners of the largest, the largest first, and these.
    """
    order = (-np.abs(shares)).argsort(axis=1, kind="stable")
    found = []
    for row, owners, limit in zip(shares.tolist(), order.tolist(), limits, strict=True):
        told = [owner for owner in owners[:limit] if abs(row[owner]) >= small]
        found.append((sum(row), told, [row[owner] for owner in told]))
    return found


def where(
    order: Sequence[int], starts: Sequence[int], places: Sequence[Places], wanted: Sequence[int], make: type[Span]
) -> list[tuple[Span, ...]]:
    """Find some words of a body.

    Parameters
    ----------
    order, starts, places : list
        As `features.Reading` has them.
    wanted : list of int
        Some words, each once.
    make : type
        ``Span``.

    Returns
    -------
    list of tuple of Span
        For each word where it stands in the body.
    """
    found: dict[int, list[Span]] = {word: [] for word in wanted}
    said = map(found.get, order)
    for at, inside in zip(starts, places, strict=True):
        for start, end in inside:
            here = next(said)
            if here is not None:
                here.append(make(at + start, at + end))
    return [tuple(here) for here in found.values()]


def terms(told: Told, names: Mapping[int, Named], rest: Named, owners: int, make: type[Term]) -> tuple[Term, ...]:
    """Say what told most as terms of their own, and all the rest as one.

    Parameters
    ----------
    told : tuple of float, list of int and list of float
        Of one head, as `largest` gives it.
    names : dict of int to tuple
        Label, spans and kind of each owner that is told.
    rest : tuple
        The same of the rest.
    owners : int
        How many owners there are; if all are told there is no rest.
    make : type
        ``Term``.

    Returns
    -------
    tuple of Term
        Their shares sum up to that of the head.
    """
    found = []
    left, told_owners, shares = told
    for owner, share in zip(told_owners, shares, strict=True):
        left -= share
        label, spans, kind = names[owner]
        found.append(make(label, share, spans, kind))
    if len(found) < owners:
        label, spans, kind = rest
        found.append(make(label, left, spans, kind))
    return tuple(found)


def classified(text: str, classes: NDArray[np.uint8], kinds: int) -> list[int]:
    """Count the characters of a text by their classes.

    Parameters
    ----------
    text : str
        Any.
    classes : ndarray of shape (n_codes,)
        The class of each character; those behind the last have its class.
    kinds : int
        How many classes there are.

    Returns
    -------
    list of int
        How many characters each class has.
    """
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    counts: list[int] = np.bincount(classes.take(codes, mode="clip"), minlength=kinds).tolist()
    return counts
