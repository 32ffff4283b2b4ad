"""What stands in a database, table by table, past all code of modbot."""

from __future__ import annotations

from sqlalchemy import MetaData, NullPool, create_engine, select


def rows_of(url: str) -> dict[str, list[dict[str, object]]]:
    """Every row of every table, column by column."""
    engine = create_engine(url, poolclass=NullPool)
    found = MetaData()
    # SQLite's search index has tables of a kind that cannot be described.
    found.reflect(engine, only=lambda name, _: not name.startswith("search"))
    with engine.connect() as connection:
        rows = {
            table.name: [dict(row) for row in connection.execute(select(table)).mappings()]
            for table in found.sorted_tables
        }
    engine.dispose()
    return rows
