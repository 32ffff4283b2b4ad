"""What a person chose for themselves, wherever they log in. May import this room and SQLAlchemy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import JSON, ForeignKey, delete, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from modbot.storage.engine import Database
from modbot.storage.tables import ONE_TREE, Base, table


class PreferenceTable(Base):
    """One row for each choice that differs from what everybody gets."""

    __tablename__ = "preferences"
    __table_args__ = (ONE_TREE,)

    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)


choices = table(PreferenceTable)


class PreferenceVerbs:
    """What the store can do with preferences."""

    _db: Database

    def preferences(self, user_id: str) -> Mapping[str, Any]:
        """Read what a person chose.

        Parameters
        ----------
        user_id : str
            Who.

        Returns
        -------
        mapping of str to Any
            By name, as it was set.
        """
        with self._db.reading() as connection:
            chosen = select(choices.c.name, choices.c.value).where(choices.c.user_id == user_id)
            return {row.name: row.value for row in connection.execute(chosen)}

    def prefer(self, user_id: str, name: str, value: Any = None) -> None:
        """Keep a choice, or forget it.

        Parameters
        ----------
        user_id : str
            Who; must be there.
        name : str
            Of the choice.
        value : Any
            What JSON can hold; None forgets it, so that the person gets what everybody gets.
        """
        with self._db.writing() as connection:
            connection.execute(delete(choices).where(choices.c.user_id == user_id, choices.c.name == name))
            if value is not None:
                connection.execute(insert(choices).inline().values(user_id=user_id, name=name, value=value))
