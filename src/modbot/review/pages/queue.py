"""The queue page: tabs, filters and rows; and the answer to a decision that was taken in the list.

Pure. May import ``domain``, ``review.words`` and ``review.marks``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import ClassVar

from modbot import domain
from modbot.domain import Action, CaseRow, Note, User
from modbot.language import N_, Said, _, counted
from modbot.review import words
from modbot.review.marks import Text, marked, marked_head, telling_terms
from modbot.review.pages.alike import Alike
from modbot.review.pages.filters import NO_MORE, ORDERS, STATES, VIEWS, Choice, Filters, More, choices
from modbot.review.pages.frame import Frame
from modbot.review.pages.one import Context
from modbot.review.reasons import reason_name, said_of

SHOWN_CHARS = 420
LARGE_CHARS = 4_000
TITLE_CHARS = 80
NAME_CHARS = 40
MOST_CHARS = 2_000
QUESTION_CHARS = 160
REASONS = 3
TITLES = {
    "waiting": N_("Queue"),
    "asked": N_("Asked comments"),
    "published": N_("Published comments"),
    "rejected": N_("Rejected comments"),
    "all": N_("All comments"),
}
NONE_YET = {
    "published": N_("No comment has been published so far."),
    "rejected": N_("No comment has been rejected so far."),
    "all": N_("No comment has come so far."),
}
ALL_CLEAR = (N_("All clear"), N_("Nobody is waiting for you. New comments that need a person appear here."))


@dataclass(frozen=True, slots=True)
class Tab:
    """One state of cases to look at."""

    href: str
    words: str
    current: bool
    count: int | None = None


@dataclass(frozen=True, slots=True)
class ReasonLine:
    """One reason in a row: ``tone`` is "for", "against" or "noted"."""

    sentence: str
    tone: str


@dataclass(frozen=True, slots=True)
class RowView:
    """A case in the list: who, where, what, why, and what can be done."""

    id: str
    href: str
    name: str
    email: str
    site: str
    page_title: str
    received: words.Moment
    action: str
    state: str
    band: words.Band
    text: Text
    reasons: tuple[ReasonLine, ...]
    reports: str
    revision: int
    queued: bool
    may_review: bool
    back: str
    next_id: str
    question: str = ""
    context: Context | None = None
    campaign: str = ""
    alike: Alike | None = None
    claim: str = ""

    @property
    def acts(self) -> str:
        """Where to post a decision: about this case, or about all copies that it stands for."""
        return self.alike.href if self.alike else self.href


@dataclass(frozen=True, slots=True)
class QueuePage:
    """The list of cases with its filters."""

    template: ClassVar[str] = "queue.html"

    frame: Frame
    title: str
    tabs: tuple[Tab, ...]
    filters: Filters
    sites: tuple[Choice, ...]
    reasons: tuple[Choice, ...]
    orders: tuple[Choice, ...]
    views: tuple[Tab, ...]
    may_review: bool
    picks: bool
    rows: tuple[RowView, ...]
    next_href: str
    first_href: str
    clear_href: str
    empty: tuple[str, str] | None
    all_clear: tuple[str, str]
    search_all_href: str
    since: float
    start_href: str
    more: More


@dataclass(frozen=True, slots=True)
class OutcomePage:
    """What a decision in the list led to: the notice, the new count, and the row as it is now."""

    template: ClassVar[str] = "_outcome.html"
    title: ClassVar[Said] = Said("Done")

    frame: Frame
    row: RowView


@dataclass(frozen=True, slots=True)
class QueueFacts:
    """What the store said for one queue page."""

    user: User
    sites: Sequence[domain.Site]
    counts: Mapping[str, int]
    reason_codes: Sequence[str]
    stretch: domain.CasePage
    now: datetime
    notes: Mapping[str, tuple[Note, ...]] = field(default_factory=dict)
    contexts: Mapping[str, Context] = field(default_factory=dict)
    cards: Mapping[str, Alike] = field(default_factory=dict)
    claims: Mapping[str, str] = field(default_factory=dict)
    more: More = NO_MORE


def queue_page(frame: Frame, filters: Filters, facts: QueueFacts) -> QueuePage:
    """Build the queue page from what the store said."""
    waiting = facts.counts.get("queued", 0)
    may_review = any(facts.user.may_review(row.site_id) for row in facts.stretch.rows)
    first = replace(filters, cursor="")
    return QueuePage(
        frame=frame,
        title=_(TITLES[filters.state]),
        tabs=_tabs(first, {"waiting": waiting, "asked": facts.counts.get("asked") or None}),
        filters=filters,
        sites=choices(((site.id, site.name) for site in facts.sites), filters.site),
        reasons=choices(((code, reason_name(code)) for code in facts.reason_codes), filters.reason),
        orders=choices(ORDERS.items(), filters.order) if filters.waits and not filters.text else (),
        views=tuple(Tab(replace(first, view=one).href(), label, one == filters.view) for one, label in VIEWS.items()),
        may_review=may_review,
        picks=may_review and filters.waits and filters.view == "list",
        rows=rows(facts, filters),
        next_href=replace(filters, cursor=facts.stretch.next_cursor).href() if facts.stretch.next_cursor else "",
        first_href=first.href() if filters.cursor else "",
        clear_href=replace(Filters(), state=filters.state, order=filters.order, view=filters.view).href(),
        empty=None if facts.stretch.rows else _empty(filters),
        all_clear=(_(ALL_CLEAR[0]), _(ALL_CLEAR[1])),
        search_all_href=Filters(state="all", text=filters.text).href()
        if filters.text and filters.state != "all"
        else "",
        since=facts.now.timestamp(),
        more=facts.more,
        start_href="/start" if facts.user.role is domain.Role.ADMIN and not facts.reason_codes else "",
    )


def rows(facts: QueueFacts, filters: Filters) -> tuple[RowView, ...]:
    """Show the cases of a stretch; each row knows the next one, where the focus goes after a decision."""
    names = {site.id: site.name for site in facts.sites} if len(facts.sites) > 1 else {}
    following = [row.id for row in facts.stretch.rows[1:]] + [""]
    return tuple(
        replace(
            row_view(row, facts.user, facts.now, facts.contexts.get(row.id)),
            site=names.get(row.site_id, ""),
            back=filters.href(),
            next_id=next_id,
            question=question_of(facts.notes.get(row.id, ())) if row.asked and row.queued else "",
            alike=facts.cards.get(row.id),
            claim=claim_words(facts.claims[row.id]) if row.id in facts.claims else "",
        )
        for row, next_id in zip(facts.stretch.rows, following, strict=bool(facts.stretch.rows))
    )


def row_view(row: CaseRow, user: User, now: datetime, context: Context | None = None) -> RowView:
    """Show one case as a row; with its context, large."""
    terms = telling_terms(marked_head(row.scores), row.heads, row.reasons)
    return RowView(
        id=row.id,
        href=f"/cases/{row.id}",
        name=row.name,
        email=row.email_masked,
        site="",
        page_title=words.excerpt(row.page_title, TITLE_CHARS),
        received=words.moment(row.received_at, now),
        action=row.action.value,
        state=shown_state(row),
        band=words.band_of(row.band),
        # In a list only what speaks against a comment is marked: the rest would be noise.
        text=marked(row.body, terms, shown=LARGE_CHARS, most=2 * LARGE_CHARS)
        if context
        else marked(row.body, terms, shown=SHOWN_CHARS, most=MOST_CHARS, kinds=frozenset({"for"})),
        reasons=tuple(_reason_line(reason) for reason in (row.reasons if context else telling(row.reasons))),
        reports=counted(row.reports, "{n} report", "{n} reports") if row.reports else "",
        revision=row.revision,
        queued=row.queued,
        may_review=user.may_review(row.site_id),
        back="/queue",
        next_id="",
        context=context,
        campaign=row.campaign,
    )


def claim_words(name: str) -> str:
    """Say who looks at a case."""
    return _("{name} is looking at this", name=words.excerpt(name, NAME_CHARS))


def question_of(notes: Sequence[Note]) -> str:
    """Say who asks what: the last question."""
    asked = next((note for note in reversed(notes) if note.asks), None)
    return (
        _("{name} asks: {question}", name=asked.author_name, question=words.excerpt(asked.body, QUESTION_CHARS))
        if asked
        else ""
    )


def telling(reasons: Sequence[domain.Reason]) -> tuple[domain.Reason, ...]:
    """Choose the reasons for a row: what speaks against the comment, and the best that speaks for it."""
    against = [reason for reason in reasons if reason.share > 0]
    others = [reason for reason in reasons if reason.share <= 0]
    return tuple((against[: REASONS - 1] + others[:1] + against[REASONS - 1 :])[:REASONS])


def row_of(case: domain.Case, campaign: str = "") -> CaseRow:
    """Look at a whole case as the list would."""
    return CaseRow(
        id=case.id,
        site_id=case.comment.site_id,
        name=case.comment.name,
        email_masked=case.comment.author.email_masked,
        body=case.comment.body,
        page_title=case.comment.page_title,
        page_url=case.comment.page_url,
        action=case.action,
        decided_by=case.decided_by,
        revision=case.revision,
        queued=case.queued,
        band=case.verdict.band,
        scores=case.verdict.scores,
        reasons=case.verdict.reasons,
        reports=len(case.reports),
        received_at=case.received_at,
        heads=case.verdict.heads,
        asked=case.asked,
        campaign=campaign,
    )


def shown_state(row: CaseRow) -> str:
    """Say where a case stands, unless that is what a person shall judge for themselves.

    A machine's outcome that was drawn for a spot check must look like any other case that waits.
    """
    blind = row.queued and row.decided_by is domain.DecidedBy.MACHINE and not row.reports
    return "" if blind else state_words(row.action, row.decided_by)


def state_words(action: Action, decided_by: domain.DecidedBy) -> str:
    """Say where a case stands and through whom. A held case was decided by nobody."""
    return words.ACTION_WORDS[action] if action is Action.HOLD else words.STATE_WORDS[action, decided_by]


def _reason_line(reason: domain.Reason) -> ReasonLine:
    tone = "for" if reason.share > 0 else "against" if reason.share < 0 else "noted"
    return ReasonLine(said_of(reason), tone)


def _tabs(first: Filters, counts: Mapping[str, int | None]) -> tuple[Tab, ...]:
    return tuple(
        Tab(
            href=replace(first, state=state).href(),
            words=_(label),
            current=state == first.state,
            count=counts.get(state),
        )
        for state, (label, *_rest) in STATES.items()
    )


def _empty(filters: Filters) -> tuple[str, str]:
    if filters.narrow or filters.cursor:
        return _("Nothing matches"), _("No comment fits these filters. Loosen one, or clear them all.")
    if filters.state == "waiting":
        return _(ALL_CLEAR[0]), _(ALL_CLEAR[1])
    if filters.state == "asked":
        return _("No open question"), _("Nobody has asked a colleague about a comment that still waits.")
    return _("Nothing here yet"), _(NONE_YET[filters.state])
