"""A house whose model knows no words, so that the rules alone decide: fast, and the same on every machine."""

import shutil
from dataclasses import dataclass

import numpy as np
import pytest

from conftest import ADA_KEY, BEN_KEY, MASTER_KEY, Clock
from factories import a_site
from modbot.app import House, create_app, open_house
from modbot.config import load_settings
from modbot.domain import CaseQuery, Head, Mode, Policy, SecretKind, SiteSecret
from modbot.privacy import key_hash
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


@dataclass
class Standing:
    """A house that stands for a whole file: for tables of requests that change nothing."""

    house: House
    client: object
    ada: dict[str, str]
    ben: dict[str, str]

    def count(self) -> int:
        return len(self.house.store.cases(CaseQuery(limit=200)).rows)


@pytest.fixture(scope="module")
def standing(tmp_path_factory, migrated, quiet_models):
    folder = tmp_path_factory.mktemp("standing")
    shutil.copy(migrated, folder / "modbot.db")
    settings = load_settings(
        database_url=f"sqlite:///{folder}/modbot.db",
        keys_url=f"sqlite:///{folder}/keys.db",
        master_key=MASTER_KEY,
        secret_key="secret-for-tests",
        model_dir=str(quiet_models),
        form_posts_per_minute=10_000,
        site_posts_per_minute=100_000,
    )
    house = open_house(settings, clock=Clock())
    sites = (
        (a_site(policy=Policy(mode=Mode.BORROWED, audit_rate=0.0), origins=("https://www.gazette.example",)), ADA_KEY),
        (a_site(id="site-ben", name="Ben's Boats", url="https://boats.example"), BEN_KEY),
    )
    for site, key in sites:
        house.store.add_site(site, [SiteSecret(SecretKind.BEARER, key_hash(key))])
    headers = [{"Authorization": f"Bearer {key}"} for _, key in sites]
    yield Standing(house, create_app(house).test_client(), *headers)
    house.close()
