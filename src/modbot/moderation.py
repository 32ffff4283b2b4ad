"""The whole story on one screen: moderate, edit, review, report.

A comment is validated, its address hidden, its history looked up, all evidence gathered, one verdict
made and everything recorded in one transaction. May import the rooms of rank 0 and 1; never a
door, never a clock.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache

from modbot import promise
from modbot.domain import (
    Action,
    Case,
    Comment,
    DecidedBy,
    Door,
    History,
    Mode,
    NewCase,
    Report,
    ReportKind,
    ReviewDraft,
    Site,
    User,
    Verdict,
)
from modbot.errors import BadRequest, CaseNotFound, KeyReused, StaleReview
from modbot.policy import Yardstick, decide
from modbot.privacy import Vault
from modbot.promise import Cutoffs
from modbot.scoring import Scene, assess
from modbot.scoring.heads import Evidence, Model
from modbot.scoring.rules import RULES, VERSION
from modbot.storage import Store
from modbot.validation import comment_from, unknown_fields

# An edit that loses against a review is assessed again on top of it; losing thrice in a row means
# that people are working on the case right now, and the caller should look first.
EDIT_TRIES = 3
# Where a comment stands does not change when its author rewrites it, so an edit need not say it again.
PLACE = ("page_url", "page_title", "parent_id")
PEOPLE = frozenset({DecidedBy.PERSON, DecidedBy.SITE})


@dataclass(frozen=True, slots=True)
class Submission:
    """What came through a door: raw fields, and what makes a repeat harmless.

    ``payload`` is the request as sent; ``key`` the caller's idempotency key or id, empty for none.
    """

    fields: Mapping[str, object]
    payload: bytes
    door: Door
    key: str


@dataclass(frozen=True, slots=True)
class Moderated:
    """The case, whether it is new, and what the caller should know."""

    case: Case
    created: bool
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a moderator needs besides the store: all of it can be replaced by the join."""

    disposable: frozenset[str]
    coin: Callable[[], float]
    has_mx: Callable[[str], bool | None]
    undo_grace_s: float
    wake: Callable[[], None]


