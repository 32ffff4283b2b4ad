"""Why a case got its verdict: where it stands, what told for and against, rules, earlier decisions, the promise.

Pure. What takes a moment to find out, the smallest edit above all, is a page of its own that the panel takes in later.
May import ``domain``, ``explaining``, ``policy``'s vocabulary, ``review.words`` and ``review.marks``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from modbot.domain import Action, Alike, Case, DecidedBy, Head, HeadScore, Mode, Precedents, Site, Verdict
from modbot.explaining import Edit, edit_told, telling
from modbot.language import N_, Phrases, Said, _
from modbot.policy import MAIN_HEADS, PROBABLY_BAD_FROM, UNCLEAR_FROM, Yardstick
from modbot.review import words
from modbot.review.marks import marked_head
from modbot.review.pages.frame import Frame
from modbot.review.reasons import said_of

EXCERPT_CHARS = 90
# The longest bar stands for the strongest reason, but never for less than this share (log-odds):
# otherwise a comment with only weak reasons would look like one with strong ones.
FULL_BAR = 2.0
# From here on a second head is worth a moderator's glance, too.
SECOND_HEAD_FROM = 0.4
PUBLISHES = (N_("published by machine"), N_("nothing is published by machine yet"))
REJECTS = (N_("rejected by machine"), N_("nothing is rejected by machine yet"))
ZONE_WIDTH = 100 / len(words.BANDS)
# The mark stays this far inside its zone, so that nobody has to guess which one it is in.
ZONE_MARGIN = 2.0
ALIKE_WORDS = Phrases(
    {
        Alike.TEXT: N_("The same text"),
        Alike.COPY: N_("Copies of it with small changes"),
        Alike.DOMAIN: N_("Comments with a link to {about}"),
        Alike.AUTHOR: N_("The same author"),
    }
)
NOW_WORDS = {
    Action.PUBLISH: N_("Judged anew, the machine would have it published."),
    Action.HOLD: N_("Judged anew, the machine would have it held."),
    Action.REJECT: N_("Judged anew, the machine would have it rejected."),
}


@dataclass(frozen=True, slots=True)
class Zone:
    """One of the five stretches of the scale; ``note`` says what the machine does there, if anything."""

    name: str
    here: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class Scale:
    """Where a case stands between fine and bad. ``mark`` is the place on the scale, 0 to 100."""

    zones: tuple[Zone, ...]
    mark: float
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """One reason with its sentence, the way it pulls in words, and a bar of 0 to 100."""

    code: str
    sentence: str
    pull: str
    tone: str
    bar: int


@dataclass(frozen=True, slots=True)
class HeadRow:
    """One head's answer in words, with a bar of 0 to 100."""

    name: str
    likelihood: str
    bar: int
    is_main: bool


@dataclass(frozen=True, slots=True)
class Told:
    """The most telling reasons about one head, each a sentence, the strongest first."""

    about: str
    speaks_for: tuple[str, ...]
    speaks_against: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """An earlier comment that people decided, in one line."""

    href: str
    excerpt: str
    state: str
    action: str
    at: words.Moment


@dataclass(frozen=True, slots=True)
class PrecedentRow:
    """Earlier decisions about comments that are alike in one way. ``tone`` says which way people leaned."""

    alike: str
    decided: str
    tone: str
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class WhyPanel:
    """Everything that speaks for and against a verdict. ``scale`` is None for a case that was not assessed."""

    href: str
    scale: Scale | None
    told: tuple[Told, ...]
    rules: tuple[ReasonRow, ...]
    precedents: tuple[PrecedentRow, ...]
    promise: tuple[str, ...]
    reasons: tuple[ReasonRow, ...]
    heads: tuple[HeadRow, ...]
    made_by: str
    cutoffs: tuple[str, ...]
    may_manage: bool


@dataclass(frozen=True, slots=True)
class WhyFacts:
    """What the store and the moderator said for the panel."""

    case: Case
    site: Site
    yardstick: Yardstick
    precedents: Sequence[Precedents]
    may_manage: bool
    now: datetime


