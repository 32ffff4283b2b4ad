"""The nouns of moderation: frozen facts that travel between the rooms.

Nothing here does I/O, reads a clock or decides. May import nothing of modbot.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Action(StrEnum):
    """What happens to a comment. There are three; protocols translate."""

    PUBLISH = "publish"
    HOLD = "hold"
    REJECT = "reject"


class DecidedBy(StrEnum):
    """Whose decision the current action is."""

    MACHINE = "machine"
    PERSON = "person"
    SITE = "site"
    TIMER = "timer"


class Mode(StrEnum):
    """How far a site lets the machine go, and on whose evidence."""

    HOLD_ONLY = "hold-only"
    BORROWED = "borrowed"
    OWN = "own"


class Role(StrEnum):
    """What a person at the review page may do."""

    ADMIN = "admin"
    MODERATOR = "moderator"
    VIEWER = "viewer"


class Door(StrEnum):
    """Through which protocol a comment came in."""

    NATIVE = "native"
    FORM = "form"


class Head(StrEnum):
    """One question that the model answers about a comment."""

    SPAM = "spam"
    TOXICITY = "toxicity"
    SEVERE_TOXICITY = "severe_toxicity"
    OBSCENE = "obscene"
    THREAT = "threat"
    INSULT = "insult"
    IDENTITY_ATTACK = "identity_attack"


class Event(StrEnum):
    """What a site may hear of."""

    COMMENT_DECIDED = "comment.decided"


class ReportKind(StrEnum):
    """A claim about a case that nobody has judged yet."""

    FLAG = "flag"
    APPEAL = "appeal"


class DeliveryState(StrEnum):
    """The life of one outgoing message."""

    PENDING = "pending"
    SENDING = "sending"
    DONE = "done"
    GIVEN_UP = "given_up"
    UNDONE = "undone"


# -- sites and people ---------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Limits:
    """What a site accepts. Lengths are characters after normalisation."""

    name_max_chars: int = 100
    body_max_chars: int = 20_000
    email_required: bool = True
    refuse_disposable: bool = False
    check_mx: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """The owner's wishes, versioned: how much the machine may decide.

    ``max_good_rejected`` and ``max_bad_published`` are shares in (0, 1), never percentages.
    ``audit_rate`` is the probability that an automatic outcome is shown to a person anyway.
    """

    version: int = 1
    mode: Mode = Mode.HOLD_ONLY
    max_good_rejected: float = 0.01
    max_bad_published: float = 0.05
    audit_rate: float = 0.05


@dataclass(frozen=True, slots=True)
class Hook:
    """Where a site hears of decisions. ``on`` is False after too many failures."""

    url: str
    on: bool = True
    off_reason: str = ""


@dataclass(frozen=True, slots=True)
class Site:
    """A tenant: its name, its wishes, its limits and its rules."""

    id: str
    name: str
    url: str
    created_at: datetime
    policy: Policy = Policy()
    limits: Limits = Limits()
    origins: tuple[str, ...] = ()
    allowed_hosts: tuple[str, ...] = ()
    hook: Hook | None = None
    blocked_words: tuple[str, ...] = ()
    show_reasons: bool = True
    signed_requests: bool = False


@dataclass(frozen=True, slots=True)
class User:
    """A person who works at the review page. ``site_ids`` is None for all sites."""

    id: str
    name: str
    role: Role
    site_ids: frozenset[str] | None
    session_version: int
    disabled: bool = False

    def may_see(self, site_id: str) -> bool:
        """Whether cases of this site are this person's business."""
        return not self.disabled and (self.site_ids is None or site_id in self.site_ids)

    def may_review(self, site_id: str) -> bool:
        """Whether this person may decide cases of this site."""
        return self.may_see(site_id) and self.role is not Role.VIEWER


