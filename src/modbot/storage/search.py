"""Full-text search over name, body and page title: one function, two bodies.

FTS5 on SQLite, an expression index with GIN on PostgreSQL. Both see words of letters and digits and match
their beginnings; the words of a question never reach either engine's query syntax. May import SQLAlchemy.
"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, column, table, text

from modbot.storage.tables import CommentTable
from modbot.storage.tables import table as mapped

comments = mapped(CommentTable)

# Beyond this many words a question does not get any more precise.
MAX_WORDS = 12
# Rewriting the whole index drops what was deleted from it; above this many comments it would block
# writers for seconds, and the remains go when the index merges by itself.
OPTIMISE_UP_TO = 20_000

# Named by their codes and not as "no letters", because what is a letter depends on the locale of the database.
_MARKS = r"[\x01-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]+"
DOCUMENT = f"to_tsvector('simple', regexp_replace(name || ' ' || body || ' ' || page_title, '{_MARKS}', ' ', 'g'))"

_OF_COMMENTS = re.sub(r"\b(name|body|page_title)\b", r"comments.\1", DOCUMENT)
# Hidden columns of the FTS5 table: its row number, and the one with its own name that takes the question.
SEARCH = table("search", column("rowid"), column("search"))
_NEW = "INSERT INTO search(rowid, name, body, page_title) VALUES (new.id, new.name, new.body, new.page_title);"
_OLD = (
    "INSERT INTO search(search, rowid, name, body, page_title) "
    "VALUES ('delete', old.id, old.name, old.body, old.page_title);"
)
# The index holds no copy of the texts; accents make no difference.
_FTS5 = "content=comments, content_rowid=id, tokenize='unicode61 remove_diacritics 2'"

CREATE: dict[str, tuple[str, ...]] = {
    "sqlite": (
        f"CREATE VIRTUAL TABLE search USING fts5(name, body, page_title, {_FTS5})",
        f"CREATE TRIGGER search_add AFTER INSERT ON comments BEGIN {_NEW} END",
        f"CREATE TRIGGER search_drop AFTER DELETE ON comments BEGIN {_OLD} END",
        f"CREATE TRIGGER search_change AFTER UPDATE OF name, body, page_title ON comments BEGIN {_OLD} {_NEW} END",
        "INSERT INTO search(search) VALUES ('rebuild')",
    ),
    "postgresql": (f"CREATE INDEX ix_comments_search ON comments USING gin ({DOCUMENT})",),
}
DROP: dict[str, tuple[str, ...]] = {
    "sqlite": (
        "DROP TRIGGER search_add",
        "DROP TRIGGER search_drop",
        "DROP TRIGGER search_change",
        "DROP TABLE search",
    ),
    "postgresql": ("DROP INDEX ix_comments_search",),
}


def words_in(question: str) -> tuple[str, ...]:
    """Return the words of a question, as both engines cut them."""
    return tuple(re.findall(r"[^\W_]+", question)[:MAX_WORDS])


def finding(query: Select[Any], words: tuple[str, ...], engine: str) -> Select[Any]:
    """Narrow a query over comments to texts with the beginnings of all these words."""
    if engine == "sqlite":
        question = " ".join(f'"{word}"*' for word in words)
        return query.join(SEARCH, SEARCH.c.rowid == comments.c.id).where(SEARCH.c.search.match(question))
    question = " & ".join(f"{word}:*" for word in words)
    return query.where(text(f"{_OF_COMMENTS} @@ to_tsquery('simple', :question)").bindparams(question=question))


def saying(query: Select[Any], words: tuple[str, ...], engine: str) -> Select[Any]:
    """Narrow a query over comments to texts in which these words stand in this order, with nothing in between."""
    phrase = " ".join(words)
    if engine == "sqlite":
        return query.join(SEARCH, SEARCH.c.rowid == comments.c.id).where(SEARCH.c.search.match(f'"{phrase}"'))
    return query.where(text(f"{_OF_COMMENTS} @@ phraseto_tsquery('simple', :phrase)").bindparams(phrase=phrase))


def order_of_writing(engine: str) -> ColumnElement[Any]:
    """Return the column by which texts sort; the index of words can be read in this order, newest first."""
    newest: ColumnElement[Any] = SEARCH.c.rowid if engine == "sqlite" else comments.c.id
    return newest


def forget_words(connection: Connection) -> None:
    """Make the search index drop what was just taken out of it, where the engine only marks it."""
    if connection.dialect.name != "sqlite":
        return
    newest = connection.execute(text("SELECT max(id) FROM comments")).scalar() or 0
    if newest <= OPTIMISE_UP_TO:
        connection.execute(text("INSERT INTO search(search) VALUES ('optimize')"))