@dataclass(frozen=True, slots=True)
class Anew:
    """What the machine would do today, what would change that, and how far the site's own evidence carries."""

    action: Action
    edit: Edit | None
    evidence: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class WhyPage:
    """What takes a moment to find out about one case."""

    template: ClassVar[str] = "why.html"
    title: ClassVar[Said] = Said("What would change it")

    frame: Frame
    case_href: str
    edit: str
    evidence: tuple[str, ...]


def why_panel(facts: WhyFacts) -> WhyPanel:
    """Build the panel from what the store said."""
    verdict, policy = facts.case.verdict, facts.site.policy
    codes = {signal.code for signal in verdict.signals}
    reasons = reason_rows(verdict)
    return WhyPanel(
        href=f"/cases/{facts.case.id}/why",
        scale=scale(verdict, policy.mode, facts.yardstick),
        told=told(verdict),
        rules=tuple(reason for reason in reasons if reason.code in codes),
        precedents=tuple(_precedent(one, facts.now) for one in facts.precedents),
        promise=promise_told(facts.site),
        reasons=reasons,
        heads=head_rows(verdict),
        made_by=_(
            "Model {model}, policy {policy}, rules {rules}.",
            model=verdict.model or _("none"),
            policy=verdict.policy,
            rules=verdict.rules,
        ),
        cutoffs=cutoffs_told(policy.mode, facts.yardstick),
        may_manage=facts.may_manage,
    )


def why_page(frame: Frame, case: Case, mode: Mode, anew: Anew) -> WhyPage:
    """Build what the panel takes in later."""
    sentence = edit_told(anew.edit, mode)
    if case.erased:
        sentence = _("The text was erased: nothing is left to edit.")
    elif anew.action is not case.verdict.action:
        sentence = f"{_(NOW_WORDS[anew.action])} {sentence}"
    return WhyPage(frame, f"/cases/{case.id}", sentence, tuple(anew.evidence))


def scale(verdict: Verdict, mode: Mode, yardstick: Yardstick) -> Scale | None:
    """Place a verdict on the scale, and say in words where that is between the two cut-offs."""
    level = words.band_of(verdict.band).level
    if not level:
        return None
    notes = {0: _note(PUBLISHES, mode, yardstick.publish_below), 4: _note(REJECTS, mode, yardstick.reject_from)}
    zones = tuple(Zone(words.begun(_(band)), at + 1 == level, notes.get(at, "")) for at, band in enumerate(words.BANDS))
    return Scale(zones, _mark(verdict.risk, level, yardstick), (words.among_good(verdict.risk), _stands(level, mode)))


def told(verdict: Verdict) -> tuple[Told, ...]:
    """Tell the three strongest reasons for and against the likelier head, and the other one where it is worth it.

    Rules are left to their own list.
    """
    first = marked_head(verdict.scores)
    rows = []
    for score in sorted(verdict.heads, key=lambda one: one.head is not first):
        likely = verdict.scores.get(score.head, 0.0) >= SECOND_HEAD_FROM
        if score.head in MAIN_HEADS and (score.head is first or likely):
            found = telling(_without_rules(score))
            if found.speaks_for or found.speaks_against:
                rows.append(Told(words.head_words(score.head), found.speaks_for, found.speaks_against))
    return tuple(rows)


def reason_rows(verdict: Verdict) -> tuple[ReasonRow, ...]:
    """Show every reason with its weight in words and as a bar against the strongest."""
    full = max([FULL_BAR] + [abs(reason.share) for reason in verdict.reasons])
    return tuple(
        ReasonRow(
            code=reason.code,
            sentence=said_of(reason),
            pull=words.pull(reason.share, reason.head),
            tone="for" if reason.share > 0 else "against" if reason.share < 0 else "noted",
            # What counts at all is seen at all.
            bar=max(3, round(100 * abs(reason.share) / full)) if reason.share else 0,
        )
        for reason in verdict.reasons
    )


def head_rows(verdict: Verdict) -> tuple[HeadRow, ...]:
    """Show each head's score in words, spam and abuse first."""
    order = list(Head)
    return tuple(
        HeadRow(
            name=words.begun(words.head_words(head)),
            likelihood=words.likelihood(verdict.scores[head]),
            bar=round(100 * verdict.scores[head]),
            is_main=head in MAIN_HEADS,
        )
        for head in sorted(verdict.scores, key=order.index)
    )


