"""Labelled comments from files and from reviews: read, cleared of repeats, split.

Splits are by author and text fingerprint or as the source published them, never by random row: one campaign on both
sides reads far too well. Blank means unknown. Reads files, changes nothing, fits nothing; may import ``domain``,
``errors`` and ``text``.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import math
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from textwrap import shorten
from typing import IO

from modbot.domain import Author, Comment, DecidedBy, Head, Label
from modbot.errors import ModelError
from modbot.text import fingerprint

HELD_BACK = 0.12
"""Share of authors and texts that is kept away from training where a source names no test part of its own."""

OWN_TEXTS = Path(__file__).parent / "texts"
"""Comments written for modbot, one labelled file per source."""

# A cell may hold a whole book; the csv module's own limit is 131,072 characters.
_CELL_MAX_CHARS = 10_000_000
_HEADER_SHOWN_CHARS = 200

_OWN = {head.value: head for head in Head}
_JIGSAW = {
    "toxic": Head.TOXICITY,
    "severe_toxic": Head.SEVERE_TOXICITY,
    "obscene": Head.OBSCENE,
    "threat": Head.THREAT,
    "insult": Head.INSULT,
    "identity_hate": Head.IDENTITY_ATTACK,
}
_CIVIL = {**_OWN, "target": Head.TOXICITY}


@dataclass(frozen=True, slots=True)
class Example:
    """A comment whose answer somebody gave.

    Attributes
    ----------
    comment : Comment
        Name, domain of the address, website and body as far as the source has them.
    labels : mapping of Head to float
        In [0, 1]: the share of people who said yes. A head that nobody judged is absent.
    source : str
        The file's name without endings, or ``reviews``.
    part : str
        ``train``, ``dev`` or ``test``.
    at : datetime or None
        When it was written, where the source says so.
    """

    comment: Comment
    labels: Mapping[Head, float]
    source: str
    part: str = "train"
    at: datetime | None = None


def read_files(paths: Sequence[Path], progress: Callable[[Path], object] | None = None) -> list[Example]:
    """Read labelled files, remove repeats and split what is not split yet.

    Parameters
    ----------
    paths : sequence of Path
        CSV, optionally gzipped, in our own layout, Jigsaw's of 2018 or Civil Comments'.
    progress : callable, optional
        Called with each path once it is read.

    Returns
    -------
    list of Example
        In the order of the files.

    Raises
    ------
    ModelError
        A file is not CSV, has no known layout or a label that is no share; the message says where.
    """
    found: list[Example] = []
    for path in paths:
        found += split(unique(read_file(path)))
        if progress is not None:
            progress(path)
    return keep_apart(found)


def own_texts() -> list[Example]:
    """Read the comments that were written for modbot and come with it.

    Returns
    -------
    list of Example
        File by file in the order of their names, split; each file is a source of its own.
    """
    return read_files(sorted(OWN_TEXTS.glob("*.csv")))


def read_file(path: Path) -> Iterator[Example]:
    """Read one labelled file.

    Parameters
    ----------
    path : Path
        The file; its name without endings becomes the source.

    Yields
    ------
    Example
        Row by row, repeats included.

    Raises
    ------
    ModelError
        The file is not CSV in UTF-8, its header is none that is known, or a label is no share.
    """
    csv.field_size_limit(_CELL_MAX_CHARS)
    source = path.name.removesuffix(".gz").removesuffix(".csv")
    try:
        with _opened(path) as stream:
            reader = csv.DictReader(stream)
            text, heads = _layout(reader.fieldnames or (), path)
            for number, row in enumerate(reader, 1):
                labels = _labels(row, heads, f"{path}, row {number} below the header")
                yield _example(row, row[text] or "", labels, source)
    except (UnicodeDecodeError, csv.Error, EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ModelError(_not_text(path)) from error


def from_labels(labels: Iterable[Label]) -> Iterator[Example]:
    """Turn what people decided into examples.

    Parameters
    ----------
    labels : iterable of Label
        From the store.

    Yields
    ------
    Example
        Of the source ``reviews``, or ``reviews_by_site`` where the site's own moderators decided.
    """
    for label in labels:
        author = Author(key=label.author_key, email_domain=label.email_domain, disposable=label.disposable)
        comment = Comment(
            site_id=label.site_id,
            key=label.case_id,
            fingerprint=label.fingerprint,
            name=label.name,
            body=label.body,
            author=author,
            url=label.url,
            page_title=label.page_title,
            elapsed_ms=label.elapsed_ms,
        )
        source = "reviews" if label.decided_by is DecidedBy.PERSON else "reviews_by_site"
        yield Example(comment, label.labels, source, "train", label.received_at)


def unique(examples: Iterable[Example]) -> list[Example]:
    """Keep one of each text, author and label within a source.

    Parameters
    ----------
    examples : iterable of Example
        Of one source.

    Returns
    -------
    list of Example
        First ones, in order.
    """
    kept: dict[tuple[str, str, tuple[tuple[Head, float], ...]], Example] = {}
    for example in examples:
        comment = example.comment
        kept.setdefault((comment.fingerprint, comment.author.key, tuple(example.labels.items())), example)
    return list(kept.values())


def split(examples: Sequence[Example]) -> list[Example]:
    """Hold a part back for testing, by author and text, unless the source names one itself.

    Parameters
    ----------
    examples : sequence of Example
        Of one source.

    Returns
    -------
    list of Example
        The same, with ``part`` set. Examples that share an author or a fingerprint, even through others, are on
        the same side.
    """
    if any(example.part == "test" for example in examples):
        return list(examples)
    group = linked(
        [(f"a{e.comment.author.key}" if e.comment.author.key else "", f"t{e.comment.fingerprint}") for e in examples]
    )
    return [
        replace(example, part="test") if example.part == "train" and _share(name) < HELD_BACK else example
        for example, name in zip(examples, group, strict=True)
    ]


def keep_apart(examples: Sequence[Example]) -> list[Example]:
    """Drop training examples whose text is also in somebody's test part.

    Parameters
    ----------
    examples : sequence of Example
        Of all sources.

    Returns
    -------
    list of Example
        Without the leaks.
    """
    tested = {example.comment.fingerprint for example in examples if example.part == "test"}
    return [e for e in examples if e.part == "test" or e.comment.fingerprint not in tested]


def share_of(name: str) -> float:
    """Give a name its own, always the same, place in [0, 1).

    Parameters
    ----------
    name : str
        Any text.

    Returns
    -------
    float
        A hash, spread evenly.
    """
    return _share(name)


def linked(names: Sequence[tuple[str, ...]]) -> list[str]:
    """Find which rows belong together.

    Parameters
    ----------
    names : sequence of tuple of str
        What each row is known by; empty names are none, and every row needs one that is not.

    Returns
    -------
    list of str
        The smallest name of each row's group. Rows that share a name, even through others, are of one group.
    """
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        while parent.setdefault(name, name) != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    for row in names:
        first, *others = [root(name) for name in row if name]
        for other in others:
            low, high = sorted((root(first), root(other)))
            parent[high] = low
    return [root(next(name for name in row if name)) for row in names]


def _opened(path: Path) -> IO[str]:
    if path.suffix == ".gz":
        return io.TextIOWrapper(gzip.open(path), encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _layout(header: Sequence[str], path: Path) -> tuple[str, Mapping[str, Head]]:
    names = set(header)
    if {"comment_text", "toxic"} <= names:
        return "comment_text", _JIGSAW
    if {"comment_text", "target"} <= names:
        return "comment_text", _CIVIL
    if "text" in names and names & set(_OWN):
        return "text", _OWN
    if not all(name.isprintable() for name in header):
        raise ModelError(_not_text(path))
    got = shorten(", ".join(header), _HEADER_SHOWN_CHARS, placeholder=" …") or "no header"
    raise ModelError(
        f"{path} has no known layout: expected a column `text` and one of {', '.join(_OWN)}, or Jigsaw's or "
        f"Civil Comments' columns; got {got}."
    )


def _not_text(path: Path) -> str:
    return f"{path} is not a table: expected CSV in UTF-8 with a header, gzipped or not."


def _labels(row: Mapping[str, str], heads: Mapping[str, Head], place: str) -> dict[Head, float]:
    labels = {}
    for column, head in heads.items():
        if not (cell := (row.get(column) or "").strip()):
            continue
        try:
            share = float(cell)
        except ValueError:
            share = math.nan
        if not 0 <= share <= 1:
            raise ModelError(
                f"{place}, column `{column}`: expected 1 (yes), 0 (no), a share of people between them, or nothing "
                "where nobody judged."
            )
        labels[head] = share
    return labels


def _example(row: Mapping[str, str], body: str, labels: Mapping[Head, float], source: str) -> Example:
    email = row.get("email") or ""
    name = row.get("author") or ""
    comment = Comment(
        site_id="",
        key=row.get("id") or "",
        fingerprint=fingerprint(body),
        name=name,
        body=body,
        author=Author(key=name.casefold(), email_domain=email.rpartition("@")[2].lower()),
        url=row.get("url") or "",
    )
    part = row.get("split") or "train"
    return Example(
        comment, labels, source, {"validation": "dev", "val": "dev"}.get(part, part), _time(row.get("created_at") or "")
    )


def _time(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _share(name: str) -> float:
    return int.from_bytes(hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest()[:8]) / 2**64
