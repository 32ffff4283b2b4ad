"""Decide by name: an owner's rules with what they found; the sites' blocked words become the first of them."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

Kind = sa.types.TypeEngine[Any]
TEXT, NUMBER, JSON = sa.Text(), sa.Integer(), sa.JSON()
TIME = sa.DateTime(timezone=True)
PATTERN_PREFIX = "re:"
BY = "command line"


def upgrade() -> None:
    op.create_table(
        "rules",
        _some("id", TEXT),
        _maybe("site_id", TEXT, "NULL: every site"),
        _some("kind", TEXT),
        _some("pattern", TEXT, "an entry in each line; of an author the keyed hash"),
        _some("effect", TEXT),
        _some("by", TEXT),
        _some("at", TIME),
        _maybe("until", TIME, "NULL: for good"),
        _some("note", TEXT),
        _some("label", TEXT, "of an author: the address as people may see it"),
        _some("version", NUMBER, "of the rule set, from which it counts"),
        _maybe("ended_at", TIME),
        _some("ended_by", TEXT),
        _maybe("ended_version", NUMBER, "of the rule set, from which it does not"),
        sa.PrimaryKeyConstraint("id", name="pk_rules"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_rules_site_id"),
        sa.UniqueConstraint("version", name="uq_rules_version"),
        sa.UniqueConstraint("ended_version", name="uq_rules_ended_version"),
    )
    op.create_index("ix_rules_site", "rules", ["site_id", "version"])
    op.create_table(
        "rule_hits",
        _some("rule_id", TEXT),
        _some("case_id", TEXT),
        sa.PrimaryKeyConstraint("rule_id", "case_id", name="pk_rule_hits"),
        sa.ForeignKeyConstraint(["rule_id"], ["rules.id"], name="fk_rule_hits_rule_id"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_rule_hits_case_id"),
        sqlite_with_rowid=False,
    )
    _make_rules_of_words()
    op.drop_column("sites", "blocked_words")


def downgrade() -> None:
    op.add_column("sites", sa.Column("blocked_words", JSON, nullable=False, server_default="[]"))
    _make_words_of_rules()
    op.drop_table("rule_hits")
    op.drop_index("ix_rules_site", "rules")
    op.drop_table("rules")


def _make_rules_of_words() -> None:
    connection, rules = op.get_bind(), _table("rules", TIMES | {"version": NUMBER})
    at, version = datetime.now(UTC), 0
    for site_id, listed in connection.execute(sa.select(SITES.c.id, SITES.c.blocked_words).order_by(SITES.c.id)).all():
        patterns = [entry for entry in listed if entry.startswith(PATTERN_PREFIX)]
        words = [entry for entry in listed if not entry.startswith(PATTERN_PREFIX)]
        found = [("pattern", one.removeprefix(PATTERN_PREFIX)) for one in patterns]
        for kind, pattern in ([("words", "\n".join(words))] if words else []) + found:
            version += 1
            connection.execute(
                rules.insert().values(
                    id=f"r{int(at.timestamp() * 1000):012x}{secrets.token_hex(8)}",
                    site_id=site_id,
                    kind=kind,
                    pattern=pattern,
                    effect="reject",
                    by=BY,
                    at=_moment(connection, at),
                    note="",
                    label="",
                    version=version,
                    ended_by="",
                )
            )


def _make_words_of_rules() -> None:
    """Give each site back the words and patterns that its own rules reject for good."""
    connection, rules = op.get_bind(), _table("rules", TIMES)
    kept = sa.select(rules.c.site_id, rules.c.kind, rules.c.pattern).where(
        rules.c.site_id.is_not(None),
        rules.c.kind.in_(("words", "pattern")),
        rules.c.effect == "reject",
        rules.c.ended_at.is_(None),
        rules.c.until.is_(None),
    )
    words: dict[str, list[str]] = {}
    for site_id, kind, pattern in connection.execute(kept).all():
        words.setdefault(site_id, []).extend(pattern.split("\n") if kind == "words" else [PATTERN_PREFIX + pattern])
    for site_id, listed in words.items():
        connection.execute(SITES.update().where(SITES.c.id == site_id).values(blocked_words=listed))


TIMES: dict[str, Kind] = {"at": TIME, "until": TIME, "ended_at": TIME}
SITES = sa.table("sites", sa.column("id", TEXT), sa.column("blocked_words", JSON))


def _table(name: str, kinds: dict[str, Kind]) -> Any:
    names = ("id", "site_id", "kind", "pattern", "effect", "by", "note", "label", "ended_by")
    return sa.table(name, *(sa.column(n, TEXT) for n in names), *(sa.column(n, kind) for n, kind in kinds.items()))


def _moment(connection: sa.Connection, at: datetime) -> datetime:
    return at.replace(tzinfo=None) if connection.dialect.name == "sqlite" else at


def _some(name: str, kind: Kind, comment: str | None = None) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False, comment=comment)


def _maybe(name: str, kind: Kind, comment: str | None = None) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=True, comment=comment)
