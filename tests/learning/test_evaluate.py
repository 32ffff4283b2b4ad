"""Evaluation: a model on examples, its recipe without a source and on less."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit
from sklearn.metrics import roc_auc_score

from learning_cases import SMALL
from modbot import promise
from modbot.domain import Head
from modbot.errors import NotEnoughEvidence
from modbot.learning.evaluate import by_head, compare, contrast, learning_curve, leave_one_out, model_risks, recipe_of

pytestmark = pytest.mark.slow


def quiet(*_):
    return None


@pytest.fixture(scope="module")
def harbour(examples):
    return [one for one in examples if one.source == "harbour"]


def test_it_works(trained, harbour):
    found = compare(trained, harbour)
    y = np.array([one.labels[Head.SPAM] for one in harbour])
    margins = trained.margins(one.comment for one in harbour)[:, trained.heads.index(Head.SPAM)]
    assert found["spam"]["auc"] == pytest.approx(roc_auc_score(y, margins))
    assert found["spam"]["brier"] == pytest.approx(np.mean((expit(margins) - y) ** 2))
    assert set(found) == {"spam", "toxicity"}
    assert "curves" in found["spam"]


def test_it_counts_what_the_borrowed_policy_does(trained, harbour):
    figures = compare(trained, harbour)["spam"]
    cutoffs = promise.cutoffs(trained.evidence, 0.01, 0.05)
    risks = model_risks(trained, trained.margins(one.comment for one in harbour))
    assert ((risks > 0) & (risks <= 1)).all()
    bad = np.array([one.labels[Head.SPAM] == 1 for one in harbour])
    rejected = risks >= (np.inf if cutoffs.reject_from is None else cutoffs.reject_from)
    published = ~rejected & (risks < (-np.inf if cutoffs.publish_below is None else cutoffs.publish_below))
    assert figures["good_rejected_count"] == (rejected & ~bad).sum()
    assert figures["bad_published_count"] == (published & bad).sum()
    assert figures["good_published"] == pytest.approx(published[~bad].mean())
    counts = [figures[f"{name}_count"] for name in ("good_rejected", "bad_rejected", "good_published", "bad_published")]
    assert sum(counts) + figures["held_count"] == figures["rows"]
    assert figures["held_count"] == round(figures["held"] * figures["rows"])


def test_it_compares_two_models_where_both_can_answer(trained, harbour):
    deaf = trained.weights * [[0.0 if head is Head.SPAM else 1.0 for head in trained.heads]]
    lame = replace(trained, weights=deaf, vocabulary=None)
    found = contrast(lame, trained, harbour)
    # The harbour has no toxic comments to rank; a head without weights ranks by chance.
    assert set(found) == {"spam"}
    assert found["spam"]["auc"] == pytest.approx(compare(trained, harbour)["spam"]["auc"] - 0.5)


def test_it_turns_figures_inside_out():
    assert by_head({"a": {"spam": 1, "threat": 2}, "b": {"spam": 3}}) == {"spam": {"a": 1, "b": 3}, "threat": {"a": 2}}
    assert by_head(by_head({"a": {"spam": 1}})) == {"a": {"spam": 1}}


def test_it_reads_the_recipe_of_a_model(trained):
    assert recipe_of(trained).bits == SMALL.bits
    assert recipe_of(trained).learner(Head.SPAM) == SMALL.learner(Head.SPAM)


def test_it_measures_each_source_by_fits_without_it_as_training_does(trained, examples):
    found = leave_one_out(examples, SMALL, seed=1, progress=quiet)
    assert found == trained.card["leave_one_source_out"]


def test_it_refuses_to_leave_out_the_only_source(harbour):
    with pytest.raises(NotEnoughEvidence, match="got 1; add --data"):
        leave_one_out(harbour, SMALL, seed=1, progress=quiet)


def test_it_measures_growing_parts_up_to_all(trained, examples):
    found = learning_curve(examples, SMALL, seed=1, progress=quiet)
    spam = found["spam"]
    assert [point["part"] for point in spam][-1] == 1.0
    rows = [point["rows"] for point in spam]
    assert rows == sorted(rows)
    assert rows[-1] == sum(counts["train"] for counts in trained.card["rows"].values())
    known = trained.card["held_back"]["spam"]
    aucs = [figures["auc"] for figures in known.values() if figures["auc"] is not None]
    # These sources are easy: a part measures each of them, so the last point is the mean of all.
    assert spam[-1]["held_back"] == pytest.approx(np.mean(aucs))


def test_it_leaves_out_parts_that_are_too_small(examples):
    # Five of each answer in an eighth of the sources are no evidence; the whole is.
    few = examples[::8]
    points = learning_curve(few, SMALL, seed=1, progress=quiet)["spam"]
    assert 1 <= len(points) < 4
