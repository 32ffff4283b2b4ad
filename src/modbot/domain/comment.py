"""A comment, what is known about it, and the machine's verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from modbot.domain.words import Action, Door, Head


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote a comment, as far as the house may know.

    ``key`` is a keyed hash per site (of the address, else of the name) and finds the
    same author again; ``email_domain`` is the part after the at sign. The address
    itself is only ever in ``Comment.email``, and only on the way in.
    """

    key: str
    email_domain: str = ""
    email_masked: str = ""
    avatar: str = ""
    disposable: bool = False
    mx_missing: bool = False


@dataclass(frozen=True, slots=True)
class Comment:
    """What arrived, validated, immutable.

    ``key`` is the caller's own id or a fresh one (idempotence); ``fingerprint`` is a
    hash of the normalised text (repeats). ``email`` is present only between the door
    and the store; a comment read back has ``sealed_email`` instead.
    """

    site_id: str
    key: str
    fingerprint: str
    name: str
    body: str
    author: Author
    door: Door = Door.NATIVE
    email: str | None = field(default=None, repr=False, compare=False)
    sealed_email: bytes | None = field(default=None, repr=False, compare=False)
    sketch: bytes = field(default=b"", repr=False, compare=False)
    url: str = ""
    page_url: str = ""
    page_title: str = ""
    parent_id: str = ""
    ip: str = ""
    user_agent: str = ""
    referrer: str = ""
    user_id: str = ""
    user_role: str = ""
    language: str = ""
    created_at: datetime | None = None
    honeypot: str = ""
    elapsed_ms: int | None = None


@dataclass(frozen=True, slots=True)
class History:
    """What the store knew about this author and this text when the comment came.

    ``same_text`` counts earlier comments with the same fingerprint, whoever wrote them;
    the ``same_text_*`` counts are those that a person decided. ``similar`` and its two count
    likewise the mutated copies with another fingerprint; ``nearest`` is the case whose group this
    comment joins, or empty.
    """

    published: int = 0
    held: int = 0
    rejected: int = 0
    same_text: int = 0
    same_text_published: int = 0
    same_text_rejected: int = 0
    similar: int = 0
    similar_published: int = 0
    similar_rejected: int = 0
    nearest: str = ""

    @property
    def is_new_author(self) -> bool:
        """Whether nothing of this author was ever published here."""
        return self.published == 0


@dataclass(frozen=True, slots=True)
class Span:
    """Characters ``start`` up to, not including, ``end`` of the original body."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Term:
    """One addend of a head's margin: a word or a field, and its share in log-odds."""

    label: str
    share: float
    spans: tuple[Span, ...] = ()
    kind: str = "word"


@dataclass(frozen=True, slots=True)
class HeadScore:
    """A head's answer as a sum: ``bias`` plus the shares of all terms, in log-odds."""

    head: Head
    bias: float
    terms: tuple[Term, ...]

    @property
    def margin(self) -> float:
        """The calibrated log-odds; its sigmoid is the probability."""
        return self.bias + sum(term.share for term in self.terms)


@dataclass(frozen=True, slots=True)
class Signal:
    """One named piece of evidence. ``strength`` is in [0, 1] and says nothing of what to do."""

    code: str
    strength: float
    detail: str
    source: str
    spans: tuple[Span, ...] = ()

    @property
    def rule_id(self) -> str:
        """The owner's rule that it comes from; empty for any other evidence."""
        maker, _, name = self.source.partition(":")
        return name.partition("@")[0] if maker == "owner" else ""


@dataclass(frozen=True, slots=True)
class Assessment:
    """All evidence about one comment, from one set of scorers."""

    heads: tuple[HeadScore, ...]
    signals: tuple[Signal, ...]
    model: str
    rules: str


@dataclass(frozen=True, slots=True)
class Reason:
    """Why, in one sentence, with its share of a head's log-odds and where it stands in the body."""

    code: str
    sentence: str
    head: Head
    share: float
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """The machine's answer and everything needed to recompute it.

    ``scores`` are probabilities per head with the rules counted in, ``risk`` the worst of the
    heads' ranks among good comments, in [0, 1]. ``coin`` was drawn before the outcome was known;
    ``audited`` says that an automatic outcome goes before a person all the same.
    """

    action: Action
    scores: Mapping[Head, float]
    risk: float
    band: str
    reasons: tuple[Reason, ...]
    heads: tuple[HeadScore, ...]
    signals: tuple[Signal, ...]
    model: str
    policy: str
    rules: str
    coin: float
    audit_rate: float
    audited: bool

    @property
    def doubt(self) -> float:
        """How near the likeliest ground for rejecting is to a toss-up: 1 at even odds, 0 where all is certain."""
        return 1.0 - abs(2.0 * max(self.scores.values(), default=0.5) - 1.0)
