"""Who looks at what: soft claims, which tell colleagues and lock nothing.

May import ``domain``, this room and SQLAlchemy.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, ForeignKey, Index, bindparam, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from modbot.domain import Claim
from modbot.storage.engine import Database, Hot, insert_of
from modbot.storage.tables import ONE_TREE, Base, table

# More people than this do not work on one queue at the same moment.
CLAIMS_LIMIT = 200


class ClaimTable(Base):
    """One row for each case that somebody looks at. What has run out is cleared by the next claim."""

    __tablename__ = "claims"
    __table_args__ = (Index("ix_claims_until", "until"), ONE_TREE)

    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"))
    user_name: Mapped[str]
    until: Mapped[datetime]


held = table(ClaimTable)

_DROP = Hot(delete(held).where(held.c.case_id == bindparam("decided")))


class ClaimVerbs:
    """What the store can do with claims."""

    _db: Database

    def claim(self, claim: Claim, at: datetime) -> None:
        """Say that somebody looks at a case, or still does. A colleague's claim that has not run out stays.

        Parameters
        ----------
        claim : Claim
            Which case, who, and how long without another word.
        at : datetime
            Now.
        """
        values = {
            "case_id": claim.case_id,
            "user_id": claim.user_id,
            "user_name": claim.user_name,
            "until": claim.until,
        }
        with self._db.writing() as connection:
            connection.execute(delete(held).where(held.c.until <= at))
            made = insert_of(connection.dialect)(held).values(**values)
            is_theirs = held.c.user_id == made.excluded.user_id
            connection.execute(
                made.on_conflict_do_update(
                    index_elements=["case_id"], set_={"until": made.excluded.until}, where=is_theirs
                )
            )

    def release(self, user_id: str, case_id: str = "") -> None:
        """Say that somebody looks no longer.

        Parameters
        ----------
        user_id : str
            Who.
        case_id : str
            At which case; empty for all of theirs.
        """
        with self._db.writing() as connection:
            theirs = delete(held).where(held.c.user_id == user_id)
            connection.execute(theirs.where(held.c.case_id == case_id) if case_id else theirs)

    def claims(self, at: datetime) -> tuple[Claim, ...]:
        """List who looks at what.

        Parameters
        ----------
        at : datetime
            Now: what has run out is not listed.

        Returns
        -------
        tuple of Claim
            In the order of cases; 200 at most.
        """
        standing = select(held).where(held.c.until > at).order_by(held.c.case_id).limit(CLAIMS_LIMIT)
        with self._db.reading() as connection:
            return tuple(Claim(*row) for row in connection.execute(standing))


def drop_claim(connection: Connection, case_id: str) -> None:
    """End the claim on a case that somebody decides."""
    _DROP.run(connection, {"decided": case_id})
