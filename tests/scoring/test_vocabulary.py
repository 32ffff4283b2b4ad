"""The vocabulary: a word's own row, zeros for all others."""

from dataclasses import replace

import numpy as np
import pytest

from modbot.scoring.hashing import hash_tokens
from modbot.scoring.vocabulary import Vocabulary
from scoring.conftest import KNOWN, said

NO_SALT = np.zeros(1, dtype=np.uint32)


@pytest.mark.parametrize("last", [9, 2**32 - 1])
def test_it_works(last):
    book = Vocabulary(np.array([2, 5, last], dtype=np.uint32), np.array([[1.0, 2], [3, 4], [5, 6]], dtype=np.float32))
    found = book.look_up(np.array([5, 0, last, 3, 2, 2**32 - 2], dtype=np.uint32))
    assert found.tolist() == [[3, 4], [0, 0], [5, 6], [0, 0], [1, 2], [0, 0]]
    assert book.look_up(np.empty(0, dtype=np.uint32)).shape == (0, 2)


def test_its_rows_are_part_of_a_words_own_share(model):
    """By hand: one word alone, whose own weight counts once over a softened root of one."""
    book = model.vocabulary
    quiet = Vocabulary(book.hashes, np.zeros_like(book.rows))
    plain = replace(model, vocabulary=quiet)
    for word in KNOWN:
        row = book.rows[book.hashes.searchsorted(hash_tokens([word], NO_SALT, 12).hashes)[0]]
        for one, other, more in zip(
            model.score(said(word), small=0), plain.score(said(word), small=0), row, strict=True
        ):
            shares, before = ({term.label: term.share for term in head.terms} for head in (one, other))
            assert shares[word] - before[word] == pytest.approx(more * 9**-0.5)
            assert {name: share for name, share in shares.items() if name != word} == pytest.approx(
                {name: share for name, share in before.items() if name != word}
            )


def test_it_reads_no_meaning_into_names(model):
    quiet = Vocabulary(model.vocabulary.hashes, np.zeros_like(model.vocabulary.rows))
    plain = replace(model, vocabulary=quiet)
    comment = said("hello", name="Jo Love", url="http://money.example/")
    assert np.array_equal(model.margins([comment]), plain.margins([comment]))
