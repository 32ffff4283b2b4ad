"""Order the queue by risk and by doubt, and let people decide many cases at once.

Both measures follow from the verdicts that are there, so every case is given its own.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

IN_A_BATCH = sa.text("batch IS NOT NULL")
WAITING_SQLITE, WAITING_POSTGRESQL = sa.text("queued = 1"), sa.text("queued")
OF_THE_PRESENT_TEXT = "FROM verdicts WHERE verdicts.case_id = cases.id AND verdicts.revision = cases.text_revision"
LIKELIEST = {
    "sqlite": "SELECT max(value) FROM json_each(verdicts.scores)",
    "postgresql": "SELECT max(CAST(value AS double precision)) FROM json_each_text(verdicts.scores)",
}
FILL = """
    UPDATE cases SET
        risk = COALESCE((SELECT risk {of_text}), 0),
        doubt = COALESCE((SELECT 1.0 - abs(2.0 * COALESCE(({likeliest}), 0.5) - 1.0) {of_text}), 0)
"""


def upgrade() -> None:
    zero = sa.text("0")
    about_risk, about_doubt = "of the present text: worst first", "of the present text: least sure first"
    op.add_column("cases", sa.Column("risk", sa.Double(), nullable=False, server_default=zero, comment=about_risk))
    op.add_column("cases", sa.Column("doubt", sa.Double(), nullable=False, server_default=zero, comment=about_doubt))
    op.execute(FILL.format(of_text=OF_THE_PRESENT_TEXT, likeliest=LIKELIEST[op.get_bind().dialect.name]))
    for name, measure in (("ix_cases_worst", "risk"), ("ix_cases_unsure", "doubt")):
        op.create_index(
            name,
            "cases",
            ["site_id", measure, "id"],
            sqlite_where=WAITING_SQLITE,
            postgresql_where=WAITING_POSTGRESQL,
        )
    op.add_column("reviews", sa.Column("batch", sa.Text(), nullable=True, comment="the bulk act that it is part of"))
    op.create_index("ix_reviews_batch", "reviews", ["batch"], sqlite_where=IN_A_BATCH, postgresql_where=IN_A_BATCH)
    op.create_index("ix_reviews_reviewer", "reviews", ["reviewer", "at"])
    op.create_table(
        "batches",
        sa.Column("id", sa.Text(), nullable=False, comment="sorts by time"),
        sa.Column("reviewer", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_batches"),
    )
    op.create_index("ix_batches_reviewer", "batches", ["reviewer", "id"])


def downgrade() -> None:
    op.drop_table("batches")
    op.drop_index("ix_reviews_reviewer", "reviews")
    op.drop_index("ix_reviews_batch", "reviews")
    op.drop_column("reviews", "batch")
    op.drop_index("ix_cases_unsure", "cases")
    op.drop_index("ix_cases_worst", "cases")
    op.drop_column("cases", "doubt")
    op.drop_column("cases", "risk")
