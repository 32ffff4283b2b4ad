"""A notice when comments wait too long: one message a day to an address of the owner's, such as a chat's webhook.

Says how many wait and since when, and nothing of any comment. May import the rooms of rank 1; the clock is given.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event
from urllib.parse import urlsplit

from modbot import observe, outbound
from modbot.config import Settings
from modbot.domain import AuditEntry, Deed
from modbot.errors import DeliveryFailed, StoreError
from modbot.storage import Store

EVERY_S = 600
AGAIN_AFTER = timedelta(days=1)
TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True)
class Notices:
    """Tells at most once a day; the audit log knows when it last did, whichever process that was."""

    store: Store
    settings: Settings

    def tell(self, at: datetime) -> bool:
        """Post a notice if comments wait too long and nobody was told today.

        Parameters
        ----------
        at : datetime
            Now, aware.

        Returns
        -------
        bool
            Whether it was taken. What was not is tried again the next time.
        """
        if not self.settings.notice_url or self._told_lately(at):
            return False
        ages = self.store.queue_ages(None, [at - timedelta(hours=self.settings.notice_after_hours)])
        late = ages.since[-1]
        if not late or ages.oldest is None:
            return False
        try:
            self._post(late, ages.oldest)
        except DeliveryFailed as error:
            observe.log_event("notice_failed", reason=error.reason)
            return False
        self.store.write_down(AuditEntry(Deed.NOTICE_SENT, "", "modbot", at, details={"waiting": str(late)}))
        return True

    def keep_telling(self, clock: Callable[[], datetime], stop: Event) -> None:
        """Look now and then until told to stop.

        Parameters
        ----------
        clock : callable
            Gives the time, aware.
        stop : Event
            Ends it.
        """
        # Several processes start at once; they look one after another, and the first one tells.
        stop.wait(random.random() * EVERY_S)  # noqa: S311 - nothing hangs on this chance
        while not stop.is_set():
            try:
                self.tell(clock())
            except StoreError as error:
                observe.log_trouble("notice_unavailable", error)
            stop.wait(EVERY_S)

    def _told_lately(self, at: datetime) -> bool:
        last = self.store.audit_log(None, deed=Deed.NOTICE_SENT, limit=1)
        return bool(last) and at - last[0].at < AGAIN_AFTER

    def _post(self, late: int, oldest: datetime) -> None:
        hours, where = self.settings.notice_after_hours, self.settings.public_url.rstrip("/")
        many = "1 comment has" if late == 1 else f"{late:,} comments have"
        text = f"modbot: {many} waited longer than {hours:g} hours; the oldest came {oldest:%Y-%m-%d %H:%M} UTC."
        queue = f"{where}/queue?order=oldest" if where else ""
        # "text" is what the webhooks of chats read.
        told = {"text": f"{text} {queue}".strip(), "waiting": late, "oldest_at": oldest.isoformat(), "queue": queue}
        url = self.settings.notice_url
        # The owner wrote this address into the settings, so it may well be in a private network.
        outbound.post(
            url,
            json.dumps(told).encode(),
            {"Content-Type": "application/json"},
            timeout_s=TIMEOUT_S,
            allowed_hosts=(urlsplit(url).netloc,),
        )
