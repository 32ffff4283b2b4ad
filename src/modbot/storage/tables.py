"""The tables of the house, mapped. Nothing mapped leaves the room; nouns do.

Current state stands in ``cases`` and ``deliveries``; texts, verdicts, reviews and attempts are appended.
Enumerations are stored by value, so that a new member needs no migration. A site's own evidence and an owner's
rules have their tables beside their verbs. May import SQLAlchemy only.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

# Named constraints from the first day: SQLite can only change what has a name.
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
# Rows lie in the tree of their key instead of in a second one: one page less to write for each row.
ONE_TREE = {"sqlite_with_rowid": False}
ANSWERED = text("decided_by IN ('person', 'site')")
IN_A_GROUP: Any = dict.fromkeys(("sqlite_where", "postgresql_where"), text("campaign IS NOT NULL"))
WAITING_IN_A_GROUP: Any = {
    "sqlite_where": text("queued = 1 AND campaign IS NOT NULL"),
    "postgresql_where": text("queued AND campaign IS NOT NULL"),
}
IN_A_BATCH: Any = dict.fromkeys(("sqlite_where", "postgresql_where"), text("batch IS NOT NULL"))
ASKED: Any = {"sqlite_where": text("asked = 1"), "postgresql_where": text("asked")}
WAITING: Any = {"sqlite_where": text("queued = 1"), "postgresql_where": text("queued")}
OPEN_DELIVERY = text("state IN ('pending', 'sending')")


class UtcTime(TypeDecorator[datetime]):
    """A moment in UTC, always aware. SQLite keeps no zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse times without a zone: nobody could say later what they meant."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone arrived at the store; pass an aware UTC time")
        aware = value.astimezone(UTC)
        return aware.replace(tzinfo=None) if dialect.name == "sqlite" else aware

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Read it back as an aware time."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# SQLite counts rows by itself only in a column of exactly the type INTEGER.
RowId = BigInteger().with_variant(Integer(), "sqlite")


