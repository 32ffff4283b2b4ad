"""Exports that are lines, objects or rows: JSON, JSON Lines, CSV, and Isso's database.

May import ``errors`` and this room.
"""

from __future__ import annotations

import csv
import gzip
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO, cast

from modbot.errors import Unreadable
from modbot.imports.run import BAD, GOOD, Row
from modbot.imports.wordpress import is_comment, label_of, nothing_for_zero, utc

GZIP, SQLITE = b"\x1f\x8b", b"SQLite format 3\0"
FIELD_MAX_CHARS = 10_000_000
PUBLIC = 1
MACHINES = frozenset({"akismet", "machine"})
LABELS = {"ham": GOOD, "good": GOOD, "publish": GOOD, "0": GOOD, "spam": BAD, "toxic": "abuse", "reject": BAD, "1": BAD}
# Our names, and what others call the same; the first that is there counts.
NAMES = {
    "name": ("author_name", "name", "author", "comment_author"),
    "email": ("author_email", "email", "comment_author_email"),
    "url": ("author_url", "url", "website", "comment_author_url"),
    "ip": ("author_ip", "ip", "comment_author_IP", "remote_addr"),
    "user_agent": ("user_agent", "author_user_agent", "comment_agent"),
    "body": ("content", "body", "text", "comment", "comment_content"),
    "created_at": ("created_at", "date_gmt", "comment_date_gmt"),
    "parent_id": ("parent_id", "parent", "comment_parent"),
    "page_url": ("thread_url", "page_url", "link"),
    "page_title": ("page_title", "title"),
    "language": ("language",),
}


def wordpress(path: Path) -> Iterator[Row]:
    """Read what WordPress's REST interface or ``wp comment list --format=json`` gives: a list of comments."""
    for said in _listed(path):
        yield from _of_wordpress(said)


def remark42(path: Path) -> Iterator[Row]:
    """Read Remark42's backup: a line about itself, then a comment in each line; deleted ones have no text."""
    for said in _lines(path):
        user, place = said.get("user"), said.get("locator")
        if not isinstance(user, Mapping) or not isinstance(place, Mapping):
            continue
        known = said | {"author": user.get("name"), "text": said.get("orig") or said.get("text"), "ip": None}
        known |= {"thread_url": place.get("url"), "created_at": said.get("time"), "parent_id": said.get("pid")}
        # What is left of an author who was blocked is suspicious, but nobody decided about it.
        yield _row("remark42", known, "" if said.get("delete") or user.get("block") else GOOD)


def csv_rows(path: Path) -> Iterator[Row]:
    """Read a table with a head, or what ``wp comment list --format=csv`` gives."""
    csv.field_size_limit(FIELD_MAX_CHARS)
    try:
        with _opened(path) as file:
            table = csv.DictReader(file)
            if not {*NAMES["body"]} & {*(table.fieldnames or ())}:
                raise Unreadable(f"{path.name}: expected a column {' or '.join(NAMES['body'])} in the first line")
            for said in table:
                known = {name: value for name, value in said.items() if name}
                yield from _of_wordpress(known) if "comment_content" in known else [_labelled("csv", known)]
    except (csv.Error, UnicodeDecodeError, OSError, EOFError) as error:
        raise Unreadable(f"{path.name}: cannot be read as a table in UTF-8 ({error})") from None


def json_lines(path: Path) -> Iterator[Row]:
    """Read an object in each line, with the names of the table."""
    for said in _lines(path):
        yield _labelled("jsonl", said)


