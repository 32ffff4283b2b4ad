"""Hate and what merely looks like it: our own cases, and areas against hand calculations."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from modbot.domain import Head
from modbot.learning.dataset import own_texts
from modbot.learning.estimators import CommentHasher, comment_of
from modbot.learning.functional import GROUPS, functional, sentences
from modbot.scoring.artifacts import find, load, model_dirs
from modbot.text import fingerprint


@pytest.fixture(scope="module")
def model(trained):
    """Its heads hear words, which is all that is asked of them here, and nothing of what they mean."""
    return replace(trained, heads=(Head.IDENTITY_ATTACK, Head.TOXICITY), vocabulary=None)


def test_it_works(model):
    cases = [(one, case) for one in sentences() for case in one.cases]
    hate, abuse = model.margins(comment_of(case) for _, case in cases).T
    hateful = np.array([one.hateful for one, _ in cases])
    found = functional(model)
    assert found["cases"] == len(cases)
    assert found["auc"] == pytest.approx(roc_auc_score(hateful, hate))
    assert found["auc_interval"][0] < found["auc"] < found["auc_interval"][1]
    for function, figures in found["functions"].items():
        mine = np.array([one.function == function for one, _ in cases])
        others = hateful != hateful[mine][0]
        assert figures["hateful"] == hateful[mine].all() == hateful[mine].any()
        assert figures["cases"] == mine.sum()
        assert figures["auc"] == pytest.approx(roc_auc_score(hateful[mine | others], hate[mine | others]))
        assert figures["toxicity"] == pytest.approx(np.median(1 / (1 + np.exp(-abuse[mine]))))


def test_it_finds_the_kind_that_a_word_gives_away(model):
    """Weight on a word of one kind alone moves that kind more than any other of the same answer."""
    touched = CommentHasher(model.bits, fields=False).fit(()).transform(["mosquitoes carpets"]).indices
    weights = model.weights.copy()
    weights[touched, 0] += 2.0
    before, after = functional(model), functional(replace(model, weights=weights))
    fall = {name: one["auc"] - after["functions"][name]["auc"] for name, one in before["functions"].items()}
    harmless = {name: fell for name, fell in fall.items() if not before["functions"][name]["hateful"]}
    assert max(harmless, key=harmless.get) == "abuse of things"
    assert after["auc"] != before["auc"]


def test_it_says_nothing_of_heads_that_a_model_lacks(model):
    assert functional(replace(model, heads=(Head.SPAM, Head.TOXICITY))) is None
    only = functional(replace(model, heads=(Head.IDENTITY_ATTACK, Head.SPAM)))
    assert all("toxicity" not in one for one in only["functions"].values())


def test_it_keeps_sentences_that_are_said_of_every_group_or_of_none():
    known = sentences()
    kinds = {(one.function, one.hateful) for one in known}
    assert len({function for function, _ in kinds}) == len(kinds)
    assert min(sum(hateful is side for _, hateful in kinds) for side in (True, False)) >= 8
    assert {len(one.cases) for one in known} == {1, len(GROUPS)}
    cases = [case for one in known for case in one.cases]
    assert len(set(cases)) == len(cases)
    assert not [case for case in cases if "{" in case or case.startswith("a ")]


def test_it_keeps_them_out_of_what_models_learn_from():
    learned = {one.comment.fingerprint for one in own_texts()}
    assert not learned & {fingerprint(case) for one in sentences() for case in one.cases}


def test_it_tells_hate_apart_with_the_shipped_model():
    assert functional(load(find(model_dirs())))["auc"] > 0.65
