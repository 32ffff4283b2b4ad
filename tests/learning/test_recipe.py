"""The recipe: written down on the card, read back from a file."""

import json

import pytest

from modbot.domain import Head
from modbot.errors import ModelError
from modbot.learning.recipe import Learner, Recipe, recipe_facts, recipe_from


def test_it_works():
    assert recipe_from(json.dumps(recipe_facts(Recipe()))) == Recipe()


def test_it_changes_only_what_is_named():
    recipe = recipe_from(
        '{"bits": 16, "sources": {"mine": {"weight": {"spam": 2}}}, "learners": {"spam": {"prior": 0.4}}}'
    )
    assert recipe.bits == 16
    assert recipe.source("mine").weight == {Head.SPAM: 2.0}
    assert recipe.source("blog_spam") == Recipe().source("blog_spam")
    assert recipe.learner(Head.SPAM).prior == 0.4
    assert recipe.learner(Head.SPAM).penalty == Recipe().learner(Head.SPAM).penalty


@pytest.mark.parametrize(
    "text", ["", "[]", '{"bitz": 3}', '{"sources": {"x": {"weight": {"nonsense": 1}}}}', '{"sources": 3}']
)
def test_it_refuses_what_is_no_recipe(text):
    with pytest.raises(ModelError, match="recipe"):
        recipe_from(text)


@pytest.mark.parametrize("given", ["true", "-0.5"])
def test_it_says_what_a_contrast_may_be(given):
    with pytest.raises(ModelError, match="contrast: expected a number from 0 on"):
        recipe_from(f'{{"learners": {{"spam": {{"contrast": {given}}}}}}}')


def test_it_lets_few_rows_weigh_as_much_against_the_penalty_as_many():
    learner = Learner(penalty=0.1, rows=1_000)
    assert learner.sized(1_000) == learner.sized(5_000) == learner
    assert learner.sized(500).penalty * 500 == pytest.approx(0.1 * 1_000)
    # A handful is not believed word by word.
    assert learner.sized(20).penalty == learner.sized(5).penalty == pytest.approx(1.0)
    assert Learner(penalty=0.1).sized(5).penalty == 0.1
