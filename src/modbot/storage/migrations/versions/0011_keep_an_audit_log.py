"""Keep an audit log that is only appended to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from modbot.storage.audit import CREATE, DROP

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TEXT = sa.Text()


def upgrade() -> None:
    op.create_table(
        "audit_log",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", TEXT, nullable=False),
        sa.Column("actor_name", TEXT, nullable=False),
        sa.Column("deed", TEXT, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("site_id", TEXT, nullable=False, comment="empty: it concerns the whole house"),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("hash", TEXT, nullable=False, comment="SHA-256 over the hash before and this row"),
        sa.PrimaryKeyConstraint("id", name="pk_audit_log"),
    )
    op.create_index("ix_audit_log_site_id_id", "audit_log", ["site_id", "id"])
    op.create_index("ix_audit_log_actor_id", "audit_log", ["actor", "id"])
    for statement in CREATE[op.get_bind().dialect.name]:
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    for statement in DROP[op.get_bind().dialect.name]:
        op.get_bind().exec_driver_sql(statement)
    op.drop_table("audit_log")
