"""A comment with everything concluded about it, and how cases are asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from modbot.domain.comment import Comment, HeadScore, Reason, Verdict
from modbot.domain.words import Action, Alike, DecidedBy, Head, ReportKind


@dataclass(frozen=True, slots=True)
class Review:
    """A person's answer, with the revision they saw. Appended, never edited.

    ``reviewer`` is a user's id or, when the site's own moderators decided, the site's id.
    ``action`` is ``hold`` when a decision was taken back, ``batch`` names the bulk act that it is part of.
    """

    case_id: str
    action: Action
    reviewer: str
    reviewer_name: str
    decided_by: DecidedBy
    revision: int
    at: datetime
    reason: str = ""
    batch: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """What a person did to many cases at once: one act, taken back as one."""

    id: str
    reviewer: str
    action: Action
    reason: str
    size: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Note:
    """What one colleague wrote down for the others about a case; it decides nothing. ``asks`` wants an answer."""

    case_id: str
    author: str
    author_name: str
    body: str
    at: datetime
    asks: bool = False


@dataclass(frozen=True, slots=True)
class AuthorFacts:
    """What a site knows of an author besides the counts: since when, under which names, and the last weeks' decisions.

    ``published`` and ``rejected`` are of the newest comments since the moment that was asked about.
    """

    first_seen: datetime | None
    names: tuple[str, ...]
    published: int
    rejected: int


@dataclass(frozen=True, slots=True)
class AuthorNote:
    """What one colleague wrote down for the others about an author at a site."""

    site_id: str
    author_key: str
    by: str
    by_name: str
    body: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Claim:
    """Somebody looks at a case just now. It locks nothing."""

    case_id: str
    user_id: str
    user_name: str
    until: datetime


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
    a person should look: the case is held, audited or reported; ``asked`` that somebody put a question to colleagues.
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
    asked: bool = False

    @property
    def is_held(self) -> bool:
        """Whether nobody has decided yet."""
        return self.action is Action.HOLD


@dataclass(frozen=True, slots=True)
class Callback:
    """Where a client waits for a verdict that may still change, and what it needs to find its comment again."""

    url: str
    about: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class NewCase:
    """A first submission or an edit, assessed and decided, ready to be recorded.

    ``payload_hash`` is a keyed hash of what the caller sent: the same key with another
    payload is refused. ``action`` and ``decided_by`` may differ from the verdict on an edit of a comment that a
    person rejected. ``seen_revision`` is the revision the edit is based on, None on a first submission. ``joins`` is
    the case of which this is a mutated copy, or empty. ``callback`` is where its client waits for more, if it does.
    """

    comment: Comment
    payload_hash: str
    verdict: Verdict
    action: Action
    decided_by: DecidedBy
    at: datetime
    seen_revision: int | None = None
    joins: str = ""
    callback: Callback | None = None


@dataclass(frozen=True, slots=True)
class ReviewDraft:
    """A decision somebody is about to make. ``undo`` takes back the reviewer's own last one.

    ``not_before`` is when the site may hear of it, ``batch`` the bulk act that it is part of, empty for none.
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
    batch: str = ""


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
    heads: tuple[HeadScore, ...] = ()
    asked: bool = False
    campaign: str = ""


@dataclass(frozen=True, slots=True)
class CaseQuery:
    """What a list of cases is asked for. ``site_ids`` None means every site.

    ``order`` is ``"newest"``, ``"oldest"``, ``"queue"`` (queued cases first, then newest first), or one of two for what
    waits and nothing else: ``"worst"`` (the highest risk first) and ``"unsure"`` (the most doubtful first). ``besides``
    are cases and campaigns to leave out, ``among`` the only ones to list. ``authors`` are keyed hashes, any of which
    will do; ``host`` is where a link in the text leads, or where the author's address is; ``reviewer`` decided it at
    some time; ``since`` and ``until`` bound when it came, the second excluded.
    """

    site_ids: tuple[str, ...] | None = None
    action: Action | None = None
    queued: bool | None = None
    asked: bool | None = None
    reason: str = ""
    text: str = ""
    page_url: str = ""
    author_key: str = ""
    order: str = "newest"
    cursor: str = ""
    limit: int = 50
    besides: tuple[str, ...] = ()
    among: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    host: str = ""
    band: str = ""
    reviewer: str = ""
    by_people: bool | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class CasePage:
    """A stretch of cases and the cursor of the next one (empty at the end)."""

    rows: tuple[CaseRow, ...]
    next_cursor: str = ""


@dataclass(frozen=True, slots=True)
class Precedents:
    """Earlier cases that are like one at hand in one way, and how people decided them.

    ``about`` is the domain that they link to, empty for the other ways. ``newest`` are a few of them, as examples.
    """

    alike: Alike
    about: str
    published: int
    rejected: int
    newest: tuple[Case, ...]


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


@dataclass(frozen=True, slots=True)
class Lesson:
    """A text of one site as that site's layer learns from it.

    ``labels`` are as in `Label`, empty for a text that nobody answered. ``signals`` are the strengths of what the rules
    found when it came. ``chance`` is how likely people were to see the text, so that those that the machine decided and
    chance laid before them speak for the many that nobody saw.
    """

    comment: Comment
    labels: Mapping[Head, float]
    signals: Mapping[str, float]
    chance: float
    answered_at: datetime | None = None
