"""The nouns of moderation: frozen facts that travel between the rooms.

Nothing here does I/O, reads a clock or decides. May import nothing else of modbot.
"""

from modbot.domain.case import Case, CasePage, CaseQuery, CaseRow, Label, Lesson, NewCase, Report, Review, ReviewDraft
from modbot.domain.comment import Assessment, Author, Comment, HeadScore, History, Reason, Signal, Span, Term, Verdict
from modbot.domain.delivery import Attempt, Delivery, DeliveryRow
from modbot.domain.site import Checked, Cut, Hook, Limits, Policy, Site, SiteLayer, SiteSecret, User
from modbot.domain.words import (
    BANS,
    FAILED,
    Action,
    DecidedBy,
    DeliveryState,
    Door,
    Event,
    Head,
    Mode,
    ReportKind,
    Role,
    SecretKind,
)

__all__ = [
    "BANS",
    "FAILED",
    "Action",
    "Assessment",
    "Attempt",
    "Author",
    "Case",
    "CasePage",
    "CaseQuery",
    "CaseRow",
    "Checked",
    "Comment",
    "Cut",
    "DecidedBy",
    "Delivery",
    "DeliveryRow",
    "DeliveryState",
    "Door",
    "Event",
    "Head",
    "HeadScore",
    "History",
    "Hook",
    "Label",
    "Lesson",
    "Limits",
    "Mode",
    "NewCase",
    "Policy",
    "Reason",
    "Report",
    "ReportKind",
    "Review",
    "ReviewDraft",
    "Role",
    "SecretKind",
    "Signal",
    "Site",
    "SiteLayer",
    "SiteSecret",
    "Span",
    "Term",
    "User",
    "Verdict",
]
