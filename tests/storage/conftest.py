"""One suite, two tenants: every storage test runs over SQLite and over PostgreSQL."""

from __future__ import annotations

import os
import shutil

import pytest

from factories import a_site
from modbot.domain import Hook, SecretKind, SiteSecret
from modbot.storage import open_key_store, open_store
from postgres import ABSENT, binaries, running

ENGINES = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgres))


@pytest.fixture(scope="session")
def cluster():
    """A PostgreSQL cluster for this session. Without PostgreSQL the tests are skipped by name, but never in CI."""
    bin_dir = binaries()
    if bin_dir is None:
        if os.environ.get("CI") == "true":
            pytest.fail(ABSENT)
        pytest.skip(ABSENT)
    with running(bin_dir) as cluster:
        yield cluster


@pytest.fixture(params=ENGINES)
def engine_name(request) -> str:
    return request.param


@pytest.fixture
def url(engine_name, request, tmp_path):
    """A migrated, empty database of its own for each test."""
    if engine_name == "sqlite":
        shutil.copy(request.getfixturevalue("migrated"), tmp_path / "modbot.db")
        return f"sqlite:///{tmp_path}/modbot.db"
    return request.getfixturevalue("cluster").fresh()


@pytest.fixture
def empty_url(engine_name, request, tmp_path):
    """A database without any table."""
    if engine_name == "sqlite":
        return f"sqlite:///{tmp_path}/empty.db"
    return request.getfixturevalue("cluster").empty()


@pytest.fixture
def bare_store(url):
    store = open_store(url)
    yield store
    store.close()


@pytest.fixture(scope="session")
def settled(migrated, tmp_path_factory):
    """A migrated database with both sites; tests copy it."""
    path = tmp_path_factory.mktemp("settled") / "modbot.db"
    shutil.copy(migrated, path)
    store = open_store(f"sqlite:///{path}")
    settle(store)
    store.close()
    return path


@pytest.fixture
def store(bare_store, engine_name, request, tmp_path):
    """A store with Ada's site, which has a hook, and Ben's, which has none."""
    if engine_name == "sqlite":
        # Nothing was asked of the store yet, so it has not opened the file.
        shutil.copy(request.getfixturevalue("settled"), tmp_path / "modbot.db")
    else:
        settle(bare_store)
    return bare_store


def settle(store):
    ada = a_site(hook=Hook("https://gazette.example/hook"))
    store.add_site(ada, [SiteSecret(SecretKind.BEARER, "ada-key"), SiteSecret(SecretKind.WEBHOOK, "", b"old")])
    store.add_site(a_site(id="site-ben", name="Ben's Boats", url="https://boats.example"), [])


@pytest.fixture
def key_store(empty_url):
    key_store = open_key_store(empty_url)
    yield key_store
    key_store.close()
