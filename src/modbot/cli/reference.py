"""The reference of the command line in ``docs/operations.md``, written from the commands' own help.

``make reference`` writes it anew; a test demands that it is up to date. Reads and writes that one file only.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from modbot.cli import main

BEGIN, END = "<!-- reference: written by `make reference` -->", "<!-- end of the reference -->"
WIDTH = 100


def reference() -> str:
    """Return every command with its help, as Markdown."""
    return "\n".join(f"### `{path}`\n\n```text\n{text}\n```\n" for path, text in _helps(main, "modbot", None))


def updated(page: str) -> str:
    """Return a page with the reference between its marks put anew; without marks it is added at the end."""
    before, _, rest = page.partition(BEGIN)
    after = rest.partition(END)[2] or "\n"
    return f"{before.rstrip()}\n\n{BEGIN}\n\n{reference()}\n{END}{after}"


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
