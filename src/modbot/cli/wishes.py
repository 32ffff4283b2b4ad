"""``modbot site set``: what a site wants, and whether its own evidence carries it.

May import ``adapting``, ``credentials`` and ``scoring`` inside the command.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import click

from modbot.cli import store_for
from modbot.cli.audit import BY, write_down
from modbot.domain import Deed, Hook, Mode, Site
from modbot.errors import ConfigError

if TYPE_CHECKING:
    from modbot.storage import Store

# Names of options that are fields of the policy and of the limits; the rest belongs to the site itself.
POLICY = ("max_good_rejected", "max_bad_published", "audit_rate")
LIMITS = ("name_max_chars", "body_max_chars", "email_required", "refuse_disposable", "check_mx")
LISTS = ("allowed_hosts", "origins")
SWITCHES = ("show_reasons", "signed_requests")

F = TypeVar("F", bound=Callable[..., Any])


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
        from modbot.credentials import is_web_address

        text = str(value).strip()
        if text and not is_web_address(text):
            self.fail(f"expected an address that begins with http:// or https://; got {value!r}.", param, ctx)
        return text


modes = click.Choice([mode.value for mode in Mode])
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def _switch(names: str, field: str, sentence: str) -> Callable[[F], F]:
    return click.option(names, field, default=None, help=sentence)


@click.command("set")
@click.argument("site")
@click.option(
    "--mode",
    type=modes,
    help="hold-only: people decide all. borrowed: the shipped model's cut-offs. own: this site's own.",
)
@click.option(
    "--max-good-rejected", type=Percentage(), help="Promise: of the good comments, at most this share is rejected."
)
@click.option(
    "--max-bad-published", type=Percentage(), help="Promise: of the bad comments, at most this share is published."
)
@click.option(
    "--audit-rate", type=Percentage(), help="Share of the machine's decisions that a person checks, drawn by chance."
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
    help="Word that rejects a comment (in hold-only: holds it), or re: and an RE2 pattern; the whole list.",
)
@_switch("--show-reasons/--hide-reasons", "show_reasons", "Whether answers to the site say why.")
@_switch("--signed/--unsigned", "signed_requests", "Whether the site must sign its requests with the webhook secret.")
@_switch("--email-required/--email-optional", "email_required", "Whether a comment needs an address.")
@_switch("--refuse-disposable/--accept-disposable", "refuse_disposable", "Whether throw-away addresses are refused.")
@_switch("--check-mx/--no-check-mx", "check_mx", "Whether to look up if the address's domain takes mail.")
@click.option("--name-max-chars", type=click.IntRange(1, 1_000), help="Longest name, in characters.")
@click.option("--body-max-chars", type=click.IntRange(1, 100_000), help="Longest comment, in characters.")
@click.option(
    "--fresh-evidence", is_flag=True, default=None, help="Count only comments from now on as own evidence (new model)."
)
@as_json
@click.pass_context
def set_site(ctx: click.Context, /, site: str, *, as_json: bool, **wishes: Any) -> None:
    """Change what a site wants. A list is replaced as a whole; one empty value empties it."""
    given = {name: value for name, value in wishes.items() if value is not None and value != ()}
    if not given:
        raise click.UsageError("Nothing to change: give at least one option; --help lists them.")
    from modbot.adapting import begin_anew, learn, standing
    from modbot.ruling import block_words, check_blocked_words

    store, at = store_for(ctx), datetime.now(UTC)
    before = site_called(store, site)
    then = facts_of(store, before)
    wanted = _changed(before, given)
    words = _listed(given.get("blocked_words", ()))
    check_blocked_words(words)
    if given.get("mode") == Mode.OWN.value:
        require_evidence(store, wanted)
    after = store.change_site(wanted, at)
    if "blocked_words" in given:
        block_words(store, after.id, words, BY, at)
    if "fresh_evidence" in given:
        begin_anew(store, after, at)
    learn(store, after, at)
    now = facts_of(store, after)
    said = {name: f"{shown(name, then[name])} → {shown(name, now[name])}" for name in now if now[name] != then[name]}
    write_down(store, Deed.SITE_CHANGED, after.id, after.id, **said)
    if as_json:
        click.echo(json.dumps(now | evidence_of(store, after)))
        return
    click.echo(f"{after.name}, policy version {after.policy.version}:")
    for name in now:
        if now[name] != then[name] and name != "policy_version":
            click.echo(f"  {name.replace('_', ' ')}: {shown(name, then[name])} → {shown(name, now[name])}")
    if "fresh_evidence" in given:
        click.echo("  own evidence: comments from now on")
    if after.policy.mode is Mode.OWN:
        click.echo("\n".join(standing(store, after).told()))


def _changed(site: Site, given: dict[str, Any]) -> Site:
    from modbot.credentials import origin_of

    changes = {name: given[name] for name in SWITCHES if name in given}
    for name in LISTS:
        if name in given:
            changes[name] = _listed(given[name])
    if "origins" in changes:
        changes["origins"] = tuple(origin_of(url) for url in changes["origins"])
    if "webhook" in given:
        changes["hook"] = Hook(given["webhook"]) if given["webhook"] else None
    mode = Mode(given.get("mode", site.policy.mode))
    policy = replace(site.policy, mode=mode, **{name: given[name] for name in POLICY if name in given})
    limits = replace(site.limits, **{name: given[name] for name in LIMITS if name in given})
    return replace(site, policy=policy, limits=limits, **changes)


def _listed(given: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word.strip() for word in given if word.strip()))


def require_evidence(store: Store, site: Site) -> None:
    """Refuse the mode own as long as a site's own evidence carries neither of its wishes."""
    from modbot.adapting import standing

    now = standing(store, site)
    if now.suffices:
        return
    lacks = (
        f"{side.wish_missing:,} more checked {kind} comments for {verb} at most {side.wish * 100:g}% of them"
        for side, kind, verb in ((now.reject, "good", "rejecting"), (now.publish, "bad", "publishing"))
    )
    raise ConfigError((f"mode own: needs {', or '.join(lacks)}; until then use hold-only or borrowed",))


def evidence_of(store: Store, site: Site) -> dict[str, Any]:
    """Say what a site's own evidence is good for and what was learned from it, for programs."""
    from modbot.adapting import standing

    layer = store.site_layer(site.id)
    return {"evidence": asdict(standing(store, site)), "layer": layer.facts if layer else {}}


def site_called(store: Store, name: str) -> Site:
    """Return the site of this name or id; raise ConfigError when there is none."""
    site = store.site_named(name)
    if site is None:
        raise ConfigError((f"no site is named {name}: `modbot site list` shows which there are",))
    return site


def shown(name: str, value: Any) -> str:
    """Say a fact as the options take it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name in POLICY:
        return f"{value * 100:g}%"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "-"
    return "-" if value in {"", None} else str(value)


def facts_of(store: Store, site: Site) -> dict[str, Any]:
    """Say what a site is and wants, without its keys."""
    from modbot.ruling import blocked_words

    return {
        "id": site.id,
        "name": site.name,
        "url": site.url,
        "mode": site.policy.mode.value,
        **{name: getattr(site.policy, name) for name in POLICY},
        "policy_version": site.policy.version,
        "webhook": site.hook.url if site.hook else None,
        "webhook_on": bool(site.hook and site.hook.on),
        **{name: list(getattr(site, name)) for name in LISTS},
        "blocked_words": list(blocked_words(store, site.id, datetime.now(UTC))),
        **{name: getattr(site, name) for name in SWITCHES},
        **asdict(site.limits),
    }
