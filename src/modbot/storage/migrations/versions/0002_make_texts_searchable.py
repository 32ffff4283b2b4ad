"""Make texts searchable: FTS5 with its triggers on SQLite, an expression index on PostgreSQL.

A later migration that copies the table ``comments`` must make the triggers again: SQLite drops them
without a word, and the index would stop following.
"""

from __future__ import annotations

from alembic import op

from modbot.storage.search import CREATE, DROP

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in CREATE[op.get_bind().dialect.name]:
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    for statement in DROP[op.get_bind().dialect.name]:
        op.get_bind().exec_driver_sql(statement)
