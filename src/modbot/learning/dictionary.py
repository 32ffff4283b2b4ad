"""What is known of words before any comment is learned from: what they mean, and how people rated them.

A word has the columns of its vector, and behind them those of its ratings. May import ``scoring``.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from modbot.learning import ratings, vectors
from modbot.learning.disguises import disguises
from modbot.scoring.hashing import hash_tokens
from modbot.scoring.vocabulary import Vocabulary

COLUMNS = vectors.DIMENSIONS + len(ratings.RATINGS)
"""Numbers of a word."""

# How long a vector is, and what a rating of one counts, beside the word itself, whose value is one.
_VOICE = 2.0
# "S*** M***" may be somebody's name: where one letter is seen, what it hides counts half.
_LONE_LETTER = 0.5
# So much the lists must say together against a word that is hidden (each that has it counts one, and how bad it sounds
# up to two), if people use it in other texts, too, and if not; and so much against one that is meant first.
_AGREED, _RARE_AGREED, _SWEARING = 2.0, 3.0, 5.0


@cache
def dictionary() -> Vocabulary:
    """Gather what is known.

    Returns
    -------
    Vocabulary
        Rows of shape (n_words, `COLUMNS`). The same each time.
    """
    words, rows = vectors.vectors()
    rated, disguised = ratings.ratings(), hidden()
    at = {word: row for row, word in enumerate(dict.fromkeys([*words, *rated, *disguised]))}
    found = np.zeros((len(at), COLUMNS), dtype=np.float32)
    found[: len(words), : vectors.DIMENSIONS] = rows / np.linalg.norm(rows, axis=1).mean()
    found[[at[word] for word in rated], vectors.DIMENSIONS :] = list(rated.values())
    seen = np.array([[_LONE_LETTER if len(word.strip("*")) == 1 else 1.0] for word in disguised], dtype=np.float32)
    found[[at[word] for word in disguised]] = found[[at[word] for word in disguised.values()]] * seen
    hashes = hash_tokens(list(at), np.zeros(len(at), dtype=np.uint32), bits=18).hashes
    # Of two words with one hash the more frequent one stays.
    hashes, kept = np.unique(hashes, return_index=True)
    return Vocabulary(hashes, found[kept] * np.float32(_VOICE))


@cache
def hidden() -> dict[str, str]:
    """Find the disguises of words that several lists have.

    Returns
    -------
    dict of str to str
        As `disguises` gives them, without what is a word of its own.
    """
    rank = {word: at for at, word in enumerate(vectors.vectors()[0])}
    rated = ratings.ratings()
    worst = {word: sum(said[: len(ratings.PROFANITY)]) + said[-1] for word, said in rated.items()}
    agreed = [word for word, said in worst.items() if said >= (_AGREED if word in rank else _RARE_AGREED)]
    # What could be several words is most likely the most frequent of those that everybody counts as swearing.
    agreed.sort(key=lambda word: (worst[word] < _SWEARING, rank.get(word, len(rank)), word))
    return {
        disguise: word
        for disguise, word in disguises(agreed).items()
        if disguise not in rank and (disguise not in rated or "*" in disguise)
    }


def dictionary_facts() -> dict[str, Any]:
    """Say for the card what this is.

    Returns
    -------
    dict
        ``words``, ``dimensions`` and ``sha256`` of the vectors, and ``words`` and ``sha256`` of the ratings.
    """
    return {
        "vectors": {
            "words": len(vectors.vectors()[0]),
            "dimensions": vectors.DIMENSIONS,
            "sha256": _sha256(vectors.FILE),
        },
        "ratings": {"words": len(ratings.ratings()), "sha256": _sha256(ratings.FILE)},
    }


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
