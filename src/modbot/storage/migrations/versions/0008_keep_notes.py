"""Keep what colleagues write to each other about a case, and what each of them chose for themselves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TEXT = sa.Text()


def upgrade() -> None:
    about_asked = "somebody put a question to colleagues"
    op.add_column(
        "cases", sa.Column("asked", sa.Boolean(), nullable=False, server_default=sa.false(), comment=about_asked)
    )
    op.create_index(
        "ix_cases_asked",
        "cases",
        ["site_id", "id"],
        sqlite_where=sa.text("asked = 1"),
        postgresql_where=sa.text("asked"),
    )
    op.create_table(
        "notes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", TEXT, nullable=False),
        sa.Column("author", TEXT, nullable=False),
        sa.Column("author_name", TEXT, nullable=False),
        sa.Column("body", TEXT, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asks", sa.Boolean(), nullable=False, comment="it is a question to colleagues"),
        sa.PrimaryKeyConstraint("id", name="pk_notes"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_notes_case_id"),
    )
    op.create_index("ix_notes_case", "notes", ["case_id", "id"])
    op.create_table(
        "preferences",
        sa.Column("user_id", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "name", name="pk_preferences"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_preferences_user_id"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("preferences")
    op.drop_table("notes")
    op.drop_index("ix_cases_asked", "cases")
    op.drop_column("cases", "asked")
