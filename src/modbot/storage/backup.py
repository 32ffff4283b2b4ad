"""Backup and restore of the database, while it is in use. The key store is never part of it.

Each engine does it with its own tool: SQLite copies itself (`VACUUM INTO`, and the online backup of sqlite3 back
again), PostgreSQL has pg_dump and pg_restore. May import ``errors``, this room, SQLAlchemy and ``subprocess``.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL, make_url, text

from modbot.errors import ConfigError, StoreError
from modbot.storage.engine import open_database
from modbot.storage.migrate import downgrade, expected_revision, upgrade
from modbot.storage.sql import Store, open_store

_SQLITE_MAGIC = b"SQLite format 3\0"
_POSTGRES_MAGIC = b"PGDMP"
_MAGIC_BYTES = max(len(_SQLITE_MAGIC), len(_POSTGRES_MAGIC))

Clean = Callable[[Store], object]
"""Takes out of a restored database what was erased since; called before anybody can read it."""


def back_up(url: str, keys_url: str, file: Path) -> int:
    """Write the whole database into one file, as it is at one moment, while others go on writing.

    Parameters
    ----------
    url, keys_url : str
        The database, and the key store, which must be another one.
    file : Path
        Must not be there yet; only its owner may read it.

    Returns
    -------
    int
        Its size in bytes.

    Raises
    ------
    StoreError
        The file is there already, or the database could not be copied; nothing is left behind then.
    ConfigError
        Database and key store are one.
    """
    if make_url(url).set(query={}) == make_url(keys_url).set(query={}):
        raise ConfigError(
            ("keys_url: the same database as database_url; a backup would carry the keys that erasing destroys",)
        )
    if file.exists():
        raise StoreError(f"{file} is there already: name another file, or remove it.")
    part = file.with_name(f"{file.name}.part")
    part.unlink(missing_ok=True)
    try:
        part.touch(mode=0o600)
        (_dump if _is_postgresql(url) else _copy_out)(url, part)
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.rename(file)
    except OSError as error:
        raise StoreError(f"{file} cannot be written: {error.strerror}.") from error
    finally:
        part.unlink(missing_ok=True)
    return file.stat().st_size


def restore(url: str, file: Path, clean: Clean) -> None:
    """Put a backup in the place of the database, brought to this version's schema and cleared of what was erased.

    Parameters
    ----------
    url : str
        The database; what is in it is lost.
    file : Path
        What `back_up` wrote, with the same engine.
    clean : callable
        Called with the restored store before anybody else can read it.

    Raises
    ------
    StoreError
        No such backup, one of another engine or of a newer modbot, or the database is in use (PostgreSQL). Then nothing
        was changed.
    """
    kind = _kind_of(file)
    wanted = "postgresql" if _is_postgresql(url) else "sqlite"
    if kind != wanted:
        raise StoreError(f"{file} is {_named(kind)}, the database is {_named(wanted)}: give a backup of its own kind.")
    found = _dumped_revision(file) if kind == "postgresql" else _copied_revision(file)
    if not found or found > expected_revision():
        made = f"schema {found}, a newer modbot made it: upgrade modbot" if found else "no database of modbot's"
        raise StoreError(f"{file} has {made}.")
    (_undump if kind == "postgresql" else _copy_in)(url, file, clean)


def _kind_of(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            begins = opened.read(_MAGIC_BYTES)
    except OSError as error:
        raise StoreError(f"{file} cannot be read: {error.strerror}.") from error
    if begins.startswith(_SQLITE_MAGIC):
        return "sqlite"
    return "postgresql" if begins.startswith(_POSTGRES_MAGIC) else ""


def _named(kind: str) -> str:
    return {"sqlite": "SQLite", "postgresql": "PostgreSQL"}.get(kind, "no backup that modbot made")


def _is_postgresql(url: str) -> bool:
    return make_url(url).get_backend_name() == "postgresql"


def _cleaned(url: str, clean: Clean) -> None:
    upgrade(url)
    store = open_store(url)
    try:
        clean(store)
    finally:
        store.close()


# -- SQLite ---------------------------------------------------------------------------


def _copy_out(url: str, part: Path) -> None:
    database = open_database(url)
    try:
        with database.translated(), database.engine.connect() as connection:
            driver = connection.connection.driver_connection
            assert driver is not None  # noqa: S101 - SQLAlchemy's types allow for a connection that was given back
            driver.execute("VACUUM INTO ?", (str(part),))
    finally:
        database.close()


def _copied_revision(file: Path) -> str:
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as copy:
            if copy.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                raise StoreError(f"{file} is damaged: take an older backup.")
            return str(copy.execute("SELECT version_num FROM alembic_version").fetchone()[0])
    except (sqlite3.DatabaseError, TypeError):
        return ""


def _copy_in(url: str, file: Path, clean: Clean) -> None:
    target = Path(make_url(url).database or "")
    if not target.exists():
        target.touch(mode=0o600)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".restoring-") as folder:
        ready = Path(folder) / "ready.db"
        shutil.copyfile(file, ready)
        _cleaned(f"sqlite:///{ready}", clean)
        database = open_database(url)
        try:
            # Page by page into the file that is there: whoever has it open goes on with what was restored.
            with database.translated(), closing(sqlite3.connect(ready)) as source, database.engine.connect() as live:
                source.backup(live.connection.driver_connection)  # type: ignore[arg-type]
        finally:
            database.settle()
            database.close()


# -- PostgreSQL -----------------------------------------------------------------------


def _dump(url: str, part: Path) -> None:
    _run(url, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--file", str(part))


def _dumped_revision(file: Path) -> str:
    told = _call(["pg_restore", "--data-only", "--table=alembic_version", "--file=-", str(file)], {})
    lines = told.splitlines()
    starts = [at for at, line in enumerate(lines) if line.startswith("COPY ")]
    return lines[starts[0] + 1].strip() if starts else ""


def _undump(url: str, file: Path, clean: Clean) -> None:
    _refuse_company(url)
    downgrade(url, "base")
    _run(
        url,
        "pg_restore",
        "--no-owner",
        "--no-privileges",
        "--clean",
        "--if-exists",
        "--single-transaction",
        "--exit-on-error",
        last=str(file),
    )
    _cleaned(url, clean)


def _refuse_company(url: str) -> None:
    """Refuse while anybody else is connected: they would read what was erased, or write into what is replaced."""
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    database = open_database(url)
    try:
        with database.reading() as connection:
            company = connection.execute(text(others)).scalar_one()
    finally:
        database.close()
    if company:
        raise StoreError(f"The database is in use ({company} connections): stop modbot before you restore.")


def _run(url: str, program: str, *arguments: str, last: str = "") -> str:
    made: URL = make_url(url).set(drivername="postgresql")
    # A password among the arguments could be read by everybody on this machine.
    secret = {"PGPASSWORD": made.password} if made.password else {}
    address = made.set(password=None).render_as_string(hide_password=False)
    return _call([program, *arguments, "--dbname", address, *([last] if last else [])], secret)


def _call(command: list[str], environment: dict[str, str]) -> str:
    try:
        done = subprocess.run(
            [_found(command[0]), *command[1:]],
            check=False,
            capture_output=True,
            text=True,
            env=os.environ | environment,
        )
    except FileNotFoundError as error:
        raise StoreError(
            f"{command[0]} is not installed: it comes with PostgreSQL's programs (apt-get install postgresql-client)."
        ) from error
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise StoreError(f"{command[0]} failed: {said}")
    return done.stdout


def _found(program: str) -> str:
    """Where a program of PostgreSQL's is: on the path, or where Debian keeps each version."""
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), key=lambda path: int(path.parts[4]))
    return shutil.which(program) or (str(versions[-1]) if versions else program)
