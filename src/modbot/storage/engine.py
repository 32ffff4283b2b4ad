"""The two tenants of the storage seam, SQLite and PostgreSQL: how each is opened, tuned and spoken to.

Every verb runs in one transaction made here, and every database error is translated here. May import
SQLAlchemy, orjson and ``errors``; never Alembic.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from importlib import import_module
from threading import Lock
from typing import Any

import orjson
from sqlalchemy import ClauseElement, Connection, Dialect, Engine, TableClause, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from modbot.errors import ConfigError, NotMigrated, StoreError, StoreUnavailable

# How long a writer waits for another process to finish its transaction.
BUSY_TIMEOUT_MS = 10_000
# How long a database that is not there, or somebody's forgotten query, may hold a thread.
CONNECT_TIMEOUT_S = 5
STATEMENT_TIMEOUT_MS = 60_000
POOL_SIZE = 16
SQLITE_PRAGMAS = (
    f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}",
    "PRAGMA journal_mode = WAL",
    # An answer means that the comment is on disk, even if the power fails.
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    # What is erased is overwritten, not merely unlinked.
    "PRAGMA secure_delete = ON",
    "PRAGMA cache_size = -32000",
    "PRAGMA temp_store = MEMORY",
)


Insert = Callable[[TableClause], Any]
"""Begins a statement that adds rows to a table."""


class Database:
    """One engine with its two kinds of transaction: reading and writing."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.is_sqlite = engine.dialect.name == "sqlite"
        self._writer = engine.execution_options(writing=True)
        # SQLite has one writer per file. Threads of this process queue here, in order and without
        # polling; other processes wait by busy_timeout.
        self._driver: Any = engine.dialect.loaded_dbapi
        self._turn: Any = Lock() if self.is_sqlite else nullcontext()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection in a transaction that only reads."""
        with self.translated(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection in a transaction that holds the write lock from its start."""
        with self.translated(), self._turn, self._writer.begin() as connection:
            yield connection

    def settle(self) -> None:
        """Write the log into the file and cut it, so that what was erased is in neither (SQLite only)."""
        if not self.is_sqlite:
            return
        with self.translated(), self._turn, self.engine.connect() as connection:
            driver: Any = connection.connection.driver_connection
            driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Turn errors of the database into the house's own."""
        try:
            yield
        except PoolTimeout as error:
            raise StoreUnavailable("All database connections are busy: try again in a moment.") from error
        except DBAPIError as error:
            raise self._refusal(error.orig) from error
        except self._driver.Error as error:
            raise self._refusal(error) from error
        except StatementError as error:
            raise StoreError(f"The store cannot hold such a value: {error.orig}; nothing was changed.") from error

    def _refusal(self, error: BaseException | None) -> StoreError:
        kind = type(error).__name__
        if _lacks_table(error):
            return NotMigrated("The database has another schema: run `modbot db upgrade`.")
        if isinstance(error, (self._driver.OperationalError, self._driver.InterfaceError)):
            return StoreUnavailable(f"The database did not answer ({kind}): try again in a moment.")
        return StoreError(f"The database refused ({kind}); nothing was changed.")


