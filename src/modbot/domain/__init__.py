"""The nouns of moderation: frozen facts that travel between the rooms.

Nothing here does I/O, reads a clock or decides. May import nothing else of modbot.
"""

from modbot.domain.case import Case, CasePage, CaseQuery, CaseRow, Label, NewCase, Report, Review, ReviewDraft
from modbot.domain.comment import Assessment, Author, Comment, HeadScore, History, Reason, Signal, Span, Term, Verdict
from modbot.domain.delivery import Attempt, Delivery, DeliveryRow
from modbot.domain.site import Hook, Limits, Policy, Site, SiteSecret, User
from modbot.domain.words import Action, DecidedBy, DeliveryState, Door, Event, Head, Mode, ReportKind, Role, SecretKind

__all__ = [
    "Action",
    "Assessment",
    "Attempt",
    "Author",
    "Case",
    "CasePage",
    "CaseQuery",
    "CaseRow",
    "Comment",
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
    "SiteSecret",
    "Span",
    "Term",
    "User",
    "Verdict",
]
