"""``modbot score``: comments in bulk, from CSV or JSONL, as a stream.

Needs no settings and no database unless a site is named. Scores with the heads alone: rules and history belong to a
site's own life.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path
from textwrap import shorten
from typing import IO, TYPE_CHECKING, Any, BinaryIO, cast

import click

from modbot.cli import store_for
from modbot.cli.model import loaded
from modbot.domain import Action, Author, Comment, Mode, Policy
from modbot.errors import BadRequest, ConfigError

if TYPE_CHECKING:
    from modbot.promise import Cutoffs
    from modbot.scoring.heads import Model

BATCH = 1024
# The csv module's own limit is 131,072 characters.
CELL_MAX_CHARS = 10_000_000
HEADER_SHOWN_CHARS = 200
NO_TABLE = "this is no table of comments: expected CSV with a header or JSONL, in UTF-8, gzipped or not."
GZIP_MAGIC = b"\x1f\x8b"
BODY_NAMES = ("text", "body", "comment_text", "comment", "comment_content", "content", "message")
NAME_NAMES = ("author", "name", "comment_author")
EMAIL_NAMES = ("email", "comment_author_email")
URL_NAMES = ("url", "website", "comment_author_url")

Row = dict[str, Any]


@click.command("score")
@click.argument("file", default="-", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option(
    "-o", "--out", type=click.Path(dir_okay=False, allow_dash=True), default="-", help="Result; .gz is compressed."
)
@click.option("--site", help="Take the policy of this site; needs settings and database.")
@click.option("--model", "version", help="Version, or folder of a model; else the current one.")
@click.option("--json", "as_json", is_flag=True, help="Write JSONL, whatever came in.")
@click.pass_context
def command(ctx: click.Context, /, **given: Any) -> None:
    """Score the comments in FILE (CSV or JSONL, gzip too; - is standard input).

    Adds a column for each head with its probability, and `action`: what the borrowed policy would do. A column of
    FILE with such a name becomes given_NAME. The comment is in the first column there is of `text`, `body`,
    `comment_text`, `comment`, `comment_content`, `content` and `message`. Used where they are given: `author`, `name`
    or `comment_author`; `email` or `comment_author_email`; `url`, `website` or `comment_author_url`.
    """
    file = given["file"]
    if "-" not in {file, given["out"]} and Path(given["out"]).exists() and Path(file).samefile(given["out"]):
        raise click.UsageError("--out is FILE itself, which would be lost: name another file.")
    model = loaded(ctx, given["version"])
    cutoffs = _cutoffs(ctx, given["site"], model)
    with ExitStack() as stack:
        stack.enter_context(_reading())
        raw = stack.enter_context(Path(file).open("rb")) if file != "-" else cast("BinaryIO", sys.stdin.buffer)
        size = Path(file).stat().st_size if file != "-" else None
        # Held here: when nobody holds it, Python closes the file below it before the bar has asked how far it is.
        text = _text_of(raw)
        header, rows = _rows(text)
        sink = stack.enter_context(_sink(given["out"]))
        quiet = size is None or not sys.stderr.isatty()
        bar: Any = stack.enter_context(
            click.progressbar(length=size or 0, label="score", file=sys.stderr, hidden=quiet)
        )
        write = _writer(sink, header, model, as_json=given["as_json"])
        scores = _scorer(header, model, cutoffs)
        while batch := list(islice(rows, BATCH)):
            write(batch, *scores(batch))
            if size is not None:
                bar.update(raw.tell() - bar.pos)


def _cutoffs(ctx: click.Context, site: str | None, model: Model) -> Cutoffs:
    from modbot import promise

    policy = Policy()
    if site is None:
        return promise.cutoffs(model.evidence, policy.max_good_rejected, policy.max_bad_published)
    from modbot.moderation import yardstick_for

    store = store_for(ctx)
    known = store.site_named(site)
    if known is None:
        raise click.UsageError(f"no site is called {site!r}; `modbot site list` names them.")
    if known.policy.mode is Mode.HOLD_ONLY:
        return promise.Cutoffs(None, None)
    yardstick = yardstick_for(model, known.policy, store.site_layer(known.id))
    return promise.Cutoffs(yardstick.reject_from, yardstick.publish_below)


@contextmanager
def _reading() -> Iterator[None]:
    try:
        yield
    except (csv.Error, EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise BadRequest(NO_TABLE) from error


def _text_of(raw: BinaryIO) -> IO[str]:
    buffered = (
        io.BufferedReader(cast("io.RawIOBase", raw)) if not hasattr(raw, "peek") else cast("io.BufferedReader", raw)
    )
    packed = buffered.peek(2)[:2] == GZIP_MAGIC
    plain: Any = gzip.GzipFile(fileobj=buffered) if packed else buffered
    return io.TextIOWrapper(plain, encoding="utf-8-sig", errors="surrogateescape", newline="")


def _rows(text: IO[str]) -> tuple[list[str] | None, Iterator[Any]]:
    """The header and the rows as lists for CSV; None and dictionaries for JSONL."""
    first = text.readline()
    while first and not first.strip():
        first = text.readline()
    lines = _chained(first, text)
    if first.lstrip().startswith("{"):
        return None, _objects(lines)
    csv.field_size_limit(CELL_MAX_CHARS)
    reader = csv.reader(lines)
    header = next(reader, [])
    if _place(header, BODY_NAMES) is None:
        if not all(name.isprintable() for name in header):
            raise BadRequest(NO_TABLE)
        got = shorten(", ".join(header), HEADER_SHOWN_CHARS, placeholder=" …") or "nothing"
        raise BadRequest(f"expected a column named one of {', '.join(BODY_NAMES)}; got {got}.")
    return header, reader


def _chained(first: str, rest: Iterable[str]) -> Iterator[str]:
    yield first
    yield from rest


def _objects(lines: Iterable[str]) -> Iterator[Row]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError:
            row = None
        if not isinstance(row, dict):
            raise BadRequest(f"line {number} is not a JSON object; expected one comment per line.")
        yield row


def _place(header: Sequence[str], names: Sequence[str]) -> int | None:
    return next((header.index(name) for name in names if name in header), None)


def _scorer(
    header: list[str] | None, model: Model, cutoffs: Cutoffs
) -> Callable[[Sequence[Any]], tuple[list[list[float]], list[Action]]]:
    from modbot import promise
    from modbot.scoring.heads import probabilities

    comment_of = _from_object if header is None else _from_list(header)
    promised = [model.heads.index(head) for head in model.evidence.heads]

    def scores(batch: Sequence[Any]) -> tuple[list[list[float]], list[Action]]:
        margins = model.margins(map(comment_of, batch))
        risks = promise.risks(margins[:, promised], model.evidence).tolist()
        return probabilities(margins).round(6).tolist(), [_action(risk, cutoffs) for risk in risks]

    return scores


def _action(risk: float, cutoffs: Cutoffs) -> Action:
    if cutoffs.reject_from is not None and risk >= cutoffs.reject_from:
        return Action.REJECT
    if cutoffs.publish_below is not None and risk < cutoffs.publish_below:
        return Action.PUBLISH
    return Action.HOLD


def _from_list(header: list[str]) -> Callable[[list[str]], Comment]:
    places = [_place(header, names) for names in (BODY_NAMES, NAME_NAMES, EMAIL_NAMES, URL_NAMES)]

    def comment_of(row: list[str]) -> Comment:
        return _comment(*[row[at] if at is not None and at < len(row) else "" for at in places])

    return comment_of


def _from_object(row: Row) -> Comment:
    def cell(names: Sequence[str]) -> str:
        return next((str(row[name]) for name in names if row.get(name) is not None), "")

    return _comment(cell(BODY_NAMES), cell(NAME_NAMES), cell(EMAIL_NAMES), cell(URL_NAMES))


def _comment(body: str, name: str, email: str, url: str) -> Comment:
    domain = email.rpartition("@")[2].lower() if email else ""
    return Comment(site_id="", key="", fingerprint="", name=name, body=body, author=Author("", domain), url=url)


def _sink(out: str) -> Any:
    if out == "-":
        return click.open_file("-", "w", encoding="utf-8", errors="surrogateescape")
    try:
        if out.endswith(".gz"):
            return gzip.open(out, "wt", encoding="utf-8", errors="surrogateescape", newline="")
        return Path(out).open("w", encoding="utf-8", errors="surrogateescape", newline="")
    except OSError as error:
        raise ConfigError((f"--out {out}: cannot be written ({error.strerror}); choose another file.",)) from error


def _writer(sink: IO[str], header: list[str] | None, model: Model, *, as_json: bool) -> Any:
    added = [*(head.value for head in model.heads), "action"]
    if header is None or as_json:

        def write_objects(batch: Sequence[Any], scores: list[list[float]], actions: list[Action]) -> None:
            for row, values, action in zip(batch, scores, actions, strict=True):
                given = row if header is None else dict(zip(header, row, strict=False))
                kept = {_free(name, added, given): value for name, value in given.items()}
                sink.write(json.dumps({**kept, **dict(zip(added, [*values, action.value], strict=True))}) + "\n")

        return write_objects

    writer = csv.writer(sink, lineterminator="\n")
    writer.writerow([*(_free(name, added, header) for name in header), *added])
    width = len(header)

    def write_rows(batch: Sequence[list[str]], scores: list[list[float]], actions: list[Action]) -> None:
        writer.writerows(
            [*row[:width], *[""] * (width - len(row)), *values, action.value]
            for row, values, action in zip(batch, scores, actions, strict=True)
        )

    return write_rows


def _free(name: str, added: Sequence[str], given: Iterable[str]) -> str:
    """The name an input column keeps beside the added ones."""
    if name not in added:
        return name
    taken = set(given)
    free = f"given_{name}"
    while free in taken:
        free = f"given_{free}"
    return free
