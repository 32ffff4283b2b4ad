"""A model trained once per session on small sources of our own writing."""

import pytest

from learning_cases import SMALL, written
from modbot.learning.train import train


@pytest.fixture(scope="session")
def examples():
    return written()


@pytest.fixture(scope="session")
def trained(examples):
    return train(examples, SMALL, seed=1, version="small", progress=lambda *_: None)
