"""The verbs in SQL, put together: one transaction for each, no query language above.

Each noun's verbs have a file of their own; this one joins them over one database. May import ``errors``,
this room and SQLAlchemy; never Alembic.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text

from modbot.errors import NotMigrated
from modbot.storage.audit import AuditVerbs
from modbot.storage.batches import BatchVerbs
from modbot.storage.callbacks import CallbackVerbs
from modbot.storage.cases import CaseVerbs
from modbot.storage.claims import ClaimVerbs
from modbot.storage.copies import CopyVerbs
from modbot.storage.daily import DailyVerbs
from modbot.storage.engine import Database, open_database
from modbot.storage.erasure import ErasureVerbs
from modbot.storage.evidence import EvidenceVerbs
from modbot.storage.factors import FactorVerbs
from modbot.storage.figures import FigureVerbs
from modbot.storage.history import HistoryVerbs
from modbot.storage.labels import LabelVerbs
from modbot.storage.lessons import LessonVerbs
from modbot.storage.lists import ListVerbs
from modbot.storage.migrate import expected_revision
from modbot.storage.notes import NoteVerbs
from modbot.storage.outbox import OutboxVerbs
from modbot.storage.people import PeopleVerbs
from modbot.storage.precedents import PrecedentVerbs
from modbot.storage.preferences import PreferenceVerbs
from modbot.storage.recall import RecallVerbs
from modbot.storage.reviews import ReviewVerbs
from modbot.storage.rules import RuleVerbs
from modbot.storage.sessions import SessionVerbs
from modbot.storage.sites import SiteVerbs
from modbot.storage.users import UserVerbs


@dataclass(frozen=True, slots=True)
class StoreStatus:
    """Whether the database has the schema that this version expects. ``revision`` is "" for an empty one."""

    migrated: bool
    revision: str
    expected: str


class Store(
    SiteVerbs,
    RuleVerbs,
    UserVerbs,
    FactorVerbs,
    SessionVerbs,
    AuditVerbs,
    HistoryVerbs,
    CaseVerbs,
    ListVerbs,
    RecallVerbs,
    CallbackVerbs,
    ReviewVerbs,
    BatchVerbs,
    NoteVerbs,
    ClaimVerbs,
    CopyVerbs,
    PeopleVerbs,
    PreferenceVerbs,
    EvidenceVerbs,
    LessonVerbs,
    ErasureVerbs,
    OutboxVerbs,
    DailyVerbs,
    FigureVerbs,
    LabelVerbs,
    PrecedentVerbs,
):
    """The memory of the house: every verb is one transaction."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def status(self) -> StoreStatus:
        """Ask the database for its schema.

        Returns
        -------
        StoreStatus
            What it has and what this version expects.

        Raises
        ------
        StoreUnavailable
            The database does not answer.
        """
        expected = expected_revision()
        try:
            with self._db.reading() as connection:
                revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or ""
        except NotMigrated:
            revision = ""
        return StoreStatus(migrated=revision == expected, revision=revision, expected=expected)

    def close(self) -> None:
        """Give every connection back."""
        self._db.close()


def open_store(url: str) -> Store:
    """Open the store of a SQLite or PostgreSQL URL. Nothing is connected or created yet."""
    return Store(open_database(url))
