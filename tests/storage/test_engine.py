"""How both engines are opened, and what their errors become."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import bindparam, insert, select, text

from factories import later
from modbot.errors import ConfigError, NotMigrated, StoreError, StoreUnavailable
from modbot.storage.engine import Hot, open_database
from modbot.storage.tables import LiveModelTable, SiteTable, table

models = table(LiveModelTable)


@pytest.fixture
def database(url):
    database = open_database(url)
    yield database
    database.close()


def count(database) -> int:
    with database.reading() as connection:
        return len(connection.execute(select(models)).all())


def write(connection, version="1"):
    connection.execute(insert(models).inline().values(version=version, by="a", at=later()))


def test_it_works(database):
    with database.writing() as connection:
        write(connection)
    assert count(database) == 1


def test_it_takes_everything_back_when_something_fails(database):
    def break_off():
        with database.writing() as connection:
            write(connection)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        break_off()
    assert count(database) == 0


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_it_opens_sqlite_durable_and_strict(database):
    with database.reading() as connection:
        values = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        }
    # 2 is FULL: an answer means that the row is on disk.
    assert values == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_it_reads_while_somebody_writes(database):
    with database.writing() as connection:
        write(connection)
        assert count(database) == 0
    assert count(database) == 1


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_it_holds_the_write_lock_from_the_start(database, url, monkeypatch):
    monkeypatch.setattr("modbot.storage.engine.SQLITE_PRAGMAS", ("PRAGMA busy_timeout = 50",))
    other = open_database(url)
    with database.writing(), pytest.raises(StoreUnavailable, match="try again"), other.writing():
        pass
    other.close()


def test_it_lets_writers_take_turns(database):
    def add_one():
        with database.writing() as connection:
            before = connection.execute(text("SELECT count(*) FROM model_live")).scalar_one()
            write(connection, str(before))

    threads = [threading.Thread(target=add_one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(database) == 8


def test_it_calls_a_missing_table_a_missing_migration(database):
    with pytest.raises(NotMigrated, match="db upgrade"), database.reading() as connection:
        connection.exec_driver_sql("SELECT * FROM nowhere")
    with pytest.raises(NotMigrated), database.reading() as connection:
        Hot(text("SELECT * FROM nowhere")).run(connection, {})


def test_it_translates_what_the_database_refuses(database):
    with (
        pytest.raises(StoreError, match=r"IntegrityError|NotNullViolation") as refused,
        database.writing() as connection,
    ):
        connection.execute(insert(models).inline().values(version=None, by="a", at=None))
    assert not isinstance(refused.value, StoreUnavailable)


def test_it_runs_hot_statements_with_the_types_of_the_tables(database, store):
    site = table(SiteTable)
    query = Hot(
        select(site.c.id).where(site.c.created_at <= bindparam("moment", type_=site.c.created_at.type)).limit(1)
    )
    created_at = store.site("site-ada").created_at
    with database.reading() as connection:
        assert len(query.run(connection, {"moment": created_at}).fetchall()) == 1


@pytest.mark.parametrize(
    "bad",
    ["nonsense", "postgresql://ada:pass-word@host:port/x", "postgresql+no://ada:pass-word@host/x", "mysql://host/x"],
)
def test_it_refuses_what_is_no_url_of_either_engine_and_repeats_no_password(bad):
    with pytest.raises(ConfigError, match="postgresql://") as refused:
        open_database(bad)
    assert "pass-word" not in str(refused.value)
