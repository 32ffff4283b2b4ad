"""A model of random weights: everything but the learning is real."""

import numpy as np
import pytest

from modbot.domain import Author, Comment, Head
from modbot.scoring.hashing import hash_tokens
from modbot.scoring.heads import Evidence, Model
from modbot.scoring.vocabulary import Vocabulary

HEADS = (Head.SPAM, Head.TOXICITY, Head.INSULT)
KNOWN = ("love", "word", "ok", "will", "jo", "money")


def said(body: str, *, name: str = "", domain: str = "", url: str = "", **more) -> Comment:
    return Comment(site_id="", key="", fingerprint="", name=name, body=body, author=Author("", domain), url=url, **more)


ODD_TEXTS = (
    "",
    " ",
    "ok",
    "You will love this, it works: see http://www.Shop.example.com/a-b?c=1 and mail joe@example.org!!!!!",
    "😀😀 ❤️ 👍🏽",
    "שלום עולם, זה טוב",
    "f r e e  m\u043eney, v1agra \u200b раypal",
    "\ud800 broken",
    "word " * 4_000,
    "x" * 20_000,
    "第一条评论 很好",
    '<a href="http://a.example.net">a</a> [url=http://b.example.net]b[/url] &amp; &lt;',
)


@pytest.fixture
def odd_comments() -> tuple[Comment, ...]:
    bare = [said(body) for body in ODD_TEXTS]
    full = [
        said(b, name="Jo 7", domain="shop-24.example", url="http://a.example.net/x/y", elapsed_ms=900)
        for b in ODD_TEXTS
    ]
    named = [said(body, name="Jo 7", domain="shop-24.example") for body in ODD_TEXTS]
    return (*bare, *full, *named)


@pytest.fixture(scope="session")
def model() -> Model:
    rng = np.random.default_rng(3)
    evidence = Evidence(
        heads=HEADS,
        sources=("one", "two"),
        ranks=np.sort(rng.normal(size=(3, 50)), axis=1).astype(np.float32).astype(float),
        good=rng.normal(size=(80, 3)).astype(np.float32).astype(float),
        good_source=np.arange(80) % 2,
        bad=rng.normal(size=(70, 3)).astype(np.float32).astype(float),
        bad_source=np.arange(70) % 2,
    )
    weights = rng.normal(scale=0.3, size=(2**12, 3)).astype(np.float32).astype(float)
    hashes = np.sort(hash_tokens(KNOWN, np.zeros(len(KNOWN), dtype=np.uint32), 12).hashes)
    vocabulary = Vocabulary(hashes, rng.normal(size=(len(KNOWN), 3)).astype(np.float32))
    return Model("tiny", HEADS, weights, rng.normal(size=3), evidence, {"seed": 3}, vocabulary)
