"""How long a person has been at it, and how much of it was hard to read.

Lives in the session of one browser and nowhere else: it is nobody else's business. May import this room's pages.
"""

from __future__ import annotations

from dataclasses import astuple, replace

from flask import session

from modbot.domain import ABUSE_KINDS, Case
from modbot.language import _
from modbot.review.pages.care import Care, Stint, is_due, longer
from modbot.review.pages.veil import has_slur

KEPT = "stint"
HARD = {"abuse", *(kind.value for kind in ABUSE_KINDS)}


def stint_of() -> Stint | None:
    """Return the stretch of work that this session is in, or was in last."""
    kept = session.get(KEPT)
    return Stint(*kept) if kept else None


def worked(at: float, case: Case | None = None) -> None:
    """Count a decision; without a case it was one about many."""
    session[KEPT] = [round(part) for part in astuple(longer(stint_of(), at, hard=bool(case and _is_hard(case))))]


def reminder(care: Care, at: float) -> str:
    """Say that a break would do good, when it is time; once, then not before as much time again."""
    stint = stint_of()
    if stint is None or not is_due(stint, care, at):
        return ""
    session[KEPT] = [round(part) for part in astuple(replace(stint, reminded=at))]
    return _("Time for a break? You decided {done}.", done=stint.words)


def _is_hard(case: Case) -> bool:
    return case.reviews[-1].reason in HARD or has_slur(case.comment.body)
