"""The whole story on one screen: moderate, edit, review, report.

A comment is validated, its address hidden, its history looked up, all evidence gathered, one verdict
made and everything recorded in one transaction. May import the rooms of rank 0 and 1; never a
door, never a clock.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache, partial

from modbot import promise
from modbot.domain import (
    Action,
    Callback,
    Case,
    Comment,
    DecidedBy,
    Door,
    History,
    Mode,
    NewCase,
    Policy,
    Report,
    ReportKind,
    ReviewDraft,
    Role,
    Site,
    SiteLayer,
    User,
    Verdict,
)
from modbot.errors import BadRequest, CaseNotFound, KeyReused, StaleReview
from modbot.policy import Yardstick, decide
from modbot.privacy import Vault
from modbot.promise import Cutoffs, adapted
from modbot.promise.own import in_force
from modbot.scoring import Scene, Scorer, assess
from modbot.scoring.heads import Evidence, Model
from modbot.scoring.layer import Layered, fits, layer_from
from modbot.scoring.rules import OF_HISTORY, OWNERS, RULES, VERSION
from modbot.scoring.ruleset import NO_RULES, Ruleset
from modbot.storage import Store
from modbot.text import fingerprint, normalise, sketch
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
    ``callback`` is where the caller waits for a verdict that changes.
    """

    fields: Mapping[str, object]
    payload: bytes
    door: Door
    key: str
    callback: Callback | None = None


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
    note_erased: Callable[[Sequence[str], datetime], object] = lambda _cases, _at: None


