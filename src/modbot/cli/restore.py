"""``modbot restore``: a backup in the place of the database. May import rooms inside the command."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from modbot.cli import founded_for
from modbot.cli.audit import write_down
from modbot.domain import Deed

if TYPE_CHECKING:
    from modbot.storage import Store


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def command(ctx: click.Context, file: Path, *, yes: bool) -> None:
    """Put what `modbot backup` wrote into FILE in the place of the database.

    An older schema is brought to this version's, and whoever was erased since the backup is erased again before anybody
    can read it. With PostgreSQL, stop modbot before.
    """
    from modbot.storage import open_key_store
    from modbot.storage.backup import restore
    from modbot.subject import forget_again

    settings = founded_for(ctx)
    if not yes:
        click.confirm("What is in the database now will be lost. Go on?", abort=True)
    key_store = open_key_store(settings.url("keys_url"))
    ctx.call_on_close(key_store.close)
    erased = 0

    def clean(store: Store) -> None:
        nonlocal erased
        erased = forget_again(store, key_store, datetime.now(UTC))
        write_down(store, Deed.RESTORED, file.name, erased_again=str(erased))

    restore(settings.url("database_url"), file, clean)
    click.echo(f"Restored from {file}. Erased since the backup, and so erased again: {erased:,} comments.")
