"""``modbot db``: migrations. May import ``storage`` inside the commands."""

from __future__ import annotations

import click

from modbot.cli import founded_for, store_for, vault_for
from modbot.cli.audit import write_down
from modbot.domain import Deed


@click.group("db")
def command() -> None:
    """Bring the database to this version, or look whether it is."""


@command.command("upgrade")
@click.pass_context
def upgrade(ctx: click.Context) -> None:
    """Run the migrations that are missing; harmless when none is."""
    from modbot import storage

    settings = founded_for(ctx)
    # Asked first, because a database that does not answer says so in words here.
    store_for(ctx).status()
    storage.upgrade(settings.url("database_url"))
    storage.open_key_store(settings.url("keys_url")).close()
    click.echo(f"The database is at revision {storage.expected_revision()}.")


@command.command("check")
@click.pass_context
def check(ctx: click.Context) -> None:
    """Say whether the database has this version's schema; exit code 1 when it has not."""
    status = store_for(ctx).status()
    if status.migrated:
        click.echo(f"The database is at revision {status.revision}, as this version expects.")
        return
    found = status.revision or "none"
    click.echo(f"The database is at revision {found}; expected {status.expected}: run `modbot db upgrade`.", err=True)
    ctx.exit(1)


@command.command("rewrap")
@click.pass_context
def rewrap(ctx: click.Context) -> None:
    """Put everything that the master key protects under its first line. modbot may go on running.

    After a new key was put in front: whoever has learned an older one can open nothing any more. Keep the last line all
    the same, the hashes that recognise authors hang on it.
    """
    from modbot.storage import open_key_store

    store, vault = store_for(ctx), vault_for(ctx)
    key_store = open_key_store(founded_for(ctx).url("keys_url"))
    ctx.call_on_close(key_store.close)
    people, secrets = key_store.rewrap(vault.rewrap), store.reseal(vault.reseal)
    write_down(store, Deed.REWRAPPED, people=str(people), secrets=str(secrets))
    click.echo(f"Under the first master key now: the keys of {people:,} people, {secrets:,} credentials.")