# -- a comment and what is known about it -------------------------------------


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
    the ``same_text_*`` counts are those that a person decided.
    """

    published: int = 0
    held: int = 0
    rejected: int = 0
    same_text: int = 0
    same_text_published: int = 0
    same_text_rejected: int = 0

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


@dataclass(frozen=True, slots=True)
class Review:
    """A person's answer, with the revision they saw. Appended, never edited.

    ``reviewer`` is a user's id or, when the site's own moderators decided, the site's id.
    ``action`` is ``hold`` when a decision was taken back.
    """

    case_id: str
    action: Action
    reviewer: str
    reviewer_name: str
    decided_by: DecidedBy
    revision: int
    at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """A visitor's flag or the author's appeal: it raises the case and teaches nothing."""

    case_id: str
    kind: ReportKind
    at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """A comment with everything concluded about it.

    ``revision`` starts at 1 and grows with each edit, review or reopening. ``queued`` says that
    a person should look: the case is held, audited or reported.
    """

    id: str
    comment: Comment
    verdict: Verdict
    action: Action
    decided_by: DecidedBy
    revision: int
    queued: bool
    received_at: datetime
    updated_at: datetime
    reviews: tuple[Review, ...] = ()
    reports: tuple[Report, ...] = ()
    erased: bool = False

    @property
    def is_held(self) -> bool:
        """Whether nobody has decided yet."""
        return self.action is Action.HOLD


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case as a list shows it: enough to recognise and decide, no more."""

    id: str
    site_id: str
    name: str
    email_masked: str
    body: str
    page_title: str
    page_url: str
    action: Action
    decided_by: DecidedBy
    revision: int
    queued: bool
    band: str
    scores: Mapping[Head, float]
    reasons: tuple[Reason, ...]
    reports: int
    received_at: datetime


@dataclass(frozen=True, slots=True)
class CaseQuery:
    """What a list of cases is asked for. ``site_ids`` None means every site.

    ``order`` is ``"queue"`` (queued cases first, then newest first) or ``"newest"``.
    """

    site_ids: tuple[str, ...] | None = None
    action: Action | None = None
    queued: bool | None = None
    reason: str = ""
    text: str = ""
    page_url: str = ""
    author_key: str = ""
    order: str = "newest"
    cursor: str = ""
    limit: int = 50


@dataclass(frozen=True, slots=True)
class CasePage:
    """A stretch of cases and the cursor of the next one (empty at the end)."""

    rows: tuple[CaseRow, ...]
    next_cursor: str = ""


# -- what is handed to the store ----------------------------------------------


@dataclass(frozen=True, slots=True)
class NewCase:
    """A first submission or an edit, assessed and decided, ready to be recorded.

    ``payload_hash`` is a keyed hash of what the caller sent: the same key with another
    payload is refused. ``action`` and ``decided_by`` may differ from the verdict on an edit of a comment that a
    person rejected. ``seen_revision`` is the revision the edit is based on, None on a first submission.
    """

    comment: Comment
    payload_hash: str
    verdict: Verdict
    action: Action
    decided_by: DecidedBy
    at: datetime
    seen_revision: int | None = None


@dataclass(frozen=True, slots=True)
class ReviewDraft:
    """A decision somebody is about to make. ``undo`` takes back the reviewer's own last one.

    ``not_before`` is when the site may hear of it.
    """

    case_id: str
    action: Action
    reviewer: str
    reviewer_name: str
    decided_by: DecidedBy
    seen_revision: int
    at: datetime
    not_before: datetime
    reason: str = ""
    undo: bool = False


class SecretKind(StrEnum):
    """The credentials a site has."""

    BEARER = "bearer"
    AKISMET = "akismet"
    WEBHOOK = "webhook"
    CORAL = "coral"


@dataclass(frozen=True, slots=True)
class SiteSecret:
    """A credential at rest: ``index`` finds it, ``sealed`` can be opened where it must be sent again."""

    kind: SecretKind
    index: str
    sealed: bytes | None = field(default=None, repr=False)


# -- what leaves the house ----------------------------------------------------


@dataclass(frozen=True, slots=True)
class Delivery:
    """One claimed outgoing message. ``lease`` fences late finishers."""

    id: str
    site_id: str
    case_id: str
    event: Event
    action: Action
    previous: Action | None
    decided_by: DecidedBy
    revision: int
    at: datetime
    attempts: int
    lease: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """What happened on one try. ``reason`` is a name such as ``timeout``, never a trace."""

    delivered: bool
    permanent: bool
    reason: str
    status: int | None
    at: datetime
    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """A delivery as a list shows it."""

    id: str
    case_id: str
    event: Event
    state: DeliveryState
    attempts: int
    not_before: datetime
    last_reason: str
    created_at: datetime


# -- what teaches -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Label:
    """A training fact derived from one Review, with its provenance.

    ``labels`` maps a head to 1.0 (it applies) or 0.0. A head that the review does not
    speak of is absent.
    """

    case_id: str
    site_id: str
    name: str
    email_domain: str
    disposable: bool
    url: str
    body: str
    page_title: str
    fingerprint: str
    author_key: str
    elapsed_ms: int | None
    labels: Mapping[Head, float]
    decided_by: DecidedBy
    received_at: datetime
    reviewed_at: datetime
