"""Estimators: scikit-learn's conventions as far as they apply to text, and agreement with the scorer that serves.

The checks that apply (ruling of the house): clone, get_params and set_params, not fitted before fit, repeated fits give
the same, pickling in memory, determinism.
"""

import pickle
from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_matrix, hstack
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from modbot.domain import Head
from modbot.learning.dictionary import COLUMNS, dictionary
from modbot.learning.estimators import (
    CalibratedHead,
    CommentHasher,
    Contrast,
    build,
    comment_of,
    fit_linear,
    folded,
    without_fields,
)
from modbot.learning.recipe import Learner
from modbot.scoring.heads import Evidence, Model, probabilities
from modbot.scoring.vocabulary import Vocabulary

ODD = (
    "",
    "ok",
    "😀😀 ❤️",
    "שלום עולם, זה טוב",
    "f r e e  m\u043eney v1agra http://prize.example/1 joe@example.org",
    "\ud800",
    "word " * 4_000,
    "x" * 20_000,
    '<a href="http://a.example">a</a> &amp;',
)
LEARNERS = [
    Learner(fields=True, vectors=False, rarity=True, contrast=0.125),
    Learner(fields=False, vectors=True, rarity=False, contrast=2.0),
]


@pytest.fixture(scope="module")
def taught(examples):
    rows = [one for one in examples if Head.SPAM in one.labels]
    return [one.comment for one in rows], np.array([int(one.labels[Head.SPAM]) for one in rows])


@pytest.mark.parametrize("learner", LEARNERS)
def test_it_works(learner, taught):
    comments, y = taught
    head = CalibratedHead(build(learner, bits=12), slope=0.7, offset=-1.5).fit(comments, y)
    weights, bias = folded(head.pipeline_)
    weights = (weights * head.slope)[:, None].astype(np.float32).astype(float)
    weights, directions = weights[: 2**12], weights[2**12 :]
    means = Vocabulary(dictionary().hashes, dictionary().rows @ directions) if learner.vectors else None
    bias = np.array([bias * head.slope + head.offset])
    empty = np.empty((0, 1))
    none = Evidence((Head.SPAM,), (), empty, empty, np.empty(0, dtype=int), empty, np.empty(0, dtype=int))
    exported = Model("x", (Head.SPAM,), weights, bias, none, {}, means)
    asked = [*comments[::9], *map(comment_of, ODD)]
    served = probabilities(exported.margins(asked)[:, 0])
    assert np.abs(served - head.predict_proba(asked)[:, 1]).max() < 1e-6
    told = [probabilities(np.array(exported.score(one)[0].margin)) for one in asked]
    assert np.abs(np.array(told) - head.predict_proba(asked)[:, 1]).max() < 1e-6


@pytest.mark.parametrize(
    "estimator",
    [
        CommentHasher(12),
        CommentHasher(12, fields=False),
        CommentHasher(12, vectors=True),
        *(build(one, bits=12) for one in LEARNERS),
        *(CalibratedHead(build(one, bits=12)) for one in LEARNERS),
    ],
)
class TestConventions:
    def test_it_clones_with_its_parameters(self, estimator):
        copy = clone(estimator)
        assert copy is not estimator
        assert repr(copy.get_params()) == repr(estimator.get_params())

    def test_it_takes_back_its_own_parameters(self, estimator):
        copy = clone(estimator)
        assert copy.set_params(**copy.get_params(deep=False)) is copy

    def test_it_refuses_to_work_before_it_is_fitted(self, estimator):
        work = clone(estimator)
        with pytest.raises(NotFittedError):
            (work.predict_proba if hasattr(work, "predict_proba") else work.transform)(["hello"])

    def test_it_gives_the_same_after_every_fit_and_after_pickling(self, estimator, taught):
        comments, y = taught

        def answers(one):
            work = one.predict_proba if hasattr(one, "predict_proba") else lambda asked: one.transform(asked).toarray()
            return work([*comments[::20], *ODD])

        work = clone(estimator).fit(comments, y)
        first = answers(work)
        assert np.array_equal(first, answers(work.fit(comments, y)))
        assert np.array_equal(first, answers(pickle.loads(pickle.dumps(work))))  # noqa: S301 - in memory, ours
        assert np.array_equal(first, answers(clone(estimator).fit(comments, y)))


def test_it_is_deaf_to_fields_where_it_shall_be(taught):
    comments, _ = taught
    with_url = next(one for one in comments if one.url)
    hasher = CommentHasher(12, fields=False).fit(())
    one, two = hasher.transform([with_url]), hasher.transform([replace(with_url, url="", name="Zoe")])
    assert (one != two).nnz == 0
    assert hasher.transform([]).shape == (0, 2**12)


def test_it_tells_what_words_mean_behind_the_buckets(taught):
    comments, _ = taught
    plain, more = (CommentHasher(12, vectors=on).fit(()).transform(comments) for on in (False, True))
    assert more.shape == (len(comments), 2**12 + COLUMNS)
    assert CommentHasher(12, vectors=True).fit(()).transform([]).shape == (0, 2**12 + COLUMNS)
    assert (more[:, : 2**12] != plain).nnz == 0
    assert without_fields(more, 12)[:, 2**12 :].toarray() == pytest.approx(more[:, 2**12 :].toarray())


def test_it_makes_buckets_louder_that_tell_the_answers_apart():
    # By hand: three buckets, used by 2 bad and 0 good, by 1 and 1, by 0 and 1; one more than counted throughout.
    features = csr_matrix(np.array([[0.5, 0.1, 0.0], [0.2, 0.0, 0.0], [0.0, 0.7, 0.3]]))
    contrast = Contrast(0.5).fit(features, [1, 1, 0])
    bad, good = np.array([3, 2, 1]) / 6, np.array([1, 2, 2]) / 5
    assert contrast.scale_ == pytest.approx(1 + np.abs(np.log(bad / good)) / 2)
    assert contrast.transform(features).toarray() == pytest.approx(features.toarray() * contrast.scale_)
    with_others = Contrast(0.5, others=1).fit(hstack([features, np.ones((3, 1))], format="csr"), [1, 1, 0])
    assert with_others.scale_.tolist() == [*contrast.scale_, 1.0]
    heavier = Contrast(2.0).fit(features, [1, 1, 0], np.array([1.0, 1.0, 3.0]))
    assert heavier.scale_ == pytest.approx(1 + 2 * np.abs(np.log(bad / (np.array([1, 4, 4]) / 9))))


def test_it_folds_the_contrast_into_the_weights(taught):
    comments, y = taught
    features = CommentHasher(12, vectors=True).fit(()).transform(comments)
    weights, bias = fit_linear(LEARNERS[1], features, y == 1, np.ones(y.size))
    head = build(LEARNERS[1], bits=12)[1:].fit(features, y)
    assert features @ weights + bias == pytest.approx(head.decision_function(features))
