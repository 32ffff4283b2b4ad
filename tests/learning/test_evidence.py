"""What a model's evidence is drawn from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from learning_cases import SMALL
from modbot.domain import Head
from modbot.learning.evidence import _as_usual, evidence
from modbot.learning.table import tabulate


@dataclass(frozen=True)
class Numbered:
    """A head that gives each row its own number, so that a margin tells where it came from."""

    head: Head
    margins: np.ndarray
    unseen: np.ndarray


def test_it_keeps_kinds_of_bad_comments_as_their_priors_stand():
    rows = np.arange(1_100)
    kinds = np.zeros((1_100, 2), dtype=bool)
    kinds[:200, 0] = kinds[200:, 1] = True
    kept = _as_usual(rows, kinds, (0.2, 0.05), np.random.default_rng(0))
    assert ((kept < 200).sum(), (kept >= 200).sum()) == (200, 50)
    assert len(set(kept.tolist())) == kept.size


def test_it_thins_the_other_kind_where_that_is_the_plenty():
    kinds = np.zeros((1_010, 2), dtype=bool)
    kinds[:1_000, 0] = kinds[1_000:, 1] = True
    kept = _as_usual(np.arange(1_010), kinds, (0.2, 0.05), np.random.default_rng(0))
    assert ((kept < 1_000).sum(), (kept >= 1_000).sum()) == (40, 10)


def test_it_leaves_one_kind_alone():
    kinds = np.zeros((30, 2), dtype=bool)
    kinds[:, 0] = True
    assert _as_usual(np.arange(30), kinds, (0.2, 0.05), np.random.default_rng(0)).tolist() == list(range(30))


def test_it_works(trained):
    evidence = trained.evidence
    assert evidence.good.shape[1] == evidence.bad.shape[1] == len(evidence.heads) == evidence.ranks.shape[0]
    assert len(evidence.good_source) == len(evidence.good)
    assert (np.diff(evidence.ranks, axis=1) >= 0).all()


def test_it_leaves_alone_what_is_held_back_for_testing(examples):
    table = tabulate(examples, SMALL, 0, lambda *_: None)
    numbers = np.arange(table.part.size, dtype=np.float64)
    found = evidence(table, [Numbered(head, numbers, numbers) for head in (Head.SPAM, Head.TOXICITY)], SMALL, 0)
    drawn = np.concatenate((found.good, found.bad))[:, 0].astype(int)
    assert drawn.size > 0
    assert set(table.part[drawn]) == {"train"}
    assert (table.part == "test").any()
