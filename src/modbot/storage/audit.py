"""The audit log: appended, never changed, each entry bound to the one before by a hash.

Whoever changes or removes an entry in the database must make every later hash anew; who has noted the last hash sees
that. May import ``domain``, this room and SQLAlchemy.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Connection, Index, insert, select, text
from sqlalchemy.orm import Mapped, mapped_column

from modbot.domain import AuditCheck, AuditEntry, Deed
from modbot.storage.engine import Database
from modbot.storage.tables import Base, RowId, table

READ_AT_ONCE = 1_000
PAGE_LIMIT = 200


class AuditTable(Base):
    """One row for each act. Triggers refuse every change to it."""

    __tablename__ = "audit_log"
    __table_args__ = (Index("ix_audit_log_site_id_id", "site_id", "id"), Index("ix_audit_log_actor_id", "actor", "id"))

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str]
    actor_name: Mapped[str]
    deed: Mapped[str]
    subject: Mapped[str]
    site_id: Mapped[str] = mapped_column(comment="empty: it concerns the whole house")
    details: Mapped[Any] = mapped_column(JSON)
    hash: Mapped[str] = mapped_column(comment="SHA-256 over the hash before and this row")


log = table(AuditTable)

# Only one may append at a time, or two entries would follow the same one.
_ALONE = text("LOCK TABLE audit_log IN EXCLUSIVE MODE")
_FUNCTION = """
    CREATE FUNCTION audit_log_stays() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the audit log is only appended to'; END $$
"""
_TRIGGER = """
    CREATE TRIGGER audit_log_stays BEFORE UPDATE OR DELETE ON audit_log
    FOR EACH ROW EXECUTE FUNCTION audit_log_stays()
"""
CREATE: Mapping[str, tuple[str, ...]] = {
    "sqlite": tuple(
        f"CREATE TRIGGER audit_log_no_{act.lower()} BEFORE {act} ON audit_log "
        "BEGIN SELECT RAISE(ABORT, 'the audit log is only appended to'); END"
        for act in ("UPDATE", "DELETE")
    ),
    "postgresql": (
        _FUNCTION,
        _TRIGGER,
    ),
}
DROP: Mapping[str, tuple[str, ...]] = {
    "sqlite": ("DROP TRIGGER audit_log_no_update", "DROP TRIGGER audit_log_no_delete"),
    "postgresql": ("DROP TRIGGER audit_log_stays ON audit_log", "DROP FUNCTION audit_log_stays()"),
}


class AuditVerbs:
    """What the store can do with the audit log."""

    _db: Database

    def write_down(self, entry: AuditEntry) -> AuditEntry:
        """Append an entry.

        Parameters
        ----------
        entry : AuditEntry
            Without text, name or address of anybody who commented.

        Returns
        -------
        AuditEntry
            As recorded, with its number.
        """
        with self._db.writing() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(_ALONE)
            last = connection.execute(select(log.c.id, log.c.hash).order_by(log.c.id.desc()).limit(1)).first()
            number, before = (last.id + 1, last.hash) if last else (1, "")
            row = {
                "id": number,
                "at": entry.at,
                "actor": entry.actor,
                "actor_name": entry.actor_name,
                "deed": entry.deed.value,
                "subject": entry.subject,
                "site_id": entry.site_id,
                "details": dict(entry.details),
            }
            connection.execute(insert(log).inline().values(**row, hash=_hash(before, row)))
        return _entry(number, row)

    def audit_log(
        self,
        site_ids: tuple[str, ...] | None,
        *,
        actor: str = "",
        deed: Deed | None = None,
        before: int = 0,
        limit: int = 50,
    ) -> tuple[AuditEntry, ...]:
        """List entries.

        Parameters
        ----------
        site_ids : tuple of str or None
            Only what concerns these sites; None for everything.
        actor : str
            Only acts of this person; empty for everybody's.
        deed : Deed, optional
            Only acts of this kind.
        before : int
            Only entries with a smaller number; 0 for all.
        limit : int
            How many at most, up to 200.

        Returns
        -------
        tuple of AuditEntry
            The newest first.
        """
        wanted = select(log).order_by(log.c.id.desc()).limit(min(limit, PAGE_LIMIT))
        if site_ids is not None:
            wanted = wanted.where(log.c.site_id.in_(site_ids))
        if actor:
            wanted = wanted.where(log.c.actor == actor)
        if deed is not None:
            wanted = wanted.where(log.c.deed == deed.value)
        if before:
            wanted = wanted.where(log.c.id < before)
        with self._db.reading() as connection:
            return tuple(_entry(row["id"], dict(row)) for row in connection.execute(wanted).mappings())

    def verify_audit_log(self) -> AuditCheck:
        """Compute every hash anew.

        Returns
        -------
        AuditCheck
            The first entry that was changed, or before which one is missing; entries after it were not looked at.
        """
        count, before = 0, ""
        with self._db.reading() as connection:
            while rows := _following(connection, count):
                for row in rows:
                    count += 1
                    if row["id"] != count or row["hash"] != _hash(before, row):
                        return AuditCheck(count - 1, before, broken=count)
                    before = row["hash"]
        return AuditCheck(count, before)


def _following(connection: Connection, number: int) -> list[Any]:
    wanted = select(log).where(log.c.id > number).order_by(log.c.id).limit(READ_AT_ONCE)
    return [dict(row) for row in connection.execute(wanted).mappings()]


def _hash(before: str, row: Mapping[str, Any]) -> str:
    said = {name: row[name] for name in ("id", "actor", "actor_name", "deed", "subject", "site_id", "details")}
    said["at"] = row["at"].astimezone(UTC).isoformat(timespec="microseconds")
    canonical = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(f"{before}\n{canonical}".encode()).hexdigest()


def _entry(number: int, row: Mapping[str, Any]) -> AuditEntry:
    return AuditEntry(
        deed=Deed(row["deed"]),
        actor=row["actor"],
        actor_name=row["actor_name"],
        at=row["at"],
        subject=row["subject"],
        site_id=row["site_id"],
        details=row["details"],
        number=number,
    )
