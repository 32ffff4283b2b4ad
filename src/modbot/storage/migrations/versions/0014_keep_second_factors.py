"""Keep the second factors of people at the review page."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

TEXT = sa.Text()


def upgrade() -> None:
    op.create_table(
        "second_factors",
        sa.Column("user_id", TEXT, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column(
            "last_step",
            sa.Integer(),
            nullable=False,
            comment="codes of this step of 30 s and of earlier ones are used up",
        ),
        sa.Column("codes", sa.JSON(), nullable=False, comment="hashes of the recovery codes that are left"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name="pk_second_factors"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_second_factors_user_id"),
    )


def downgrade() -> None:
    op.drop_table("second_factors")
