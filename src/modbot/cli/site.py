"""``modbot site``: tenants, their keys and their wishes. May import ``credentials`` inside the commands."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from modbot.cli import settings_for, store_for, vault_for
from modbot.cli.snippet import curl_line, form_snippet
from modbot.domain import Hook, Mode, SecretKind, Site
from modbot.errors import ConfigError

if TYPE_CHECKING:
    from modbot.storage import Store

OVERLAP_HOURS = 24.0
KINDS = {
    "key": SecretKind.BEARER,
    "akismet": SecretKind.AKISMET,
    "webhook": SecretKind.WEBHOOK,
    "coral": SecretKind.CORAL,
}


class Percentage(click.ParamType[float]):
    """A share written with its percent sign, so that 1 is never taken for 100 %."""

    name = "percentage"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Turn ``1%`` into 0.01."""
        if isinstance(value, float):
            return value
        match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*%\s*", str(value))
        share = float(match[1]) / 100 if match else 0.0
        if not 0 < share < 1:
            self.fail(f"expected a percentage between 0% and 100%, such as 1% or 0.5%; got {value!r}.", param, ctx)
        return share


class WebAddress(click.ParamType[str]):
    """An http(s) address with a host."""

    name = "url"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Give the address back when a browser could open it."""
        text = str(value).strip()
        try:
            parts = urlsplit(text)
            good = parts.scheme.lower() in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        except ValueError:
            good = False
        if text and not good:
            self.fail(f"expected an address that begins with http:// or https://; got {value!r}.", param, ctx)
        return text


class AkismetKey(click.ParamType[str]):
    """Twelve hexadecimal digits, as Akismet's clients expect."""

    name = "hex12"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Give the key back in lower case."""
        text = str(value).strip().lower()
        if not re.fullmatch(r"[0-9a-f]{12}", text):
            self.fail("expected twelve hexadecimal digits, such as 0123456789ab.", param, ctx)
        return text


modes = click.Choice([mode.value for mode in Mode])
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


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

    _not_own_yet(mode)
    store, vault = store_for(ctx), vault_for(ctx)
    keys = credentials.new_keys(akismet_key or "")
    draft = credentials.new_site(store, name, url, mode=Mode(mode), at=datetime.now(UTC))
    site = credentials.add_site(store, vault, draft, keys)
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
    sites = store_for(ctx).sites()
    if as_json:
        click.echo(json.dumps([_facts(site) for site in sites]))
        return
    for site in sites:
        click.echo(f"{site.id:<24} {site.policy.mode.value:<10} {site.url:<32} {site.name}")


@command.command("show")
@click.argument("site")
@as_json
@click.pass_context
def show(ctx: click.Context, site: str, *, as_json: bool) -> None:
    """Show a site's wishes, the form to paste into its pages, and a call to try."""
    found = _site(store_for(ctx), site)
    if as_json:
        click.echo(json.dumps(_facts(found)))
        return
    settings = settings_for(ctx)
    for label, value in _facts(found).items():
        shown = ", ".join(map(str, value)) if isinstance(value, list) else value
        click.echo(f"{label.replace('_', ' '):<18} {'-' if shown in {'', None} else shown}")
    click.echo("\nPaste this below a post (page_url and page_title are that post's own):\n")
    click.echo(form_snippet(settings, found))
    click.echo("\nOr send comments from the site's server:\n")
    click.echo(curl_line(settings, "YOUR-KEY"))


@command.command("rotate-key")
@click.argument("site")
@click.option("--kind", type=click.Choice(list(KINDS)), default="key", show_default=True, help="Which key.")
@click.option(
    "--key", "akismet_key", type=AkismetKey(), help="With --kind akismet: the new key, instead of a made one."
)
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
    ctx: click.Context, site: str, kind: str, akismet_key: str | None, *, overlap_hours: float, as_json: bool
) -> None:
    """Make a new key and print it, this once; the old one works for a while yet."""
    from modbot.credentials import new_secret, secret_at_rest

    if akismet_key and kind != "akismet":
        raise click.UsageError("--key goes with --kind akismet only.")
    store, vault = store_for(ctx), vault_for(ctx)
    found = _site(store, site)
    secret = akismet_key or new_secret(KINDS[kind])
    at_rest = secret_at_rest(KINDS[kind], secret, vault)
    store.rotate_secret(found.id, at_rest, datetime.now(UTC), overlap_hours * 3600)
    if as_json:
        click.echo(json.dumps({"id": found.id, "kind": kind, "key": secret, "overlap_hours": overlap_hours}))
        return
    click.echo(f"New {kind} of {found.name}, shown this once:\n\n  {secret}\n")
    click.echo(f"The old one works for another {overlap_hours:g} hours.")


