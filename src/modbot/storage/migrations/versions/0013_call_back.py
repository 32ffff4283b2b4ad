"""Keep where a client waits for a verdict that may still change."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TEXT = sa.Text()


def upgrade() -> None:
    op.create_table(
        "callbacks",
        sa.Column("case_id", TEXT, nullable=False),
        sa.Column("url", TEXT, nullable=False),
        sa.Column("about", sa.JSON(), nullable=False, comment="what the client sent to find its comment again"),
        sa.PrimaryKeyConstraint("case_id", name="pk_callbacks"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_callbacks_case_id"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("callbacks")
