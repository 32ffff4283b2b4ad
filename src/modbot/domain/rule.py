"""What an owner decides by name: rules about words, links, addresses, authors and networks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from modbot.domain.comment import Comment
from modbot.domain.words import Action, DecidedBy


class RuleKind(StrEnum):
    """What a rule looks at."""

    WORDS = "words"
    PATTERN = "pattern"
    LINK = "link"
    EMAIL_DOMAIN = "email-domain"
    AUTHOR = "author"
    NETWORK = "network"


class RuleEffect(StrEnum):
    """What becomes of a comment that a rule finds."""

    REJECT = "reject"
    HOLD = "hold"
    TRUST = "trust"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of an owner. Never edited: a changed one is ended and another one added.

    ``site_id`` is None for every site. ``pattern`` has an entry in each line; that of an author is the keyed hash, and
    ``label`` says in clear whose, as far as people may see it. Each addition and each end makes a new version of the
    rule set: a rule counts from ``version`` on and, once ended, up to the one before ``ended_version``.
    """

    id: str
    site_id: str | None
    kind: RuleKind
    pattern: str
    effect: RuleEffect
    by: str
    at: datetime
    until: datetime | None = None
    note: str = ""
    label: str = ""
    version: int = 0
    ended_at: datetime | None = None
    ended_by: str = ""
    ended_version: int | None = None

    @property
    def entries(self) -> tuple[str, ...]:
        """The lines of the pattern."""
        return tuple(self.pattern.split("\n"))

    def is_in_force(self, at: datetime) -> bool:
        """Whether it counts at this moment."""
        return self.ended_at is None and (self.until is None or at < self.until)


TALLIED_MAX = 1_000
"""Nobody acts differently on 1,000 and on 1,200 comments, but counting them takes longer."""


@dataclass(frozen=True, slots=True)
class RuleTally:
    """How often a rule found a comment, up to the newest 1,000 of them, and what people decided about those."""

    hits: int = 0
    published: int = 0
    rejected: int = 0

    def reversed_of(self, effect: RuleEffect) -> int:
        """How many times people decided against what the rule wants; a rule that only marks wants nothing."""
        return {RuleEffect.NOTE: 0, RuleEffect.TRUST: self.rejected}.get(effect, self.published)


@dataclass(frozen=True, slots=True)
class PastComment:
    """A stored comment as rules see it, and where it stands now."""

    case_id: str
    comment: Comment
    action: Action
    decided_by: DecidedBy
    received_at: datetime
