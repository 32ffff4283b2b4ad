"""scikit-learn's view of the features, and the unfitted pipeline of each head.

The transformer wraps the very functions that serve, so training and serving cannot drift apart. Fits nothing by
itself; may import ``scoring``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack, vstack
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin, clone
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from modbot.domain import Author, Comment
from modbot.learning.dictionary import COLUMNS, dictionary
from modbot.learning.recipe import Learner
from modbot.scoring.bags import bag, matrix, meanings
from modbot.scoring.features import words_of
from modbot.scoring.hashing import first_field_bucket

_BATCH = 2048


class CommentHasher(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Comments to hashed features, as the serving code makes them.

    Parameters
    ----------
    bits : int
        The matrix has ``2**bits`` columns.
    fields : bool
        Whether anything but the words is looked at.
    vectors : bool
        Whether what the words mean is told in columns of its own, behind those of the buckets.
    """

    def __init__(self, bits: int = 18, *, fields: bool = True, vectors: bool = False) -> None:
        self.bits = bits
        self.fields = fields
        self.vectors = vectors

    def fit(self, X: Iterable[Comment | str], y: object = None) -> Self:  # noqa: ARG002, N803 - scikit-learn's names
        """Learn nothing: hashing has no vocabulary.

        Parameters
        ----------
        X : iterable of Comment or str
            Not looked at.
        y : object
            Not looked at.

        Returns
        -------
        CommentHasher
            Itself.
        """
        self.n_features_out_ = 2**self.bits + COLUMNS * self.vectors
        return self

    def transform(self, X: Iterable[Comment | str]) -> csr_matrix:  # noqa: N803 - scikit-learn's name
        """Hash comments.

        Parameters
        ----------
        X : iterable of Comment or str
            A plain text counts as a comment of which only the body is known.

        Returns
        -------
        csr_matrix of shape (n_comments, n_features_out_)
            Columns that a row names twice are added up.
        """
        check_is_fitted(self)
        left = iter(X)
        blocks = []
        while batch := list(islice(left, _BATCH)):
            said = bag([words_of(comment_of(one)) for one in batch], self.bits)
            starts, buckets, values = matrix(said)
            block = csr_matrix((values, buckets.astype(np.int32), starts), shape=(len(batch), 2**self.bits))
            block.sum_duplicates()
            blocks.append(hstack([block, meanings(said, dictionary())], format="csr") if self.vectors else block)
        found = vstack(blocks, format="csr") if blocks else csr_matrix((0, self.n_features_out_))
        return found if self.fields else without_fields(found, self.bits)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.string = True
        tags.target_tags.required = False
        return tags


