"""What leaves the house."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from modbot.domain.words import Action, DecidedBy, DeliveryState, Event


@dataclass(frozen=True, slots=True)
class Delivery:
    """One claimed outgoing message. ``lease`` fences late finishers."""

    id: str
    site_id: str
    case_id: str
    event: Event
    action: Action
    previous: Action | None
    decided_by: DecidedBy
    revision: int
    at: datetime
    attempts: int
    lease: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """What happened on one try. ``reason`` is a name such as ``timeout``, never a trace."""

    delivered: bool
    permanent: bool
    reason: str
    status: int | None
    at: datetime
    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """A delivery as a list shows it."""

    id: str
    case_id: str
    event: Event
    state: DeliveryState
    attempts: int
    not_before: datetime
    last_reason: str
    created_at: datetime
    action: Action = Action.HOLD
    decided_by: DecidedBy = DecidedBy.MACHINE
