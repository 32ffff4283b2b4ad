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
from modbot.scoring.hashing import hash_tokens
from modbot.scoring.vocabulary import Vocabulary

COLUMNS = vectors.DIMENSIONS + len(ratings.RATINGS)
"""Numbers of a word."""

# How long a vector is, and what a rating of one counts, beside the word itself, whose value is one.
_VOICE = 2.0


@cache
def dictionary() -> Vocabulary:
    """Gather what is known.

    Returns
    -------
    Vocabulary
        Rows of shape (n_words, `COLUMNS`). The same each time.
    """
    words, rows = vectors.vectors()
    rated = ratings.ratings()
    at = {word: row for row, word in enumerate(dict.fromkeys([*words, *rated]))}
    found = np.zeros((len(at), COLUMNS), dtype=np.float32)
    found[: len(words), : vectors.DIMENSIONS] = rows / np.linalg.norm(rows, axis=1).mean()
    found[[at[word] for word in rated], vectors.DIMENSIONS :] = list(rated.values())
    hashes = hash_tokens(list(at), np.zeros(len(at), dtype=np.uint32), bits=18).hashes
    # Of two words with one hash the more frequent one stays.
    hashes, kept = np.unique(hashes, return_index=True)
    return Vocabulary(hashes, found[kept] * np.float32(_VOICE))


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
