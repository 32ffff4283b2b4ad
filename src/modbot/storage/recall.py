"""Stored cases read back whole, page after page: what a changed policy or model is tried on.

May import ``domain``, this room and SQLAlchemy.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from modbot.domain import Case
from modbot.storage.cases import load_cases
from modbot.storage.engine import Database
from modbot.storage.ids import CASE_PREFIX, first_id
from modbot.storage.tables import CaseTable, table

cases = table(CaseTable)


class RecallVerbs:
    """What the store can do to look back."""

    _db: Database

    def newest_cases(
        self, site_id: str, limit: int, *, before: str = "", since: datetime | None = None
    ) -> tuple[Case, ...]:
        """Read cases of a site with their texts, verdicts and reviews.

        Parameters
        ----------
        site_id : str
            Whose.
        limit : int
            How many at most; reading is cheap only in pages of some hundreds.
        before : str
            The last case of the page before; empty for the first page.
        since : datetime or None
            The first moment of arrival that counts, aware; None for all.

        Returns
        -------
        tuple of Case
            The newest first, without what was erased.
        """
        wanted = _of(site_id, since).order_by(cases.c.id.desc()).limit(limit)
        if before:
            wanted = wanted.where(cases.c.id < before)
        with self._db.reading() as connection:
            return load_cases(connection, connection.execute(wanted).scalars().all())

    def newest_alike(self, site_id: str, fingerprint: str, author_key: str = "") -> Case | None:
        """Find the newest case of a site with the very same text.

        Parameters
        ----------
        site_id : str
            Whose.
        fingerprint : str
            Hash of the normalised text.
        author_key : str
            Only of this author; empty for anybody's.

        Returns
        -------
        Case or None
            None where there is none, or its text was erased.
        """
        wanted = _of(site_id, None).where(cases.c.fingerprint == fingerprint).order_by(cases.c.id.desc()).limit(1)
        if author_key:
            wanted = wanted.where(cases.c.author_key == author_key)
        with self._db.reading() as connection:
            return next(iter(load_cases(connection, connection.execute(wanted).scalars().all())), None)

    def count_cases(self, site_id: str, limit: int, *, since: datetime | None = None) -> int:
        """Count the cases that `newest_cases` gives.

        Parameters
        ----------
        site_id : str
            Whose.
        limit : int
            Count no further than that.
        since : datetime or None
            The first moment of arrival that counts, aware; None for all.

        Returns
        -------
        int
            At most the limit.
        """
        some = _of(site_id, since).order_by(cases.c.id.desc()).limit(limit).subquery()
        with self._db.reading() as connection:
            return int(connection.execute(select(func.count()).select_from(some)).scalar_one())


def _of(site_id: str, since: datetime | None) -> Select[Any]:
    wanted = select(cases.c.id).where(cases.c.site_id == site_id, cases.c.erased_at.is_(None))
    return wanted if since is None else wanted.where(cases.c.id >= first_id(CASE_PREFIX, since))
