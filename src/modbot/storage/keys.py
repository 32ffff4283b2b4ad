"""The key store: one wrapped key for each person, and the lists of erasures, in a database of their own.

Destroying a person's key makes their address unreadable in every backup of the other database, because
this one is never part of a backup. May import this room and SQLAlchemy; never opens a key.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Connection, MetaData, bindparam, delete, insert, select, update
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from modbot.storage.engine import Database, Hot, open_database
from modbot.storage.tables import NAMES, Base, RowId, table

# Keys in one transaction: others get their turn between two.
BATCH = 500


class KeyBase(DeclarativeBase):
    """The database of person keys: never part of a backup."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = Base.type_annotation_map


class PersonKeyTable(KeyBase):
    """One wrapped key for each person; without it nothing sealed for them can be read."""

    __tablename__ = "person_keys"

    person: Mapped[str] = mapped_column(primary_key=True, comment="keyed hash of the address")
    wrapped: Mapped[bytes]
    created_at: Mapped[datetime]


class ErasureTable(KeyBase):
    """Who was erased and when, so that a restored backup can be cleared again."""

    __tablename__ = "erasures"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    person: Mapped[str] = mapped_column(index=True)
    at: Mapped[datetime]


class ErasedCaseTable(KeyBase):
    """Which single comments were erased and when, for the same purpose."""

    __tablename__ = "erased_cases"

    case_id: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


person_keys = table(PersonKeyTable)
erasures = table(ErasureTable)
erased_cases = table(ErasedCaseTable)

_READ = Hot(select(person_keys.c.wrapped).where(person_keys.c.person == bindparam("given_person")))
_ADD = Hot(lambda insert: insert(person_keys).on_conflict_do_nothing())


class KeyStore:
    """Person keys at rest."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def person_key(self, person: str, fresh: bytes, at: datetime) -> bytes:
        """Return the person's wrapped key; ``fresh`` becomes it if there is none.

        Parameters
        ----------
        person : str
            Keyed hash of the address.
        fresh : bytes
            A new wrapped key.
        at : datetime
            Now, aware.

        Returns
        -------
        bytes
            The key that counts: the first one that was stored.
        """
        wrapped = self.wrapped_key(person)
        if wrapped is not None:
            return wrapped
        with self._db.writing() as connection:
            added = _ADD.run(connection, {"person": person, "wrapped": fresh, "created_at": at})
            # Somebody else's comment may have come first in the meantime: then theirs counts. If that one was
            # erased in the same instant, what is sealed now stays unreadable, like all the rest of that person.
            return fresh if added.rowcount == 1 else _read(connection, person) or fresh

    def wrapped_key(self, person: str) -> bytes | None:
        """Return the person's wrapped key without making one.

        Parameters
        ----------
        person : str
            Keyed hash of the address.

        Returns
        -------
        bytes or None
            None if the person is unknown or erased.
        """
        with self._db.reading() as connection:
            return _read(connection, person)

    def erase_person(self, person: str, at: datetime) -> bool:
        """Destroy a person's key and write the erasure down.

        Parameters
        ----------
        person : str
            Keyed hash of the address.
        at : datetime
            Now, aware.

        Returns
        -------
        bool
            Whether there was a key.
        """
        with self._db.writing() as connection:
            destroyed = connection.execute(delete(person_keys).where(person_keys.c.person == person))
            connection.execute(insert(erasures).inline().values(person=person, at=at))
        return bool(destroyed.rowcount)

    def erasures(self) -> tuple[tuple[str, datetime], ...]:
        """List who was erased and when, for a backup that is restored.

        Returns
        -------
        tuple of tuple of str and datetime
            Oldest first.
        """
        with self._db.reading() as connection:
            rows = connection.execute(select(erasures.c.person, erasures.c.at).order_by(erasures.c.id))
            return tuple((row.person, row.at) for row in rows)

    def rewrap(self, turn: Callable[[bytes], bytes]) -> int:
        """Wrap every person's key anew. Keys that are made or destroyed meanwhile are left as they are.

        Parameters
        ----------
        turn : callable
            Gives a wrapped key as it is to be kept.

        Returns
        -------
        int
            How many keys.
        """
        turned, after = 0, ""
        while True:
            following = select(person_keys.c.person, person_keys.c.wrapped).where(person_keys.c.person > after)
            with self._db.writing() as connection:
                rows = connection.execute(following.order_by(person_keys.c.person).limit(BATCH)).all()
                for row in rows:
                    new = turn(bytes(row.wrapped))
                    connection.execute(
                        update(person_keys).where(person_keys.c.person == row.person).values(wrapped=new)
                    )
            if not rows:
                return turned
            turned, after = turned + len(rows), rows[-1].person

    def note_erased(self, case_ids: Sequence[str], at: datetime) -> None:
        """Write down that comments are erased, before they are: a backup that is restored must not bring them back.

        Parameters
        ----------
        case_ids : sequence of str
            Which cases; some may be on the list already.
        at : datetime
            Now, aware.
        """
        if not case_ids:
            return
        with self._db.writing() as connection:
            known = set(
                connection.execute(select(erased_cases.c.case_id).where(erased_cases.c.case_id.in_(case_ids))).scalars()
            )
            new = [{"case_id": one, "at": at} for one in dict.fromkeys(case_ids) if one not in known]
            if new:
                connection.execute(insert(erased_cases).inline(), new)

    def erased_cases(self) -> tuple[str, ...]:
        """List the single comments that were erased.

        Returns
        -------
        tuple of str
            Ids of cases, oldest erasure first.
        """
        with self._db.reading() as connection:
            ordered = select(erased_cases.c.case_id).order_by(erased_cases.c.at, erased_cases.c.case_id)
            return tuple(connection.execute(ordered).scalars())

    def close(self) -> None:
        """Give every connection back."""
        self._db.close()


def _read(connection: Connection, person: str) -> bytes | None:
    row = _READ.run(connection, {"given_person": person}).fetchone()
    return None if row is None else bytes(row[0])


def open_key_store(url: str) -> KeyStore:
    """Open the key store and make its tables if they are not there."""
    database = open_database(url)
    with database.writing() as connection:
        KeyBase.metadata.create_all(connection)
    # Nothing stays connected: a server that forks after opening would share the connection with its children.
    database.close()
    return KeyStore(database)
