"""Keep who looks at which case, and find at once what of a campaign waits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TEXT = sa.Text()


def upgrade() -> None:
    op.create_table(
        "claims",
        sa.Column("case_id", TEXT, nullable=False),
        sa.Column("user_id", TEXT, nullable=False),
        sa.Column("user_name", TEXT, nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name="pk_claims"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_claims_case_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_claims_user_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_claims_until", "claims", ["until"])
    op.create_index(
        "ix_cases_campaign_waiting",
        "cases",
        ["campaign", "id", "revision"],
        sqlite_where=sa.text("queued = 1 AND campaign IS NOT NULL"),
        postgresql_where=sa.text("queued AND campaign IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_cases_campaign_waiting", "cases")
    op.drop_table("claims")
