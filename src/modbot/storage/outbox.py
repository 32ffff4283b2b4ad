"""The outbox: what sites must hear of, written with the decision and claimed by whoever sends it.

A claim is a conditional update with a lease; whoever lost the lease may not finish. May import ``domain``,
``errors``, this room and SQLAlchemy.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, case, func, insert, null, or_, select, text, update

from modbot.domain import Action, Attempt, DecidedBy, Delivery, DeliveryRow, DeliveryState, Door, Event
from modbot.storage.callbacks import CallbackTable
from modbot.storage.engine import Database, Hot
from modbot.storage.ids import new_id
from modbot.storage.tables import OPEN_DELIVERY, AttemptTable, CommentTable, DeliveryTable, SiteTable, table

deliveries = table(DeliveryTable)
attempts = table(AttemptTable)
comments = table(CommentTable)
sites = table(SiteTable)
callbacks = table(CallbackTable)

LIST_LIMIT = 200
OPEN = OPEN_DELIVERY
# Whoever asked for scores only decides alone, and knows no case of ours by its id.
_ADVISORY = text(f"comments.door IN ({', '.join(repr(door.value) for door in Door if door.is_advisory)})")
_HEARS = sites.c.hook_on & sites.c.hook_url.is_not(None)
_FIELDS = (
    "id",
    "site_id",
    "case_id",
    "event",
    "action",
    "previous",
    "decided_by",
    "revision",
    "at",
    "state",
    "attempts",
    "not_before",
    "lease",
    "last_reason",
)
# One statement decides whether the site has a hook at all and queues the row if so.
_ANNOUNCE = Hot(
    insert(deliveries).from_select(
        _FIELDS,
        select(*(bindparam(f"new_{name}", type_=deliveries.c[name].type) for name in _FIELDS)).where(
            sites.c.id == bindparam("new_site_id", type_=sites.c.id.type),
            sites.c.hook_url.is_not(None),
            ~select(comments.c.id)
            .where(comments.c.case_id == bindparam("new_case_id", type_=comments.c.case_id.type), _ADVISORY)
            .exists(),
        ),
    )
)

# Likewise for a client that waits for the verdict on this one comment.
_CALL_BACK = Hot(
    insert(deliveries).from_select(
        _FIELDS,
        select(*(bindparam(f"new_{name}", type_=deliveries.c[name].type) for name in _FIELDS)).where(
            callbacks.c.case_id == bindparam("of_case", type_=callbacks.c.case_id.type)
        ),
    )
)
CALLED_BACK = Event.CALLED_BACK.value
# These decide while a client waits; a site knows what it decided itself, and heard the machine's answer.
CALLING = frozenset({DecidedBy.PERSON, DecidedBy.TIMER})


@dataclass(frozen=True, slots=True)
class Change:
    """A change of action that the site should hear of, not before a given moment."""

    site_id: str
    case_id: str
    action: Action
    previous: Action | None
    decided_by: DecidedBy
    revision: int
    at: datetime
    not_before: datetime


def announce(connection: Connection, change: Change) -> None:
    """Queue a change within the caller's transaction, if its site has a hook."""
    values = {
        "id": new_id("msg_", change.at),
        "site_id": change.site_id,
        "case_id": change.case_id,
        "event": Event.COMMENT_DECIDED.value,
        "action": change.action.value,
        "previous": None if change.previous is None else change.previous.value,
        "decided_by": change.decided_by.value,
        "revision": change.revision,
        "at": change.at,
        "state": DeliveryState.PENDING.value,
        "attempts": 0,
        "not_before": change.not_before,
        "lease": "",
        "last_reason": "",
    }
    _ANNOUNCE.run(connection, {f"new_{name}": value for name, value in values.items()})
    if change.decided_by in CALLING and change.action is not Action.HOLD:
        called = values | {"id": new_id("msg_", change.at), "event": CALLED_BACK}
        told = {f"new_{name}": value for name, value in called.items()}
        _CALL_BACK.run(connection, told | {"of_case": change.case_id})


