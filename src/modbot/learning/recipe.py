"""The recipe of a training run: which source counts how much, and what may be assumed of it.

Everything that shapes a model besides the labels stands here and goes into its card. Reads no files; may import
``domain`` and ``errors``.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from modbot.domain import Head
from modbot.errors import ModelError

HEADS = (Head.SPAM, Head.TOXICITY, Head.INSULT, Head.OBSCENE, Head.THREAT, Head.IDENTITY_ATTACK)
"""In the order of a model's columns. ``severe_toxicity`` has no labels to learn from."""

# A few hundred rows would otherwise be believed word by word.
_PENALTY_GROWS_MAX = 10.0


@dataclass(frozen=True, slots=True)
class Source:
    """What one source is worth.

    Attributes
    ----------
    weight : mapping of Head to float
        Relative to other sources, 1 where nothing is said: of the source as a whole where the head is balanced, of
        each of its rows otherwise.
    assume : mapping of Head to float
        Label of rows where nobody looked: comments collected for toxicity contain hardly any advertising.
    rows_max : int
        Training rows used at most, chosen by hash.
    typical : bool
        Whether its good comments look like comments on a site, so that promises may rest on them.
    cut : bool
        Whether nearly all of it is bad, so that the mild passages of its bad comments must stand for good ones, and
        other sources say how sure of abuse to be.
    family : str
        Sources of one family, such as all that one author wrote, are left out together; empty for a source by itself.
    campaigns : int
        In how many parts its campaigns are left out one after another, for a source that no other resembles. What a
        fit without one part says of that part calibrates the spam head and is evidence for promises; 0 for none.
    calibrates : float
        What its held-out margins count when the spam head is calibrated, times its weight.
    """

    weight: Mapping[Head, float] = field(default_factory=dict)
    assume: Mapping[Head, float] = field(default_factory=dict)
    rows_max: int = 20_000
    typical: bool = True
    cut: bool = False
    family: str = ""
    campaigns: int = 0
    calibrates: float = 1.0


def _spam_source(spam: float, toxicity: float = 0.0, rows_max: int = 20_000, **more: Any) -> Source:
    assume = {Head.TOXICITY: 0.0} if toxicity else {}
    return Source({Head.SPAM: spam, Head.TOXICITY: toxicity}, assume, rows_max, **more)


def _toxicity_source(spam: float, toxicity: float, rows_max: int = 20_000, *, hate: float = 1.0, **more: Any) -> Source:
    weight = {Head.SPAM: spam, Head.TOXICITY: toxicity, Head.IDENTITY_ATTACK: hate}
    return Source(weight, {Head.SPAM: 0.0}, rows_max, **more)


# Written for modbot: sources of one family, half of them borderline on purpose, so that nothing rests on them.
_OWN: Mapping[str, Any] = MappingProxyType({"typical": False, "family": "own", "calibrates": 0.0})

# Sites are more like the weblog than like chats, videos and text messages, which have a small say in how sure to be.
_OTHERS = 0.07

SHIPPED_SOURCES: Mapping[str, Source] = MappingProxyType(
    {
        # The only blog: without it there would be none to learn from, so its campaigns are left out instead.
        "blog_spam": _spam_source(1.0, campaigns=4),
        "youtube_spam": _spam_source(1.0, calibrates=_OTHERS),
        "telegram_spam": _spam_source(0.5, calibrates=_OTHERS),
        "x_crypto_scam": _spam_source(0.5, calibrates=_OTHERS),
        "sms_spam": _spam_source(0.3, calibrates=_OTHERS),
        "youtube_gambling_id": _spam_source(0.3, 0.0, 5_000, calibrates=_OTHERS),
        "honest_comments": _spam_source(2.0, 0.3, **_OWN),
        "adverts": _spam_source(0.5, **_OWN),
        "newspaper": _toxicity_source(0.5, 6.0, **_OWN),
        "everyday": _toxicity_source(0.3, 6.0, **_OWN),
        "identity": _toxicity_source(0.1, 6.0, hate=2.0, **_OWN),
        # Short praise and abuse of people, put together from frames and words: nobody need say that it is no spam.
        "plain": Source({Head.TOXICITY: 4.0, Head.IDENTITY_ATTACK: 2.0}, **_OWN),
        "wikipedia_context": _toxicity_source(1.2, 4.0, 12_000),
        "wikipedia_toxicity": _toxicity_source(0.8, 15.0),
        # All kinds of abuse, one row in forty of groups: in full it would teach that what hate is made of is none.
        "civil_comments_toxic": _toxicity_source(1.0, 0.6, hate=0.2, cut=True),
        "twitter_offensive": _toxicity_source(0.2, 0.1, 8_000, typical=False),
        "hatemoji_build": _toxicity_source(0.1, 0.2, typical=False),
        "forum_hate": _toxicity_source(0.3, 0.15, typical=False),
        "wikipedia_articles": _toxicity_source(0.1, 1.0, typical=False),
        # A site's client that submits spam and ham on its own must not outvote the people at the review page.
        "reviews_by_site": Source(dict.fromkeys(HEADS, 0.3)),
    }
)


