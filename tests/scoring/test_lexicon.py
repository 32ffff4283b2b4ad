"""The lexicon: remembers, forgets, and never says anything else than the arithmetic."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from modbot.scoring import lexicon
from modbot.scoring.lexicon import Lexicon

WEIGHTS = np.random.default_rng(1).normal(size=(2**12, 2))
WORDS = [f"word{i}" for i in range(300)] + [(0, f"word{i}") for i in range(30)]


def expected(tokens):
    fresh = Lexicon(WEIGHTS).look_up(tokens)
    return fresh.sums


def test_it_works():
    book = Lexicon(WEIGHTS)
    first, again = book.look_up(WORDS[:50]), book.look_up(WORDS[:50])
    assert np.array_equal(first.sums, again.sums)
    assert np.array_equal(first.hashes, again.hashes)
    mixed = book.look_up([WORDS[3], WORDS[200], WORDS[310], WORDS[7]])
    assert np.allclose(mixed.sums, expected([WORDS[3], WORDS[200], WORDS[310], WORDS[7]]), atol=1e-12)


def test_it_forgets_when_full_and_still_answers(monkeypatch):
    monkeypatch.setattr(lexicon, "_ROWS_MAX", 40)
    book = Lexicon(WEIGHTS)
    for start in range(0, 300, 7):
        tokens = WORDS[start : start + 7]
        assert np.allclose(book.look_up(tokens).sums, expected(tokens), atol=1e-12)
    assert np.allclose(book.look_up(WORDS).sums, expected(WORDS), atol=1e-12)


def test_it_takes_a_token_twice():
    book = Lexicon(WEIGHTS)
    assert np.allclose(book.look_up([WORDS[1], WORDS[2], WORDS[1]]).sums, expected([WORDS[1], WORDS[2], WORDS[1]]))


def test_it_handles_many_threads_at_once():
    book = Lexicon(WEIGHTS)
    rng = np.random.default_rng(2)
    draws = [[WORDS[i] for i in rng.permutation(len(WORDS))[:20]] for _ in range(200)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(book.look_up, draws))
    assert all(np.allclose(one.sums, expected(tokens), atol=1e-12) for one, tokens in zip(found, draws, strict=True))
