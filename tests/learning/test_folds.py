"""What is left out together: families of sources, and campaigns within one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from learning_cases import SMALL, THINGS, an_example
from modbot.domain import Head
from modbot.learning.dataset import linked
from modbot.learning.folds import campaign_parts, folds
from modbot.learning.recipe import HEADS, Source
from modbot.learning.table import tabulate

PROMISED = frozenset({Head.SPAM, Head.TOXICITY})


def quiet(*_):
    return None


def names_of(table, found):
    return [{table.sources[at] for at in np.unique(table.source[fold.rows])} for fold in found]


def test_it_works(examples):
    table = tabulate(examples, SMALL, 0, quiet)
    found = folds(table, HEADS.index(Head.SPAM), SMALL, PROMISED)
    assert names_of(table, found) == [{"harbour"}, {"market"}, {"quay"}]
    assert not any(fold.part for fold in found)


def test_it_leaves_a_family_out_together(examples):
    recipe = replace(SMALL, sources={name: Source(family="ours") for name in ("market", "quay")})
    table = tabulate(examples, recipe, 0, quiet)
    assert names_of(table, folds(table, 0, recipe, PROMISED)) == [{"harbour"}, {"market", "quay"}]


def test_it_leaves_no_fit_without_both_answers(examples):
    # Only the market and the quay speak of abuse; without both there is nothing to learn it from.
    recipe = replace(SMALL, sources={name: Source(family="ours") for name in ("market", "quay")})
    table = tabulate(examples, recipe, 0, quiet)
    assert names_of(table, folds(table, HEADS.index(Head.TOXICITY), recipe, PROMISED)) == [{"harbour"}]


def test_it_leaves_campaigns_out_for_the_spam_head_alone(examples):
    recipe = replace(SMALL, sources={"harbour": Source(campaigns=3)})
    table = tabulate(examples, recipe, 0, quiet)
    parts = [fold for fold in folds(table, 0, recipe, PROMISED) if fold.part]
    assert names_of(table, parts) == [{"harbour"}] * 3
    assert np.array_equal(sum(fold.rows.astype(int) for fold in parts), (table.source == 0) & (table.campaign >= 0))
    assert not any(fold.part for fold in folds(table, HEADS.index(Head.TOXICITY), recipe, PROMISED))


def test_it_keeps_what_belongs_together_in_one_part():
    recipe = replace(SMALL, sources={"harbour": Source(campaigns=50), "quay": Source()})
    pills = "Cheap pills at http://pills.example/{n}"
    rows = [an_example(pills.format(n=n), {Head.SPAM: 1.0}, "harbour") for n in range(6)]
    rows += [an_example("By the same hand", {Head.SPAM: 1.0}, "harbour", url="https://www.pills.example/")]
    rows += [an_example(f"Something else, with {word}", {Head.SPAM: 0.0}, "harbour") for word in THINGS]
    parts = campaign_parts([*rows, an_example("Elsewhere", {Head.SPAM: 0.0}, "quay")], recipe)
    assert len(set(parts[:7].tolist())) == 1
    assert len(set(parts[7:-1].tolist())) > 1
    assert parts[-1] == -1


def test_it_cuts_the_only_source_there_is():
    rows = [an_example(f"Of {one} and {other}", {Head.SPAM: 0.0}, "quay") for one in THINGS for other in THINGS]
    assert set(campaign_parts(rows, SMALL).tolist()) == {0, 1, 2, 3}
    assert set(campaign_parts([*rows, an_example("More", {Head.SPAM: 0.0}, "pier")], SMALL).tolist()) == {-1}


def test_it_links_rows_through_others():
    assert linked([("a", "b"), ("c",), ("b", "d"), ("", "d")]) == ["a", "c", "a", "a"]
