"""Words for groups: our own sentences, and gaps and areas against hand calculations."""

import re
from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from modbot.domain import Head
from modbot.learning.identity import SLOT, comments, identity, swaps
from modbot.scoring.artifacts import find, load, model_dirs
from modbot.text import fingerprint


def test_it_works(trained):
    found = identity(trained)
    known = swaps()
    assert set(found["terms"]) == set(known.terms)
    assert found["sentences"] == len(known.harmless) + len(known.abusive)
    margins = trained.margins(comments(known))[:, trained.heads.index(Head.TOXICITY)]
    by_word = margins.reshape(len(known.terms) + len(known.neutral), -1)
    terms, neutral = by_word[: len(known.terms)], by_word[len(known.terms) :]
    n = len(known.harmless)
    y = np.tile(np.arange(found["sentences"]) >= n, len(known.terms))
    assert found["auc"] == pytest.approx(roc_auc_score(y, terms.ravel()))
    assert found["good_from_half"] == pytest.approx((terms[:, :n] >= 0).mean())
    one = found["terms"][known.terms[3]]
    assert one["gap"] == pytest.approx(np.mean(terms[3, :n]) - np.mean(neutral[:, :n]))
    # Borkan et al.: background positive and subgroup negative, and the reverse.
    assert one["subgroup_auc"] == pytest.approx(roc_auc_score(np.arange(found["sentences"]) >= n, terms[3]))
    bpsn = np.concatenate((neutral[:, n:].ravel(), terms[3, :n]))
    assert one["bpsn_auc"] == pytest.approx(roc_auc_score(np.arange(bpsn.size) < neutral[:, n:].size, bpsn))
    bnsp = np.concatenate((terms[3, n:], neutral[:, :n].ravel()))
    assert one["bnsp_auc"] == pytest.approx(roc_auc_score(np.arange(bnsp.size) < terms[3, n:].size, bnsp))


def test_it_means_low_areas_more_than_high_ones(trained):
    found = identity(trained)
    areas = np.array([one["bpsn_auc"] for one in found["terms"].values()])
    assert found["bpsn_auc"] == pytest.approx(np.mean(areas**-5.0) ** -0.2)
    assert areas.min() <= found["bpsn_auc"] <= areas.mean()


def test_it_finds_the_word_that_a_model_was_biased_against(trained):
    """Weight put on one term's own bucket appears in that term's gap and lowers its BPSN alone."""
    term = swaps().terms[0]
    from modbot.learning.estimators import CommentHasher

    touched = CommentHasher(trained.bits, fields=False).fit(()).transform([term]).indices
    head = trained.heads.index(Head.TOXICITY)
    weights = trained.weights.copy()
    weights[touched, head] += 6.0
    before, after = identity(trained), identity(replace(trained, weights=weights))
    rise = {name: after["terms"][name]["gap"] - before["terms"][name]["gap"] for name in after["terms"]}
    assert max(rise, key=rise.get) == term
    assert after["terms"][term]["bpsn_auc"] < before["terms"][term]["bpsn_auc"]
    assert after["terms"][term]["bnsp_auc"] > before["terms"][term]["bnsp_auc"]


def test_it_knows_how_sure_a_gap_is(trained):
    for one in identity(trained)["terms"].values():
        low, high = one["gap_interval"]
        assert low <= one["gap"] <= high


def test_it_says_nothing_of_a_head_that_the_model_lacks(trained):
    assert identity(trained, Head.SEVERE_TOXICITY) is None


def test_it_keeps_sentences_that_differ_in_the_word_alone():
    known = swaps()
    assert len(known.terms) >= 25
    assert min(len(known.harmless), len(known.abusive)) >= 30
    sentences = [*known.harmless, *known.abusive]
    assert all(sentence.count(SLOT) == 1 for sentence in sentences)
    assert len({fingerprint(sentence) for sentence in sentences}) == len(sentences)
    # An article before the slot would have to change with the word.
    assert [s for s in sentences if re.search(r"\ban? \{who\}", s, re.IGNORECASE)] == []
    assert not set(known.terms) & set(known.neutral)
    made = list(comments(known))
    assert (
        len({comment.body for comment in made}) == len(made) == (len(known.terms) + len(known.neutral)) * len(sentences)
    )


def test_it_tells_abuse_apart_with_the_shipped_model_whatever_the_group():
    found = identity(load(find(model_dirs())))
    assert found["auc"] > 0.9
    assert found["good_from_half"] < 0.03
