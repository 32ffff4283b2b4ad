"""A throw-away PostgreSQL cluster: made in a temporary folder, reached by a socket in it, gone afterwards."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine

from modbot.storage.migrate import upgrade
from modbot.storage.tables import Base

# PostgreSQL refuses to run as root; these are tried in turn.
UNPRIVILEGED = ("postgres", "nobody")
# Nothing here must survive a power cut, and every test gets a database of its own.
FAST = "-c fsync=off -c full_page_writes=off -c synchronous_commit=off -c shared_buffers=16MB -c max_connections=80"
# Letters beyond ASCII have capitals too.
LOCALE = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"
ABSENT = "PostgreSQL is not installed here: no initdb and pg_ctl on the PATH or in /usr/lib/postgresql/*/bin"


def binaries() -> Path | None:
    """Where initdb and pg_ctl are, the newest version first."""
    on_path = shutil.which("initdb")
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: float(p.parent.name), reverse=True)
    found = [*([Path(on_path).resolve().parent] if on_path else []), *versions]
    return next((folder for folder in found if (folder / "initdb").exists() and (folder / "pg_ctl").exists()), None)


class Cluster:
    """A running cluster. ``fresh()`` gives the URL of a migrated database without rows, ``empty()`` of one without tables."""

    def __init__(self, folder: Path, owner: str) -> None:
        self._folder = folder
        self._owner = owner
        self._numbers = itertools.count(1)
        self._admin = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        self._sql("CREATE DATABASE modbot")
        upgrade(self.url("modbot"))
        self._cleaner = create_engine(self.url("modbot"))
        emptied = (f"DELETE FROM {table.name}" for table in reversed(Base.metadata.sorted_tables))  # noqa: S608 - names of our own tables
        # The audit log lets nobody delete, unless triggers rest.
        self._clean = "; ".join(("SET LOCAL session_replication_role = replica", *emptied))

    def url(self, database: str) -> str:
        return f"postgresql://{self._owner}@/{database}?host={self._folder}"

    def empty(self) -> str:
        name = f"test_{next(self._numbers)}"
        self._sql(f"CREATE DATABASE {name}")
        return self.url(name)

    def fresh(self) -> str:
        # Emptying thirteen small tables takes a twentieth of the time that a new database takes.
        with self._cleaner.begin() as connection:
            connection.exec_driver_sql(self._clean)
        return self.url("modbot")

    def close(self) -> None:
        self._admin.dispose()
        self._cleaner.dispose()

    def _sql(self, statement: str) -> None:
        with self._admin.connect() as connection:
            connection.exec_driver_sql(statement)


@contextmanager
def running(bin_dir: Path) -> Iterator[Cluster]:
    """Make a cluster, start it, and take both away again."""
    owner = _owner()
    folder = Path(tempfile.mkdtemp(prefix="modbot-pg-"))
    data = folder / "data"
    if os.geteuid() == 0:
        shutil.chown(folder, owner)

    def run(*command: str) -> None:
        user = owner if os.geteuid() == 0 else None
        subprocess.run(
            command,
            check=True,
            user=user,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=120,
        )

    try:
        run(
            str(bin_dir / "initdb"),
            "-D",
            str(data),
            "-U",
            owner,
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-sync",
            f"--locale={LOCALE}",
        )
        # The log goes to a file: a pipe would stay open as long as the server lives.
        options = f"{FAST} -c listen_addresses='' -c unix_socket_directories='{folder}'"
        run(str(bin_dir / "pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            cluster = Cluster(folder, owner)
            yield cluster
            cluster.close()
        finally:
            run(str(bin_dir / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _owner() -> str:
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid()).pw_name
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in UNPRIVILEGED if name in names)
