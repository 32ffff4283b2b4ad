"""Bulk work: equal to the work one by one."""

import numpy as np
from scipy.sparse import csr_matrix

from modbot.scoring.bags import bag, matrix
from modbot.scoring.features import words_of


def written(model, comments) -> csr_matrix:
    starts, buckets, values = matrix(bag([words_of(comment) for comment in comments], model.bits))
    return csr_matrix((values, buckets, starts), shape=(len(comments), 2**model.bits))


def test_it_works(model, odd_comments):
    one_by_one = np.array([[head.margin for head in model.score(comment)] for comment in odd_comments])
    assert np.abs(written(model, odd_comments) @ model.weights + model.bias - one_by_one).max() < 1e-9


def test_it_gives_the_same_in_any_company(model, odd_comments):
    together = written(model, odd_comments) @ model.weights
    alone = np.concatenate([written(model, [c]) @ model.weights for c in odd_comments])
    assert np.abs(together - alone).max() < 1e-9
