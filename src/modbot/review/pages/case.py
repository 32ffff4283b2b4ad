"""The page of one case: the text with its telling words, why, who wrote it, and what was decided so far.

Pure. May import ``domain``, ``text``, ``review.words``, ``review.marks`` and other pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from modbot import domain
from modbot.domain import Action, Case, CaseRow, DecidedBy, Door, History, Note, Precedents, Site, User
from modbot.language import N_, Phrases, _, counted
from modbot.policy import Yardstick
from modbot.review import words
from modbot.review.marks import Text, marked, marked_head, telling_terms
from modbot.review.pages.alike import Alike
from modbot.review.pages.frame import Frame
from modbot.review.pages.people import Person
from modbot.review.pages.queue import claim_words, row_of, shown_state
from modbot.review.pages.why import WhyFacts, WhyPanel, why_panel
from modbot.text import links

SHOWN_CHARS = 4_000
MOST_CHARS = 40_000
EXCERPT_CHARS = 110
PARENT_CHARS = 280
# Words quoted beside the text for those who do not see the marks.
QUOTED_WORDS = 12
HOSTS = 10
# For a case whose site nobody asked about: no cut-offs.
UNMEASURED = Yardstick(rank=lambda _scores: 0.0, reject_from=None, publish_below=None)
DOOR_WORDS = Phrases(
    {
        Door.NATIVE: N_("the API"),
        Door.FORM: N_("the form"),
        Door.AKISMET: N_("Akismet"),
        Door.PERSPECTIVE: N_("Perspective"),
        Door.CORAL: N_("Coral"),
        Door.IMPORT: N_("an import"),
        Door.OPENAI: N_("OpenAI's moderations"),
    }
)
MACHINE_WORDS = Phrases(
    {
        Action.PUBLISH: N_("The machine published it"),
        Action.HOLD: N_("The machine held it for a person"),
        Action.REJECT: N_("The machine rejected it"),
    }
)


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of a case's story."""

    at: words.Moment
    sentence: str
    who: str
    tone: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Earlier:
    """Another comment of the same author, in one line."""

    href: str
    excerpt: str
    state: str
    action: str
    at: words.Moment


@dataclass(frozen=True, slots=True)
class AuthorPanel:
    """Who wrote it, as far as the house may know."""

    name: str
    email: str
    url: str
    warnings: tuple[str, ...]
    counts: tuple[tuple[str, int], ...]
    is_new: bool
    earlier: tuple[Earlier, ...]


@dataclass(frozen=True, slots=True)
class Parent:
    """The comment that this one answers, if it went through modbot."""

    href: str
    name: str
    excerpt: str


@dataclass(frozen=True, slots=True)
class NoteLine:
    """What a colleague wrote about a case."""

    body: str
    who: str
    at: words.Moment
    asks: bool


@dataclass(frozen=True, slots=True)
class CaseDetailPage:
    """One case with everything known about it."""

    template: ClassVar[str] = "case.html"

    frame: Frame
    title: str
    id: str
    revision: int
    site: str
    received: words.Moment
    action: str
    state: str
    queued: bool
    erased: bool
    may_review: bool
    can_undo: bool
    may_manage: bool
    text: Text
    quoted_for: tuple[str, ...]
    quoted_against: tuple[str, ...]
    marked_head: str
    why: WhyPanel
    author: AuthorPanel
    page_title: str
    page_url: str
    parent: Parent | None
    parent_id: str
    story: tuple[Step, ...]
    facts: tuple[tuple[str, str], ...]
    queue_href: str
    next_href: str
    next_id: str
    notes: tuple[NoteLine, ...]
    alike: Alike | None
    claim: str
    person: Person | None
    hosts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What the store said for one case page."""

    user: User
    case: Case
    site: Site
    history: History
    earlier: Sequence[CaseRow]
    parent: Case | None
    next_id: str
    queue_href: str
    now: datetime
    precedents: Sequence[Precedents] = ()
    yardstick: Yardstick = UNMEASURED
    notes: Sequence[Note] = ()
    alike: Alike | None = None
    holder: str = ""
    person: Person | None = None


def case_page(frame: Frame, facts: CaseFacts) -> CaseDetailPage:
    """Build the page of one case from what the store said."""
    case, comment, verdict = facts.case, facts.case.comment, facts.case.verdict
    head = marked_head(verdict.scores)
    terms = telling_terms(head, verdict.heads, verdict.reasons)
    text = marked(comment.body, terms, shown=SHOWN_CHARS, most=MOST_CHARS)
    may_review = facts.user.may_review(comment.site_id) and not case.erased
    return CaseDetailPage(
        frame=frame,
        title=_("Comment by {name}", name=words.excerpt(comment.name, 40)) if comment.name else _("Comment"),
        id=case.id,
        revision=case.revision,
        site=facts.site.name,
        received=words.moment(case.received_at, facts.now),
        action=case.action.value if shown_state(row_of(case)) else Action.HOLD.value,
        state=shown_state(row_of(case)) or _("Waits for a person"),
        queued=case.queued,
        erased=case.erased,
        may_review=may_review,
        can_undo=may_review and _decided_last(case, facts.user),
        may_manage=facts.user.role is domain.Role.ADMIN,
        text=text,
        quoted_for=text.words_for[:QUOTED_WORDS],
        quoted_against=text.words_against[:QUOTED_WORDS],
        marked_head=words.head_words(head) if head else "",
        why=why_panel(_why_facts(facts)),
        author=_author(facts),
        page_title=comment.page_title,
        page_url=comment.page_url if comment.page_url.startswith(("http://", "https://")) else "",
        parent=_parent(facts.parent),
        parent_id=comment.parent_id,
        story=story(case, facts.now),
        facts=_facts(case),
        queue_href=facts.queue_href,
        next_href=f"/cases/{facts.next_id}" if facts.next_id else "",
        next_id=facts.next_id,
        notes=note_lines(facts.notes, facts.now),
        alike=facts.alike,
        claim=claim_words(facts.holder) if facts.holder else "",
        person=facts.person,
        hosts=_hosts(comment.body),
    )


def _why_facts(facts: CaseFacts) -> WhyFacts:
    may_manage = facts.user.role is domain.Role.ADMIN
    return WhyFacts(facts.case, facts.site, facts.yardstick, facts.precedents, may_manage, facts.now)


def note_lines(notes: Sequence[Note], now: datetime) -> tuple[NoteLine, ...]:
    """Show what colleagues wrote; the words of an erased comment's notes are gone."""
    return tuple(
        NoteLine(note.body or _("(erased)"), note.author_name, words.moment(note.at, now), note.asks) for note in notes
    )


