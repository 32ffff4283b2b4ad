"""Shares: one comment taken apart, many in sum, and the same numbers as the written-down matrix."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from factories import a_comment
from modbot.domain import Author
from modbot.scoring.bags import bag, matrix, meanings
from modbot.scoring.features import read, words_of
from modbot.scoring.fields import FIELDS, LINKS
from modbot.scoring.lexicon import Lexicon
from modbot.scoring.shares import margins, shares


def test_it_works(model):
    reading = read(a_comment(body="Good bus, good harbour"))
    found = shares(reading, model.weights, model.lexicon)
    assert found.shape == (len(model.heads), 4 + len(FIELDS))
    assert found.sum(axis=1) == pytest.approx(margins([reading], model.weights, model.lexicon)[0], abs=1e-12)


def test_it_sums_up_to_the_product_with_the_written_matrix(model, odd_comments):
    readings = [words_of(comment) for comment in odd_comments]
    found = bag(readings, model.bits)
    starts, buckets, values = matrix(found)
    product = csr_matrix((values, buckets, starts), shape=(len(readings), 2**model.bits)) @ model.weights
    product += meanings(found, model.vocabulary)
    fresh = Lexicon(model.weights, model.vocabulary)
    assert np.abs(margins(readings, model.weights, fresh) - product).max() < 1e-9
    for reading, row in zip(readings, product, strict=True):
        assert np.abs(shares(reading, model.weights, model.lexicon).sum(axis=1) - row).max() < 1e-9


def test_it_gives_each_share_to_its_owner(model):
    plain, linked = (
        shares(read(a_comment(body=body)), model.weights, model.lexicon) for body in ("bus", "bus http://a.example.net")
    )
    changed = np.abs(plain[:, 1 + LINKS] - linked[:, -len(FIELDS) + LINKS])
    assert (changed > 1e-6).all()
    name = shares(read(a_comment(body="bus", name="Zoe")), model.weights, model.lexicon)
    assert np.flatnonzero(
        np.abs(name - shares(read(a_comment(body="bus", name="Ann")), model.weights, model.lexicon)).max(axis=0)
    ).tolist() == [1]


def test_it_hears_of_a_name_a_quarter_where_it_links_to_nothing(model):
    def of_name(name: str, url: str):
        comment = a_comment(body="bus", name=name, url=url, author=Author(key=""))
        return shares(read(comment), model.weights, model.lexicon)[:, 1]

    # Two names of one shape, so that they differ in their letters alone.
    bare, linked = (of_name("Zoe", url) - of_name("Ann", url) for url in ("", "http://a"))
    # Three letters with edges make ten grams and a whole, the host of one letter three and a whole.
    assert bare == pytest.approx(linked * (15 + 30) ** 0.5 / (11 + 30) ** 0.5 / 4)


def test_it_handles_readings_without_words(model, odd_comments):
    empty = [words_of(comment) for comment in odd_comments if not comment.body.strip()]
    assert len(empty) > 1
    assert np.isfinite(margins(empty, model.weights, model.lexicon)).all()
