"""Counts that tell how things stand: per day, per person, per age in the queue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from modbot.domain.comment import Reason
from modbot.domain.words import Action, DecidedBy


@dataclass(frozen=True, slots=True)
class DayCount:
    """How many of the comments that arrived on a day stand so now."""

    day: date
    action: Action
    decided_by: DecidedBy
    cases: int


@dataclass(frozen=True, slots=True)
class Tally:
    """What one person decided about comments of which the machine said the same.

    ``said`` is the machine's action and ``band`` its words; ``audited`` that chance laid them before people although
    the machine had decided. ``waited`` counts those that waited in the queue, ``lately`` those of them in the last
    days.
    """

    reviewer: str
    name: str
    decided_by: DecidedBy
    said: Action
    band: str
    audited: bool
    action: Action
    decisions: int
    waited: int
    lately: int


@dataclass(frozen=True, slots=True)
class QueueAges:
    """How long the queue has waited: how many came after each bound, newest bound first, and when the oldest came.

    ``since`` holds one count for each bound and one for all before the last; 10,000 stands for that many or more.
    """

    since: Sequence[int]
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Appeals:
    """What became of rejected comments whose authors asked for another look; ``waiting`` are those nobody answered."""

    waiting: int = 0
    overturned: int = 0
    upheld: int = 0


@dataclass(frozen=True, slots=True)
class Check:
    """Comments that chance laid before people, and what they said of them.

    ``rate`` is how likely chance was to draw each; ``said`` is what the machine had done.
    """

    said: Action
    rate: float
    good: bool
    cases: int


@dataclass(frozen=True, slots=True)
class Trouble:
    """A comment that was held or rejected: why, and where it wants to lead its readers."""

    action: Action
    reasons: Sequence[Reason]
    body: str
    url: str


@dataclass(frozen=True, slots=True)
class SiteHealth:
    """What waits at a site and whether it hears what is decided; 10,000 stands for that many or more.

    ``queued`` counts comments that wait for a person, ``unheard`` messages that have not arrived.
    """

    site_id: str
    name: str
    queued: int
    has_hook: bool
    hook_on: bool
    off_reason: str
    failures: int
    failing_since: datetime | None
    unheard: int
