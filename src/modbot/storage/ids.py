"""Identifiers that sort by time: milliseconds first, chance after. Reads no clock; the moment is given."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

CASE_PREFIX = "c"
CAMPAIGN_PREFIX = "g"
# 64 random bits: two ids made in the same millisecond differ, and no one has to keep a counter.
_RANDOM_BYTES = 8


def first_id(prefix: str, at: datetime) -> str:
    """Return what sorts before every id of this moment, and after every id of the moments before."""
    return f"{prefix}{int(at.timestamp() * 1000):012x}"


def moment_of(made: str) -> datetime:
    """Return the moment, to the millisecond, for which an id with a prefix of one letter was made."""
    return datetime.fromtimestamp(int(made[1:13], 16) / 1000, UTC)


def new_id(prefix: str, at: datetime) -> str:
    """Make an id of lower-case letters and digits; later moments sort after earlier ones."""
    return f"{first_id(prefix, at)}{secrets.token_hex(_RANDOM_BYTES)}"
