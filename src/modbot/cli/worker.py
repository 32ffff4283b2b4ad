"""``modbot worker``: the background work alone; and how ``modbot serve`` runs it beside the web app."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

import click

from modbot.errors import NotMigrated

if TYPE_CHECKING:
    from modbot.app import House
    from modbot.delivery import Courier

# A stop is noticed within this time.
TICK_S = 0.25
# How long a stop waits for the background work, whatever it is at.
JOIN_S = 10.0


@click.command()
@click.option("--once", is_flag=True, help="Do what is due now, then stop.")
@click.pass_context
def command(ctx: click.Context, once: bool) -> None:  # noqa: FBT001 - click passes options by name
    """Do the background work alone: tell sites what was decided, learn from what people decided, drop what is old."""
    from modbot.adapting import learn_all
    from modbot.cli import house_for
    from modbot.delivery import deliver_due
    from modbot.retention import drop_old

    house = house_for(ctx)
    make_ready(house)
    if once:
        click.echo(f"{deliver_due(courier_for(house))} delivery attempts made.")
        if learned := learn_all(house.store, house.model, house.clock):
            click.echo(f"Something new was learned from {learned} {'site' if learned == 1 else 'sites'}.")
        if dropped := drop_old(house.store, house.settings, house.clock()):
            click.echo(
                f"Kept long enough and dropped: {dropped.texts:,} texts, {dropped.ips:,} IP addresses, "
                f"{dropped.user_agents:,} user agents."
            )
        return
    with stop_signals() as stop, working(house, on=True):
        click.echo("modbot tells sites what was decided. Ctrl-C stops it.")
        while not stop.is_set():
            time.sleep(TICK_S)


def make_ready(house: House) -> None:
    """Set up the log, and refuse to work on a database of another version."""
    from modbot.observe import configure_logging

    configure_logging(house.settings.log_level, json=house.settings.log_json)
    status = house.store.status()
    if not status.migrated:
        raise NotMigrated(
            f"The database has schema {status.revision or 'none'}, this modbot needs {status.expected}:"
            " run `modbot db upgrade`."
        )


def courier_for(house: House) -> Courier:
    """Return what carries one message, with the settings of this house."""
    from modbot.delivery import Courier

    return Courier(
        store=house.store,
        vault=house.vault,
        clock=house.clock,
        timeout_s=house.settings.delivery_timeout_s,
        lease_s=house.settings.delivery_lease_s,
    )


@contextmanager
def working(house: House, *, on: bool) -> Iterator[None]:
    """Do the background work in threads of its own, as long as this lasts."""
    if not on:
        yield
        return
    from modbot.adapting import keep_learning
    from modbot.delivery import Worker
    from modbot.notices import Notices
    from modbot.retention import keep_dropping

    stop = threading.Event()
    work: dict[str, Callable[[threading.Event], None]] = {
        "deliveries": Worker(courier_for(house), house.wake).run,
        "learning": partial(keep_learning, house.store, house.model, house.clock),
        "retention": partial(keep_dropping, house.store, house.settings, house.clock),
        "notices": partial(Notices(house.store, house.settings).keep_telling, house.clock),
    }
    threads = [threading.Thread(target=run, args=(stop,), name=name, daemon=True) for name, run in work.items()]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        house.wake.set()
        for thread in threads:
            thread.join(JOIN_S)


@contextmanager
def stop_signals() -> Iterator[threading.Event]:
    """Turn the first SIGTERM or SIGINT into an event; the second one is in a hurry."""
    stop = threading.Event()

    def handle(number: int, _frame: object) -> None:
        if stop.is_set():
            raise SystemExit(128 + number)
        stop.set()

    before = {number: signal.signal(number, handle) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
