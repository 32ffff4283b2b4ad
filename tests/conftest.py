"""A clock, a house with real parts in a temporary folder, and the cast."""

from __future__ import annotations

import gc
import io
import logging
import os
import shutil
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import Engine
from werkzeug.routing import Rule

from factories import NOON, a_site, a_user
from modbot import observe
from modbot.app import House, create_app, open_house
from modbot.config import Settings, load_settings
from modbot.domain import Mode, Policy, Role, SecretKind, Site, SiteSecret, User
from modbot.language import ENGLISH, speak
from modbot.privacy import key_hash
from modbot.review import passwords
from modbot.scoring import artifacts
from modbot.storage.keys import open_key_store
from modbot.storage.migrate import upgrade
from review.desk import CHEAP

MASTER_KEY = "c2l4dGVlbi1ieXRlcy1vZi1rZXktZm9yLXRlc3RzLSE="
ADA_KEY = "ada-site-key"
BEN_KEY = "ben-site-key"


@dataclass
class Clock:
    """A clock that moves only when told."""

    now: datetime = field(default=NOON)

    def __call__(self) -> datetime:
        return self.now

    def tick(self, seconds: float) -> datetime:
        self.now += timedelta(seconds=seconds)
        return self.now


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    """What is imported and collected stays until the end: nobody need look through it for garbage again and again."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(20_000, 20, 20)
        gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """On CI nothing may be skipped: what needs something that is not there fails."""
    report = yield
    if os.environ.get("CI") == "true" and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped: {report.longrepr}"
    return report


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch):
    for name in [name for name in os.environ if name.startswith("MODBOT_")]:
        monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def _english_at_first():
    """A call of a page in this thread leaves its language there until the next call."""
    speak(ENGLISH)


@pytest.fixture
def log():
    """The log as `modbot serve` writes it; the root logger is put back afterwards."""
    root, hook = logging.getLogger(), threading.excepthook
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    observe.configure_logging("info", json=True, stream=stream)
    yield stream
    root.handlers[:], root.level, threading.excepthook = handlers, level, hook


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory) -> Path:
    """An empty database with today's schema, a key store beside it; tests copy them, because making them takes a while."""
    path = tmp_path_factory.mktemp("migrated") / "modbot.db"
    upgrade(f"sqlite:///{path}")
    open_key_store(f"sqlite:///{path.with_name('keys.db')}").close()
    return path


@pytest.fixture(scope="session")
def usual_settings() -> Settings:
    """Read once: reading them takes longer than most tests."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("MODBOT_")]:
            patch.delenv(name)
        return load_settings(master_key=MASTER_KEY, secret_key="secret-for-tests")


@pytest.fixture
def settings(tmp_path, migrated, usual_settings) -> Settings:
    for file in ("modbot.db", "keys.db"):
        shutil.copy(migrated.with_name(file), tmp_path / file)
    places = {
        f"{name}_url": f"sqlite:///{tmp_path}/{file}.db" for name, file in (("database", "modbot"), ("keys", "keys"))
    }
    return usual_settings.model_copy(update=places)


@pytest.fixture(scope="session", autouse=True)
def _routes_compiled_once():
    """Compiling its routes is most of what an app costs, and they are the same in each test."""
    compiled, compile_rule = {}, Rule.compile
    parts = ("_parts", "_trace", "_converters", "arguments")

    def known_rule(rule):
        key = (rule.rule, rule.host, rule.subdomain, repr(rule.defaults))
        if key not in compiled:
            compile_rule(rule)
            found = {name: getattr(rule, name) for name in parts}
            compiled[key] = found, rule._build.__func__, rule._build_unknown.__func__
        found, build, build_unknown = compiled[key]
        vars(rule).update(found, _build=build.__get__(rule), _build_unknown=build_unknown.__get__(rule))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "compile", known_rule)
        yield


@pytest.fixture(scope="session", autouse=True)
def _statements_compiled_once():
    """Compiling its statements is most of what a store costs that lives for one test, and they are the same in each."""
    kept, open_engine = {}, Engine.__init__

    def known_engine(engine, *args, **options):
        open_engine(engine, *args, **options)
        if isinstance(engine.dialect, SQLiteDialect_pysqlite):
            engine._compiled_cache = kept.setdefault("statements", engine._compiled_cache)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Engine, "__init__", known_engine)
        # What is compiled is kept by dialect, of which each engine has one of its own, all alike.
        patch.setattr(SQLiteDialect_pysqlite, "__hash__", lambda dialect: hash(type(dialect)), raising=False)
        patch.setattr(SQLiteDialect_pysqlite, "__eq__", lambda one, other: type(one) is type(other), raising=False)
        yield


@pytest.fixture(scope="session", autouse=True)
def dear_hasher():
    """What passwords are hashed with; all tests but its own do so at no cost."""
    with pytest.MonkeyPatch.context() as patch:
        dear = passwords._hasher
        patch.setattr(passwords, "_hasher", CHEAP)
        yield dear


@pytest.fixture(scope="session")
def load_once():
    """Read the shipped model once, since nothing in it changes, and every other one when asked."""
    load, path = artifacts.load, artifacts.find(artifacts.model_dirs())
    shipped = load(path)
    return lambda asked: shipped if Path(asked).resolve() == path.resolve() else load(asked)


@pytest.fixture
def house(settings, clock, load_once, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(artifacts, "load", load_once)
        house = open_house(settings, clock=clock)
    yield house
    house.close()


@pytest.fixture
def ada_site(house) -> Site:
    """Ada's site, which lets the machine decide on borrowed evidence, and audits nothing by chance."""
    policy = Policy(mode=Mode.BORROWED, audit_rate=0.0)
    secret = SiteSecret(SecretKind.BEARER, key_hash(ADA_KEY))
    return house.store.add_site(a_site(policy=policy, origins=("https://gazette.example",)), [secret])


@pytest.fixture
def ben_site(house) -> Site:
    """The site of Ben, who must not see what is Ada's."""
    site = a_site(id="site-ben", name="Ben's Boats", url="https://boats.example")
    return house.store.add_site(site, [SiteSecret(SecretKind.BEARER, key_hash(BEN_KEY))])


@pytest.fixture
def ada(ada_site) -> User:
    return a_user(site_ids=frozenset({ada_site.id}))


@pytest.fixture
def ben(ben_site) -> User:
    return a_user(id="user-ben", name="ben", site_ids=frozenset({ben_site.id}))


@pytest.fixture
def cal(ada_site) -> User:
    """Cal may look at Ada's site and decide nothing."""
    return a_user(id="user-cal", name="cal", role=Role.VIEWER, site_ids=frozenset({ada_site.id}))


@pytest.fixture
def app(house: House):
    app = create_app(house)
    app.testing = True
    return app


@pytest.fixture
def client(app):
    return app.test_client()
