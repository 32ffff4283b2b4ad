"""Who is logged in where: a row for each browser, and without its row a cookie opens nothing.

May import ``domain``, this room and SQLAlchemy; never sees a token.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, delete, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from modbot.domain import Session, User
from modbot.storage.engine import Database
from modbot.storage.rows import user_of
from modbot.storage.tables import Base, UserTable, table


class SessionTable(Base):
    """One row for each browser that somebody is logged in at."""

    __tablename__ = "sessions"

    id: Mapped[str] = mapped_column(primary_key=True, comment="hash of what the cookie holds")
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"), index=True)
    browser: Mapped[str] = mapped_column(comment="in a few words of ours")
    began_at: Mapped[datetime]
    seen_at: Mapped[datetime]


sessions = table(SessionTable)
people = table(UserTable)


class SessionVerbs:
    """What the store can do with sessions."""

    _db: Database

    def begin_session(self, session: Session, stale: datetime) -> None:
        """Record that somebody logged in.

        Parameters
        ----------
        session : Session
            The new one.
        stale : datetime
            Sessions that began before, of anybody, are over and forgotten.
        """
        with self._db.writing() as connection:
            connection.execute(delete(sessions).where(sessions.c.began_at < stale))
            connection.execute(
                insert(sessions).values(
                    id=session.id,
                    user_id=session.user_id,
                    browser=session.browser,
                    began_at=session.began_at,
                    seen_at=session.seen_at,
                )
            )

    def session(self, session_id: str) -> tuple[Session, User] | None:
        """Read a session and whose it is.

        Parameters
        ----------
        session_id : str
            The hash of what the cookie holds.

        Returns
        -------
        tuple of Session and User, or None
            The person, disabled or not; None for a session that was ended.
        """
        joined = select(
            people,
            *(
                sessions.c[name].label(f"session_{name}")
                for name in ("id", "user_id", "browser", "began_at", "seen_at")
            ),
        ).join(sessions, sessions.c.user_id == people.c.id)
        with self._db.reading() as connection:
            row = connection.execute(joined.where(sessions.c.id == session_id)).first()
        if row is None:
            return None
        return Session(*row[-5:]), user_of(row)

    def saw_session(self, session_id: str, at: datetime) -> None:
        """Write down that a session is in use.

        Parameters
        ----------
        session_id : str
            Which.
        at : datetime
            Now.
        """
        with self._db.writing() as connection:
            connection.execute(update(sessions).where(sessions.c.id == session_id).values(seen_at=at))

    def sessions_of(self, user_id: str) -> tuple[Session, ...]:
        """List where somebody is logged in.

        Parameters
        ----------
        user_id : str
            Who.

        Returns
        -------
        tuple of Session
            Used last first.
        """
        order = (sessions.c.seen_at.desc(), sessions.c.id)
        with self._db.reading() as connection:
            rows = connection.execute(select(sessions).where(sessions.c.user_id == user_id).order_by(*order)).all()
        return tuple(map(_session, rows))

    def end_session(self, user_id: str, session_id: str) -> None:
        """Log somebody out at one browser.

        Parameters
        ----------
        user_id : str
            Whose; nothing happens to a session of somebody else.
        session_id : str
            Which.
        """
        mine = (sessions.c.user_id == user_id, sessions.c.id == session_id)
        with self._db.writing() as connection:
            connection.execute(delete(sessions).where(*mine))

    def end_other_sessions(self, user_id: str, session_id: str) -> int:
        """Log somebody out everywhere but at one browser.

        Parameters
        ----------
        user_id : str
            Who.
        session_id : str
            The one that goes on.

        Returns
        -------
        int
            How many ended.
        """
        others = (sessions.c.user_id == user_id, sessions.c.id != session_id)
        with self._db.writing() as connection:
            return connection.execute(delete(sessions).where(*others)).rowcount


def _session(row: Any) -> Session:
    return Session(row.id, row.user_id, row.browser, row.began_at, row.seen_at)
