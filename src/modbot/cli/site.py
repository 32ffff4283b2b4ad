"""``modbot site``: tenants, their keys and their wishes.

May import ``adapting`` and ``credentials`` inside the commands.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import click

from modbot.cli import settings_for, store_for, vault_for
from modbot.cli.audit import write_down
from modbot.cli.wishes import (
    WebAddress,
    as_json,
    evidence_of,
    facts_of,
    modes,
    require_evidence,
    set_site,
    shown,
    site_called,
)
from modbot.domain import Deed, Mode, SecretKind
from modbot.snippet import curl_line, form_snippet

OVERLAP_HOURS = 24.0
KINDS = {
    "key": SecretKind.BEARER,
    "akismet": SecretKind.AKISMET,
    "webhook": SecretKind.WEBHOOK,
    "coral": SecretKind.CORAL,
}


class AkismetKey(click.ParamType[str]):
    """Twelve hexadecimal digits, as Akismet's clients expect."""

    name = "hex12"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Give the key back in lower case."""
        text = str(value).strip().lower()
        if not re.fullmatch(r"[0-9a-f]{12}", text):
            self.fail("expected twelve hexadecimal digits, such as 0123456789ab.", param, ctx)
        return text


class CoralSecret(click.ParamType[str]):
    """A signing secret as Coral makes it for a phase."""

    name = "secret"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Give the secret back whole: its prefix is part of the key."""
        text = str(value).strip()
        if not re.fullmatch(r"empsec_[0-9a-f]{32,128}", text):
            self.fail("expected Coral's signing secret: empsec_ and hexadecimal digits.", param, ctx)
        return text


# What some clients make for themselves.
GIVEN: Mapping[str, AkismetKey | CoralSecret] = {"akismet": AkismetKey(), "coral": CoralSecret()}


@click.group("site")
def command() -> None:
    """Sites, their keys and their wishes."""


@command.command("add")
@click.argument("name")
@click.option("--url", type=WebAddress(), required=True, help="Where the site is, such as https://blog.example.")
@click.option("--key", "akismet_key", type=AkismetKey(), help="Keep an Akismet-style key that a client already has.")
@click.option("--mode", type=modes, default=Mode.HOLD_ONLY.value, show_default=True, help="How far the machine may go.")
@as_json
@click.pass_context
def add(ctx: click.Context, name: str, url: str, akismet_key: str | None, mode: str, *, as_json: bool) -> None:
    """Add a site and print its keys, this once."""
    from modbot import credentials

    store, vault = store_for(ctx), vault_for(ctx)
    keys = credentials.new_keys(akismet_key or "")
    draft = credentials.new_site(store, name, url, mode=Mode(mode), at=datetime.now(UTC))
    if draft.policy.mode is Mode.OWN:
        require_evidence(store, draft)
    site = credentials.add_site(store, vault, draft, keys)
    write_down(store, Deed.SITE_ADDED, site.id, site.id, mode=mode)
    facts = {"id": site.id, "name": site.name, "url": site.url, **asdict(keys)}
    if as_json:
        click.echo(json.dumps(facts))
        return
    click.echo(f"Added {site.name}. These are shown this once:\n")
    for label, value in facts.items():
        click.echo(f"  {label:<15} {value}")
    click.echo(f"\nTry it:  {curl_line(settings_for(ctx), keys.key)}")
    click.echo(f"\nThe form to paste into a page:  modbot site show {site.id}")


@command.command("list")
@as_json
@click.pass_context
def list_sites(ctx: click.Context, *, as_json: bool) -> None:
    """List the sites."""
    store = store_for(ctx)
    sites = store.sites()
    if as_json:
        click.echo(json.dumps([facts_of(store, site) for site in sites]))
        return
    for site in sites:
        click.echo(f"{site.id:<24} {site.policy.mode.value:<10} {site.url:<32} {site.name}")


@command.command("show")
@click.argument("site")
@as_json
@click.pass_context
def show(ctx: click.Context, site: str, *, as_json: bool) -> None:
    """Show a site's wishes, which promises its own evidence carries, what was learned from it, its form, and a call."""
    from modbot.adapting import layer_told, standing

    store = store_for(ctx)
    found = site_called(store, site)
    if as_json:
        click.echo(json.dumps(facts_of(store, found) | evidence_of(store, found)))
        return
    settings = settings_for(ctx)
    for name, value in facts_of(store, found).items():
        click.echo(f"{name.replace('_', ' '):<18} {shown(name, value)}")
    click.echo("\nComments of this site that were drawn by chance and answered by people:\n")
    for sentence in standing(store, found).told():
        click.echo(f"  {sentence}")
    click.echo(f"\n{layer_told(store.site_layer(found.id))}")
    click.echo("\nPaste this below a post (page_url and page_title are that post's own):\n")
    click.echo(form_snippet(settings, found))
    click.echo("\nOr send comments from the site's server:\n")
    click.echo(curl_line(settings, "YOUR-KEY"))


@command.command("rotate-key")
@click.argument("site")
@click.option("--kind", type=click.Choice(list(KINDS)), default="key", show_default=True, help="Which key.")
@click.option("--key", "given", help="With --kind akismet or coral: the client's own, instead of a made one.")
@click.option(
    "--overlap-hours",
    type=click.FloatRange(min=0),
    default=OVERLAP_HOURS,
    show_default=True,
    help="How long the old key still works.",
)
@as_json
@click.pass_context
def rotate_key(
    ctx: click.Context, site: str, kind: str, given: str | None, *, overlap_hours: float, as_json: bool
) -> None:
    """Make a new key and print it, this once; the old one works for a while yet."""
    from modbot.credentials import new_secret, secret_at_rest

    if given and kind not in GIVEN:
        raise click.UsageError("--key goes with --kind akismet or coral only.")
    kept = GIVEN[kind].convert(given, None, ctx) if given else ""
    store, vault = store_for(ctx), vault_for(ctx)
    found = site_called(store, site)
    secret = kept or new_secret(KINDS[kind])
    at_rest = secret_at_rest(KINDS[kind], secret, vault)
    store.rotate_secret(found.id, at_rest, datetime.now(UTC), overlap_hours * 3600)
    write_down(store, Deed.KEY_ROTATED, found.id, found.id, kind=kind)
    if as_json:
        click.echo(json.dumps({"id": found.id, "kind": kind, "key": secret, "overlap_hours": overlap_hours}))
        return
    click.echo(f"New {kind} of {found.name}, shown this once:\n\n  {secret}\n")
    click.echo(f"The old one works for another {overlap_hours:g} hours.")


command.add_command(set_site)
