"""``modbot privacy``: what is kept about a person, handed over or forgotten. May import rooms inside the commands."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import click

from modbot.cli import founded_for, store_for, vault_for
from modbot.cli.audit import as_json, write_down
from modbot.domain import Deed
from modbot.errors import ConfigError

# In the order in which they are shown.
FIELDS = ("name", "email", "website", "text", "page_title", "ip", "user_agent", "referrer", "user_id", "language")


@click.group("privacy")
def command() -> None:
    """What is kept about a person: hand it over, forget it, drop what is old."""


@command.command("export")
@click.argument("email")
@as_json
@click.pass_context
def export(ctx: click.Context, email: str, *, as_json: bool) -> None:
    """Print everything that is kept about the person with this EMAIL address, at every site.

    For a request under article 15 of the GDPR. With --json for programs (article 20). The export is written down in
    the audit log, without the address.
    """
    from modbot.subject import portrait

    store, vault, at = store_for(ctx), vault_for(ctx), datetime.now(UTC)
    told = portrait(store, vault, _address(email), at)
    write_down(store, Deed.PERSON_EXPORTED, comments=str(sum(len(site["comments"]) for site in told["sites"])))
    click.echo(json.dumps(told, ensure_ascii=False, indent=2) if as_json else "\n".join(_lines(told)))


@command.command("erase")
@click.argument("email")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--dry-run", is_flag=True, help="Only say how many comments would be erased.")
@as_json
@click.pass_context
def erase(ctx: click.Context, email: str, *, yes: bool, dry_run: bool, as_json: bool) -> None:
    """Erase the person with this EMAIL address: the words of all their comments, and the key of the address.

    For a request under article 17 of the GDPR. Without the key no backup can tell the address any more, and `modbot
    restore` erases the person again. Decisions and counts stay. Nothing brings the words back.
    """
    from modbot.storage import open_key_store
    from modbot.subject import forget, written_by

    store, vault, address = store_for(ctx), vault_for(ctx), _address(email)
    found = len(written_by(store, vault, address))
    if dry_run:
        click.echo(
            json.dumps({"comments": found, "dry_run": True}) if as_json else f"{_comments(found)} would be erased."
        )
        return
    if not yes:
        click.confirm(f"Erase {_comments(found)} of this person, for good?", abort=True)
    key_store = open_key_store(founded_for(ctx).url("keys_url"))
    ctx.call_on_close(key_store.close)
    done = forget(store, key_store, vault, address, datetime.now(UTC))
    total = sum(done.comments.values())
    write_down(store, Deed.PERSON_ERASED, comments=str(total))
    if as_json:
        click.echo(json.dumps({"comments": total, "sites": dict(done.comments), "key_destroyed": done.had_key}))
        return
    for site, count in sorted(done.comments.items()):
        click.echo(f"{site}: {_comments(count)} erased.")
    key = "The key of the address is destroyed" if done.had_key else "There was no key of this address"
    click.echo(
        f"{_comments(total)} erased. {key}, so no backup tells it; `modbot restore` will erase the person again."
    )


@command.command("retention")
@click.option("--dry-run", is_flag=True, help="Only count what would be dropped.")
@as_json
@click.pass_context
def retention(ctx: click.Context, *, dry_run: bool, as_json: bool) -> None:
    """Drop what was kept long enough, as `modbot serve` and `modbot worker` do every few hours.

    The settings keep_text_days, keep_ip_days and keep_user_agent_days say how long; 0 is for good.
    """
    from modbot.retention import drop_old

    settings = founded_for(ctx)
    done = drop_old(store_for(ctx), settings, datetime.now(UTC), dry_run=dry_run)
    if as_json:
        counts = {"texts": done.texts, "ips": done.ips, "user_agents": done.user_agents}
        click.echo(json.dumps(counts | {"dry_run": dry_run}))
        return
    for what, days, count in (
        ("names and texts of comments", settings.keep_text_days, done.texts),
        ("IP addresses", settings.keep_ip_days, done.ips),
        ("user agents", settings.keep_user_agent_days, done.user_agents),
    ):
        kept = (
            f"kept for {days:,} days: {count:,} {'would be dropped' if dry_run else 'dropped'}"
            if days
            else "kept for good"
        )
        click.echo(f"{what:<28} {kept}")


def _address(email: str) -> str:
    if "@" not in email.strip().strip("@"):
        raise ConfigError(("EMAIL: expected an address such as somebody@example.org",))
    return email.strip()


def _comments(count: int) -> str:
    return f"{count:,} comment{'' if count == 1 else 's'}"


def _lines(told: Mapping[str, Any]) -> Iterator[str]:
    """The same for people, one fact to a line."""
    yield f"Everything that modbot keeps about {told['address']}, as of {told['made_at']}."
    if not told["sites"]:
        yield "Nothing is kept."
    for site in told["sites"]:
        yield f"\n{site['name']} ({site['site']}): {_comments(len(site['comments']))}"
        for rule in site["rules"]:
            yield f"  A rule of the site's owner about you, since {rule['since']}: {rule['effect']}"
        for note in site["notes"]:
            yield f"  A moderator's note about you, {note['at']}: {note['text']}"
        for comment in site["comments"]:
            yield from _comment_lines(comment)


def _comment_lines(comment: Mapping[str, Any]) -> Iterator[str]:
    yield f"\n  Comment {comment['id']}, {comment['received_at']}, on {comment['page'] or 'no page'}"
    if comment["erased"]:
        yield "    Its words were erased."
    for text in comment["texts"]:
        yield f"    Version {text['revision']}, {text['at']}, through {text['door']}"
        for name in FIELDS:
            if text[name]:
                yield f"      {name.replace('_', ' ')}: {text[name]}"
    yield f"    Decision: {comment['action']}, by {comment['decided_by']}"
    scores = ", ".join(f"{head} {p:.0%}" for head, p in comment["verdict"]["scores"].items())
    yield f"    The machine's view ({comment['verdict']['model']}): {scores}"
    for reason in comment["verdict"]["reasons"]:
        yield f"      {reason}"
    for decision in comment["decisions"]:
        yield f"    {decision['at']}: {decision['action']}, by a {decision['by']} {decision['reason']}".rstrip()
    for report in comment["reports"]:
        yield f"    {report['at']}: {report['kind']} {report['reason']}".rstrip()
    for note in comment["notes"]:
        yield f"    A moderator's note, {note['at']}: {note['text']}"
