"""Count by day where cases stand and what people decided; what is there already is counted too."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

Kind = sa.types.TypeEngine[Any]
TEXT, NUMBER, DAY = sa.Text(), sa.Integer(), sa.Date()
DAY_OF = {"sqlite": "date({})", "postgresql": "CAST({} AT TIME ZONE 'UTC' AS date)"}
CASES = """
    INSERT INTO daily (site_id, day, action, decided_by, cases)
    SELECT site_id, {day}, action, decided_by, count(*) FROM cases GROUP BY site_id, {day}, action, decided_by
"""
KEY = "cases.site_id, {day}, reviews.reviewer, reviews.decided_by, verdicts.action, verdicts.band, verdicts.audited"
# A decision that the next review takes back is none.
REVIEWS = f"""
    INSERT INTO daily_reviews
        (site_id, day, reviewer, decided_by, said, band, audited, action, name, decisions, waited)
    SELECT {KEY}, reviews.action, max(reviews.reviewer_name), count(*),
        sum(CASE WHEN reviews.was_queued THEN 1 ELSE 0 END)
    FROM reviews
    JOIN cases ON cases.id = reviews.case_id
    JOIN verdicts ON verdicts.case_id = reviews.case_id AND verdicts.revision = reviews.text_revision
    WHERE NOT reviews.undo AND reviews.action <> 'hold' AND NOT EXISTS (
        SELECT 1 FROM reviews AS later
        WHERE later.case_id = reviews.case_id AND later.revision = reviews.revision + 1 AND later.undo
    )
    GROUP BY {KEY}, reviews.action
"""  # noqa: S608 - no value in it comes from outside


def upgrade() -> None:
    op.create_table(
        "daily",
        _some("site_id", TEXT),
        _some("day", DAY, "of arrival, in UTC"),
        _some("action", TEXT),
        _some("decided_by", TEXT),
        _some("cases", NUMBER),
        sa.PrimaryKeyConstraint("site_id", "day", "action", "decided_by", name="pk_daily"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_daily_site_id"),
        sqlite_with_rowid=False,
    )
    key = ("site_id", "day", "reviewer", "decided_by", "said", "band", "audited", "action")
    op.create_table(
        "daily_reviews",
        _some("site_id", TEXT),
        _some("day", DAY, "of the decision, in UTC"),
        _some("reviewer", TEXT),
        _some("decided_by", TEXT),
        _some("said", TEXT, "the machine's action"),
        _some("band", TEXT, "the machine's words"),
        _some("audited", sa.Boolean()),
        _some("action", TEXT),
        _some("name", TEXT, "the reviewer's, at the last decision"),
        _some("decisions", NUMBER),
        _some("waited", NUMBER, "of them, about cases that were in the queue"),
        sa.PrimaryKeyConstraint(*key, name="pk_daily_reviews"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_daily_reviews_site_id"),
        sqlite_with_rowid=False,
    )
    day_of = DAY_OF[op.get_bind().dialect.name]
    op.execute(CASES.format(day=day_of.format("received_at")))
    op.execute(REVIEWS.format(day=day_of.format("reviews.at")))


def downgrade() -> None:
    op.drop_table("daily_reviews")
    op.drop_table("daily")


def _some(name: str, kind: Kind, comment: str | None = None) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False, comment=comment)
