"""Parts of the documents that are written by the program: the commands' help and the model's figures.

``make reference`` writes them anew; tests demand that they are up to date. Touches the files it is given and nothing
else; reads the card of the shipped model.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from modbot.cli import main

WIDTH = 100
HEADS = ("spam", "toxicity")


@dataclass(frozen=True, slots=True)
class Part:
    """What stands between two marks of a page, and who writes it."""

    begin: str
    end: str
    text: Callable[[], str]


def reference() -> str:
    """Return every command with its help, as Markdown."""
    return "\n".join(f"### `{path}`\n\n```text\n{text}\n```\n" for path, text in _helps(main, "modbot", None))


def figures() -> str:
    """Return what the shipped model's card says of its errors, as Markdown."""
    import json

    from modbot.scoring import artifacts

    folder = artifacts.find(artifacts.model_dirs())
    card = json.loads((folder / artifacts.CARD).read_text(encoding="utf-8"))
    rows = [row for head in HEADS for row in _rows(card, head)]
    return (
        f"The shipped model, version `{card['version']}`, measured per source; each range goes from the worst source "
        "to the best:\n\n"
        "| | on held-back parts of sources that it learned from | on sources that it had never seen |\n|---|---|---|\n"
        + "\n".join(rows)
        + "\n"
    )


PARTS = (
    Part("<!-- reference: written by `make reference` -->", "<!-- end of the reference -->", reference),
    Part("<!-- figures: written by `make reference` -->", "<!-- end of the figures -->", figures),
)


def updated(page: str) -> str:
    """Return a page with everything between its marks written anew."""
    for part in PARTS:
        before, mark, rest = page.partition(part.begin)
        if mark:
            page = f"{before}{mark}\n\n{part.text()}\n{part.end}{rest.partition(part.end)[2]}"
    return page


def _rows(card: Mapping[str, Any], head: str) -> Iterator[str]:
    said = {
        f"{head}: a bad comment is ranked above a good one (AUC)": ("auc", "{:.2f}"),
        f"{head}: bad comments found when 1 % of good ones may be touched": ("recall_at_1pct", "{:.0%}"),
    }
    for sentence, (metric, form) in said.items():
        ranges = [_range(card[part].get(head, {}), metric, form) for part in ("held_back", "leave_one_source_out")]
        yield f"| {sentence} | {ranges[0]} | {ranges[1]} |"


def _range(sources: Mapping[str, Mapping[str, float | None]], metric: str, form: str) -> str:
    # A source with only good or only bad comments cannot answer.
    values = sorted(value for figures in sources.values() if (value := figures.get(metric)) is not None)
    return f"{form.format(values[0])} to {form.format(values[-1])}" if values else "not measured"


def _helps(command: click.Command, path: str, parent: click.Context | None) -> Iterator[tuple[str, str]]:
    # Ours is the only width: neither the terminal's nor a command's own.
    context = click.Context(
        command,
        info_name=path.rsplit(" ", 1)[-1],
        parent=parent,
        terminal_width=WIDTH,
        max_content_width=WIDTH,
        help_option_names=["-h", "--help"],
    )
    yield path, "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            if inner is not None:
                yield from _helps(inner, f"{path} {name}", context)


if __name__ == "__main__":
    for page in map(Path, sys.argv[1:]):
        page.write_text(updated(page.read_text(encoding="utf-8")), encoding="utf-8")
