"""Reading campaigns: what is in a group of mutated copies, and what of it waits.

May import ``domain``, this room and SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Select, select, true, union_all

from modbot.domain import Case
from modbot.storage.cases import load_cases
from modbot.storage.engine import Database
from modbot.storage.tables import CaseTable, table

cases = table(CaseTable)


class CopyVerbs:
    """What the store can do with a whole campaign."""

    _db: Database

    def campaign_of(self, case_id: str) -> str:
        """Tell which campaign a case is in.

        Parameters
        ----------
        case_id : str
            Which case.

        Returns
        -------
        str
            The id of the group; empty for a text that nothing else is like.
        """
        with self._db.reading() as connection:
            return connection.execute(select(cases.c.campaign).where(cases.c.id == case_id)).scalar() or ""

    def in_campaign(self, campaign: str, limit: int = 50) -> tuple[Case, ...]:
        """List the cases of a campaign, wherever they stand.

        Parameters
        ----------
        campaign : str
            Which one.
        limit : int
            How many at most.

        Returns
        -------
        tuple of Case
            The newest first, without what was erased.
        """
        newest = (
            select(cases.c.id)
            .where(cases.c.campaign == campaign, cases.c.erased_at.is_(None))
            .order_by(cases.c.id.desc())
            .limit(limit)
        )
        with self._db.reading() as connection:
            return load_cases(connection, connection.execute(newest).scalars().all())

    def waiting_in(self, campaigns: Collection[str], limit: int) -> Mapping[str, Mapping[str, int]]:
        """Find what waits for a person in each of several campaigns.

        Parameters
        ----------
        campaigns : collection of str
            Which ones, such as those of a page.
        limit : int
            How many cases of each at most.

        Returns
        -------
        mapping of str to mapping of str to int
            By campaign: the waiting cases, newest first, each with its revision.
        """
        if not campaigns:
            return {}
        found: dict[str, dict[str, int]] = {}
        each = [_waiting(campaign).limit(limit).subquery() for campaign in campaigns]
        with self._db.reading() as connection:
            for row in connection.execute(union_all(*(select(one) for one in each))):
                found.setdefault(row.campaign, {})[row.id] = row.revision
        return {campaign: dict(sorted(waiting.items(), reverse=True)) for campaign, waiting in found.items()}


def _waiting(campaign: str) -> Select[Any]:
    return (
        select(cases.c.campaign, cases.c.id, cases.c.revision)
        .where(cases.c.campaign == campaign, cases.c.queued == true())
        .order_by(cases.c.id.desc())
    )
