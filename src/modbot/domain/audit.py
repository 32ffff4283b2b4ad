"""Acts of people besides decisions about comments: what an administrator answers for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Deed(StrEnum):
    """What somebody did."""

    LOGGED_IN = "logged_in"
    LOGIN_REFUSED = "login_refused"
    LOGGED_OUT = "logged_out"
    SITE_ADDED = "site_added"
    SITE_CHANGED = "site_changed"
    KEY_ROTATED = "key_rotated"
    USER_ADDED = "user_added"
    USER_CHANGED = "user_changed"
    PASSWORD_SET = "password_set"  # noqa: S105 - a word, not a password
    SESSIONS_ENDED = "sessions_ended"
    FACTOR_SET = "factor_set"
    FACTOR_DROPPED = "factor_dropped"
    RULE_ADDED = "rule_added"
    RULE_ENDED = "rule_ended"
    MODEL_PROMOTED = "model_promoted"
    MODEL_ROLLED_BACK = "model_rolled_back"
    BULK_DECIDED = "bulk_decided"
    BULK_TAKEN_BACK = "bulk_taken_back"
    ADDRESS_REVEALED = "address_revealed"
    EXPORTED = "exported"
    PERSON_EXPORTED = "person_exported"
    PERSON_ERASED = "person_erased"
    RESTORED = "restored"
    NOTICE_SENT = "notice_sent"
    REWRAPPED = "rewrapped"


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what to what, when.

    ``actor`` is a user's id, empty for the command line. ``subject`` is the id or name of what it was done to and
    ``site_id`` the site that it concerns, empty for the whole house. ``details`` holds no text, name or address of
    anybody who commented. ``number`` is 0 until it is recorded.
    """

    deed: Deed
    actor: str
    actor_name: str
    at: datetime
    subject: str = ""
    site_id: str = ""
    details: Mapping[str, str] = field(default_factory=dict)
    number: int = 0


@dataclass(frozen=True, slots=True)
class AuditCheck:
    """Whether the log is whole: how many entries, the hash of the last, and the first that does not fit, 0 for none."""

    entries: int
    last_hash: str
    broken: int = 0
