"""A house whose model knows no words, so that the rules alone decide: fast, and the same on every machine."""

import numpy as np
import pytest

from conftest import ADA_KEY, BEN_KEY
from modbot.domain import Head
from modbot.scoring import artifacts
from modbot.scoring.heads import Evidence, Model

CANARY = "kanarienvogel.7@canary-example.org"
HEADS = (Head.SPAM, Head.TOXICITY)


@pytest.fixture(scope="session")
def quiet_models(tmp_path_factory):
    """A new author's comment has log-odds -1.8 and is published; too fast is held; the honeypot is rejected."""
    good, bad = np.linspace(-6, 2, 1_000), np.linspace(-1, 8, 1_000)
    evidence = Evidence(
        heads=HEADS,
        sources=("test",),
        ranks=np.stack([good, good]),
        good=np.stack([good, np.full(1_000, -4.0)], axis=1),
        good_source=np.zeros(1_000, dtype=np.intp),
        bad=np.stack([bad, np.full(1_000, -4.0)], axis=1),
        bad_source=np.zeros(1_000, dtype=np.intp),
    )
    model = Model("quiet-1", HEADS, np.zeros((2**10, 2)), np.array([-2.0, -4.0]), evidence)
    folder = tmp_path_factory.mktemp("models")
    artifacts.save(model, folder)
    (folder / "comments" / "CURRENT").write_text("quiet-1\n")
    return folder


@pytest.fixture
def settings(settings, quiet_models):
    more = {"model_dir": str(quiet_models), "form_posts_per_minute": 10_000, "site_posts_per_minute": 100_000}
    return settings.model_copy(update=more)


@pytest.fixture
def as_ada(ada_site):
    return {"Authorization": f"Bearer {ADA_KEY}"}


@pytest.fixture
def as_ben(ben_site):
    return {"Authorization": f"Bearer {BEN_KEY}"}


@pytest.fixture
def good():
    return {"name": "Cal", "email": CANARY, "body": "The night bus now stops at the harbour."}