@dataclass(frozen=True, slots=True)
class Learner:
    """How one head learns.

    Attributes
    ----------
    penalty : float
        scikit-learn's ``C`` of the logistic regression.
    rows : int
        How many rows the penalty is meant for; `sized` makes ``C`` larger for fewer rows, so that all they say
        together weighs as much against it. 0 leaves it as it is.
    fields : bool
        Whether it listens to anything but the words; a name or a website is no insult.
    vectors : bool
        Whether it hears what is known of words beforehand (`dictionary`), beside the words themselves.
    rarity : bool
        Whether rare buckets weigh more (inverse document frequency).
    contrast : float
        How much more buckets weigh that the two answers use differently (`Contrast`); 0 for all alike.
    balance : float in [0, 1)
        Positives' share of a source's weight, which then is that of the source as a whole; 0 weighs single rows as
        they come.
    lift : float in [0, 1)
        Positives' share of all weight together, so that a rare answer is heard; 0 leaves it at what the rows bring.
    prior : float in (0, 1)
        Share of comments that the head is calibrated to expect.
    """

    penalty: float = 1.25
    rows: int = 0
    fields: bool = False
    vectors: bool = True
    rarity: bool = False
    contrast: float = 2.0
    balance: float = 0.0
    lift: float = 0.0
    prior: float = 0.02

    def __post_init__(self) -> None:
        if isinstance(self.contrast, bool) or self.contrast < 0:
            raise ValueError(f"contrast: expected a number from 0 on, got {self.contrast}")

    def sized(self, rows: int) -> Learner:
        """Fit the penalty to the number of rows that are learned from."""
        if not rows or rows >= self.rows:
            return self
        return dataclasses.replace(self, penalty=self.penalty * min(self.rows / rows, _PENALTY_GROWS_MAX))


SHIPPED_LEARNERS: Mapping[Head, Learner] = MappingProxyType(
    {
        Head.SPAM: Learner(
            0.06, 56_000, fields=True, vectors=False, rarity=True, contrast=0.25, balance=0.35, prior=0.2
        ),
        Head.TOXICITY: Learner(penalty=0.04, contrast=4.0, prior=0.05),
        Head.INSULT: Learner(penalty=0.075, lift=0.3, prior=0.04),
        Head.OBSCENE: Learner(penalty=0.075, lift=0.3, prior=0.02),
        Head.THREAT: Learner(penalty=0.075, lift=0.3, prior=0.005),
        Head.IDENTITY_ATTACK: Learner(penalty=0.2, contrast=1.0, lift=0.2, prior=0.01),
    }
)


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a model is trained.

    Attributes
    ----------
    sources : mapping of str to Source
        By name of the file; other sources count as ``Source()``.
    learners : mapping of Head to Learner
        Other heads count as ``Learner()``.
    bits : int
        Buckets of the hashed features, as a power of two.
    drop_fields : float
        Share of field values (name, domain, website) that are dropped from the second copy of a row that has any.
    """

    sources: Mapping[str, Source] = field(default_factory=lambda: SHIPPED_SOURCES)
    learners: Mapping[Head, Learner] = field(default_factory=lambda: SHIPPED_LEARNERS)
    bits: int = 18
    drop_fields: float = 0.7

    def source(self, name: str) -> Source:
        """Look up a source; one that the recipe does not know is taken as it comes."""
        return self.sources.get(name, Source())

    def learner(self, head: Head) -> Learner:
        """Look up how a head learns."""
        return self.learners.get(head, Learner())


def recipe_from(text: str) -> Recipe:
    """Read a recipe.

    Parameters
    ----------
    text : str
        JSON with any of the names of `Recipe`; ``sources`` and ``learners`` change the shipped ones.

    Returns
    -------
    Recipe
        The shipped recipe with these changes.

    Raises
    ------
    ModelError
        Not JSON, or a name that no recipe has.
    """
    try:
        given: dict[str, Any] = json.loads(text)
        sources = {
            name: Source(
                weight={Head(head): float(weight) for head, weight in source.pop("weight", {}).items()},
                assume={Head(head): float(label) for head, label in source.pop("assume", {}).items()},
                **source,
            )
            for name, source in given.pop("sources", {}).items()
        }
        learners = {
            Head(head): dataclasses.replace(SHIPPED_LEARNERS.get(Head(head), Learner()), **changes)
            for head, changes in given.pop("learners", {}).items()
        }
        return dataclasses.replace(
            Recipe(), sources={**SHIPPED_SOURCES, **sources}, learners={**SHIPPED_LEARNERS, **learners}, **given
        )
    except (ValueError, TypeError, AttributeError) as error:
        names = ", ".join(item.name for item in dataclasses.fields(Recipe))
        raise ModelError(f"the recipe is not what was expected (JSON with any of {names}): {error}") from error


def recipe_facts(recipe: Recipe) -> dict[str, Any]:
    """Write a recipe down for the card.

    Parameters
    ----------
    recipe : Recipe
        Any recipe.

    Returns
    -------
    dict
        JSON values that `recipe_from` reads.
    """
    return {
        "sources": {name: dataclasses.asdict(one) for name, one in recipe.sources.items()},
        "learners": {head.value: dataclasses.asdict(one) for head, one in recipe.learners.items()},
        "bits": recipe.bits,
        "drop_fields": recipe.drop_fields,
    }