def withdraw(connection: Connection, case_id: str, revision: int) -> bool:
    """Take back the announcement of one revision; False if it was, or may have been, sent already."""
    tried = select(attempts.c.id).where(attempts.c.delivery_id == deliveries.c.id).exists()
    taken_back = connection.execute(
        update(deliveries)
        .where(
            deliveries.c.case_id == case_id,
            deliveries.c.revision == revision,
            deliveries.c.state == DeliveryState.PENDING.value,
            ~tried,
        )
        .values(state=DeliveryState.UNDONE.value)
    )
    if taken_back.rowcount:
        return True
    never_queued = select(deliveries.c.id).where(deliveries.c.case_id == case_id, deliveries.c.revision == revision)
    return connection.execute(never_queued).first() is None


class OutboxVerbs:
    """What the store can do with outgoing messages."""

    _db: Database

    def claim_deliveries(
        self, at: datetime, limit: int, lease_s: float, not_for: Collection[str] = ()
    ) -> tuple[Delivery, ...]:
        """Take due messages to send; nobody else gets them until the lease ends.

        Each site with due messages gets its share of the limit, so that a long backlog of one does not
        hold up the others; where more sites wait than messages are taken, chance decides whose. Messages of
        a hook that is switched off stay where they are.

        Parameters
        ----------
        at : datetime
            Now, aware.
        limit : int
            How many at most.
        lease_s : float
            Seconds after which an unfinished message is taken up again.
        not_for : collection of str
            Sites whose messages stay where they are for now.

        Returns
        -------
        tuple of Delivery
            Oldest first within a site, each with the lease that may finish it.
        """
        due = select(deliveries.c.id).where(deliveries.c.site_id == sites.c.id, OPEN, deliveries.c.not_before <= at)
        due = due.where(or_(deliveries.c.event == CALLED_BACK, _HEARS))
        waiting = select(sites.c.id).where(sites.c.id.not_in(not_for), due.exists())
        # Looking first spares the write lock at every tick with nothing to do.
        with self._db.reading() as connection:
            site_ids = connection.execute(waiting).scalars().all()
        if not site_ids:
            return ()
        if len(site_ids) > limit:
            site_ids = secrets.SystemRandom().sample(site_ids, limit)
        share = max(1, limit // len(site_ids))
        claimed: list[Delivery] = []
        with self._db.writing() as connection:
            for site_id in site_ids:
                claimed += _claim(connection, site_id, share, (at, at + timedelta(seconds=lease_s)))
        return tuple(claimed)

    def record_attempt(self, delivery: Delivery, attempt: Attempt, next_at: datetime | None) -> bool:
        """Write down what happened on one try.

        Parameters
        ----------
        delivery : Delivery
            As it was claimed.
        attempt : Attempt
            What happened.
        next_at : datetime or None
            When to try again; None after a failure means that it is given up.

        Returns
        -------
        bool
            False if the lease was lost in the meantime; then nothing is recorded.
        """
        if attempt.delivered:
            state = DeliveryState.DONE
        else:
            state = DeliveryState.GIVEN_UP if next_at is None else DeliveryState.PENDING
        with self._db.writing() as connection:
            finished = connection.execute(
                update(deliveries)
                .where(
                    deliveries.c.id == delivery.id,
                    deliveries.c.lease == delivery.lease,
                    deliveries.c.state == DeliveryState.SENDING.value,
                )
                .values(
                    state=state.value,
                    attempts=deliveries.c.attempts + 1,
                    not_before=next_at or attempt.at,
                    lease="",
                    last_reason=attempt.reason,
                )
            )
            if not finished.rowcount:
                return False
            connection.execute(insert(attempts).inline().values(**_attempt_row(delivery, attempt)))
            if delivery.event is not Event.CALLED_BACK:
                _count_failure(connection, delivery.site_id, attempt)
        return True

    def failing_since(self, site_id: str) -> tuple[int, datetime | None]:
        """Tell how long a hook has been failing.

        Parameters
        ----------
        site_id : str
            Whose hook.

        Returns
        -------
        tuple of int and datetime or None
            Failed attempts since the last success, and when the first of them was.
        """
        with self._db.reading() as connection:
            row = connection.execute(
                select(sites.c.hook_failures, sites.c.hook_failing_since).where(sites.c.id == site_id)
            ).first()
        return (0, None) if row is None else (row.hook_failures, row.hook_failing_since)

    def deliveries(self, site_id: str, limit: int = 50, cursor: str = "") -> tuple[DeliveryRow, ...]:
        """List a site's messages, newest first.

        Parameters
        ----------
        site_id : str
            Whose messages.
        limit : int
            How many at most, up to 200.
        cursor : str
            Id of the last row of the page before; empty for the first page.

        Returns
        -------
        tuple of DeliveryRow
            Fewer than ``limit`` on the last page.
        """
        query = select(deliveries).where(deliveries.c.site_id == site_id)
        if cursor:
            query = query.where(deliveries.c.id < cursor)
        query = query.order_by(deliveries.c.id.desc()).limit(min(limit, LIST_LIMIT))
        with self._db.reading() as connection:
            return tuple(_listed(row) for row in connection.execute(query))

    def resend(self, delivery_id: str, at: datetime) -> bool:
        """Send a message once more under the same id, from the start of its schedule.

        Parameters
        ----------
        delivery_id : str
            Which message.
        at : datetime
            Now, aware.

        Returns
        -------
        bool
            False if there is no such message, it was taken back, or it is being sent right now.
        """
        settled = (DeliveryState.DONE.value, DeliveryState.GIVEN_UP.value, DeliveryState.PENDING.value)
        with self._db.writing() as connection:
            again = connection.execute(
                update(deliveries)
                .where(deliveries.c.id == delivery_id, deliveries.c.state.in_(settled))
                .values(state=DeliveryState.PENDING.value, attempts=0, not_before=at, lease="")
            )
        return bool(again.rowcount)

    def pending_deliveries(self) -> int:
        """Count the messages that are not settled, those of switched-off hooks included.

        Returns
        -------
        int
            Waiting plus being sent.
        """
        with self._db.reading() as connection:
            return connection.execute(select(func.count()).select_from(deliveries).where(OPEN)).scalar_one()


def _claim(connection: Connection, site_id: str, limit: int, lease: tuple[datetime, datetime]) -> list[Delivery]:
    start, end = lease
    hears = select(sites.c.id).where(sites.c.id == site_id, _HEARS).exists()
    # On PostgreSQL two workers pass by each other's rows; on SQLite the write lock is enough.
    due = (
        select(deliveries.c.id)
        .where(deliveries.c.site_id == site_id, OPEN, deliveries.c.not_before <= start)
        .where(or_(deliveries.c.event == CALLED_BACK, hears))
        .order_by(deliveries.c.not_before, deliveries.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = connection.execute(
        update(deliveries)
        .where(deliveries.c.id.in_(due.scalar_subquery()))
        .values(state=DeliveryState.SENDING.value, lease=secrets.token_hex(8), not_before=end)
        .returning(*deliveries.c)
    ).all()
    return sorted((_delivery(row) for row in rows), key=lambda delivery: delivery.id)


def _delivery(row: Any) -> Delivery:
    return Delivery(
        id=row.id,
        site_id=row.site_id,
        case_id=row.case_id,
        event=Event(row.event),
        action=Action(row.action),
        previous=None if row.previous is None else Action(row.previous),
        decided_by=DecidedBy(row.decided_by),
        revision=row.revision,
        at=row.at,
        attempts=row.attempts,
        lease=row.lease,
    )


def _attempt_row(delivery: Delivery, attempt: Attempt) -> dict[str, Any]:
    return {
        "delivery_id": delivery.id,
        "delivered": attempt.delivered,
        "permanent": attempt.permanent,
        "reason": attempt.reason,
        "status": attempt.status,
        "at": attempt.at,
    }


def _count_failure(connection: Connection, site_id: str, attempt: Attempt) -> None:
    site = update(sites).where(sites.c.id == site_id)
    if attempt.delivered:
        # Only a hook that was failing changes: the row of a healthy one is left alone.
        site = site.where(or_(sites.c.hook_failures > 0, sites.c.hook_failing_since.is_not(None)))
        connection.execute(site.values(hook_failures=0, hook_failing_since=null()))
        return
    first = case((sites.c.hook_failing_since.is_(None), attempt.at), else_=sites.c.hook_failing_since)
    connection.execute(site.values(hook_failures=sites.c.hook_failures + 1, hook_failing_since=first))


def _listed(row: Any) -> DeliveryRow:
    return DeliveryRow(
        id=row.id,
        case_id=row.case_id,
        event=Event(row.event),
        state=DeliveryState(row.state),
        attempts=row.attempts,
        not_before=row.not_before,
        last_reason=row.last_reason,
        created_at=row.at,
        action=Action(row.action),
        decided_by=DecidedBy(row.decided_by),
    )
