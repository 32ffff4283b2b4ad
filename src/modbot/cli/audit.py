"""``modbot audit``: what people did, and whether the log of it is whole."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from modbot.cli import store_for
from modbot.domain import AuditEntry, Deed
from modbot.errors import StoreError

if TYPE_CHECKING:
    from modbot.storage import Store

BY = "command line"

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def write_down(store: Store, deed: Deed, subject: str = "", site_id: str = "", **details: str) -> None:
    """Write down what somebody did from the command line."""
    store.write_down(AuditEntry(deed, "", BY, datetime.now(UTC), subject, site_id, details))


@click.group("audit")
def command() -> None:
    """What people did besides decisions about comments; the log is only appended to."""


@command.command("list")
@click.option("--what", type=click.Choice([deed.value for deed in Deed]), help="Only acts of this kind.")
@click.option("--limit", type=click.IntRange(1, 200), default=50, show_default=True, help="How many at most.")
@as_json
@click.pass_context
def list_entries(ctx: click.Context, what: str | None, limit: int, *, as_json: bool) -> None:
    """List the newest entries."""
    entries = store_for(ctx).audit_log(None, deed=Deed(what) if what else None, limit=limit)
    if as_json:
        click.echo(json.dumps([_facts(entry) for entry in entries]))
        return
    for entry in entries:
        said = [f"{name}={value}" for name, value in entry.details.items()]
        what = " ".join(filter(None, (entry.subject, *said)))
        line = f"{entry.number:>6}  {entry.at:%Y-%m-%d %H:%M:%S}  {entry.actor_name:<16} {entry.deed.value:<18} {what}"
        click.echo(line.rstrip())


@command.command("verify")
@as_json
@click.pass_context
def verify(ctx: click.Context, *, as_json: bool) -> None:
    """Compute the hash of every entry anew; exit code 1 if one was changed or is missing.

    Keep the last hash elsewhere: it also shows when the end of the log was cut off.
    """
    check = store_for(ctx).verify_audit_log()
    if as_json:
        click.echo(json.dumps({"entries": check.entries, "last_hash": check.last_hash, "broken": check.broken or None}))
        if check.broken:
            ctx.exit(1)
        return
    if check.broken:
        raise StoreError(
            f"entry {check.broken:,} of the audit log was changed, or one before it is missing; "
            f"the first {check.entries:,} are whole"
        )
    click.echo(f"The audit log is whole: {check.entries:,} entries, the last with hash {check.last_hash or '-'}.")


def _facts(entry: AuditEntry) -> dict[str, object]:
    return {
        "number": entry.number,
        "at": entry.at.isoformat(),
        "actor": entry.actor_name,
        "what": entry.deed.value,
        "subject": entry.subject,
        "site": entry.site_id,
        "details": dict(entry.details),
    }
