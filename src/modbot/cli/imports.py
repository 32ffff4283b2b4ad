"""``modbot import``: a site's history from WordPress, Disqus, Isso, Remark42, a table or JSON Lines."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from modbot.cli import house_for
from modbot.cli.wishes import site_called

if TYPE_CHECKING:
    from modbot.imports import Summary
    from modbot.storage import Store

NAMES = ("wordpress", "wordpress-json", "disqus", "isso", "remark42", "csv", "jsonl")
WORDS = {"good": "published there", "spam": "spam there", "abuse": "abuse there", "": "without a label"}
EXCERPT_CHARS = 70


@click.command("import")
@click.argument("format_", metavar="FORMAT", type=click.Choice(NAMES))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--site", required=True, help="Whose history it is: name or id.")
@click.option("--dry-run", is_flag=True, help="Read the file and count, and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def command(ctx: click.Context, format_: str, file: Path, site: str, *, dry_run: bool, as_json: bool) -> None:
    """Bring a site's history in: comments, and what became of them as the site's reviews.

    FORMAT is wordpress (Tools, Export), wordpress-json (REST, or wp comment list --format=json), disqus, isso,
    remark42, csv or jsonl. Run it again after a stop or with a newer file: what is known is not taken twice.
    """
    from collections import Counter

    from modbot.imports import bring_in, rows_of

    house = house_for(ctx)
    found = site_called(house.store, site)
    rows = rows_of(format_, file)
    if dry_run:
        labels = Counter(row.label for row in rows)
        told = {WORDS[label]: count for label, count in labels.items()}
        click.echo(json.dumps(told) if as_json else "\n".join(f"{count:>9,} {said}" for said, count in told.items()))
        return
    summary = None
    with click.progressbar(
        bring_in(house.moderator, found, rows, datetime.now(UTC)),
        file=sys.stderr,
        label="Bringing in",
        show_pos=True,
        hidden=as_json,
        item_show_func=lambda one: f"{one.read:,} read" if one else None,
    ) as steps:
        for summary in steps:  # noqa: B007 - the last one counts
            pass
    if summary is None:
        click.echo("{}" if as_json else f"{file.name} has no comments that could be read as {format_}.")
        return
    click.echo(json.dumps(_as_json(summary)) if as_json else _told(summary, house.store))


def _as_json(summary: Summary) -> dict[str, object]:
    return {
        "read": summary.read,
        "new": summary.new,
        "known": summary.known,
        "empty": summary.empty,
        "labels": {label or "none": count for label, count in summary.labels.items()},
        "machine": [
            {"label": label or "none", "action": action, "comments": count}
            for (label, action), count in sorted(summary.outcomes.items())
        ],
        "surprising": [{"case": case_id, "surprise": round(surprise, 4)} for surprise, case_id in summary.surprising],
    }


def _told(summary: Summary, store: Store) -> str:
    came = f"{summary.new:,} new, {summary.known:,} known, {summary.empty:,} without a text"
    lines = [f"{summary.read:,} comments read: {came}."]
    if summary.outcomes:
        lines.append("Of the new ones the machine would have, at this site's policy:")
    lines += [f"{count:>9,} {action:<8} {WORDS[label]}" for (label, action), count in sorted(summary.outcomes.items())]
    if summary.surprising:
        lines.append("The most surprising, the surest mistake first:")
    found = {case.id: case.comment.body for case in store.whole_cases([case_id for _, case_id in summary.surprising])}
    for surprise, case_id in summary.surprising:
        lines.append(f"    {surprise:.2f} {case_id}  {' '.join(found.get(case_id, '').split())[:EXCERPT_CHARS]}")
    return "\n".join(lines)
