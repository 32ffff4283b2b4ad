"""Retention: what was kept long enough is dropped, by the settings' numbers of days; counts stay.

May import ``config``, ``domain``, ``observe`` and ``storage``; the clock is given.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event

from modbot import observe
from modbot.config import Settings
from modbot.errors import StoreError
from modbot.storage import Store

# Days are counted in days: looking every few hours is often enough, and once after each start.
EVERY_S = 6 * 3_600


@dataclass(frozen=True, slots=True)
class Dropped:
    """How many comments lost their text, and how many texts lost their IP address or user agent."""

    texts: int = 0
    ips: int = 0
    user_agents: int = 0

    def __bool__(self) -> bool:
        return bool(self.texts or self.ips or self.user_agents)


def drop_old(store: Store, settings: Settings, at: datetime, *, dry_run: bool = False) -> Dropped:
    """Drop what was kept long enough. What waits for a person keeps its text.

    Parameters
    ----------
    store : Store
        The database.
    settings : Settings
        How many days each kind is kept.
    at : datetime
        Now, aware.
    dry_run : bool
        Only count.

    Returns
    -------
    Dropped
        What was dropped, or what would be.
    """
    texts = 0
    if settings.keep_text_days:
        old = store.old_texts(at - timedelta(days=settings.keep_text_days))
        texts = len(old) if dry_run else store.erase_comments(old, at)
    origin = store.old_origins if dry_run else store.drop_origins
    ips, agents = (
        origin(name, at - timedelta(days=days)) if days else 0
        for name, days in (("ip", settings.keep_ip_days), ("user_agent", settings.keep_user_agent_days))
    )
    return Dropped(texts, ips, agents)


def keep_dropping(store: Store, settings: Settings, clock: Callable[[], datetime], stop: Event) -> None:
    """Drop what is due now and then until told to stop. Any number may run: what is gone is gone.

    Parameters
    ----------
    store : Store
        The database.
    settings : Settings
        How many days each kind is kept.
    clock : callable
        Gives the time, aware.
    stop : Event
        Ends it.
    """
    while not stop.is_set():
        try:
            drop_old(store, settings, clock())
        except StoreError as error:
            observe.log_trouble("retention_unavailable", error)
        stop.wait(EVERY_S)
