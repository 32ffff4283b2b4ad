"""The hand: ``modbot <command>``. Commands parse, call one function and print one result; nothing is decided here.

Each command is a file of this room with a click command or group named ``command``, imported only when it is
called, so that ``modbot --help`` costs nothing. Exit codes: 0 done, 1 refused with a reason, 2 misuse. May import
any room, the heavy ones inside the commands only.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

import modbot
from modbot.errors import ConfigError, InvalidComment, ModbotError

if TYPE_CHECKING:
    from modbot.app import House
    from modbot.config import Settings
    from modbot.privacy import Vault
    from modbot.storage import Store

SETTINGS_FILE = "modbot.toml"
NO_SETTINGS = (
    f"no {SETTINGS_FILE} here: change to the folder that `modbot init` made, give --config FILE before the command, or "
    "begin with `modbot init`"
)
NO_MASTER_KEY = "master_key: missing; run `modbot init`, or set MODBOT_MASTER_KEY_FILE to the file with it"
# Each with the line that the list of commands shows: the list is printed without loading a single one of them.
COMMANDS = {
    "demo": "Try modbot: a sample news site with a comment box, in a temporary folder.",
    "init": "Lay the ground: settings file, secrets, database, first admin.",
    "serve": "Serve the doors and the review page, and do the background work.",
    "worker": "Do the background work alone: deliveries and timers.",
    "db": "Bring the database to this version, or look whether it is.",
    "backup": "The whole database in one file, while modbot runs.",
    "restore": "A backup in the place of the database.",
    "site": "Sites, their keys and their wishes.",
    "rule": "Rules of your own: words, links, addresses, authors and networks.",
    "user": "People who moderate, and what they may do.",
    "audit": "What people did besides decisions about comments; the log is only appended to.",
    "privacy": "What is kept about a person: hand it over, forget it, drop what is old.",
    "import": "A site's history from WordPress, Disqus, Isso, Remark42, a table or JSON Lines.",
    "score": "Score comments in bulk from CSV or JSONL.",
    "explain": "Why a comment got its scores, word by word.",
    "train": "Fit, calibrate and evaluate a model.",
    "evaluate": "Measure a model on labelled comments.",
    "replay": "Try a policy or model on the past: a labelled file, or what a site has stored.",
    "model": "Which models there are, and which one is live.",
}
# "import" is a word of Python, so no file can well have that name.
FILES = {"import": "imports"}


class LazyGroup(click.Group):
    """Loads a command when it is called, and turns the house's own errors into exit code 1."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read ``--config`` wherever it stands: people write it after the command as often as before."""
        return super().parse_args(ctx, _config_first(args))

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002, click's signature
        """Name the commands, in the order in which an owner meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002, click's signature
        """Import the file of one command."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"modbot.cli.{FILES.get(cmd_name, cmd_name)}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002, click's signature
        """Write the list of commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; what the house raises on purpose becomes a sentence, never a trace."""
        try:
            return super().invoke(ctx)
        except ModbotError as error:
            _refuse(ctx, error)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(modbot.__version__, prog_name="modbot")
@click.option(
    "--config",
    type=click.Path(dir_okay=False),
    envvar="MODBOT_CONFIG",
    help="Settings file, before or after the command; else MODBOT_CONFIG, else ./modbot.toml.",
)
@click.pass_context
def main(ctx: click.Context, config: str | None) -> None:
    """Moderate the comments of your site on your own machine.

    Try it with `modbot demo`; begin in earnest with `modbot init`.
    """
    ctx.obj = config


def settings_for(ctx: click.Context, **given: Any) -> Settings:
    """Read the settings this call is about; ``given`` goes before file and environment."""
    from modbot.config import load_settings

    path = ctx.find_root().obj
    if path is None and Path(SETTINGS_FILE).exists():
        path = SETTINGS_FILE
    return load_settings(path, **given)


def founded_for(ctx: click.Context, **given: Any) -> Settings:
    """Read the settings of a house that exists; refuse to make up an empty one in whatever folder this is."""
    settings = settings_for(ctx, **given)
    no_file = ctx.find_root().obj is None and not Path(SETTINGS_FILE).exists()
    # Who runs modbot from the environment alone has said where the database is.
    if no_file and "database_url" not in settings.model_fields_set:
        raise ConfigError((NO_SETTINGS,))
    return settings


def house_for(ctx: click.Context) -> House:
    """Open the whole house, and close it when the command ends."""
    from modbot.app import open_house

    house = open_house(founded_for(ctx))
    ctx.call_on_close(house.close)
    return house


def store_for(ctx: click.Context) -> Store:
    """Open the database alone, and close it when the command ends."""
    from modbot.storage import open_store

    store = open_store(founded_for(ctx).url("database_url"))
    ctx.call_on_close(store.close)
    return store


def vault_for(ctx: click.Context) -> Vault:
    """Open the vault, to seal and open what must not lie about in clear."""
    from modbot.privacy import Vault
    from modbot.storage import open_key_store

    settings = founded_for(ctx)
    if not settings.master_keys():
        raise ConfigError((NO_MASTER_KEY,))
    key_store = open_key_store(settings.url("keys_url"))
    ctx.call_on_close(key_store.close)
    return Vault(settings.master_keys(), key_store)


def _config_first(args: list[str]) -> list[str]:
    end = args.index("--") if "--" in args else len(args)
    for at, arg in enumerate(args[:end]):
        if arg == "--config" and at + 1 < end:
            return [*args[at : at + 2], *args[:at], *args[at + 2 :]]
        if arg.startswith("--config="):
            return [arg, *args[:at], *args[at + 1 :]]
    return args


def _refuse(ctx: click.Context, error: ModbotError) -> NoReturn:
    problems: tuple[str, ...] = (error.message,)
    if isinstance(error, ConfigError):
        problems = error.problems
    elif isinstance(error, InvalidComment):
        problems = tuple(f"{fault.field}: {fault.message}" for fault in error.fields)
    for problem in problems:
        click.echo(f"modbot: {problem}", err=True)
    ctx.exit(1)
