"""``modbot rule``: what an owner decides by name. May import ``ruling`` inside the commands."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from modbot.cli import store_for, vault_for
from modbot.cli.audit import BY, write_down
from modbot.cli.wishes import as_json, site_called
from modbot.domain import Deed, Rule, RuleEffect, RuleKind, RuleTally
from modbot.errors import ConfigError

if TYPE_CHECKING:
    from modbot.ruling import Trial

COUNTED_DAYS = 30
ENTRIES_SHOWN = 3

of_site = click.option("--site", help="Which site, by name or id.  [default: every site]")


@click.group("rule")
def command() -> None:
    """Rules of your own: words, links, addresses, authors and networks."""


@command.command("add")
@click.argument("kind", type=click.Choice([kind.value for kind in RuleKind]))
@click.argument("entries", nargs=-1, required=True)
@of_site
@click.option(
    "--effect",
    type=click.Choice([effect.value for effect in RuleEffect]),
    required=True,
    help="reject: a ban. hold: a person decides. trust: publish, unless surely abuse. note: mark it.",
)
@click.option("--days", type=click.IntRange(1, 36_500), help="How long it counts.  [default: for good]")
@click.option("--note", default="", help="What colleagues should know.")
@click.option("--dry-run", is_flag=True, help="Only say what it would have found among the newest stored comments.")
@as_json
@click.pass_context
def add(
    ctx: click.Context, /, kind: str, entries: tuple[str, ...], *, dry_run: bool, as_json: bool, **given: Any
) -> None:
    """Add a rule that counts from the next comment on.

    ENTRIES are words or phrases (`casin*` stands for all that begins so), domains, network addresses or ranges; or one
    RE2 pattern, or one author's email address, of which only a hash is kept.
    """
    from modbot.ruling import Wish, add_rule, rule_from, try_rule

    store, at = store_for(ctx), datetime.now(UTC)
    wish = Wish(
        site_id=site_called(store, given["site"]).id if given["site"] else None,
        kind=RuleKind(kind),
        pattern="\n".join(entries),
        effect=RuleEffect(given["effect"]),
        until=at + timedelta(days=given["days"]) if given["days"] else None,
        note=given["note"],
    )
    rule = rule_from(wish, vault_for(ctx), BY, at)
    if dry_run:
        _show_trial(try_rule(store, rule), as_json=as_json)
        return
    rule = add_rule(store, rule)
    write_down(store, Deed.RULE_ADDED, rule.id, rule.site_id or "", kind=rule.kind.value, effect=rule.effect.value)
    click.echo(json.dumps(_facts(rule)) if as_json else f"Added {rule.id}: {_told(rule)}.")


@command.command("list")
@of_site
@click.option("--past", is_flag=True, help="Those that were ended or ran out, instead of those in force.")
@as_json
@click.pass_context
def list_rules(ctx: click.Context, site: str | None, *, past: bool, as_json: bool) -> None:
    """List the newest 200 rules with what they found in the last 30 days, and what people made of that."""
    store, at = store_for(ctx), datetime.now(UTC)
    scope = (site_called(store, site).id,) if site else None
    rules = store.rules(scope, at, past=past)
    tallies = store.rule_tallies([rule.id for rule in rules], at - timedelta(days=COUNTED_DAYS), scope)
    if as_json:
        click.echo(json.dumps([_facts(rule) | _counts(rule, tallies) for rule in rules]))
        return
    names = {one.id: one.name for one in store.sites()}
    for rule in rules:
        counts = _counts(rule, tallies)
        where = names[rule.site_id] if rule.site_id else "every site"
        click.echo(
            f"{rule.id}  {where:<20} found {counts['hits']:>6,}, reversed {counts['reversed']:>5,}  {_told(rule)}"
        )


@command.command("end")
@click.argument("rule_id")
@click.pass_context
def end(ctx: click.Context, rule_id: str) -> None:
    """End a rule; it stays in the list of past ones."""
    store = store_for(ctx)
    rule = store.end_rule(rule_id, BY, datetime.now(UTC))
    if rule is None:
        raise ConfigError((f"no rule has the id {rule_id}: `modbot rule list` shows which there are",))
    write_down(store, Deed.RULE_ENDED, rule.id, rule.site_id or "")
    click.echo(f"Ended {rule.id}: {_told(rule)}.")


def _told(rule: Rule) -> str:
    entries = (rule.label,) if rule.kind is RuleKind.AUTHOR else rule.entries
    more = f" and {len(entries) - ENTRIES_SHOWN:,} more" if len(entries) > ENTRIES_SHOWN else ""
    until = f", until {rule.until:%Y-%m-%d %H:%M} UTC" if rule.until else ""
    return f"{rule.effect.value} {rule.kind.value} {', '.join(entries[:ENTRIES_SHOWN])}{more}{until}"


def _facts(rule: Rule) -> dict[str, Any]:
    times = {"at": rule.at, "until": rule.until, "ended_at": rule.ended_at}
    return asdict(rule) | {name: at.isoformat() if at else None for name, at in times.items()}


def _counts(rule: Rule, tallies: Mapping[str, RuleTally]) -> dict[str, int]:
    tally = tallies[rule.id]
    return asdict(tally) | {"reversed": tally.reversed_of(rule.effect)}


def _show_trial(trial: Trial, *, as_json: bool) -> None:
    found = {f"{'people' if people else 'machine'}_{action.value}": n for (people, action), n in trial.found.items()}
    examples = [one.case_id for one in trial.examples]
    if as_json:
        since = trial.since.isoformat() if trial.since else None
        facts = {"tried": trial.tried, "since": since, "hits": trial.hits, "found": found, "examples": examples}
        click.echo(json.dumps(facts))
        return
    click.echo(f"Of the newest {trial.tried:,} stored comments it would have found {trial.hits:,}.")
    for name, count in found.items():
        by, _, action = name.partition("_")
        click.echo(f"  {action:<8} by {by:<8} {count:>6,}")
    click.echo("".join(f"  modbot explain {case_id}\n" for case_id in examples), nl=False)
