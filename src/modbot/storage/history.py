"""History: what is known of an author, of a text and of its mutated copies before a verdict is made.

Each count comes from an index alone and stops at the newest 200, so it stays cheap for good. May import ``domain``,
this room and SQLAlchemy.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, literal_column, select, union_all

from modbot.domain import Action, DecidedBy, History
from modbot.storage.campaigns import Near, nearest
from modbot.storage.engine import Database, Hot
from modbot.storage.tables import CaseTable, table

cases = table(CaseTable)

# An author, a text or a group with more than this is judged by the newest.
HISTORY_LIMIT = 200
PEOPLE = frozenset({DecidedBy.PERSON.value, DecidedBy.SITE.value})


# Whoever gave neither a name nor an address is nobody in particular.
_KNOWN = cases.c.author_key != ""
_BY_AUTHOR = cases.c.author_key == bindparam("given_author")


def _newest(kind: str, decided_by: Any, *where: Any) -> Any:
    found = (
        select(literal_column(f"'{kind}'").label("kind"), cases.c.action, decided_by)
        .where(cases.c.site_id == bindparam("given_site"), cases.c.id != bindparam("besides"), *where)
        .order_by(cases.c.id.desc())
        .limit(HISTORY_LIMIT)
    )
    return select(found.subquery())


_HISTORY = Hot(
    union_all(
        _newest(
            "author", literal_column("''").label("decided_by"), cases.c.author_key == bindparam("given_author"), _KNOWN
        ),
        _newest("text", cases.c.decided_by, cases.c.fingerprint == bindparam("given_fingerprint")),
    )
)
_GROUP = Hot(
    select(cases.c.action, cases.c.decided_by)
    .where(
        cases.c.campaign == bindparam("given_campaign"),
        cases.c.id != bindparam("besides"),
        cases.c.fingerprint != bindparam("given_fingerprint"),
    )
    .order_by(cases.c.id.desc())
    .limit(HISTORY_LIMIT)
)


class HistoryVerbs:
    """What the store can tell before a verdict is made."""

    _db: Database

    def history(
        self, site_id: str, author_key: str, fingerprint: str, sketch: bytes = b"", besides: str = ""
    ) -> History:
        """Count what is known of an author, of a text and of its mutated copies, from indexes alone.

        Parameters
        ----------
        site_id : str
            Where.
        author_key : str
            The author's keyed hash.
        fingerprint : str
            Hash of the normalised text.
        sketch : bytes
            Of the text; without one no copies are looked for.
        besides : str
            A case that is left out: the one whose history this is.

        Returns
        -------
        History
            Counts of the newest 200 cases of each kind. What has the same fingerprint is not counted as similar.
        """
        asked = {
            "given_site": site_id,
            "given_author": author_key,
            "given_fingerprint": fingerprint,
            "besides": besides,
        }
        with self._db.reading() as connection:
            known = _HISTORY.run(connection, asked).fetchall()
            near = nearest(connection, site_id, sketch, besides) if sketch else None
            copies = _copies(connection, near, asked) if near else []
        author = Counter(action for kind, action, _ in known if kind == "author")
        same = [(action, decided_by) for kind, action, decided_by in known if kind == "text"]
        same_by_people, copies_by_people = _by_people(same), _by_people(copies)
        return History(
            published=author[Action.PUBLISH],
            held=author[Action.HOLD],
            rejected=author[Action.REJECT],
            same_text=len(same),
            same_text_published=same_by_people[Action.PUBLISH],
            same_text_rejected=same_by_people[Action.REJECT],
            similar=len(copies),
            similar_published=copies_by_people[Action.PUBLISH],
            similar_rejected=copies_by_people[Action.REJECT],
            nearest=near.id if near else "",
        )


def _copies(connection: Connection, near: Near, asked: Mapping[str, str]) -> list[tuple[str, str]]:
    """Give action and decider of each case in the group of the nearest one, or of that one while it is alone."""
    if near.campaign:
        found: list[tuple[str, str]] = _GROUP.run(connection, {**asked, "given_campaign": near.campaign}).fetchall()
        return found
    return [(near.action, near.decided_by)] * (near.fingerprint != asked["given_fingerprint"])


def _by_people(judged: Iterable[tuple[str, str]]) -> Counter[str]:
    return Counter(action for action, decided_by in judged if decided_by in PEOPLE)
