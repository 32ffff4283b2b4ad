"""Bulk work: equal to the work one by one."""

import numpy as np
from scipy.sparse import csr_matrix

from modbot.scoring.bags import bag, margins, matrix
from modbot.scoring.features import words_of


def test_it_works(model, odd_comments):
    found = margins(bag([words_of(comment) for comment in odd_comments], model.bits), model.weights) + model.bias
    one_by_one = np.array([[head.margin for head in model.score(comment)] for comment in odd_comments])
    assert np.abs(found - one_by_one).max() < 1e-9


def test_it_writes_the_matrix_that_the_margins_come_from(model, odd_comments):
    found = bag([words_of(comment) for comment in odd_comments], model.bits)
    starts, buckets, values = matrix(found)
    written = csr_matrix((values, buckets, starts), shape=(len(odd_comments), 2**model.bits))
    assert np.abs(written @ model.weights - margins(found, model.weights)).max() < 1e-9


def test_it_gives_the_same_in_any_company(model, odd_comments):
    together = margins(bag([words_of(comment) for comment in odd_comments], model.bits), model.weights)
    alone = np.concatenate([margins(bag([words_of(c)], model.bits), model.weights) for c in odd_comments])
    assert np.abs(together - alone).max() < 1e-9
