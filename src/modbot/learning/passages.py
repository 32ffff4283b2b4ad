"""Harmless passages of bad comments: everyday talk for a source that has hardly any.

Where nearly every comment of a source is abusive, its topics look abusive too. But people rarely abuse in every
sentence: whatever a first fit finds mildest in a long comment is that source's ordinary talk, and a second fit may
learn it as such. Fits nothing; may import numpy.
"""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|\n+")
# Of two sentences, either may be what the other one means.
_SENTENCES_MIN = 3
# Shorter ones say too little to learn from.
_WORDS_MIN = 6
# The mildest of a comment's sentences that may count as harmless ...
_MILD_SHARE = 0.7
# ... if they are that much milder (in log-odds) than its worst.
_GAP = 1.0


def passages(text: str) -> list[str]:
    """Cut a comment into its sentences.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    list of str
        Those long enough to learn from; none if the comment has fewer than three sentences in all.
    """
    sentences = [one for one in _SENTENCE_END.split(text) if one.strip()]
    if len(sentences) < _SENTENCES_MIN:
        return []
    return [one for one in sentences if len(one.split()) >= _WORDS_MIN]


def mild(margins: NDArray[np.float64], comment: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Find the passages that what is wrong with their comment does not stand in.

    Parameters
    ----------
    margins : ndarray of shape (n_passages,)
        Log-odds of each passage by itself.
    comment : ndarray of shape (n_passages,)
        Which comment it was cut from.

    Returns
    -------
    ndarray of bool, shape (n_passages,)
        The mildest seven in ten of each comment's passages, as far as they lie well below its worst one.
    """
    order = np.lexsort((margins, comment))
    _, first, sizes = np.unique(comment[order], return_index=True, return_counts=True)
    rank = np.arange(order.size) - np.repeat(first, sizes)
    worst = np.repeat(margins[order][first + sizes - 1], sizes)
    found = np.zeros(order.size, dtype=np.bool_)
    found[order] = (rank < _MILD_SHARE * np.repeat(sizes, sizes)) & (margins[order] < worst - _GAP)
    return found
