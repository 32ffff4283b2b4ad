"""Second factors of people at the review page: a sealed secret, the last step that was used, codes for a lost device.

May import ``domain``, this room and SQLAlchemy; never opens a secret.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, delete, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from modbot.domain import SecondFactor
from modbot.storage.engine import Database
from modbot.storage.tables import Base, SecretTable, table


class FactorTable(Base):
    """One row for each person who has set one up."""

    __tablename__ = "second_factors"

    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"), primary_key=True)
    sealed: Mapped[bytes]
    last_step: Mapped[int] = mapped_column(comment="codes of this step of 30 s and of earlier ones are used up")
    codes: Mapped[list[Any]] = mapped_column(comment="hashes of the recovery codes that are left")
    at: Mapped[datetime]


factors = table(FactorTable)
secrets = table(SecretTable)


class FactorVerbs:
    """What the store can do with second factors."""

    _db: Database

    def second_factor(self, user_id: str) -> SecondFactor | None:
        """Read a person's second factor.

        Parameters
        ----------
        user_id : str
            Who.

        Returns
        -------
        SecondFactor or None
            None if they have set none up.
        """
        with self._db.reading() as connection:
            row = connection.execute(select(factors).where(factors.c.user_id == user_id)).first()
        return None if row is None else SecondFactor(bytes(row.sealed), row.last_step, len(row.codes))

    def put_second_factor(self, user_id: str, sealed: bytes, step: int, codes: Sequence[str], at: datetime) -> None:
        """Set a second factor up, in the place of one that there was.

        Parameters
        ----------
        user_id : str
            Who.
        sealed : bytes
            The secret, encrypted.
        step : int
            The step of the code that proved it: it is used up.
        codes : sequence of str
            Hashes of the recovery codes.
        at : datetime
            Now, aware.
        """
        row = {"user_id": user_id, "sealed": sealed, "last_step": step, "codes": list(codes), "at": at}
        with self._db.writing() as connection:
            connection.execute(delete(factors).where(factors.c.user_id == user_id))
            connection.execute(insert(factors).inline().values(**row))

    def use_step(self, user_id: str, step: int) -> bool:
        """Use up a step, so that its code opens nothing a second time.

        Parameters
        ----------
        user_id : str
            Who.
        step : int
            Of the code that fitted.

        Returns
        -------
        bool
            False if it, or a later one, was used before.
        """
        later = factors.c.last_step < step
        with self._db.writing() as connection:
            used = update(factors).where(factors.c.user_id == user_id, later).values(last_step=step)
            return bool(connection.execute(used).rowcount)

    def use_recovery_code(self, user_id: str, code: str) -> bool:
        """Use a recovery code up.

        Parameters
        ----------
        user_id : str
            Who.
        code : str
            Its hash.

        Returns
        -------
        bool
            False if there is no such code (any more).
        """
        with self._db.writing() as connection:
            left = connection.execute(select(factors.c.codes).where(factors.c.user_id == user_id)).scalar() or []
            if code not in left:
                return False
            remaining = [one for one in left if one != code]
            connection.execute(update(factors).where(factors.c.user_id == user_id).values(codes=remaining))
        return True

    def reseal(self, turn: Callable[[bytes], bytes]) -> int:
        """Seal every credential anew: those of sites that must be sent again, and second factors.

        Parameters
        ----------
        turn : callable
            Gives a sealed credential as it is to be kept.

        Returns
        -------
        int
            How many.
        """
        turned = 0
        with self._db.writing() as connection:
            for kept, key in ((secrets, secrets.c.id), (factors, factors.c.user_id)):
                rows = connection.execute(select(key.label("key"), kept.c.sealed).where(kept.c.sealed.is_not(None)))
                for row in rows.all():
                    connection.execute(update(kept).where(key == row.key).values(sealed=turn(bytes(row.sealed))))
                    turned += 1
        return turned

    def drop_second_factor(self, user_id: str) -> bool:
        """Take a second factor away.

        Parameters
        ----------
        user_id : str
            Who.

        Returns
        -------
        bool
            Whether there was one.
        """
        with self._db.writing() as connection:
            return bool(connection.execute(delete(factors).where(factors.c.user_id == user_id)).rowcount)
