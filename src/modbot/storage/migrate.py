"""Migrations: bring a database to the schema of this version. Alembic is imported inside, never by serving.

The revisions are the numbers that the files in ``migrations/versions`` begin with. May import ``errors`` and this
room.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from modbot.errors import NotMigrated

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"


@cache
def expected_revision() -> str:
    """Return the revision that this version of modbot works with."""
    return max(path.stem.split("_", 1)[0] for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py"))


def upgrade(url: str, revision: str = "head") -> None:
    """Bring a database, also an empty one, up to a revision. Doing it twice changes nothing."""
    from alembic import command

    _step(command.upgrade, url, revision)


def downgrade(url: str, revision: str) -> None:
    """Take a database back to an earlier revision; "base" empties it."""
    from alembic import command

    _step(command.downgrade, url, revision)


def check(url: str) -> None:
    """Raise NotMigrated unless the database has the expected revision."""
    from modbot.storage.sql import open_store

    store = open_store(url)
    try:
        status = store.status()
    finally:
        store.close()
    if not status.migrated:
        raise NotMigrated(
            f"The database is at revision {status.revision or 'none'}, this version of modbot needs "
            f"{status.expected}: run `modbot db upgrade`."
        )


def _step(step: Callable[[Config, str], None], url: str, revision: str) -> None:
    """Migrate, and say what goes wrong in the store's own errors."""
    from alembic.util import CommandError

    from modbot.storage.engine import open_database

    database = open_database(url)
    try:
        with database.translated():
            step(_config(url), revision)
    except CommandError as error:
        raise NotMigrated(
            "The database is at a revision that this modbot does not know: a newer one made it. Upgrade modbot."
        ) from error
    finally:
        database.close()


def _config(url: str) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["url"] = url
    return config
