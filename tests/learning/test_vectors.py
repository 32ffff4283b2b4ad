"""Word vectors: they come with modbot, and are made from what is published."""

import gzip
import json

import numpy as np
import pytest

from modbot.learning.vectors import DIMENSIONS, condensed, published, vectors

WORDS = [",", "the", "of", "tide", "tides", "o'clock", "mid-day", "1999", "été", "harbour", "quay", "boat"]


@pytest.fixture
def rows():
    return np.random.default_rng(5).normal(size=(len(WORDS), 80)) + 0.7


def test_it_works():
    words, found = vectors()
    assert found.shape == (len(words), DIMENSIONS)
    assert len(set(words)) == len(words) == 100_000
    assert words[:3] == ["the", "of", "to"]
    lengths = np.linalg.norm(found, axis=1)
    assert lengths.min() > lengths.mean() / 2


@pytest.mark.parametrize("kind", ["txt", "txt.gz", "json"])
def test_it_reads_what_is_published(tmp_path, rows, kind):
    path = tmp_path / f"vectors.{kind}"
    lines = "".join(f"{word} {' '.join(map(repr, row.tolist()))}\n" for word, row in zip(WORDS, rows, strict=True))
    if kind == "json":
        # Behind the numbers stand the length and the place of the word.
        given = {word: [*row.tolist(), 1.5, at] for at, (word, row) in enumerate(zip(WORDS, rows, strict=True))}
        path.write_text(json.dumps({"dimensions": 80, "words": WORDS, "vectors": given}), encoding="utf-8")
    else:
        path.write_bytes(gzip.compress(lines.encode()) if kind == "txt.gz" else lines.encode())
    words, found = published(path)
    assert words == WORDS
    assert found == pytest.approx(rows)


def test_it_keeps_what_can_be_a_word_and_little_of_each(tmp_path, rows):
    path = tmp_path / "vectors.npz"
    path.write_bytes(condensed(WORDS, rows, 7))
    with np.load(path, allow_pickle=False) as arrays:
        kept = arrays["words"].tobytes().decode().split("\n")
        small = arrays["vectors"]
    assert kept == ["the", "of", "tide", "tides", "o'clock", "harbour", "quay"]
    assert small.dtype == np.int8
    # What all have in common is gone, and angles between the rest are as they were, up to rounding.
    unit = rows[[WORDS.index(word) for word in kept]]
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    rank = 1 / (np.arange(7) + 10)
    unit -= rank @ unit / rank.sum()
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    near = small / np.linalg.norm(small.astype(float), axis=1, keepdims=True)
    assert np.abs(near @ near.T - unit @ unit.T).max() < 0.02
