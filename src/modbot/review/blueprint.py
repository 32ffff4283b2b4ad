"""The blueprint that every view hangs on, and the house as the review page knows it.

Holds no view and no decision. May import the rooms of rank 0 to 2.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import Protocol, cast

from flask import Blueprint, abort, current_app, request

from modbot.config import Settings
from modbot.language import Language
from modbot.moderation import Moderator
from modbot.privacy import Vault
from modbot.storage import Store

bp = Blueprint("review", __name__)


@bp.before_request
def refuse_null_characters() -> None:
    """Refuse what no database can look for; no page of ours sends it."""
    said = (request.path, *request.args.values(), *request.form.values())
    if any("\x00" in text for text in said):
        abort(400)


class House(Protocol):
    """What the review page needs of the house that ``modbot.app`` joins."""

    @property
    def settings(self) -> Settings:
        """Every setting."""

    @property
    def store(self) -> Store:
        """The memory of the house."""

    @property
    def vault(self) -> Vault:
        """The keys of the house."""

    @property
    def moderator(self) -> Moderator:
        """The only way to decide a case."""

    @property
    def model_dirs(self) -> tuple[Path, ...]:
        """Where models are looked for."""

    @property
    def languages(self) -> Mapping[str, Language]:
        """The languages that the pages can speak, by their tag."""

    @property
    def wake(self) -> Event:
        """Set when something waits to go out."""

    def clock(self) -> datetime:
        """Tell the time, in UTC."""


def house() -> House:
    """Return the house that this app belongs to."""
    return cast("House", current_app.extensions["modbot"])
