from __future__ import annotations

import numpy as np
import pytest

from factories import a_comment
from modbot.app import model_dirs
from modbot.config import load_settings
from modbot.scoring import artifacts
from modbot.scoring.ordinary import ORDINARY


@pytest.fixture(scope="module")
def model():
    return artifacts.load(artifacts.find(model_dirs(load_settings()), None))


def field_shares(model, comment) -> list[float]:
    return [
        sum(term.share for term in score.terms if term.kind == "field") for score in model.score(comment, small=0.0)
    ]


def test_it_works(model):
    """Over the ordinary comments themselves, what fields speak for and against cancels out."""
    assert np.mean([field_shares(model, comment) for comment in ORDINARY], axis=0) == pytest.approx(0.0, abs=1e-9)


def test_it_keeps_the_margin_whatever_the_ground(model):
    comment = a_comment(body="WIN!!! https://a.example https://b.example", url="https://c.example", elapsed_ms=10)
    told = [score.bias + sum(term.share for term in score.terms) for score in model.score(comment)]
    assert told == pytest.approx(list(model.margins([comment])[0]), abs=1e-6)


def test_it_is_plain():
    assert all(comment.url == "" and "http" not in comment.body for comment in ORDINARY)