class Base(DeclarativeBase):
    """The main database."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it so
        str: Text(),
        datetime: UtcTime(),
        bytes: LargeBinary(),
        dict[str, Any]: JSON(),
        list[Any]: JSON(),
    }


# -- sites and people ---------------------------------------------------------


class SiteTable(Base):
    """Tenants."""

    __tablename__ = "sites"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    url: Mapped[str]
    created_at: Mapped[datetime]
    policy_version: Mapped[int] = mapped_column(comment="the row of policies that counts now")
    limits: Mapped[dict[str, Any]]
    origins: Mapped[list[Any]]
    allowed_hosts: Mapped[list[Any]]
    show_reasons: Mapped[bool]
    signed_requests: Mapped[bool]
    hook_url: Mapped[str | None] = mapped_column(comment="NULL: the site hears of nothing")
    hook_on: Mapped[bool]
    hook_off_reason: Mapped[str]
    hook_failures: Mapped[int] = mapped_column(comment="failed attempts since the last success")
    hook_failing_since: Mapped[datetime | None]


class PolicyTable(Base):
    """Every policy a site ever had; verdicts name the version."""

    __tablename__ = "policies"

    site_id: Mapped[str] = mapped_column(ForeignKey("sites.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    mode: Mapped[str]
    max_good_rejected: Mapped[float]
    max_bad_published: Mapped[float]
    audit_rate: Mapped[float]
    at: Mapped[datetime]


class SecretTable(Base):
    """Credentials at rest."""

    __tablename__ = "site_secrets"
    __table_args__ = (
        Index("ix_site_secrets_site", "site_id", "kind"),
        Index(
            "ix_site_secrets_lookup",
            "kind",
            "lookup",
            unique=True,
            sqlite_where=text("lookup <> ''"),
            postgresql_where=text("lookup <> ''"),
        ),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("sites.id"))
    kind: Mapped[str]
    lookup: Mapped[str] = mapped_column(comment="a hash that finds the site; empty where nothing is looked up")
    sealed: Mapped[bytes | None] = mapped_column(comment="ciphertext, where the secret must be sent again")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None] = mapped_column(comment="end of the overlap after a rotation")


class UserTable(Base):
    """People who work at the review page."""

    __tablename__ = "users"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str]
    site_ids: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True), comment="NULL: every site")
    session_version: Mapped[int] = mapped_column(comment="sessions of an earlier version are over")
    disabled: Mapped[bool]
    password_hash: Mapped[str]


# -- cases --------------------------------------------------------------------


class CaseTable(Base):
    """The present state of each case, and nothing that a person wrote."""

    __tablename__ = "cases"
    __table_args__ = (
        UniqueConstraint("site_id", "key", name="uq_cases_site_id_key"),
        # One index per list; the id at the end is order and tie-break in one. A list over all sites is the
        # merge of each site's: every further index would be one more page to write for each comment.
        Index("ix_cases_site", "site_id", "id"),
        Index("ix_cases_action", "site_id", "action", "id"),
        Index("ix_cases_queue", "site_id", "queued", "id"),
        Index("ix_cases_asked", "site_id", "id", **ASKED),
        # Only what waits is listed by risk or doubt, so only that is in these two.
        Index("ix_cases_worst", "site_id", "risk", "id", **WAITING),
        Index("ix_cases_unsure", "site_id", "doubt", "id", **WAITING),
        Index("ix_cases_page", "page_url", "site_id", "action", "id"),
        # The next four hold what history() and lessons() ask for; few cases are in a group or were answered.
        Index("ix_cases_author", "author_key", "site_id", "id", "action"),
        Index("ix_cases_fingerprint", "site_id", "fingerprint", "id", "action", "decided_by"),
        Index("ix_cases_answered", "site_id", "id", sqlite_where=ANSWERED, postgresql_where=ANSWERED),
        Index("ix_cases_campaign", "campaign", "id", "action", "decided_by", "fingerprint", **IN_A_GROUP),
        Index("ix_cases_campaign_waiting", "campaign", "id", "revision", **WAITING_IN_A_GROUP),
        ONE_TREE,
    )

    id: Mapped[str] = mapped_column(primary_key=True, comment="sorts by time of arrival")
    site_id: Mapped[str] = mapped_column(ForeignKey("sites.id"))
    key: Mapped[str] = mapped_column(comment="the caller's id or idempotency key, else the case's own id")
    payload_hash: Mapped[str] = mapped_column(comment="of the first submission: tells a repeat from a reused key")
    author_key: Mapped[str] = mapped_column(comment="keyed hash per site; finds the same author again")
    fingerprint: Mapped[str] = mapped_column(comment="hash of the normalised text; finds the same text again")
    sketch: Mapped[bytes | None] = mapped_column(comment="samples of the text; NULL: too short to be a copy, or erased")
    campaign: Mapped[str | None] = mapped_column(comment="the group of mutated copies that it is in")
    page_url: Mapped[str]
    action: Mapped[str]
    decided_by: Mapped[str]
    revision: Mapped[int] = mapped_column(comment="+1 for each edit, review or reopening")
    text_revision: Mapped[int] = mapped_column(comment="the newest revision in comments and verdicts")
    queued: Mapped[bool] = mapped_column(comment="a person should look")
    risk: Mapped[float] = mapped_column(server_default=text("0"), comment="of the present text: worst first")
    asked: Mapped[bool] = mapped_column(server_default=false(), comment="somebody put a question to colleagues")
    doubt: Mapped[float] = mapped_column(server_default=text("0"), comment="of the present text: least sure first")
    reports: Mapped[int] = mapped_column(comment="how many")
    received_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]


class CommentTable(Base):
    """Texts, one row for each edit. The search index follows this table."""

    __tablename__ = "comments"
    __table_args__ = (UniqueConstraint("case_id", "revision", name="uq_comments_case_id_revision"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, comment="what the search index points to")
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"))
    revision: Mapped[int]
    at: Mapped[datetime]
    door: Mapped[str]
    name: Mapped[str]
    body: Mapped[str]
    url: Mapped[str]
    page_url: Mapped[str]
    page_title: Mapped[str]
    parent_id: Mapped[str]
    author_key: Mapped[str]
    email_domain: Mapped[str]
    email_masked: Mapped[str] = mapped_column(comment="as people may see it")
    avatar: Mapped[str]
    disposable: Mapped[bool]
    mx_missing: Mapped[bool]
    sealed_email: Mapped[bytes | None] = mapped_column(comment="ciphertext under the person's own key")
    fingerprint: Mapped[str]
    payload_hash: Mapped[str]
    ip: Mapped[str]
    user_agent: Mapped[str]
    referrer: Mapped[str]
    user_id: Mapped[str]
    user_role: Mapped[str]
    language: Mapped[str]
    created_at: Mapped[datetime | None] = mapped_column(comment="as the caller says")
    honeypot: Mapped[str]
    elapsed_ms: Mapped[int | None]


class VerdictTable(Base):
    """What the machine said of each text, and all that is needed to recompute it."""

    __tablename__ = "verdicts"

    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    action: Mapped[str]
    risk: Mapped[float]
    band: Mapped[str]
    coin: Mapped[float] = mapped_column(comment="drawn before the outcome was known")
    audit_rate: Mapped[float] = mapped_column(comment="the probability that the coin shows it to a person")
    audited: Mapped[bool]
    model: Mapped[str]
    policy: Mapped[str]
    rules: Mapped[str]
    scores: Mapped[dict[str, Any]] = mapped_column(comment="probability per head")
    reasons: Mapped[list[Any]]
    explanation: Mapped[dict[str, Any]] = mapped_column(comment="all terms and signals; last, because it is long")


class SignalTable(Base):
    """Which codes a verdict gave: the index behind the filter by reason, and nothing else."""

    __tablename__ = "signals"
    __table_args__ = (ONE_TREE,)

    site_id: Mapped[str] = mapped_column(ForeignKey("sites.id"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    strength: Mapped[float | None] = mapped_column(comment="NULL for a reason that is no signal")
    share: Mapped[float | None] = mapped_column(comment="log-odds; NULL for a signal that is no reason")


class ReviewTable(Base):
    """What people answered. Appended, never edited."""

    __tablename__ = "reviews"
    __table_args__ = (
        Index("ix_reviews_reviewer", "reviewer", "at"),
        Index("ix_reviews_batch", "batch", **IN_A_BATCH),
        ONE_TREE,
    )

    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, comment="the one the reviewer saw")
    text_revision: Mapped[int] = mapped_column(comment="the text the reviewer saw")
    action: Mapped[str]
    decided_by: Mapped[str]
    reviewer: Mapped[str]
    reviewer_name: Mapped[str]
    reason: Mapped[str]
    at: Mapped[datetime]
    undo: Mapped[bool] = mapped_column(comment="takes back the review before it")
    was_action: Mapped[str] = mapped_column(comment="what an undo returns to")
    was_decided_by: Mapped[str]
    was_queued: Mapped[bool]
    batch: Mapped[str | None] = mapped_column(comment="the bulk act that it is part of")


class ReportTable(Base):
    """Claims that nobody has judged yet."""

    __tablename__ = "reports"
    __table_args__ = (Index("ix_reports_case", "case_id", "id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"))
    kind: Mapped[str]
    reason: Mapped[str]
    at: Mapped[datetime]


# -- outgoing, and the model --------------------------------------------------


class DeliveryTable(Base):
    """The outbox: written with the decision, sent after the commit."""

    __tablename__ = "deliveries"
    __table_args__ = (
        Index("ix_deliveries_site", "site_id", "id"),
        Index("ix_deliveries_case", "case_id", "revision"),
        Index("ix_deliveries_due", "site_id", "not_before", sqlite_where=OPEN_DELIVERY, postgresql_where=OPEN_DELIVERY),
        ONE_TREE,
    )

    id: Mapped[str] = mapped_column(primary_key=True, comment="the message id: the same on every attempt")
    site_id: Mapped[str] = mapped_column(ForeignKey("sites.id"))
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"))
    event: Mapped[str]
    action: Mapped[str]
    previous: Mapped[str | None]
    decided_by: Mapped[str]
    revision: Mapped[int]
    at: Mapped[datetime] = mapped_column(comment="when it was decided")
    state: Mapped[str]
    attempts: Mapped[int]
    not_before: Mapped[datetime] = mapped_column(comment="when it is due; while it is being sent, when the lease ends")
    lease: Mapped[str] = mapped_column(comment="the claim that may finish it")
    last_reason: Mapped[str]


class AttemptTable(Base):
    """What happened on each try."""

    __tablename__ = "attempts"
    __table_args__ = (Index("ix_attempts_delivery", "delivery_id", "id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    delivery_id: Mapped[str] = mapped_column(ForeignKey("deliveries.id"))
    delivered: Mapped[bool]
    permanent: Mapped[bool]
    reason: Mapped[str]
    status: Mapped[int | None]
    at: Mapped[datetime]


class LiveModelTable(Base):
    """Which model was promoted when; the last row is live."""

    __tablename__ = "model_live"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    version: Mapped[str]
    by: Mapped[str]
    at: Mapped[datetime]


def table(mapped: type[DeclarativeBase]) -> Any:
    """Return the plain table of a mapped class, for statements without the unit of work."""
    return mapped.__table__
