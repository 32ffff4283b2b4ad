"""What is known of words beforehand: words that mean the same are near, and what people rated is told as such."""

import hashlib

import numpy as np
import pytest

from modbot.learning import ratings, vectors
from modbot.learning.dictionary import COLUMNS, dictionary, dictionary_facts, hidden
from modbot.scoring.hashing import hash_tokens


def rows_of(*words):
    return dictionary().look_up(hash_tokens(words, np.zeros(len(words), dtype=np.uint32), 18).hashes)


def likeness(one, other):
    left, right = rows_of(one, other)[:, : vectors.DIMENSIONS]
    return left @ right / np.linalg.norm(left) / np.linalg.norm(right)


def test_it_works():
    book = dictionary()
    assert book.rows.shape == (book.hashes.size, COLUMNS)
    assert 102_000 < book.hashes.size < 120_000
    assert (book.hashes[1:] > book.hashes[:-1]).all()
    meant = np.linalg.norm(book.rows[:, : vectors.DIMENSIONS], axis=1)
    assert meant[meant > 0].mean() == pytest.approx(2.0, abs=1e-3)
    assert meant[meant > 0].min() > 0.5
    assert book.rows[:, vectors.DIMENSIONS :].min() == 0.0


@pytest.mark.parametrize(
    ("word", "alike", "other"),
    [("harbour", "port", "stupid"), ("idiot", "stupid", "harbour"), ("thanks", "thank", "engine")],
)
def test_it_knows_which_words_are_alike(word, alike, other):
    assert likeness(word, alike) > likeness(word, other) + 0.3


def test_it_knows_ratings_with_and_without_a_vector():
    harbour, insult, german = rows_of("harbour", "asshole", "arschloch")
    assert harbour[: vectors.DIMENSIONS].any()
    assert not harbour[vectors.DIMENSIONS :].any()
    assert insult[vectors.DIMENSIONS :] == pytest.approx([2.0 * one for one in ratings.ratings()["asshole"]])
    assert german[vectors.DIMENSIONS :].any()


@pytest.mark.parametrize(
    ("written", "word", "share"),
    [
        ("sh*t", "shit", 1.0),
        ("b*tch", "bitch", 1.0),
        ("st*pid", "stupid", 1.0),
        ("f***", "fuck", 0.5),
        ("a**", "ass", 0.5),
    ],
)
def test_it_knows_a_word_that_is_hidden(written, word, share):
    assert hidden()[written] == word
    hid, plain = rows_of(written, word)
    assert hid.any()
    # One letter and stars may be a name.
    assert hid == pytest.approx(plain * share)


def test_it_takes_no_word_for_a_disguise():
    assert not hidden().keys() & set(vectors.vectors()[0])
    assert {"dog", "d*g", "c*mma", "g*d", "5*"}.isdisjoint(hidden())


def test_it_says_what_it_is():
    facts = dictionary_facts()
    assert facts["vectors"]["words"] == len(vectors.vectors()[0])
    assert facts["vectors"]["sha256"] == hashlib.sha256(vectors.FILE.read_bytes()).hexdigest()
    assert facts["ratings"]["words"] == len(ratings.ratings())
    assert facts["ratings"]["sha256"] == hashlib.sha256(ratings.FILE.read_bytes()).hexdigest()
