"""The table: fields dropped from copies, nothing assumed beyond the recipe."""

from dataclasses import replace

import numpy as np

from learning_cases import an_example
from modbot.domain import Head
from modbot.learning.dictionary import COLUMNS
from modbot.learning.recipe import HEADS, Recipe, Source
from modbot.learning.table import chosen, dropped, tabulate

SMALL = Recipe(bits=12)
SPAM, TOXICITY, INSULT = (HEADS.index(head) for head in (Head.SPAM, Head.TOXICITY, Head.INSULT))


def table_of(examples, recipe=SMALL):
    return tabulate(examples, recipe, 0, lambda *_: None)


def test_it_works(examples):
    table = table_of(examples)
    originals = ~table.copy
    assert originals.sum() == len(examples)
    assert table.features.shape == (table.copy.size, 2**12 + COLUMNS)
    assert set(table.part[table.copy]) == {"train"}
    copied = [one for one in examples if one.comment.url and one.part == "train"]
    assert table.copy.sum() == len(copied) > 0


def test_it_keeps_blank_apart_from_zero(examples):
    table = table_of(examples)
    quay = (table.source == table.sources.index("quay")) & ~table.copy
    rude = quay & (table.labels[:, TOXICITY] == 1)
    assert np.isnan(table.labels[rude, SPAM]).all()
    assert not table.known[rude, SPAM].any()


def test_it_assumes_what_the_recipe_says_and_marks_it(examples):
    recipe = replace(SMALL, sources={"quay": Source(assume={Head.SPAM: 0.0})})
    table = table_of(examples, recipe)
    rude = (table.source == table.sources.index("quay")) & (table.labels[:, TOXICITY] == 1)
    assert (table.labels[rude, SPAM] == 0).all()
    assert not table.known[rude, SPAM].any()


def test_it_takes_what_is_not_toxic_for_no_insult_either(examples):
    table = table_of(examples)
    assert (table.labels[table.labels[:, TOXICITY] == 0, INSULT] == 0).all()
    assert np.isnan(table.labels[table.labels[:, TOXICITY] == 1, INSULT]).all()


def test_it_thins_out_large_sources_and_keeps_all_test_rows(examples):
    kept = chosen(examples, replace(SMALL, sources={"harbour": Source(rows_max=60)}))
    left = [one for one in kept if one.source == "harbour"]
    assert 30 < sum(one.part == "train" for one in left) < 95
    assert sum(one.part == "test" for one in left) == sum(
        one.part == "test" and one.source == "harbour" for one in examples
    )


def test_it_forgets_fields_but_never_words(examples):
    comment = next(one.comment for one in examples if one.comment.url)
    gone = dropped(comment, 1.0, np.random.default_rng(0))
    assert (gone.name, gone.author.email_domain, gone.url, gone.body) == ("", "", "", comment.body)
    assert dropped(comment, 0.0, np.random.default_rng(0)) == comment


def test_it_adds_twins_and_passages_for_the_heads_that_hear_words_alone():
    long = "A deaf man runs the harbour office now. You are a fool! The boats leave at six every day."
    rows = [
        an_example(long, {Head.TOXICITY: 0.8, Head.SPAM: 0.0}, "quay"),
        an_example("A deaf man sold pills", {Head.SPAM: 1.0}, "quay", name="Ben"),
        an_example(long.replace("fool", "friend"), {Head.TOXICITY: 0.0}, "quay"),
    ]
    table = table_of(rows, replace(SMALL, sources={"quay": Source(cut=True)}))
    kinds = list(zip(table.copy, table.wordy, table.cut_from, strict=True))
    originals, dropped_fields, twins, cuts = (
        [(False, False, -1)],
        [(True, False, -1)],
        [(True, True, -1)],
        [(True, True, 0)],
    )
    assert kinds == originals * 3 + dropped_fields + twins * 2 + cuts * 2
    assert table.labels[[4, 5], TOXICITY].tolist() == [0.8, 0.0]
    assert np.isnan(table.labels[6:, TOXICITY]).all()
    assert table_of(rows).copy.sum() == 3
