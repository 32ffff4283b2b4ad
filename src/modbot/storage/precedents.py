"""Precedents: how people decided earlier comments that are like one at hand.

Each way of being alike is looked up in an index and stops at the newest 200, so that it stays cheap for good. May
import ``domain``, ``text``, this room and SQLAlchemy.
"""

from __future__ import annotations

from itertools import chain
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, literal_column, select, union_all

from modbot.domain import Action, Alike, Case, Comment, DecidedBy, Precedents
from modbot.storage.cases import load_cases
from modbot.storage.engine import Database
from modbot.storage.search import order_of_writing, saying, words_in
from modbot.storage.tables import CaseTable, CommentTable, table
from modbot.text import host_of, links

cases = table(CaseTable)
comments = table(CommentTable)

SEEN = 200
# More domains than this in one comment are a list, and the first ones stand for it.
HOSTS = 2
PEOPLE = (DecidedBy.PERSON.value, DecidedBy.SITE.value)
DECIDED = (Action.PUBLISH.value, Action.REJECT.value)


def _newest(alike: Alike, *where: Any) -> Select[Any]:
    found = (
        select(cases.c.id, cases.c.action, cases.c.decided_by)
        .where(cases.c.site_id == bindparam("given_site"), cases.c.id != bindparam("given_id"), *where)
        .order_by(cases.c.id.desc())
        .limit(SEEN)
        .subquery()
    )
    kind: Any = literal_column(f"'{alike.value}'").label("kind")
    return select(kind, found.c.id, found.c.action).where(found.c.decided_by.in_(PEOPLE), found.c.action.in_(DECIDED))


_GROUP = select(cases.c.campaign).where(cases.c.id == bindparam("given_id")).scalar_subquery()
_ALIKE = union_all(
    _newest(Alike.TEXT, cases.c.fingerprint == bindparam("given_fingerprint")),
    _newest(Alike.COPY, cases.c.campaign == _GROUP, cases.c.fingerprint != bindparam("given_fingerprint")),
    _newest(Alike.AUTHOR, cases.c.author_key == bindparam("given_author"), cases.c.author_key != ""),
)


class PrecedentVerbs:
    """What the store knows of earlier decisions."""

    _db: Database

    def precedents(self, case: Case, examples: int = 2) -> tuple[Precedents, ...]:
        """Find how people decided earlier comments of the same site that are like a case.

        Parameters
        ----------
        case : Case
            The one at hand; it is never its own precedent.
        examples : int
            How many cases are given for each way of being alike.

        Returns
        -------
        tuple of Precedents
            What is most alike first: the same text, mutated copies, a link to the same domain, the same author.
            Only what people decided counts, and no way without any; a case is given as an example only once.
        """
        comment = case.comment
        asked = {
            "given_site": comment.site_id,
            "given_id": case.id,
            "given_fingerprint": comment.fingerprint,
            "given_author": comment.author.key,
        }
        with self._db.reading() as connection:
            found: dict[tuple[Alike, str], list[tuple[str, str]]] = {}
            for kind, case_id, action in connection.execute(_ALIKE, asked):
                found.setdefault((Alike(kind), ""), []).append((case_id, action))
            for host in _hosts(comment):
                found[Alike.DOMAIN, host] = _linking(connection, host, asked)
            shown = _examples(found, examples)
            wanted = list(chain.from_iterable(shown.values()))
            known = {one.id: one for one in (load_cases(connection, wanted) if wanted else ())}
        order = list(Alike)
        return tuple(
            Precedents(
                alike=alike,
                about=about,
                published=sum(action == Action.PUBLISH for _, action in decided),
                rejected=sum(action == Action.REJECT for _, action in decided),
                newest=tuple(known[one] for one in shown[alike, about]),
            )
            for (alike, about), decided in sorted(found.items(), key=lambda item: order.index(item[0][0]))
            if decided
        )


def _hosts(comment: Comment) -> tuple[str, ...]:
    """The domains that a comment links to, each once; one that no word can be found by is left out."""
    hosts = (*(link.host for link in links(comment.body)), host_of(comment.url))
    return tuple(host for host in dict.fromkeys(hosts) if words_in(host))[:HOSTS]


def _linking(connection: Connection, host: str, asked: dict[str, str]) -> list[tuple[str, str]]:
    """The newest texts that name a domain, as far as people decided them."""
    engine = connection.dialect.name
    naming = saying(select(comments.c.case_id, comments.c.revision, comments.c.body), words_in(host), engine)
    named = naming.order_by(order_of_writing(engine).desc()).limit(SEEN).subquery()
    found = (
        select(cases.c.id, cases.c.action)
        .join(named, (named.c.case_id == cases.c.id) & (named.c.revision == cases.c.text_revision))
        # The words of a domain may stand in a text without being one.
        .where(func.lower(named.c.body).contains(host, autoescape=True))
        .where(cases.c.site_id == asked["given_site"], cases.c.id != asked["given_id"])
        .where(cases.c.decided_by.in_(PEOPLE), cases.c.action.in_(DECIDED))
        .order_by(cases.c.id.desc())
    )
    return [(row.id, row.action) for row in connection.execute(found)]


def _examples(found: dict[tuple[Alike, str], list[tuple[str, str]]], most: int) -> dict[tuple[Alike, str], list[str]]:
    """Choose the newest of each way of being alike, none of them twice."""
    given: set[str] = set()
    shown = {}
    for key in sorted(found, key=lambda key: list(Alike).index(key[0])):
        shown[key] = [newest for newest, _ in sorted(found[key], reverse=True) if newest not in given][:most]
        given.update(shown[key])
    return shown