class Contrast(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Buckets louder the more differently the two answers use them.

    Parameters
    ----------
    strength : float
        What the difference counts, at least 0. A naive count knows nothing of the company that a bucket keeps.
    others : int
        How many columns at the end are no buckets and stay as they are.

    Attributes
    ----------
    scale_ : ndarray of shape (n_buckets,)
        What each bucket is multiplied by: one plus ``strength`` times the absolute log ratio of its shares of all that
        is used in bad and in good comments.

    Notes
    -----
    Naive Bayes' ratios as features of a discriminative model: Wang and Manning 2012, *Baselines and Bigrams*. A
    penalised model trusts a loud bucket more readily than a faint one.
    """

    def __init__(self, strength: float = 2.0, others: int = 0) -> None:
        self.strength = strength
        self.others = others

    def fit(
        self,
        X: csr_matrix,  # noqa: N803 - scikit-learn's name
        y: Sequence[int] | NDArray[Any],
        sample_weight: NDArray[np.float64] | None = None,
    ) -> Self:
        """Count which answer uses which bucket.

        Parameters
        ----------
        X : csr_matrix of shape (n, n_buckets)
            Hashed features.
        y : array of 0 and 1
            The answers.
        sample_weight : ndarray, optional
            How much each counts.

        Returns
        -------
        Contrast
            Itself.
        """
        weights = np.ones(X.shape[0]) if sample_weight is None else sample_weight
        buckets = X.shape[1] - self.others
        used = csr_matrix((np.ones(X.nnz), X.indices, X.indptr), shape=X.shape)
        # One more than counted, so that a bucket nobody used says nothing.
        bad, good = (used.T @ np.where(np.asarray(y) == side, weights, 0.0) + 1.0 for side in (1, 0))
        bad, good = bad[:buckets], good[:buckets]
        ratio = np.log(bad / bad.sum()) - np.log(good / good.sum())
        self.scale_: NDArray[np.float64] = np.ones(X.shape[1])
        self.scale_[:buckets] += self.strength * np.abs(ratio)
        return self

    def transform(self, X: csr_matrix) -> csr_matrix:  # noqa: N803 - scikit-learn's name
        """Multiply the buckets.

        Parameters
        ----------
        X : csr_matrix of shape (n, n_buckets)
            Hashed features.

        Returns
        -------
        csr_matrix
            A copy.
        """
        check_is_fitted(self)
        return csr_matrix((X.data * self.scale_.astype(X.dtype)[X.indices], X.indices, X.indptr), shape=X.shape)


class CalibratedHead(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A head's pipeline with a strictly increasing sigmoid behind it.

    Parameters
    ----------
    pipeline : Pipeline
        As `build` gives it, unfitted.
    slope, offset : float
        The sigmoid's, found on sources that the pipeline was not fitted on; ``slope`` is positive.
    """

    def __init__(self, pipeline: Pipeline, slope: float = 1.0, offset: float = 0.0) -> None:
        self.pipeline = pipeline
        self.slope = slope
        self.offset = offset

    def fit(
        self,
        X: Sequence[Comment | str],  # noqa: N803 - scikit-learn's name
        y: Sequence[int] | NDArray[np.int_],
        sample_weight: NDArray[np.float64] | None = None,
    ) -> Self:
        """Fit the pipeline.

        Parameters
        ----------
        X : sequence of Comment or str
            What was said.
        y : array of 0 and 1
            The answers.
        sample_weight : ndarray, optional
            How much each counts.

        Returns
        -------
        CalibratedHead
            Itself.
        """
        self.pipeline_ = _weighed(clone(self.pipeline), X, y, sample_weight)
        self.classes_ = self.pipeline_.classes_
        return self

    def decision_function(self, X: Sequence[Comment | str]) -> NDArray[np.float64]:  # noqa: N803
        """Give the calibrated log-odds.

        Parameters
        ----------
        X : sequence of Comment or str
            What was said.

        Returns
        -------
        ndarray of shape (n_comments,)
            Log-odds of class 1.
        """
        check_is_fitted(self)
        margins: NDArray[np.float64] = self.pipeline_.decision_function(X) * self.slope + self.offset
        return margins

    def predict_proba(self, X: Sequence[Comment | str]) -> NDArray[np.float64]:  # noqa: N803
        """Give the calibrated probabilities.

        Parameters
        ----------
        X : sequence of Comment or str
            What was said.

        Returns
        -------
        ndarray of shape (n_comments, 2)
            Rows sum to one.
        """
        p = expit(self.decision_function(X))
        return np.column_stack((1 - p, p))

    def predict(self, X: Sequence[Comment | str]) -> NDArray[Any]:  # noqa: N803
        """Give the likelier class.

        Parameters
        ----------
        X : sequence of Comment or str
            What was said.

        Returns
        -------
        ndarray of shape (n_comments,)
            Members of ``classes_``.
        """
        found: NDArray[Any] = self.classes_[(self.decision_function(X) > 0).astype(int)]
        return found


def without_fields(features: csr_matrix, bits: int) -> csr_matrix:
    """Empty the columns of the fields.

    Parameters
    ----------
    features : csr_matrix of shape (n, 2**bits or more)
        Hashed features, with or without what words mean behind them.
    bits : int
        As above.

    Returns
    -------
    csr_matrix
        A copy with the words alone.
    """
    words = features.copy()
    words.data[(words.indices >= first_field_bucket(bits)) & (words.indices < 2**bits)] = 0.0
    words.eliminate_zeros()
    return words


def classifier(learner: Learner) -> LogisticRegression:
    """Give the unfitted linear model of a head.

    Parameters
    ----------
    learner : Learner
        Its penalty.

    Returns
    -------
    LogisticRegression
        Unfitted. The loose tolerance is part of the recipe: stopping early is what a smaller ``C`` does, in a tenth
        of the time.
    """
    return LogisticRegression(C=learner.penalty, tol=2e-4, max_iter=60)


def build(learner: Learner, *, bits: int = 18) -> Pipeline:
    """Give the unfitted pipeline of a head.

    Parameters
    ----------
    learner : Learner
        How the head learns.
    bits : int
        Buckets of the hashed features, as a power of two.

    Returns
    -------
    Pipeline
        Steps ``features``, ``rarity``, ``contrast`` and ``classifier``.
    """
    return Pipeline(
        [
            ("features", CommentHasher(bits, fields=learner.fields, vectors=learner.vectors)),
            ("rarity", TfidfTransformer(norm=None) if learner.rarity else "passthrough"),
            (
                "contrast",
                Contrast(learner.contrast, COLUMNS * learner.vectors) if learner.contrast else "passthrough",
            ),
            ("classifier", classifier(learner)),
        ]
    )


def fit_linear(
    learner: Learner, features: csr_matrix, y: NDArray[np.bool_], weights: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float]:
    """Fit what comes behind the features in a head's pipeline.

    Parameters
    ----------
    learner : Learner
        How the head learns.
    features : csr_matrix of shape (n, n_columns)
        As the learner hears them.
    y : ndarray of bool, shape (n,)
        The answers.
    weights : ndarray of shape (n,)
        How much each counts.

    Returns
    -------
    tuple of ndarray of shape (n_columns,) and float
        Log-odds per column, with rarity and contrast folded in, and the bias.
    """
    return folded(_weighed(build(learner.sized(y.size))[1:], features, y, weights))


def folded(pipeline: Pipeline) -> tuple[NDArray[np.float64], float]:
    """Give the numbers that a fitted pipeline comes down to.

    Parameters
    ----------
    pipeline : Pipeline
        Fitted; only the steps behind the features are looked at.

    Returns
    -------
    tuple of ndarray of shape (n_columns,) and float
        Log-odds per column and the bias: a margin is the features times the one plus the other.
    """
    model = pipeline["classifier"]
    weights: NDArray[np.float64] = model.coef_[0].astype(np.float64)
    weights = weights * getattr(pipeline["rarity"], "idf_", 1.0) * getattr(pipeline["contrast"], "scale_", 1.0)
    return weights, float(model.intercept_[0])


def comment_of(one: Comment | str) -> Comment:
    """Make a comment of a plain text.

    Parameters
    ----------
    one : Comment or str
        A comment is given back as it is.

    Returns
    -------
    Comment
        Of which only the body is known.
    """
    if isinstance(one, Comment):
        return one
    return Comment(site_id="", key="", fingerprint="", name="", body=str(one), author=Author(key=""))


def _weighed(pipeline: Pipeline, X: Any, y: Any, weights: NDArray[np.float64] | None) -> Pipeline:  # noqa: N803
    steps = [name for name in ("contrast", "classifier") if pipeline[name] != "passthrough"]
    return pipeline.fit(X, y, **{f"{name}__sample_weight": weights for name in steps})
