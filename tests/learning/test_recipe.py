"""The recipe: written down on the card, read back from a file."""

import json

import pytest

from modbot.domain import Head
from modbot.errors import ModelError
from modbot.learning.recipe import Recipe, recipe_facts, recipe_from


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
