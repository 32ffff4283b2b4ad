"""``modbot backup``: the database in one file, while it is in use. May import ``storage`` inside the command."""

from __future__ import annotations

from pathlib import Path

import click

from modbot.cli import founded_for


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_context
def command(ctx: click.Context, file: Path) -> None:
    """Write the whole database into FILE, as it is at this moment. modbot may go on running.

    Secrets and the keys of people's addresses are in other files, and never in a backup: see docs/operations.md.
    """
    from modbot.storage.backup import back_up

    settings = founded_for(ctx)
    size = back_up(settings.url("database_url"), settings.url("keys_url"), file)
    click.echo(
        f"{file}: {size:,} bytes. It holds people's words: keep it as safe as the database, and no longer than needed."
    )
