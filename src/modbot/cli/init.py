"""``modbot init``: lay the ground in a folder. May import ``founding`` inside the command."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("init")
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(file_okay=False, path_type=Path))
@click.option("--admin", default="admin", show_default=True, help="Name of the first admin.")
@click.option(
    "--database-url", help="Another database than modbot.db in the folder: a sqlite:/// or postgresql:// URL."
)
def command(folder: Path, admin: str, database_url: str | None) -> None:
    """Lay the ground in DIR: settings file, secrets, database, first admin.

    The admin's password is made here and shown once. Nothing that exists is overwritten.
    """
    from modbot.founding import lay_ground

    founded = lay_ground(folder, admin=admin, given={"database_url": database_url} if database_url else None)
    click.echo(f"Settings   {founded.settings_file}")
    click.echo(f"Secrets    {folder / 'secrets'}  (back them up apart from the database)")
    click.echo(f"Database   {founded.settings.database_url.rpartition('@')[2]}")
    click.echo(f"Admin      {founded.admin.name}")
    click.echo(f"Password   {founded.password}  (shown this once)")
    click.echo("")
    step = "" if folder == Path() else f"cd {folder} && "
    click.echo(f'Next:  {step}modbot site add "My blog" --url https://blog.example')
    click.echo("       modbot serve")
