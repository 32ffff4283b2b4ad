"""A backup holds one moment of a database in use, and comes back as it was, on both engines."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from factories import a_comment, a_draft, a_new_case, later
from modbot.domain import Action, CaseQuery
from modbot.errors import ConfigError, StoreError
from modbot.storage import open_store
from modbot.storage.backup import back_up, restore
from modbot.storage.migrate import downgrade, expected_revision, upgrade
from tables import rows_of

KEYS = "sqlite:////nowhere/keys.db"


@pytest.fixture
def url(engine_name, request, tmp_path):
    """A database that nobody else is connected to."""
    if engine_name == "sqlite":
        shutil.copy(request.getfixturevalue("migrated"), tmp_path / "modbot.db")
        return f"sqlite:///{tmp_path}/modbot.db"
    url = request.getfixturevalue("cluster").empty()
    upgrade(url)
    return url


def nothing(_store) -> None:
    """What has to be erased again in most tests."""


def fill(store, count=5, start=0):
    for number in range(start, start + count):
        body = f"The night bus number {number} was late — «schon wieder» 🚌."
        case, _ = store.record(a_new_case(comment=a_comment(key=f"key-{number}", body=body), payload_hash=f"p{number}"))
    store.record_review(a_draft(case_id=case.id, action=Action.REJECT))
    return case.id


def contents(url) -> dict[str, list]:
    """Every row of every table, in an order of its own."""
    return {name: sorted(repr(list(row.values())) for row in rows) for name, rows in rows_of(url).items()}


def test_it_works(store, url, tmp_path):
    case_id = fill(store)
    before = contents(url)
    assert sum(map(len, before.values())) > 20

    size = back_up(url, KEYS, tmp_path / "backup")
    assert size == (tmp_path / "backup").stat().st_size > 10_000
    assert (tmp_path / "backup").stat().st_mode & 0o077 == 0, "only its owner may read it"
    fill(store, start=10)
    store.erase_comment(case_id, later(900))
    store.close()
    assert contents(url) != before

    restore(url, tmp_path / "backup", nothing)

    assert contents(url) == before
    again = open_store(url)
    assert again.case(case_id).comment.body.endswith("«schon wieder» 🚌.")
    assert again.cases(CaseQuery(text="wieder")).rows, "the search index came along"
    again.close()
    assert not list(tmp_path.glob(".restoring*"))
    assert not list(tmp_path.glob("*.part"))


def test_it_holds_one_moment_while_others_write(store, url, tmp_path):
    fill(store, 3)
    stop, numbers = threading.Event(), iter(range(100, 100_000))

    def write():
        while not stop.is_set():
            fill(store, 1, start=next(numbers))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for turn in range(3):
            back_up(url, KEYS, tmp_path / f"backup-{turn}")
    finally:
        stop.set()
        writer.join()
    store.close()

    for turn in range(3):
        restore(url, tmp_path / f"backup-{turn}", nothing)
        found = contents(url)
        assert len(found["cases"]) == len(found["comments"]) == len(found["verdicts"]) >= 3
    assert len(found["cases"]) > 3, "the writer wrote in the meantime"


def test_it_brings_an_older_schema_up_to_date(store, url, tmp_path):
    fill(store)
    store.close()
    downgrade(url, "0012")
    back_up(url, KEYS, tmp_path / "old")

    restore(url, tmp_path / "old", nothing)

    again = open_store(url)
    assert again.status().migrated
    again.close()


def test_it_refuses_what_a_newer_modbot_wrote(store, url, tmp_path):
    case_id = fill(store)
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    back_up(url, KEYS, tmp_path / "new")
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :now"), {"now": expected_revision()})
    engine.dispose()

    with pytest.raises(StoreError, match=r"9999.*upgrade modbot"):
        restore(url, tmp_path / "new", nothing)
    assert store.case(case_id), "nothing was changed"


def test_it_cleans_before_anybody_can_read(store, url, tmp_path):
    case_id = fill(store)
    back_up(url, KEYS, tmp_path / "backup")
    store.close()

    restore(url, tmp_path / "backup", lambda restored: restored.erase_comment(case_id, later(99)))

    again = open_store(url)
    assert again.case(case_id).erased
    again.close()


@pytest.mark.parametrize("content", [b"", b"hello", b"SQLite format 3\0" + b"\xff" * 5_000, b"PGDMP" + b"\xff" * 100])
def test_it_refuses_what_is_no_backup(store, url, tmp_path, content):
    case_id = fill(store)
    (tmp_path / "odd").write_bytes(content)

    with pytest.raises(StoreError):
        restore(url, tmp_path / "odd", nothing)
    assert store.case(case_id)


def test_it_never_writes_over_a_file(store, url, tmp_path):
    (tmp_path / "backup").write_text("mine")

    with pytest.raises(StoreError, match="is there already"):
        back_up(url, KEYS, tmp_path / "backup")
    with pytest.raises(StoreError, match="cannot be written"):
        back_up(url, KEYS, tmp_path / "no-folder" / "backup")
    assert (tmp_path / "backup").read_text() == "mine"


def test_it_never_takes_the_keys_along(store, url, tmp_path):
    with pytest.raises(ConfigError, match="keys_url"):
        back_up(url, url, tmp_path / "backup")
    assert not (tmp_path / "backup").exists()


def test_it_says_when_there_is_no_database(tmp_path):
    with pytest.raises(StoreError):
        back_up(f"sqlite:///{tmp_path}/no/such.db", KEYS, tmp_path / "backup")
    assert not list(Path(tmp_path).glob("backup*"))


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_it_restores_where_there_is_no_database_yet(store, url, tmp_path):
    case_id = fill(store)
    back_up(url, KEYS, tmp_path / "backup")
    store.close()
    elsewhere = f"sqlite:///{tmp_path}/elsewhere.db"

    restore(elsewhere, tmp_path / "backup", nothing)

    assert contents(elsewhere) == contents(url)
    assert (tmp_path / "elsewhere.db").stat().st_mode & 0o077 == 0
    again = open_store(elsewhere)
    assert again.case(case_id)
    again.close()


@pytest.mark.postgres
@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_it_refuses_while_somebody_else_is_connected(url, tmp_path):
    back_up(url, KEYS, tmp_path / "backup")
    other = create_engine(url)
    with other.connect() as connection:
        connection.execute(text("SELECT 1"))
        with pytest.raises(StoreError, match="stop modbot"):
            restore(url, tmp_path / "backup", nothing)
    other.dispose()


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_whoever_has_a_sqlite_database_open_goes_on_with_what_was_restored(store, url, tmp_path):
    first = fill(store, 1)
    back_up(url, KEYS, tmp_path / "backup")
    second = fill(store, 1, start=5)

    restore(url, tmp_path / "backup", nothing)

    assert store.case(first)
    assert store.case(second) is None
    third = fill(store, 1, start=9)
    assert store.case(third)
