"""Keep site layers: what each site's checked comments say, and what was learned from them.

In hold-only every comment goes before a person, so the probability that the coin shows it to one is 1; verdicts of such
a time said 0.05. With that put right, the evidence so far is drawn from the reviews.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

Kind = sa.types.TypeEngine[Any]
TEXT, NUMBER, YES_NO, BYTES, JSON = sa.Text(), sa.Integer(), sa.Boolean(), sa.LargeBinary(), sa.JSON()
TIME = sa.DateTime(timezone=True)
FLOAT: Kind = sa.Double()

SHOW_ALL_OF_HOLD_ONLY = """
    UPDATE verdicts SET audit_rate = 1.0 WHERE EXISTS (
        SELECT 1 FROM cases JOIN policies ON policies.site_id = cases.site_id
        WHERE cases.id = verdicts.case_id AND policies.mode = 'hold-only'
            AND 'p' || CAST(policies.version AS TEXT) = verdicts.policy)
"""
DRAW_EVIDENCE = """
    INSERT INTO evidence (site_id, case_id, revision, at, risk, good, banned)
    SELECT cases.site_id, verdicts.case_id, verdicts.revision, verdicts.at, verdicts.risk, reviews.action = 'publish',
        EXISTS (SELECT 1 FROM signals WHERE signals.site_id = cases.site_id AND signals.code = 'BLOCKED_WORD'
            AND signals.case_id = verdicts.case_id AND signals.revision = verdicts.revision)
    FROM reviews
    JOIN cases ON cases.id = reviews.case_id
    JOIN verdicts ON verdicts.case_id = reviews.case_id AND verdicts.revision = reviews.text_revision
    WHERE reviews.action IN ('publish', 'reject') AND verdicts.coin < verdicts.audit_rate
        AND NOT EXISTS (SELECT 1 FROM reviews AS later WHERE later.case_id = reviews.case_id
            AND later.text_revision = reviews.text_revision AND later.revision > reviews.revision)
        AND NOT EXISTS (SELECT 1 FROM signals WHERE signals.site_id = cases.site_id AND signals.code = 'SCORER_FAILED'
            AND signals.case_id = verdicts.case_id AND signals.revision = verdicts.revision)
"""


def upgrade() -> None:
    op.create_table(
        "evidence",
        _some("site_id", TEXT),
        _some("case_id", TEXT),
        _some("revision", NUMBER, "of the text"),
        _some("at", TIME, "when the text came"),
        _some("risk", FLOAT, "as it was scored then"),
        _some("good", YES_NO, "people published it"),
        _some("banned", YES_NO, "the owner forbade it by name: no promise speaks of it"),
        sa.PrimaryKeyConstraint("site_id", "case_id", "revision", name="pk_evidence"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_evidence_case_id"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_evidence_site_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "site_layers",
        _some("site_id", TEXT),
        _some("version", NUMBER),
        _some("at", TIME),
        _maybe("reject_at", FLOAT, "reject from this risk; NULL: too little evidence"),
        _maybe("reject_share", FLOAT, "of good comments, the promise that it keeps"),
        _maybe("reject_evidence", NUMBER, "checked good comments behind it"),
        _maybe("reject_looks", NUMBER, "how often it was made, this time included"),
        _maybe("publish_at", FLOAT, "publish below this risk; NULL: too little evidence"),
        _maybe("publish_share", FLOAT, "of bad comments, the promise that it keeps"),
        _maybe("publish_evidence", NUMBER, "checked bad comments behind it"),
        _maybe("publish_looks", NUMBER, "how often it was made, this time included"),
        _maybe("since", TIME, "what came before is no evidence any more"),
        _maybe("layer", BYTES, "arrays that are added to the model's"),
        _some("facts", JSON, "what the arrays are and how they were measured"),
        sa.PrimaryKeyConstraint("site_id", "version", name="pk_site_layers"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_site_layers_site_id"),
    )
    op.execute(SHOW_ALL_OF_HOLD_ONLY)
    op.execute(DRAW_EVIDENCE)


def downgrade() -> None:
    op.drop_table("site_layers")
    op.drop_table("evidence")


def _some(name: str, kind: Kind, comment: str | None = None) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False, comment=comment)


def _maybe(name: str, kind: Kind, comment: str | None = None) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=True, comment=comment)
