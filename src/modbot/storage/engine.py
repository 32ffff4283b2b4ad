"""The two tenants of the storage seam, SQLite and PostgreSQL: how each is opened, tuned and spoken to.

Every verb runs in one transaction made here, and every database error is translated here. May import
SQLAlchemy, orjson and ``errors``; never Alembic.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from threading import Lock
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from modbot.errors import ConfigError, NotMigrated, StoreError, StoreUnavailable

# How long a writer waits for another process to finish its transaction.
BUSY_TIMEOUT_MS = 10_000
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


class Database:
    """One engine with its two kinds of transaction: reading and writing."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.is_sqlite = engine.dialect.name == "sqlite"
        self._writer = engine.execution_options(writing=True)
        # SQLite has one writer per file. Threads of this process queue here, in order and without
        # polling; other processes wait by busy_timeout.
        self._turn: Any = Lock() if self.is_sqlite else nullcontext()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection in a transaction that only reads."""
        with _translated(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection in a transaction that holds the write lock from its start."""
        with _translated(), self._turn, self._writer.begin() as connection:
            yield connection

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()


def open_database(url: str) -> Database:
    """Open an engine for a SQLite or PostgreSQL URL; nothing is connected yet."""
    kind = make_url(url).get_backend_name()
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
        )
    else:
        raise ConfigError((f"database_url: expected sqlite:/// or postgresql://, got {kind}://",))
    return Database(engine)


def _dumps(value: object) -> str:
    return orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY).decode()


def _tune_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # The driver's own transactions start too late: what is read before the first write would not be
    # protected. So it starts none, and _begin_sqlite starts every one.
    connection.isolation_level = None
    for pragma in SQLITE_PRAGMAS:
        connection.execute(pragma)


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and writes later fails at once when another one wrote in
    # between, whatever the busy timeout is; IMMEDIATE takes the lock before reading.
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        raise StoreError("The database refused a row that breaks its own rules; nothing was changed.") from error
    except PoolTimeout as error:
        raise StoreUnavailable("All database connections are busy: try again in a moment.") from error
    except DBAPIError as error:
        if _lacks_table(error):
            raise NotMigrated("The database has another schema: run `modbot db upgrade`.") from error
        if isinstance(error, (OperationalError, InterfaceError)):
            raise StoreUnavailable(f"The database did not answer ({type(error.orig).__name__}): try again.") from error
        raise StoreError(f"The database refused ({type(error.orig).__name__}); nothing was changed.") from error


def _lacks_table(error: DBAPIError) -> bool:
    return str(error.orig).startswith(("no such table", "no such column")) or getattr(error.orig, "sqlstate", "") in {
        "42P01",
        "42703",
    }
