"""``modbot user``: the people at the review page. May import ``founding`` and ``review.access`` inside the commands."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from modbot.cli import store_for
from modbot.cli.audit import write_down
from modbot.domain import Deed, Role, User
from modbot.errors import ConfigError

if TYPE_CHECKING:
    from modbot.storage import Store

# Long enough that the throttled log-in page cannot be guessed through.

from_stdin = click.option(
    "--password-stdin", is_flag=True, help="Read the password from the first line of standard input."
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group("user")
def command() -> None:
    """People who moderate, and what they may do."""


@command.command("add")
@click.argument("name")
@click.option(
    "--role",
    type=click.Choice([role.value for role in Role]),
    default=Role.MODERATOR.value,
    show_default=True,
    help="What this person may do.",
)
@click.option("--site", "sites", multiple=True, help="Only this site, by name or id; repeat for more. Default: all.")
@from_stdin
@as_json
@click.pass_context
def add(
    ctx: click.Context, name: str, role: str, sites: tuple[str, ...], *, password_stdin: bool, as_json: bool
) -> None:
    """Add a person. Without a password of yours, one is made and shown once."""
    from modbot.review.access import add_user

    store = store_for(ctx)
    site_ids = frozenset(_site_id(store, site) for site in sites) if sites else None
    password, made = _password(from_stdin=password_stdin)
    user = add_user(store, name, Role(role), password=password, site_ids=site_ids)
    write_down(store, Deed.USER_ADDED, user.name, role=user.role.value)
    _say(user, f"Added {user.name}, {user.role}.", made, as_json=as_json)


@command.command("list")
@as_json
@click.pass_context
def list_users(ctx: click.Context, *, as_json: bool) -> None:
    """List everybody, the disabled ones too."""
    users = store_for(ctx).users()
    if as_json:
        click.echo(json.dumps([_facts(user) for user in users]))
        return
    for user in users:
        sites = "all sites" if user.site_ids is None else ", ".join(sorted(user.site_ids))
        state = "  disabled" if user.disabled else ""
        click.echo(f"{user.name:<20} {user.role.value:<10} {sites}{state}")


@command.command("disable")
@click.argument("name")
@click.pass_context
def disable(ctx: click.Context, name: str) -> None:
    """Lock a person out at once; their decisions stay."""
    store = store_for(ctx)
    store.disable_user(_user(store, name).id)
    write_down(store, Deed.USER_CHANGED, name, disabled="yes")
    click.echo(f"Disabled {name}; every session of theirs is over.")


@command.command("set-password")
@click.argument("name")
@from_stdin
@as_json
@click.pass_context
def set_password(ctx: click.Context, name: str, *, password_stdin: bool, as_json: bool) -> None:
    """Give a person a new password and end their sessions."""
    from modbot.review.passwords import hash_password

    store = store_for(ctx)
    user = _user(store, name)
    password, made = _password(from_stdin=password_stdin)
    store.set_password(user.id, hash_password(password))
    write_down(store, Deed.PASSWORD_SET, name)
    _say(user, f"New password for {name}; every session of theirs is over.", made, as_json=as_json)


@command.command("reset-factor")
@click.argument("name")
@click.pass_context
def reset_factor(ctx: click.Context, name: str) -> None:
    """Take the second factor away from somebody who lost the device and the recovery codes; their sessions end."""
    store = store_for(ctx)
    user = _user(store, name)
    if not store.drop_second_factor(user.id):
        click.echo(f"{name} has no second factor.")
        return
    store.end_sessions(user.id)
    write_down(store, Deed.FACTOR_DROPPED, name)
    click.echo(f"{name} logs in with the password alone now; every session of theirs is over.")


def _user(store: Store, name: str) -> User:
    found = store.user_named(name)
    if found is None:
        raise ConfigError((f"no user is named {name}: `modbot user list` shows who there is",))
    return found[0]


def _site_id(store: Store, name: str) -> str:
    site = store.site_named(name)
    if site is None:
        raise ConfigError((f"no site is named {name}: `modbot site list` shows which there are",))
    return site.id


def _password(*, from_stdin: bool) -> tuple[str, str]:
    """Return the password, and once more what must be shown: the one that was made here."""
    from modbot.review.passwords import new_password, weakness

    given = ""
    if from_stdin:
        given = sys.stdin.readline().rstrip("\r\n")
    elif sys.stdin.isatty():
        given = click.prompt(
            "Password (empty: one is made)", default="", show_default=False, hide_input=True, confirmation_prompt=True
        )
    if not given and not from_stdin:
        made: str = new_password()
        return made, made
    if problem := weakness(given):
        raise ConfigError((f"password: {problem}",))
    return given, ""


def _facts(user: User) -> dict[str, object]:
    return {
        "id": user.id,
        "name": user.name,
        "role": user.role.value,
        "sites": None if user.site_ids is None else sorted(user.site_ids),
        "disabled": user.disabled,
    }


def _say(user: User, sentence: str, made: str, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(_facts(user) | ({"password": made} if made else {})))
        return
    click.echo(sentence)
    if made:
        click.echo(f"Password: {made}  (shown this once)")
