"""What a person asks for so that the work stays bearable: slurs behind dots, a count of the hard ones, breaks.

Pure. May import ``review.words`` and this room.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar

from modbot.language import Said, _, counted
from modbot.review.pages.frame import Frame
from modbot.review.pages.veil import words_of

# Minutes of work after which a break is suggested; 0 never.
PAUSES = (0, 25, 50, 90)
# Whoever decides nothing for so long has had a break.
BREAK = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Care:
    """What a person chose. Everything is off until somebody asks for it."""

    mask: bool = False
    own: tuple[str, ...] = ()
    count: bool = False
    pause_min: int = 0


@dataclass(frozen=True, slots=True)
class Stint:
    """A stretch of work without a break: when it began, the last decision, how many, how many of them hard to read.

    Times in seconds since 1970.
    """

    began: float
    last: float
    decided: int = 0
    hard: int = 0
    reminded: float = 0.0

    @property
    def words(self) -> str:
        """Say what was done since the last break."""
        minutes = counted(max(1, round((self.last - self.began) / 60)), "{n} minute", "{n} minutes")
        return counted(
            self.decided,
            "{n} time in {minutes} without a break; {hard} of them were hard to read",
            "{n} times in {minutes} without a break; {hard} of them were hard to read",
            minutes=minutes,
            hard=self.hard,
        )


@dataclass(frozen=True, slots=True)
class CarePage:
    """The form, and what was done since the last break for those who count."""

    template: ClassVar[str] = "care.html"
    title: ClassVar[Said] = Said("Looking after yourself")

    frame: Frame
    care: Care
    done: str = ""
    saved: bool = False

    @property
    def pauses(self) -> tuple[tuple[int, str], ...]:
        """The choices for the break."""
        return tuple(
            (minutes, _("After {minutes} minutes", minutes=minutes) if minutes else _("Never")) for minutes in PAUSES
        )


def care_of(kept: Mapping[str, Any]) -> Care:
    """Read what was kept."""
    return Care(
        mask=bool(kept.get("mask")),
        own=tuple(kept.get("own", ())),
        count=bool(kept.get("count")),
        pause_min=kept.get("pause_min", 0),
    )


def kept_of(asked: Mapping[str, str]) -> dict[str, Any] | None:
    """Read a form into what is kept; None if everything is as for everybody."""
    pause = asked.get("pause_min", "")
    chosen = {
        "mask": asked.get("mask") == "1",
        "own": list(words_of(asked.get("own", ""))),
        "count": asked.get("count") == "1",
        "pause_min": int(pause) if pause in {str(one) for one in PAUSES} else 0,
    }
    return {name: value for name, value in chosen.items() if value} or None


def longer(stint: Stint | None, at: float, *, hard: bool) -> Stint:
    """Add a decision to a stretch of work, or begin another after a break."""
    if stint is None or at - stint.last > BREAK.total_seconds():
        return Stint(at, at, 1, int(hard))
    return Stint(stint.began, at, stint.decided + 1, stint.hard + int(hard), stint.reminded)


def is_due(stint: Stint, care: Care, at: float) -> bool:
    """Whether it is time to suggest a break: as long after the last suggestion as after the beginning."""
    since = max(stint.began, stint.reminded)
    return bool(care.pause_min) and at - stint.last <= BREAK.total_seconds() and at - since >= care.pause_min * 60