def story(case: Case, now: datetime) -> tuple[Step, ...]:
    """Tell what happened to a case, the newest first."""
    blind = not shown_state(row_of(case))
    machine, tone = (
        (_("It arrived"), "noted") if blind else (MACHINE_WORDS[case.verdict.action], case.verdict.action.value)
    )
    steps = [(case.received_at, Step(words.moment(case.received_at, now), machine, "", tone))]
    if case.verdict.audited and not blind:
        audit = Step(steps[0][1].at, _("Drawn for a spot check"), "", "noted")
        steps.append((case.received_at, audit))
    for index, review in enumerate(case.reviews):
        because = words.REVIEW_REASONS.get(review.reason, review.reason)
        of_site = _("{name} (the site)", name=review.reviewer_name) if review.decided_by is DecidedBy.SITE else ""
        step = Step(
            at=words.moment(review.at, now),
            sentence=words.review_words(review.action, first=index == 0),
            who=of_site or review.reviewer_name,
            tone=review.action.value,
            note=_("as {reason}", reason=because) if because else "",
        )
        steps.append((review.at, step))
    steps += [
        (report.at, Step(words.moment(report.at, now), words.REPORT_WORDS[report.kind], "", "hold", report.reason))
        for report in case.reports
    ]
    steps.sort(key=lambda pair: pair[0])
    return tuple(step for _at, step in reversed(steps))


def _decided_last(case: Case, user: User) -> bool:
    """Whether the last word in this case was this person's, and no edit or report came after."""
    last = case.reviews[-1] if case.reviews else None
    return last is not None and last.reviewer == user.id and last.action is not Action.HOLD and not case.queued


def _author(facts: CaseFacts) -> AuthorPanel:
    author, history = facts.case.comment.author, facts.history
    warnings = (
        (_("Throw-away address"),) * author.disposable
        + (_("The address's domain takes no mail"),) * author.mx_missing
        + (counted(history.same_text, "Same text sent {n} time before", "Same text sent {n} times before"),)
        * (history.same_text > 0)
        + (counted(history.similar, "{n} copy with small changes before", "{n} copies with small changes before"),)
        * (history.similar > 0)
    )
    return AuthorPanel(
        name=facts.case.comment.name,
        email=author.email_masked,
        url=facts.case.comment.url,
        warnings=warnings,
        counts=((_("published"), history.published), (_("held"), history.held), (_("rejected"), history.rejected)),
        is_new=history.is_new_author,
        earlier=tuple(_earlier(row, facts.now) for row in facts.earlier if row.id != facts.case.id),
    )


def _earlier(row: CaseRow, now: datetime) -> Earlier:
    return Earlier(
        href=f"/cases/{row.id}",
        excerpt=words.excerpt(row.body, EXCERPT_CHARS) or _("(erased)"),
        state=words.ACTION_WORDS[row.action],
        action=row.action.value,
        at=words.moment(row.received_at, now),
    )


def _parent(parent: Case | None) -> Parent | None:
    if parent is None:
        return None
    return Parent(f"/cases/{parent.id}", parent.comment.name, words.excerpt(parent.comment.body, PARENT_CHARS))


def _hosts(body: str) -> tuple[str, ...]:
    """Name where the links of a text lead, as machines see it: letters of other scripts stand out as xn--."""
    hosts = dict.fromkeys(link.host for link in links(body[:MOST_CHARS]))
    return tuple(_ascii(host) for host in hosts)[:HOSTS]


def _ascii(host: str) -> str:
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


def _facts(case: Case) -> tuple[tuple[str, str], ...]:
    """List what somebody needs who wants to recompute the verdict."""
    comment, verdict = case.comment, case.verdict
    rows = (
        (_("Case"), case.id),
        (_("Revision"), str(case.revision)),
        (_("Model"), verdict.model or _("none")),
        (_("Policy"), verdict.policy),
        (_("Rules"), verdict.rules),
        (
            _("Came through"),
            {"native": _("the API"), "form": _("the form"), "akismet": "Akismet"}.get(
                comment.door.value, comment.door.value
            ),
        ),
        (_("Language"), comment.language),
        (_("Network address"), comment.ip),
        (_("Browser"), comment.user_agent),
        (_("Referrer"), comment.referrer),
    )
    return tuple((name, value) for name, value in rows if value)
