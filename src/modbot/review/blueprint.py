"""The blueprint that every view hangs on, and the house as the review page knows it.

Holds no view and no decision. May import the rooms of rank 0 to 2.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from threading import Event
from typing import Protocol, cast

from flask import Blueprint, current_app

from modbot.config import Settings
from modbot.moderation import Moderator
from modbot.storage import Store

bp = Blueprint("review", __name__)


class House(Protocol):
    """What the review page needs of the house that ``modbot.app`` joins."""

    @property
    def settings(self) -> Settings:
        """Every setting."""

    @property
    def store(self) -> Store:
        """The memory of the house."""

    @property
    def moderator(self) -> Moderator:
        """The only way to decide a case."""

    @property
    def model_dirs(self) -> tuple[Path, ...]:
        """Where models are looked for."""

    @property
    def wake(self) -> Event:
        """Set when something waits to go out."""

    def clock(self) -> datetime:
        """Tell the time, in UTC."""


def house() -> House:
    """Return the house that this app belongs to."""
    return cast("House", current_app.extensions["modbot"])