def isso(path: Path) -> Iterator[Row]:
    """Read Isso's database, or a list of threads as it imports; only what is public says something."""
    with path.open("rb") as file:
        is_database = file.read(len(SQLITE)) == SQLITE
    if not is_database:
        for thread in _listed(path):
            place = {"thread_url": thread.get("id"), "page_title": thread.get("title")}
            for said in _objects(thread.get("comments") or ()):
                yield _row("isso", said | place | {"created_at": _moment(said.get("created"))}, GOOD)
        return
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
            database.row_factory = sqlite3.Row
            found = database.execute(
                "SELECT c.*, t.uri AS thread_url, t.title AS page_title FROM comments c JOIN threads t ON t.id = c.tid"
            )
            for said in found:
                known = dict(said) | {"created_at": _moment(said["created"])}
                yield _row("isso", known, GOOD if said["mode"] == PUBLIC else "")
    except sqlite3.Error as error:
        raise Unreadable(f"{path.name}: is no database of Isso's ({error})") from None


def _labelled(source: str, said: Mapping[str, Any]) -> Row:
    """A label that another classifier gave says nothing: who learns from it learns its mistakes."""
    label = LABELS.get(str(said.get("label") or "").strip().lower(), "") or _of_heads(said)
    return _row(source, said, "" if said.get("label_source") in MACHINES else label)


def _of_heads(said: Mapping[str, Any]) -> str:
    """Read the columns of a labelled file, as `modbot train` takes it: 0, 1 or a share of people."""
    shares: dict[str, float] = {}
    for head in ("spam", "toxicity"):
        with suppress(TypeError, ValueError):
            # Blank and missing are no numbers: nobody looked.
            shares[head] = float(cast("float", said.get(head)))
    if shares.get("spam", 0.0) >= 0.5:
        return BAD
    if shares.get("toxicity", 0.0) >= 0.5:
        return "abuse"
    return GOOD if shares else ""


def _of_wordpress(said: Mapping[str, Any]) -> Iterator[Row]:
    content, meta = said.get("content"), said.get("meta")
    text = (content.get("raw") or content.get("rendered")) if isinstance(content, Mapping) else content
    if is_comment(str(said.get("type", said.get("comment_type", "")))):
        status = str(said.get("status", said.get("comment_approved", "")))
        label = label_of(status, meta if isinstance(meta, Mapping) else {})
        yield _row("wordpress", {**said, "content": text}, label)


def _row(source: str, said: Mapping[str, Any], label: str) -> Row:
    given = {ours: next((said[name] for name in names if said.get(name)), "") for ours, names in NAMES.items()}
    fields = {name: str(value) if value is not None else "" for name, value in given.items()}
    fields["created_at"] = utc(fields["created_at"])
    fields["parent_id"] = nothing_for_zero(fields["parent_id"])
    return Row(source, str(said.get("id") or said.get("comment_ID") or ""), fields, label)


def _listed(path: Path) -> Iterator[dict[str, Any]]:
    try:
        with _opened(path) as file:
            told = json.load(file)
    except (ValueError, OSError, EOFError) as error:
        raise Unreadable(f"{path.name}: cannot be read as JSON in UTF-8 ({error})") from None
    if not isinstance(told, list):
        raise Unreadable(f"{path.name}: expected a list of comments")
    yield from _objects(told)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    number = 0
    try:
        with _opened(path) as file:
            for number, line in enumerate(file, 1):  # noqa: B007 - the error names it
                yield from _objects([json.loads(line)] if line.strip() else [])
    except (ValueError, OSError, EOFError) as error:
        raise Unreadable(f"{path.name}, line {number}: cannot be read as JSON in UTF-8 ({error})") from None


def _objects(told: Iterable[object]) -> list[dict[str, Any]]:
    return [one for one in told if isinstance(one, dict)]


def _opened(path: Path) -> TextIO:
    with path.open("rb") as file:
        packed = file.read(2) == GZIP
    if packed:
        return cast("TextIO", gzip.open(path, "rt", encoding="utf-8-sig", newline=""))
    return path.open(encoding="utf-8-sig", newline="")


def _moment(said: object) -> str:
    return datetime.fromtimestamp(said, UTC).isoformat() if isinstance(said, int | float) else str(said or "")
