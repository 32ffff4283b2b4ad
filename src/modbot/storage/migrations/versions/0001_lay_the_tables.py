"""Lay the tables: sites, people, cases with texts and verdicts, answers, the outbox, the live model."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Kind = sa.types.TypeEngine[Any]
TEXT = sa.Text()
TIME = sa.DateTime(timezone=True)
NUMBER = sa.Integer()
FLOAT: Kind = sa.Double()
YES_NO = sa.Boolean()
BYTES = sa.LargeBinary()
JSON = sa.JSON()
# SQLite counts rows by itself only in a column of exactly the type INTEGER.
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OPEN = sa.text("state IN ('pending', 'sending')")
FILLED = sa.text("lookup <> ''")


def upgrade() -> None:
    _lay_sites()
    _lay_people()
    _lay_cases()
    _lay_texts()
    _lay_verdicts()
    _lay_answers()
    _lay_outbox()
    _lay_models()


def downgrade() -> None:
    for name in (
        "model_live",
        "attempts",
        "deliveries",
        "reports",
        "reviews",
        "signals",
        "verdicts",
        "comments",
        "cases",
        "users",
        "site_secrets",
        "policies",
        "sites",
    ):
        op.drop_table(name)


def _some(name: str, kind: Kind, comment: str | None = None) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False, comment=comment)


def _maybe(name: str, kind: Kind, comment: str | None = None) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=True, comment=comment)


def _lay_sites() -> None:
    op.create_table(
        "sites",
        _some("id", TEXT),
        _some("name", TEXT),
        _some("url", TEXT),
        _some("created_at", TIME),
        _some("policy_version", NUMBER, "the row of policies that counts now"),
        _some("limits", JSON),
        _some("origins", JSON),
        _some("allowed_hosts", JSON),
        _some("blocked_words", JSON),
        _some("show_reasons", YES_NO),
        _some("signed_requests", YES_NO),
        _maybe("hook_url", TEXT, "NULL: the site hears of nothing"),
        _some("hook_on", YES_NO),
        _some("hook_off_reason", TEXT),
        _some("hook_failures", NUMBER, "failed attempts since the last success"),
        _maybe("hook_failing_since", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_sites"),
        sa.UniqueConstraint("name", name="uq_sites_name"),
    )
    op.create_table(
        "policies",
        _some("site_id", TEXT),
        _some("version", NUMBER),
        _some("mode", TEXT),
        _some("max_good_rejected", FLOAT),
        _some("max_bad_published", FLOAT),
        _some("audit_rate", FLOAT),
        _some("at", TIME),
        sa.PrimaryKeyConstraint("site_id", "version", name="pk_policies"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_policies_site_id"),
    )
    op.create_table(
        "site_secrets",
        _some("id", ROW_ID),
        _some("site_id", TEXT),
        _some("kind", TEXT),
        _some("lookup", TEXT, "a hash that finds the site; empty where nothing is looked up"),
        _maybe("sealed", BYTES, "ciphertext, where the secret must be sent again"),
        _some("created_at", TIME),
        _maybe("expires_at", TIME, "end of the overlap after a rotation"),
        sa.PrimaryKeyConstraint("id", name="pk_site_secrets"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_site_secrets_site_id"),
    )
    op.create_index(
        "ix_site_secrets_lookup",
        "site_secrets",
        ["kind", "lookup"],
        unique=True,
        sqlite_where=FILLED,
        postgresql_where=FILLED,
    )
    op.create_index("ix_site_secrets_site", "site_secrets", ["site_id", "kind"])


def _lay_people() -> None:
    op.create_table(
        "users",
        _some("id", TEXT),
        _some("name", TEXT),
        _some("role", TEXT),
        _maybe("site_ids", JSON, "NULL: every site"),
        _some("session_version", NUMBER, "sessions of an earlier version are over"),
        _some("disabled", YES_NO),
        _some("password_hash", TEXT),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("name", name="uq_users_name"),
    )


def _lay_cases() -> None:
    op.create_table(
        "cases",
        _some("id", TEXT, "sorts by time of arrival"),
        _some("site_id", TEXT),
        _some("key", TEXT, "the caller's id or idempotency key, else the case's own id"),
        _some("payload_hash", TEXT, "of the first submission: tells a repeat from a reused key"),
        _some("author_key", TEXT, "keyed hash per site; finds the same author again"),
        _some("fingerprint", TEXT, "hash of the normalised text; finds the same text again"),
        _some("page_url", TEXT),
        _some("action", TEXT),
        _some("decided_by", TEXT),
        _some("revision", NUMBER, "+1 for each edit, review or reopening"),
        _some("text_revision", NUMBER, "the newest revision in comments and verdicts"),
        _some("queued", YES_NO, "a person should look"),
        _some("reports", NUMBER, "how many"),
        _some("received_at", TIME),
        _some("updated_at", TIME),
        _maybe("erased_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_cases"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_cases_site_id"),
        sa.UniqueConstraint("site_id", "key", name="uq_cases_site_id_key"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_cases_action", "cases", ["site_id", "action", "id"])
    op.create_index("ix_cases_author", "cases", ["author_key", "site_id", "id", "action"])
    op.create_index("ix_cases_fingerprint", "cases", ["site_id", "fingerprint", "id", "action", "decided_by"])
    op.create_index("ix_cases_page", "cases", ["page_url", "site_id", "action", "id"])
    op.create_index("ix_cases_queue", "cases", ["site_id", "queued", "id"])
    op.create_index("ix_cases_site", "cases", ["site_id", "id"])


def _lay_texts() -> None:
    op.create_table(
        "comments",
        _some("id", ROW_ID, "what the search index points to"),
        _some("case_id", TEXT),
        _some("revision", NUMBER),
        _some("at", TIME),
        _some("door", TEXT),
        _some("name", TEXT),
        _some("body", TEXT),
        _some("url", TEXT),
        _some("page_url", TEXT),
        _some("page_title", TEXT),
        _some("parent_id", TEXT),
        _some("author_key", TEXT),
        _some("email_domain", TEXT),
        _some("email_masked", TEXT, "as people may see it"),
        _some("avatar", TEXT),
        _some("disposable", YES_NO),
        _some("mx_missing", YES_NO),
        _maybe("sealed_email", BYTES, "ciphertext under the person's own key"),
        _some("fingerprint", TEXT),
        _some("payload_hash", TEXT),
        _some("ip", TEXT),
        _some("user_agent", TEXT),
        _some("referrer", TEXT),
        _some("user_id", TEXT),
        _some("user_role", TEXT),
        _some("language", TEXT),
        _maybe("created_at", TIME, "as the caller says"),
        _some("honeypot", TEXT),
        _maybe("elapsed_ms", NUMBER),
        sa.PrimaryKeyConstraint("id", name="pk_comments"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_comments_case_id"),
        sa.UniqueConstraint("case_id", "revision", name="uq_comments_case_id_revision"),
    )


def _lay_verdicts() -> None:
    op.create_table(
        "verdicts",
        _some("case_id", TEXT),
        _some("revision", NUMBER),
        _some("at", TIME),
        _some("action", TEXT),
        _some("risk", FLOAT),
        _some("band", TEXT),
        _some("coin", FLOAT, "drawn before the outcome was known"),
        _some("audit_rate", FLOAT, "the probability that the coin shows it to a person"),
        _some("audited", YES_NO),
        _some("model", TEXT),
        _some("policy", TEXT),
        _some("rules", TEXT),
        _some("scores", JSON, "probability per head"),
        _some("reasons", JSON),
        _some("explanation", JSON, "all terms and signals; last, because it is long"),
        sa.PrimaryKeyConstraint("case_id", "revision", name="pk_verdicts"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_verdicts_case_id"),
    )
    op.create_table(
        "signals",
        _some("site_id", TEXT),
        _some("code", TEXT),
        _some("case_id", TEXT),
        _some("revision", NUMBER),
        _maybe("strength", FLOAT, "NULL for a reason that is no signal"),
        _maybe("share", FLOAT, "log-odds; NULL for a signal that is no reason"),
        sa.PrimaryKeyConstraint("site_id", "code", "case_id", "revision", name="pk_signals"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_signals_case_id"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_signals_site_id"),
        sqlite_with_rowid=False,
    )


def _lay_answers() -> None:
    op.create_table(
        "reviews",
        _some("case_id", TEXT),
        _some("revision", NUMBER, "the one the reviewer saw"),
        _some("text_revision", NUMBER, "the text the reviewer saw"),
        _some("action", TEXT),
        _some("decided_by", TEXT),
        _some("reviewer", TEXT),
        _some("reviewer_name", TEXT),
        _some("reason", TEXT),
        _some("at", TIME),
        _some("undo", YES_NO, "takes back the review before it"),
        _some("was_action", TEXT, "what an undo returns to"),
        _some("was_decided_by", TEXT),
        _some("was_queued", YES_NO),
        sa.PrimaryKeyConstraint("case_id", "revision", name="pk_reviews"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_reviews_case_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "reports",
        _some("id", ROW_ID),
        _some("case_id", TEXT),
        _some("kind", TEXT),
        _some("reason", TEXT),
        _some("at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_reports"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_reports_case_id"),
    )
    op.create_index("ix_reports_case", "reports", ["case_id", "id"])


def _lay_outbox() -> None:
    op.create_table(
        "deliveries",
        _some("id", TEXT, "the message id: the same on every attempt"),
        _some("site_id", TEXT),
        _some("case_id", TEXT),
        _some("event", TEXT),
        _some("action", TEXT),
        _maybe("previous", TEXT),
        _some("decided_by", TEXT),
        _some("revision", NUMBER),
        _some("at", TIME, "when it was decided"),
        _some("state", TEXT),
        _some("attempts", NUMBER),
        _some("not_before", TIME, "when it is due; while it is being sent, when the lease ends"),
        _some("lease", TEXT, "the claim that may finish it"),
        _some("last_reason", TEXT),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_deliveries_case_id"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_deliveries_site_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_deliveries_case", "deliveries", ["case_id", "revision"])
    op.create_index(
        "ix_deliveries_due", "deliveries", ["site_id", "not_before"], sqlite_where=OPEN, postgresql_where=OPEN
    )
    op.create_index("ix_deliveries_site", "deliveries", ["site_id", "id"])
    op.create_table(
        "attempts",
        _some("id", ROW_ID),
        _some("delivery_id", TEXT),
        _some("delivered", YES_NO),
        _some("permanent", YES_NO),
        _some("reason", TEXT),
        _maybe("status", NUMBER),
        _some("at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_attempts"),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name="fk_attempts_delivery_id"),
    )
    op.create_index("ix_attempts_delivery", "attempts", ["delivery_id", "id"])


def _lay_models() -> None:
    op.create_table(
        "model_live",
        _some("id", ROW_ID),
        _some("version", TEXT),
        _some("by", TEXT),
        _some("at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_model_live"),
    )