def promise_told(site: Site) -> tuple[str, ...]:
    """Say what the owner promised and on whose evidence."""
    mode, sentence = words.MODE_WORDS[site.policy.mode]
    said = (f"{mode}. {sentence}",)
    return said if site.policy.mode is Mode.HOLD_ONLY else (*said, words.promise_words(site.policy))


def cutoffs_told(mode: Mode, yardstick: Yardstick) -> tuple[str, ...]:
    """Say where the machine's cut-offs are today, in comments out of a thousand."""
    if mode is Mode.HOLD_ONLY:
        return ()
    publish, reject = yardstick.publish_below, yardstick.reject_from
    return (
        _("There is too little evidence to publish by machine.")
        if publish is None
        else _(
            "Published by machine is what looks less suspicious than {so_many} good comments.",
            so_many=_of_thousand(1 - publish),
        ),
        _("There is too little evidence to reject by machine.")
        if reject is None
        else _(
            "Rejected by machine is what looks more suspicious than {so_many} good comments.",
            so_many=_of_thousand(reject),
        ),
    )


def _of_thousand(share: float) -> str:
    # Never "1,000 in 1,000": some good comment always looks worse.
    return _("{n} in 1,000", n=min(999, round(1000 * share)))


def _note(done: tuple[str, str], mode: Mode, cutoff: float | None) -> str:
    if mode is Mode.HOLD_ONLY:
        return _("a person decides")
    return _(done[cutoff is None])


def _stands(level: int, mode: Mode) -> str:
    if mode is Mode.HOLD_ONLY:
        return _("People decide every comment on this site, wherever it stands.")
    if level == 1:
        return _("That is below the cut-off up to which the machine publishes.")
    if level == len(words.BANDS):
        return _("That is beyond the cut-off from which the machine rejects.")
    return _("That is between the cut-offs for publishing and for rejecting, so a person decides.")


def _mark(risk: float, level: int, yardstick: Yardstick) -> float:
    """The place on the scale: in the zone of the band, as far along as the risk is between its ends."""
    publish = 0.0 if yardstick.publish_below is None else yardstick.publish_below
    reject = 1.0 if yardstick.reject_from is None else yardstick.reject_from
    ends = (0.0, publish, UNCLEAR_FROM, PROBABLY_BAD_FROM, reject, 1.0)
    low, high = ends[level - 1], ends[level]
    along = min(1.0, max(0.0, (risk - low) / (high - low))) if high > low else 0.5
    inside = ZONE_MARGIN + along * (ZONE_WIDTH - 2 * ZONE_MARGIN)
    return round((level - 1) * ZONE_WIDTH + inside, 1)


def _without_rules(score: HeadScore) -> HeadScore:
    return replace(score, terms=tuple(term for term in score.terms if term.kind != "rule"))


def _precedent(found: Precedents, now: datetime) -> PrecedentRow:
    decided = N_("people rejected {rejected} and published {published}")
    if not found.rejected or not found.published:
        decided = N_("people rejected {rejected}") if found.rejected else N_("people published {published}")
    leaning = found.rejected - found.published
    return PrecedentRow(
        alike=ALIKE_WORDS[found.alike].format(about=found.about),
        decided=_(decided, rejected=found.rejected, published=found.published),
        tone="for" if leaning > 0 else "against" if leaning < 0 else "noted",
        examples=tuple(_example(case, now) for case in found.newest),
    )


def _example(case: Case, now: datetime) -> Example:
    review = case.reviews[-1] if case.reviews else None
    because = words.REVIEW_REASONS.get(review.reason, review.reason) if review else ""
    who = _("the site") if case.decided_by is DecidedBy.SITE or review is None else review.reviewer_name
    return Example(
        href=f"/cases/{case.id}",
        excerpt=words.excerpt(case.comment.body, EXCERPT_CHARS) or _("(erased)"),
        state=_("{what} by {who}", what=words.as_reason(words.ACTION_WORDS[case.action], because), who=who),
        action=case.action.value,
        at=words.moment(review.at if review else case.updated_at, now),
    )
