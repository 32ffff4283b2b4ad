"""What narrows a list besides the order that it is walked in, each with its cost bounded in a store of any size.

What an index finds is taken as far as it is new; what no index knows is looked for among the newest only, and the page
that asks says so. May import ``domain``, this room and SQLAlchemy.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, false, or_, select, true

from modbot.domain import CaseQuery
from modbot.storage.ids import CASE_PREFIX, first_id
from modbot.storage.search import order_of_writing, saying, words_in
from modbot.storage.tables import ANSWERED, CaseTable, CommentTable, ReviewTable, VerdictTable, table

# So many of those that an index finds.
FOUND = 5_000
# So many are looked at where no index helps.
LOOKED_AT = 20_000

cases = table(CaseTable)
comments = table(CommentTable)
reviews = table(ReviewTable)
verdicts = table(VerdictTable)


def narrowing(query: CaseQuery, engine: str) -> list[ColumnElement[bool]]:
    """Return the conditions of the filters that a query has."""
    where: list[Any] = []
    if query.since is not None:
        where.append(cases.c.id >= first_id(CASE_PREFIX, query.since))
    if query.until is not None:
        where.append(cases.c.id < first_id(CASE_PREFIX, query.until))
    if query.authors:
        theirs = select(cases.c.id).where(cases.c.author_key.in_(query.authors)).order_by(cases.c.id.desc())
        where.append(_among(theirs.limit(FOUND)))
    if query.reviewer:
        theirs = select(reviews.c.case_id).where(reviews.c.reviewer == query.reviewer).order_by(reviews.c.at.desc())
        where.append(_among(theirs.limit(FOUND)))
    if query.by_people is not None:
        # Spelled as the index has it, or SQLite would not see that it may use it.
        where.append(ANSWERED if query.by_people else cases.c.decided_by.not_in(("person", "site")))
    if query.band:
        newest = _newest(query)
        spoken = (verdicts.c.case_id == newest.c.id) & (verdicts.c.revision == newest.c.text_revision)
        where.append(_among(select(newest.c.id).join(verdicts, spoken).where(verdicts.c.band == query.band)))
    if query.host and not words_in(query.host):
        where.append(false())
    elif query.host:
        where.append(or_(_among(_linking(query.host, engine)), _among(_writing_from(query))))
    return where


def _among(found: Select[Any]) -> ColumnElement[bool]:
    # A subquery of its own: neither engine limits within IN.
    within: ColumnElement[bool] = cases.c.id.in_(select(found.subquery().c[0]))
    return within


def _newest(query: CaseQuery) -> Any:
    newest = select(cases.c.id, cases.c.text_revision).order_by(cases.c.id.desc()).limit(LOOKED_AT)
    if query.site_ids is not None:
        newest = newest.where(cases.c.site_id.in_(query.site_ids))
    if query.queued:
        newest = newest.where(cases.c.queued == true())
    return newest.subquery()


def _linking(host: str, engine: str) -> Select[Any]:
    """Find texts in which a host stands, through the index of words."""
    newest = order_of_writing(engine).desc()
    return saying(select(comments.c.case_id), words_in(host), engine).order_by(newest).limit(FOUND)


def _writing_from(query: CaseQuery) -> Select[Any]:
    newest = _newest(query)
    written = (comments.c.case_id == newest.c.id) & (comments.c.revision == newest.c.text_revision)
    return select(newest.c.id).join(comments, written).where(comments.c.email_domain == query.host.lower())