class Moderator:
    """The things that can happen to a comment. Holds the rooms, and of each site its rules and what was learned."""

    def __init__(self, store: Store, vault: Vault, model: Model, around: Surroundings) -> None:
        self._store = store
        self._vault = vault
        self._model = model
        self._around = around
        self._layers: dict[str, tuple[SiteLayer, Scorer]] = {}
        self._rules: dict[str, tuple[datetime, Ruleset]] = {}

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
        verdict = self._verdict(site, comment, history, at)
        new = NewCase(
            comment=comment,
            payload_hash=payload_hash,
            verdict=verdict,
            action=verdict.action,
            decided_by=DecidedBy.MACHINE,
            at=at,
            joins=history.nearest,
            callback=submission.callback,
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
            verdict = self._verdict(site, comment, history, at)
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
        self._around.note_erased([case_id], at)
        return self._store.erase_comment(case_id, at)

    # -- somebody decides ---------------------------------------------------------

    def review(self, draft: ReviewDraft, reviewer: User) -> Case:
        """Record a moderator's decision; the site hears of it after the grace time."""
        case = self._store.case(draft.case_id)
        if case is None or not reviewer.may_review(case.comment.site_id):
            raise CaseNotFound(_not_found(draft.case_id))
        done = self._store.record_review(self._by(reviewer, draft))
        self._around.wake()
        return done

    def review_all(self, drafts: Sequence[ReviewDraft], reviewer: User) -> str:
        """Record one decision about many cases, all or nothing, and return the id of the bulk act."""
        own = [self._by(reviewer, draft) for draft in drafts]
        batch = self._store.record_reviews(own, _may_decide(reviewer))
        self._around.wake()
        return batch

    def take_back_all(self, batch: str, draft: ReviewDraft, reviewer: User) -> tuple[int, int]:
        """Take a bulk act of one's own back; returns how many cases are back and how many had moved on."""
        done = self._store.take_back_reviews(batch, self._by(reviewer, draft))
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

    def site_says(self, site: Site, case: Case, action: Action, at: datetime, reason: str = "") -> None:
        """Take what a site says of a case as its review, unless it said the same last. Raises as `site_review` does."""
        if case.action is action and case.decided_by is DecidedBy.SITE:
            return
        draft = ReviewDraft(
            case_id=case.id,
            action=action,
            reviewer=site.id,
            reviewer_name=site.name,
            decided_by=DecidedBy.SITE,
            seen_revision=case.revision,
            at=at,
            not_before=at,
            reason=reason,
        )
        self.site_review(site, draft)

    def report(self, site: Site, case_id: str, kind: ReportKind, reason: str, at: datetime) -> Case:
        """Put a case before a person because somebody complained. It teaches nothing."""
        self._own_case(site, case_id)
        return self._store.record_report(Report(case_id=case_id, kind=kind, at=at, reason=reason))

    def judge(self, site: Site, comment: Comment, at: datetime, besides: str = "") -> Verdict:
        """Say what the machine would say of a comment, and record nothing; ``besides`` is a case to leave out."""
        plain = normalise(comment.body)
        traced = replace(comment, fingerprint=fingerprint(comment.body, plain), sketch=sketch(comment.body, plain))
        return self._verdict(site, traced, self._history(traced, besides), at)

    def preview(self, site: Site, submission: Submission, at: datetime) -> Verdict:
        """Say what the machine would say of a submission, and record nothing of it."""
        comment = self._vault.trace(self._read(site, submission))
        return self._verdict(site, comment, self._history(comment), at)

    def recall(self, site: Site, submission: Submission) -> Case | None:
        """Find the case of a submission that came before: the newest with its text, its author's if there is one."""
        comment = self._vault.trace(self._read(site, submission))
        theirs = self._store.newest_alike(site.id, comment.fingerprint, comment.author.key)
        return theirs or self._store.newest_alike(site.id, comment.fingerprint)

    def yardstick(self, site: Site) -> Yardstick:
        """Say how risk is measured for a site today, and where its cut-offs are."""
        return yardstick_for(self._model, site.policy, self._learned(site)[0])

    # -- the steps ----------------------------------------------------------------

    def _by(self, reviewer: User, draft: ReviewDraft) -> ReviewDraft:
        """Sign a draft; whatever it says of its author does not count."""
        return replace(
            draft,
            reviewer=reviewer.id,
            reviewer_name=reviewer.name,
            decided_by=DecidedBy.PERSON,
            not_before=draft.at + timedelta(seconds=self._around.undo_grace_s),
        )

    def _own_case(self, site: Site, case_id: str) -> Case:
        case = self._store.case(case_id)
        if case is None or case.comment.site_id != site.id:
            raise CaseNotFound(_not_found(case_id))
        return case

    def _read(self, site: Site, submission: Submission) -> Comment:
        return comment_from(
            submission.fields, site, door=submission.door, key=submission.key, disposable=self._around.disposable
        )

    def _comment(self, site: Site, submission: Submission, at: datetime) -> Comment:
        comment = self._read(site, submission)
        if site.limits.check_mx and comment.author.email_domain:
            missing = self._around.has_mx(comment.author.email_domain) is False
            comment = replace(comment, author=replace(comment.author, mx_missing=missing))
        return self._vault.seal(comment, at)

    def _history(self, comment: Comment, besides: str = "") -> History:
        if comment.door.is_of_texts:
            return History()
        return self._store.history(comment.site_id, comment.author.key, comment.fingerprint, comment.sketch, besides)

    def _verdict(self, site: Site, comment: Comment, history: History, at: datetime) -> Verdict:
        by_name = self._by_name(site, at)
        scene = Scene(comment=comment, history=history, by_name=by_name)
        learned, scorer = self._learned(site)
        assessment = assess(scene, model=scorer, rules=(OWNERS, *RULES), rules_version=_rules_version(by_name))
        # Of what is only scored nothing is laid before people, so it is no evidence for a promise either.
        coin = 1.0 if comment.door.is_advisory else self._around.coin()
        return decide(assessment, site.policy, yardstick_for(self._model, site.policy, learned), coin)

    def _by_name(self, site: Site, at: datetime) -> Ruleset:
        """Return the owner's rules that count now; the store is asked when they changed or one of them ran out."""
        if not site.rules:
            return NO_RULES
        since, known = self._rules.get(site.id, (at, NO_RULES))
        if known.version != site.rules or at < since or (known.until is not None and at >= known.until):
            known = Ruleset(self._store.rules_in_force(site.id, at, site.rules), site.rules)
            self._rules[site.id] = (at, known)
        return known

    def _learned(self, site: Site) -> tuple[SiteLayer | None, Scorer]:
        """Return what was learned from a site; the store is asked only when the site says that there is news."""
        known = self._layers.get(site.id)
        if site.layer and (known is None or known[0].version < site.layer):
            row = self._store.site_layer(site.id)
            if row is not None:
                known = self._layers[site.id] = (row, _scorer(self._model, row))
        return known or (None, self._model)


def yardstick_for(model: Model, policy: Policy, layer: SiteLayer | None = None) -> Yardstick:
    """Return how risk is measured for a site: its own cut-offs in mode own, else those borrowed from the model."""
    rank = partial(promise.risk, evidence=model.evidence)
    if policy.mode is not Mode.OWN:
        near = adapted.in_force(layer, policy) if layer and fits(layer, model.version) else None
        if layer and near:
            return Yardstick(rank, near.reject_from, near.publish_below, version=f"s{layer.version}")
        cutoffs = _borrowed(model.evidence, policy.max_good_rejected, policy.max_bad_published)
        return Yardstick(rank, cutoffs.reject_from, cutoffs.publish_below)
    # Cut-offs on the scores of another model say nothing of these; the next step of learning drops them.
    if layer is None or layer.facts.get("model", model.version) != model.version:
        return Yardstick(rank, None, None)
    return Yardstick(
        rank,
        reject_from=in_force(layer.reject, policy.max_good_rejected),
        publish_below=in_force(layer.publish, policy.max_bad_published),
        version=f"own{layer.version}",
    )


def judge_of(model: Model, policy: Policy) -> Callable[[Comment], Verdict]:
    """Return how comments of nobody that was here before are judged on a site of these wishes, without any store."""
    yardstick = yardstick_for(model, policy)

    def judge(comment: Comment) -> Verdict:
        assessment = assess(Scene(comment=comment), model=model, rules=RULES, rules_version=VERSION)
        return decide(assessment, policy, yardstick, coin=1.0)

    return judge


def judge_again(
    model: Model, by_name: Ruleset, layer: SiteLayer | None, *policies: Policy
) -> Callable[[Case], tuple[Verdict, ...]]:
    """Return how stored cases of a site are judged now, under each of these policies, without any store.

    Model, layer, the owner's rules and wishes are the ones given; what the store knew of author and text is as it was
    when the comment came, so that no case is judged by what was decided about it or after it.
    """
    scorer = _scorer(model, layer)
    rules: tuple[Scorer, ...] = (OWNERS, *(rule for rule in RULES if rule.code not in OF_HISTORY))
    measured = tuple((policy, yardstick_for(model, policy, layer)) for policy in policies)

    def judge(case: Case) -> tuple[Verdict, ...]:
        scene = Scene(comment=case.comment, by_name=by_name)
        found = assess(scene, model=scorer, rules=rules, rules_version=_rules_version(by_name))
        known = tuple(signal for signal in case.verdict.signals if signal.code in OF_HISTORY)
        found = replace(found, signals=found.signals + known)
        return tuple(decide(found, policy, yardstick, case.verdict.coin) for policy, yardstick in measured)

    return judge


def _rules_version(by_name: Ruleset) -> str:
    """Name the hand-written rules and the owner's, as verdicts do."""
    return f"{VERSION}.r{by_name.version}" if by_name.version else VERSION


def _scorer(model: Model, row: SiteLayer | None) -> Scorer:
    """Return a model with what was learned from a site on top, where there is such a layer and it fits."""
    layer = None if row is None else layer_from(row, model.version)
    return model if layer is None else Layered(model, layer)


@lru_cache(maxsize=256)
def _borrowed(evidence: Evidence, max_good_rejected: float, max_bad_published: float) -> Cutoffs:
    """Return cut-offs from the model's evidence; kept, because sorting it takes far longer than a request."""
    return promise.cutoffs(evidence, max_good_rejected, max_bad_published)


def _may_decide(reviewer: User) -> Collection[str] | None:
    """Name the sites whose cases a person may decide; None for all of them."""
    if reviewer.disabled or reviewer.role is Role.VIEWER:
        return ()
    return reviewer.site_ids


def _not_found(case_id: str) -> str:
    return f"No case {case_id[:64]!r} here: ids come from the answer to POST /v1/comments."