class Hot:
    """A statement of the hot path: compiled once for each engine, then handed to the driver as it is.

    A submission runs seven statements. Going through ``Connection.execute`` costs more for each than SQLite
    itself does, so these few go beneath it; types are still SQLAlchemy's. A statement that a conflict changes into
    another is given as what makes it of the engine's own insert.
    """

    def __init__(self, statement: ClauseElement | Callable[[Insert], ClauseElement]) -> None:
        self._statement = statement
        self._ready: dict[str, tuple[str, Callable[[Mapping[str, Any]], Any]]] = {}

    def run(self, connection: Connection, values: Mapping[str, Any]) -> Any:
        """Run it once and return the driver's cursor."""
        sql, arrange = self._for(connection.dialect)
        driver: Any = connection.connection.driver_connection
        return driver.execute(sql, arrange(values))

    def run_many(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Run it once for each row, in one call of the driver."""
        sql, arrange = self._for(connection.dialect)
        connection.connection.cursor().executemany(sql, [arrange(row) for row in rows])

    def _for(self, dialect: Dialect) -> tuple[str, Callable[[Mapping[str, Any]], Any]]:
        if dialect.name not in self._ready:
            statement = self._statement
            if not isinstance(statement, ClauseElement):
                statement = statement(insert_of(dialect))
            self._ready[dialect.name] = _compiled(statement, dialect)
        return self._ready[dialect.name]


def insert_of(dialect: Dialect) -> Insert:
    """Return an engine's own insert, which knows of conflicts."""
    made: Insert = import_module(f"sqlalchemy.dialects.{dialect.name}").insert
    return made


def open_database(url: str) -> Database:
    """Open an engine for a SQLite or PostgreSQL URL; nothing is connected yet."""
    kind = _kind(url)
    if kind == "sqlite":
        engine = create_engine(
            url,
            json_serializer=_dumps,
            json_deserializer=orjson.loads,
            pool_size=POOL_SIZE,
            max_overflow=-1,
            connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000},
        )
        event.listen(engine, "connect", _tune_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    elif kind == "postgresql":
        engine = create_engine(
            url,
            json_serializer=_dumps,
            json_deserializer=orjson.loads,
            pool_size=POOL_SIZE,
            max_overflow=POOL_SIZE,
            pool_pre_ping=True,
            connect_args={"connect_timeout": CONNECT_TIMEOUT_S},
        )
        event.listen(engine, "connect", _tune_postgresql)
    else:
        raise ConfigError((f"database_url: expected sqlite:/// or postgresql://, got {kind}://",))
    return Database(engine)


def _kind(url: str) -> str:
    """Name the engine of a URL. A refusal never repeats the URL: there may be a password in it."""
    try:
        made = make_url(url)
        made.get_dialect()
    except (ArgumentError, ImportError, ValueError):
        raise ConfigError(
            ("database_url: expected sqlite:///PATH or postgresql://USER@HOST/NAME, got no such URL",)
        ) from None
    return made.get_backend_name()


def _dumps(value: object) -> str:
    return orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY).decode()


def _tune_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # The driver's own transactions start too late: what is read before the first write would not be
    # protected. So it starts none, and _begin_sqlite starts every one.
    connection.isolation_level = None
    for pragma in SQLITE_PRAGMAS:
        connection.execute(pragma)


def _tune_postgresql(connection: Any, _record: object) -> None:
    # Not as options of the connection: a pooler in between would refuse those.
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = {BUSY_TIMEOUT_MS}")
        cursor.execute(f"SET statement_timeout = {STATEMENT_TIMEOUT_MS}")
    connection.commit()


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and writes later fails at once when another one wrote in
    # between, whatever the busy timeout is; IMMEDIATE takes the lock before reading.
    writing = connection.get_execution_options().get("writing", False)
    driver: Any = connection.connection.driver_connection
    driver.execute("BEGIN IMMEDIATE" if writing else "BEGIN")


def _compiled(statement: ClauseElement, dialect: Dialect) -> tuple[str, Callable[[Mapping[str, Any]], Any]]:
    compiled: Any = statement.compile(dialect=dialect)
    fixed = {name: value for name, value in compiled.params.items() if value is not None}
    names: list[str] = list(compiled.positiontup or compiled.binds)
    kinds = [compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names]
    by_name = {name: process for name, process in zip(names, kinds, strict=True) if process is not None}
    by_place = [(place, process) for place, process in enumerate(kinds) if process is not None]

    def in_order(values: Mapping[str, Any]) -> list[Any]:
        given = {**fixed, **values}
        row = [given[name] for name in names]
        for place, process in by_place:
            row[place] = process(row[place])
        return row

    def named(values: Mapping[str, Any]) -> dict[str, Any]:
        row = {**fixed, **values}
        for name, process in by_name.items():
            row[name] = process(row[name])
        return row

    return str(compiled), in_order if compiled.positiontup else named


def _lacks_table(error: BaseException | None) -> bool:
    return str(error).startswith(("no such table", "no such column")) or getattr(error, "sqlstate", "") in {
        "42P01",
        "42703",
    }
