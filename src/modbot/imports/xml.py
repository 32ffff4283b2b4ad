"""WordPress's export (WXR) and Disqus's, both XML: read in a stream, without entities or document types.

May import ``errors`` and this room.
"""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, cast

from modbot.errors import Unreadable
from modbot.imports.run import BAD, GOOD, Row
from modbot.imports.wordpress import is_comment, label_of, nothing_for_zero, utc

GZIP = b"\x1f\x8b"
# XML 1.0 forbids these, and WordPress writes them all the same.
FORBIDDEN = bytes(set(range(32)) - {9, 10, 13})
ITEM_DEPTH, POST_DEPTH = 3, 2


def wordpress(path: Path) -> Iterator[Row]:
    """Read *Tools, Export*. WordPress leaves spam out of it; other programs that write such files may not."""
    for item in _elements(path, ITEM_DEPTH):
        page = _texts(item)
        for node in item:
            found = _texts(node)
            if _local(node.tag) != "comment" or not is_comment(found.get("comment_type", "")):
                continue
            yield Row(
                source="wordpress",
                id=found.get("comment_id", ""),
                fields={
                    "name": found.get("comment_author", ""),
                    "email": found.get("comment_author_email", ""),
                    "url": found.get("comment_author_url", ""),
                    "ip": found.get("comment_author_IP", ""),
                    "body": found.get("comment_content", ""),
                    "created_at": utc(found.get("comment_date_gmt", "")),
                    "parent_id": nothing_for_zero(found.get("comment_parent", "")),
                    "page_url": page.get("link", ""),
                    "page_title": page.get("title", ""),
                },
                label=label_of(found.get("comment_approved", ""), _meta(node)),
            )


def disqus(path: Path) -> Iterator[Row]:
    """Read Disqus's export: what it calls spam is bad, what stands is good, what was deleted says nothing."""
    threads = {}
    # Posts may stand before their threads, so the file is read twice.
    for node in _elements(path, POST_DEPTH):
        if _local(node.tag) == "thread":
            threads[_id(node)] = _texts(node)
    for node in _elements(path, POST_DEPTH):
        if _local(node.tag) != "post":
            continue
        found = _texts(node)
        inside = {_local(child.tag): child for child in node}
        author = _texts(inside["author"]) if "author" in inside else {}
        page = threads.get(_id(inside["thread"]), {}) if "thread" in inside else {}
        spam, deleted = (found.get(name, "") == "true" for name in ("isSpam", "isDeleted"))
        yield Row(
            source="disqus",
            id=_id(node),
            fields={
                "name": author.get("name", "") or author.get("username", ""),
                "email": author.get("email", ""),
                "ip": found.get("ipAddress", ""),
                "body": found.get("message", ""),
                "created_at": utc(found.get("createdAt", "")),
                "parent_id": _id(inside["parent"]) if "parent" in inside else "",
                "page_url": page.get("link", ""),
                "page_title": page.get("title", ""),
            },
            label=BAD if spam else "" if deleted else GOOD,
        )


def _meta(comment: Any) -> dict[str, str]:
    pairs = (_texts(node) for node in comment if _local(node.tag) == "commentmeta")
    return {pair.get("meta_key", ""): pair.get("meta_value", "") for pair in pairs}


def _texts(node: Any) -> dict[str, str]:
    """Return the texts of what is inside, by their names without namespaces; a text may be in several pieces."""
    return {_local(child.tag): "".join(child.itertext()).strip() for child in node}


def _id(node: Any) -> str:
    return next((value for name, value in node.attrib.items() if _local(name) == "id"), "")


def _elements(path: Path, depth: int) -> Iterator[Any]:
    """Give what stands at this depth, one after the other; each is let go before the next, so memory stays small."""
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import ParseError, iterparse

    try:
        with _opened(path) as file:
            above: list[Any] = []
            for event, node in iterparse(file, events=("start", "end"), forbid_dtd=True):
                if event == "start":
                    above.append(node)
                    continue
                above.pop()
                if len(above) == depth - 1:
                    yield node
                    above[-1].remove(node)
    except DefusedXmlException as error:
        raise Unreadable(f"{path.name}: has a document type or entities, which no export has ({error})") from None
    except (ParseError, OSError, EOFError) as error:
        raise Unreadable(f"{path.name}: cannot be read as XML ({error})") from None


class _Clean(io.RawIOBase):
    """A file without the control characters that XML forbids."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def read(self, size: int = -1) -> bytes:
        """Read on, past what consists of such characters only: nothing would mean the end."""
        while piece := self._file.read(size):
            if clean := piece.translate(None, FORBIDDEN):
                return clean
        return b""

    def close(self) -> None:
        """Close the file behind it."""
        self._file.close()
        super().close()


def _opened(path: Path) -> _Clean:
    with path.open("rb") as file:
        packed = file.read(2) == GZIP
    return _Clean(cast("IO[bytes]", gzip.open(path)) if packed else path.open("rb"))


def _local(name: str) -> str:
    return name.rpartition("}")[2]