@command.command("set")
@click.argument("site")
@click.option("--mode", type=modes, help="hold-only: people decide all. borrowed: the shipped model's cut-offs.")
@click.option(
    "--max-good-rejected", type=Percentage(), help="Promise: of the good comments, at most this share is rejected."
)
@click.option(
    "--max-bad-published", type=Percentage(), help="Promise: of the bad comments, at most this share is published."
)
@click.option("--webhook", type=WebAddress(), help="Where the site hears of decisions; an empty one takes it away.")
@click.option(
    "--allow-host", "allowed_hosts", multiple=True, help="Private host the webhook may go to; the whole list."
)
@click.option(
    "--origin", "origins", type=WebAddress(), multiple=True, help="Origin whose forms may post; the whole list."
)
@click.option(
    "--blocked-word",
    "blocked_words",
    multiple=True,
    help="Word that rejects a comment; the whole list.",
)
@as_json
@click.pass_context
def set_site(ctx: click.Context, /, site: str, *, as_json: bool, **wishes: Any) -> None:
    """Change what a site wants. A list is replaced as a whole; one empty value empties it."""
    given = {name: value for name, value in wishes.items() if value not in {None, ()}}
    if not given:
        raise click.UsageError("Nothing to change: give at least one option; --help lists them.")
    _not_own_yet(given.get("mode", ""))
    store = store_for(ctx)
    changed = store.change_site(_changed(_site(store, site), given), datetime.now(UTC))
    click.echo(json.dumps(_facts(changed)) if as_json else f"{changed.name}: policy version {changed.policy.version}.")


def _changed(site: Site, given: dict[str, Any]) -> Site:
    from modbot.credentials import origin_of

    def listed(name: str) -> tuple[str, ...]:
        words = given.get(name, getattr(site, name))
        return tuple(dict.fromkeys(word.strip() for word in words if word.strip()))

    now = site.policy
    policy = replace(
        now,
        mode=Mode(given.get("mode", now.mode)),
        max_good_rejected=given.get("max_good_rejected", now.max_good_rejected),
        max_bad_published=given.get("max_bad_published", now.max_bad_published),
    )
    hook = site.hook
    if "webhook" in given:
        hook = Hook(given["webhook"]) if given["webhook"] else None
    return replace(
        site,
        policy=policy,
        hook=hook,
        allowed_hosts=listed("allowed_hosts"),
        blocked_words=listed("blocked_words"),
        origins=tuple(origin_of(url) for url in listed("origins")),
    )


def _not_own_yet(mode: str) -> None:
    if mode == Mode.OWN.value:
        raise ConfigError(
            ("mode own: needs cut-offs made from this site's own reviews, and it has none; use borrowed.",)
        )


def _site(store: Store, name: str) -> Site:
    site = store.site_named(name)
    if site is None:
        raise ConfigError((f"no site is named {name}: `modbot site list` shows which there are",))
    return site


def _facts(site: Site) -> dict[str, Any]:
    return {
        "id": site.id,
        "name": site.name,
        "url": site.url,
        "mode": site.policy.mode.value,
        "max_good_rejected": site.policy.max_good_rejected,
        "max_bad_published": site.policy.max_bad_published,
        "policy_version": site.policy.version,
        "webhook": site.hook.url if site.hook else None,
        "webhook_on": bool(site.hook and site.hook.on),
        "origins": list(site.origins),
        "allowed_hosts": list(site.allowed_hosts),
        "blocked_words": list(site.blocked_words),
    }
