"""How WordPress and its relatives say things: what became of a comment, when, and under which.

May import this room.
"""

from __future__ import annotations

from collections.abc import Mapping

from modbot.imports.run import BAD, GOOD

STATUSES = {"1": GOOD, "approved": GOOD, "approve": GOOD, "spam": BAD}
# What a person said to Akismet's plugin, which keeps it beside the comment.
PERSON_SAID = {"true": BAD, "false": GOOD}


def is_comment(kind: str) -> bool:
    """Say whether a comment is a person's: pingbacks and what plugins keep among comments are not."""
    return kind in {"", "comment"}


def label_of(status: str, meta: Mapping[str, object]) -> str:
    """Say what became of a comment; spam that only Akismet's machine called so teaches nothing, nor does the trash."""
    person = PERSON_SAID.get(str(meta.get("akismet_user_result", "")).lower())
    if person:
        return person
    if status == "spam" and str(meta.get("akismet_result", "")).lower() == "true":
        return ""
    return STATUSES.get(status, "")


def utc(said: str) -> str:
    """Return a moment with its zone; these systems mean UTC where they say none."""
    said = said.strip().replace(" ", "T", 1)
    if not said or said.startswith("0000"):
        return ""
    return said if said.endswith("Z") or "+" in said[10:] or "-" in said[10:] else f"{said}Z"


def nothing_for_zero(said: str) -> str:
    """Return an id, or nothing for the zero that stands for none."""
    return "" if said.strip() in {"", "0"} else said.strip()
