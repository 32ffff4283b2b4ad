"""Keep what colleagues note about an author."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

TEXT = sa.Text()


def upgrade() -> None:
    op.create_table(
        "author_notes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("site_id", TEXT, nullable=False),
        sa.Column("author_key", TEXT, nullable=False),
        sa.Column("by", TEXT, nullable=False),
        sa.Column("by_name", TEXT, nullable=False),
        sa.Column("body", TEXT, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_author_notes"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_author_notes_site_id"),
    )
    op.create_index("ix_author_notes_author", "author_notes", ["author_key", "site_id", "id"])


def downgrade() -> None:
    op.drop_table("author_notes")
