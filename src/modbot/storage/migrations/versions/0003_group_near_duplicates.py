"""Group near-duplicates: a sketch and a group for each case, and the numbers under which copies meet.

Comments stored before have no sketch: they are neither found as copies nor grouped.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

IN_A_GROUP = sa.text("campaign IS NOT NULL")


def upgrade() -> None:
    about_sketch = "samples of the text; NULL: too short to be a copy, or erased"
    op.add_column("cases", sa.Column("sketch", sa.LargeBinary(), nullable=True, comment=about_sketch))
    about_campaign = "the group of mutated copies that it is in"
    op.add_column("cases", sa.Column("campaign", sa.Text(), nullable=True, comment=about_campaign))
    op.create_index(
        "ix_cases_campaign",
        "cases",
        ["campaign", "id", "action", "decided_by", "fingerprint"],
        sqlite_where=IN_A_GROUP,
        postgresql_where=IN_A_GROUP,
    )
    op.create_table(
        "bands",
        sa.Column("band", sa.BigInteger(), nullable=False, autoincrement=False, comment="with the site in it"),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("band", "case_id", name="pk_bands"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("bands")
    op.drop_index("ix_cases_campaign", "cases")
    op.drop_column("cases", "campaign")
    op.drop_column("cases", "sketch")
