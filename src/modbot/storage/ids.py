"""Identifiers that sort by time: milliseconds first, chance after. Reads no clock; the moment is given."""

from __future__ import annotations

import secrets
from datetime import datetime

# 64 random bits: two ids made in the same millisecond differ, and no one has to keep a counter.
_RANDOM_BYTES = 8


def new_id(prefix: str, at: datetime) -> str:
    """Make an id of lower-case letters and digits; later moments sort after earlier ones."""
    return f"{prefix}{int(at.timestamp() * 1000):012x}{secrets.token_hex(_RANDOM_BYTES)}"
