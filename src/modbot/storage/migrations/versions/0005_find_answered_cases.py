"""Find the cases that people decided, without looking at all the others."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ANSWERED = sa.text("decided_by IN ('person', 'site')")


def upgrade() -> None:
    op.create_index("ix_cases_answered", "cases", ["site_id", "id"], sqlite_where=ANSWERED, postgresql_where=ANSWERED)


def downgrade() -> None:
    op.drop_index("ix_cases_answered", "cases")
