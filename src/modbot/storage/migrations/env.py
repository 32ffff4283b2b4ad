"""How Alembic reaches the database: the URL comes from the caller, in one transaction for all steps."""

from __future__ import annotations

from alembic import context
from sqlalchemy import NullPool, create_engine

from modbot.storage.tables import Base


def is_ours(_thing: object, name: str | None, kind: str, *_: object) -> bool:
    """Leave the search index and its shadow tables alone: they are made by hand in the migrations."""
    return not (kind in {"table", "index"} and str(name).startswith(("search", "ix_comments_search")))


engine = create_engine(context.config.attributes["url"], poolclass=NullPool)
with engine.connect() as connection:
    if connection.dialect.name == "sqlite":
        # The driver would commit before each change of schema; begun by hand, a failed step leaves nothing behind.
        connection.connection.driver_connection.isolation_level = None  # type: ignore[union-attr]
        connection.exec_driver_sql("PRAGMA journal_mode = WAL")
        connection.exec_driver_sql("PRAGMA busy_timeout = 10000")
        connection.rollback()
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_object=is_ours,
        render_as_batch=connection.dialect.name == "sqlite",
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
engine.dispose()
