"""Small sources of our own writing to learn from."""

from __future__ import annotations

import itertools
from dataclasses import replace

from modbot.domain import Author, Comment, Head
from modbot.learning.dataset import Example, split
from modbot.learning.recipe import Learner, Recipe
from modbot.text import fingerprint

WHO = ("I", "We", "My neighbour", "The baker", "Our teacher", "A friend")
GOOD = (
    "{who} liked the part about the harbour and the {thing}.",
    "{who} asked how the {thing} works, thank you for the answer!",
    "{who} saw the {thing} last week, it was smaller than I thought.",
)
SPAM = (
    "{who} made 900 dollars with this {thing}, see http://cash-{n}.example/win now",
    "Cheap {thing} pills, best price, order today at www.pills{n}.example !!!",
    "{who} won a free {thing}, claim your prize at http://prize.example/{n}",
)
RUDE = (
    "{who} think you are a stupid idiot and so is your {thing}.",
    "Shut up, you worthless moron, nobody wants your {thing}.",
    "{who} hope you choke on your {thing}, you pathetic fool.",
)
THINGS = ("lamp", "bicycle", "phone", "garden", "window", "kettle", "bridge")


def an_example(body: str, labels, source: str, *, name: str = "", url: str = "", domain: str = "") -> Example:
    author = Author(key=name.casefold(), email_domain=domain)
    comment = Comment(
        site_id="", key=body[:9], fingerprint=fingerprint(body), name=name, body=body, author=author, url=url
    )
    return Example(comment, labels, source)


def some(source: str, pattern, labels, **fields) -> list[Example]:
    made = [
        text.format(who=who, thing=thing, n=n)
        for n, (text, who, thing) in enumerate(itertools.product(pattern, WHO, THINGS))
    ]
    return [an_example(body, labels, source, **fields) for body in dict.fromkeys(made)]


def written() -> list[Example]:
    harbour = some("harbour", GOOD, {Head.SPAM: 0.0, Head.TOXICITY: 0.0}) + some("harbour", SPAM, {Head.SPAM: 1.0})
    market = some("market", RUDE, {Head.TOXICITY: 1.0, Head.SPAM: 0.0})
    market += [replace(e, source="market") for e in some("market", GOOD, {Head.SPAM: 0.0, Head.TOXICITY: 0.0})[::2]]
    market += some("market", SPAM[1:], {Head.SPAM: 1.0}, url="http://pills.example/", domain="pills.example")
    quay = some("quay", RUDE[:2], {Head.TOXICITY: 1.0}) + some("quay", GOOD[1:], {Head.TOXICITY: 0.0, Head.SPAM: 0.0})
    return [example for source in (harbour, market, quay) for example in split(source)]


SMALL = Recipe(bits=12, learners={Head.SPAM: Learner(penalty=1.0, fields=True, contrast=0.0, balance=0.5, prior=0.2)})
