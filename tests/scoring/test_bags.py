"""Bulk work: equal to the work one by one."""

import numpy as np
from scipy.sparse import csr_matrix

from modbot.scoring.bags import bag, matrix, meanings
from modbot.scoring.features import words_of


def margins(model, comments):
    found = bag([words_of(comment) for comment in comments], model.bits)
    starts, buckets, values = matrix(found)
    written = csr_matrix((values, buckets, starts), shape=(len(comments), 2**model.bits))
    return written @ model.weights + meanings(found, model.vocabulary) + model.bias


def test_it_works(model, odd_comments):
    one_by_one = np.array([[head.margin for head in model.score(comment)] for comment in odd_comments])
    assert np.abs(margins(model, odd_comments) - one_by_one).max() < 1e-9


def test_it_gives_the_same_in_any_company(model, odd_comments):
    together = margins(model, odd_comments)
    alone = np.concatenate([margins(model, [c]) for c in odd_comments])
    assert np.abs(together - alone).max() < 1e-9