class Moderator:
    """The things that can happen to a comment. Holds the rooms, no state of its own."""

    def __init__(self, store: Store, vault: Vault, model: Model, around: Surroundings) -> None:
        self._store = store
        self._vault = vault
        self._model = model
        self._around = around

    # -- a comment arrives --------------------------------------------------------

    def moderate(self, site: Site, submission: Submission, at: datetime) -> Moderated:
        """Validate, hide, score, decide and record one comment; a repeat gives back its first case."""
        payload_hash = self._vault.payload_hash(site.id, submission.payload)
        warnings = tuple(f"{name}: unknown field, left out" for name in unknown_fields(submission.fields))
        known = self._store.known(site.id, submission.key) if submission.key else None
        if known is not None:
            case, first_hash = known
            if first_hash != payload_hash:
                raise KeyReused("This id or Idempotency-Key came before with another payload: use a new one.")
            return Moderated(case, created=False, warnings=warnings)
        comment = self._comment(site, submission, at)
        history = self._history(comment)
        verdict = self._verdict(site, comment, history)
        new = NewCase(
            comment=comment,
            payload_hash=payload_hash,
            verdict=verdict,
            action=verdict.action,
            decided_by=DecidedBy.MACHINE,
            at=at,
            joins=history.nearest,
        )
        case, created = self._store.record(new)
        self._around.wake()
        return Moderated(case, created=created, warnings=warnings)

    def edit(self, site: Site, case_id: str, submission: Submission, at: datetime) -> Moderated:
        """Assess an edited comment as a new revision; what a person rejected or holds, no edit brings back."""
        warnings = tuple(f"{name}: unknown field, left out" for name in unknown_fields(submission.fields))
        for tries_left in reversed(range(EDIT_TRIES)):
            old = self._own_case(site, case_id)
            fields = {name: getattr(old.comment, name) for name in PLACE} | dict(submission.fields)
            comment = self._comment(site, replace(submission, fields=fields, key=old.comment.key), at)
            history = self._history(comment, besides=case_id)
            verdict = self._verdict(site, comment, history)
            stays = old.action is not Action.PUBLISH and old.decided_by in PEOPLE
            new = NewCase(
                comment=comment,
                payload_hash=self._vault.payload_hash(site.id, submission.payload),
                verdict=verdict,
                action=old.action if stays else verdict.action,
                decided_by=old.decided_by if stays else DecidedBy.MACHINE,
                at=at,
                seen_revision=old.revision,
                joins=history.nearest,
            )
            try:
                case = self._store.revise(case_id, new)
            except StaleReview:
                if not tries_left:
                    raise
                continue
            self._around.wake()
            return Moderated(case, created=False, warnings=warnings)
        raise AssertionError("unreachable: the last try returns or raises")

    def erase(self, site: Site, case_id: str, at: datetime) -> Case:
        """Forget the text of a comment that its site removed; the decision is kept."""
        self._own_case(site, case_id)
        return self._store.erase_comment(case_id, at)

    # -- somebody decides ---------------------------------------------------------

    def review(self, draft: ReviewDraft, reviewer: User) -> Case:
        """Record a moderator's decision; the site hears of it after the grace time."""
        case = self._store.case(draft.case_id)
        if case is None or not reviewer.may_review(case.comment.site_id):
            raise CaseNotFound(_not_found(draft.case_id))
        grace = timedelta(seconds=self._around.undo_grace_s)
        done = self._store.record_review(
            replace(
                draft,
                reviewer=reviewer.id,
                reviewer_name=reviewer.name,
                decided_by=DecidedBy.PERSON,
                not_before=draft.at + grace,
            )
        )
        self._around.wake()
        return done

    def site_review(self, site: Site, draft: ReviewDraft) -> Case:
        """Record what the site's own moderators decided. A ``seen_revision`` of 0 means the current one."""
        case = self._own_case(site, draft.case_id)
        if draft.action is Action.HOLD:
            raise BadRequest("action: expected publish or reject; a case is reopened on the review page.")
        seen = draft.seen_revision or case.revision
        done = self._store.record_review(
            replace(draft, reviewer=site.id, reviewer_name=site.name, decided_by=DecidedBy.SITE, seen_revision=seen)
        )
        self._around.wake()
        return done

    def report(self, site: Site, case_id: str, kind: ReportKind, reason: str, at: datetime) -> Case:
        """Put a case before a person because somebody complained. It teaches nothing."""
        self._own_case(site, case_id)
        return self._store.record_report(Report(case_id=case_id, kind=kind, at=at, reason=reason))

    # -- the steps ----------------------------------------------------------------

    def _own_case(self, site: Site, case_id: str) -> Case:
        case = self._store.case(case_id)
        if case is None or case.comment.site_id != site.id:
            raise CaseNotFound(_not_found(case_id))
        return case

    def _comment(self, site: Site, submission: Submission, at: datetime) -> Comment:
        comment = comment_from(
            submission.fields, site, door=submission.door, key=submission.key, disposable=self._around.disposable
        )
        if site.limits.check_mx and comment.author.email_domain:
            missing = self._around.has_mx(comment.author.email_domain) is False
            comment = replace(comment, author=replace(comment.author, mx_missing=missing))
        return self._vault.seal(comment, at)

    def _history(self, comment: Comment, besides: str = "") -> History:
        return self._store.history(comment.site_id, comment.author.key, comment.fingerprint, comment.sketch, besides)

    def _verdict(self, site: Site, comment: Comment, history: History) -> Verdict:
        scene = Scene(comment=comment, history=history, blocked_words=site.blocked_words)
        assessment = assess(scene, model=self._model, rules=RULES, rules_version=VERSION)
        return decide(assessment, site.policy, yardstick_for(self._model, site), self._around.coin())


def yardstick_for(model: Model, site: Site) -> Yardstick:
    """Return how risk is measured for a site; until its own evidence suffices, the model's is borrowed."""
    policy = site.policy
    cutoffs = _borrowed(model.evidence, policy.max_good_rejected, policy.max_bad_published)
    own = policy.mode is Mode.OWN
    return Yardstick(
        rank=lambda margins: promise.risk(margins, model.evidence),
        reject_from=None if own else cutoffs.reject_from,
        publish_below=None if own else cutoffs.publish_below,
    )


@lru_cache(maxsize=256)
def _borrowed(evidence: Evidence, max_good_rejected: float, max_bad_published: float) -> Cutoffs:
    """Return cut-offs from the model's evidence; kept, because sorting it takes far longer than a request."""
    return promise.cutoffs(evidence, max_good_rejected, max_bad_published)


def _not_found(case_id: str) -> str:
    return f"No case {case_id[:64]!r} here: ids come from the answer to POST /v1/comments."
