"""People who work at the review page. May import ``domain``, ``errors``, this room and SQLAlchemy."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, delete, insert, or_, select, update

from modbot.domain import User
from modbot.errors import AlreadyExists
from modbot.storage.engine import Database
from modbot.storage.rows import user_of
from modbot.storage.sessions import sessions
from modbot.storage.tables import UserTable, table

people = table(UserTable)


class UserVerbs:
    """What the store can do with people."""

    _db: Database

    def add_user(self, user: User, password_hash: str) -> User:
        """Add a person.

        Parameters
        ----------
        user : User
            The name must be free.
        password_hash : str
            Never the password.

        Returns
        -------
        User
            As stored.

        Raises
        ------
        AlreadyExists
            The name or the id is taken.
        """
        row = {
            "id": user.id,
            "name": user.name,
            "role": user.role.value,
            "site_ids": None if user.site_ids is None else sorted(user.site_ids),
            "session_version": user.session_version,
            "disabled": user.disabled,
            "password_hash": password_hash,
        }
        with self._db.writing() as connection:
            taken = select(people.c.id).where(or_(people.c.name == user.name, people.c.id == user.id))
            if connection.execute(taken).first() is not None:
                raise AlreadyExists(f"A user named {user.name!r} exists: choose another name.")
            connection.execute(insert(people).inline().values(**row))
        return user

    def user(self, user_id: str) -> User | None:
        """Read a person.

        Parameters
        ----------
        user_id : str
            Who.

        Returns
        -------
        User or None
            None if there is nobody of that id.
        """
        found = self._person(select(people).where(people.c.id == user_id))
        return None if found is None else found[0]

    def user_named(self, name: str) -> tuple[User, str] | None:
        """Read a person by name, to check a password.

        Parameters
        ----------
        name : str
            As typed at the log-in.

        Returns
        -------
        tuple of User and str, or None
            The person, disabled or not, and the password hash.
        """
        return self._person(select(people).where(people.c.name == name))

    def users(self) -> tuple[User, ...]:
        """List everybody.

        Returns
        -------
        tuple of User
            By name, disabled ones included.
        """
        with self._db.reading() as connection:
            return tuple(user_of(row) for row in connection.execute(select(people).order_by(people.c.name)))

    def change_user(self, user: User) -> None:
        """Change what a person may do, and end their sessions; the name and the password stay.

        Parameters
        ----------
        user : User
            With role, sites and whether they are disabled as they are from now on.
        """
        site_ids = None if user.site_ids is None else sorted(user.site_ids)
        self._change(user.id, role=user.role.value, site_ids=site_ids, disabled=user.disabled)

    def set_password(self, user_id: str, password_hash: str) -> None:
        """Replace a password and end every session of the old one.

        Parameters
        ----------
        user_id : str
            Who.
        password_hash : str
            Never the password.
        """
        self._change(user_id, password_hash=password_hash)

    def disable_user(self, user_id: str) -> None:
        """Keep a person out from now on; what they decided stays.

        Parameters
        ----------
        user_id : str
            Who.
        """
        self._change(user_id, disabled=True)

    def end_sessions(self, user_id: str) -> None:
        """Log a person out everywhere.

        Parameters
        ----------
        user_id : str
            Who.
        """
        self._change(user_id)

    def _change(self, user_id: str, **values: Any) -> None:
        changed = update(people).where(people.c.id == user_id)
        with self._db.writing() as connection:
            connection.execute(delete(sessions).where(sessions.c.user_id == user_id))
            connection.execute(changed.values(session_version=people.c.session_version + 1, **values))

    def _person(self, query: Select[Any]) -> tuple[User, str] | None:
        with self._db.reading() as connection:
            row = connection.execute(query).first()
        return None if row is None else (user_of(row), row.password_hash)
