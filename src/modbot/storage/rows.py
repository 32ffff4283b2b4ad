"""Between rows and nouns: how a comment, a verdict and a case lie in the tables, and come back.

A verdict's explanation is most of what is stored for a comment, so it lies in short lists without field
names, and the common kind of term is left out. May import ``domain`` and SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any

from sqlalchemy import Row

from modbot.domain import (
    Action,
    Author,
    Case,
    Comment,
    DecidedBy,
    Door,
    Head,
    HeadScore,
    NewCase,
    Reason,
    Report,
    ReportKind,
    Review,
    Role,
    Signal,
    Span,
    Term,
    User,
    Verdict,
)

ERASED_SENTENCE = "Erased together with the comment."
# What a person wrote or what says who they are. The author's key and the fingerprint stay: they are
# hashes, and the counts behind later verdicts hang on them.
ERASED_COMMENT: Mapping[str, Any] = dict.fromkeys(
    (
        "name",
        "body",
        "url",
        "email_domain",
        "email_masked",
        "avatar",
        "ip",
        "user_agent",
        "referrer",
        "user_id",
        "honeypot",
        "parent_id",
    ),
    "",
) | {"sealed_email": None, "elapsed_ms": None, "created_at": None}


# -- comments -----------------------------------------------------------------


def comment_row(case_id: str, revision: int, new: NewCase) -> dict[str, Any]:
    """Lay a comment out as a row."""
    comment, author = new.comment, new.comment.author
    return {
        "case_id": case_id,
        "revision": revision,
        "at": new.at,
        "door": comment.door.value,
        "name": comment.name,
        "body": comment.body,
        "url": comment.url,
        "page_url": comment.page_url,
        "page_title": comment.page_title,
        "parent_id": comment.parent_id,
        "author_key": author.key,
        "email_domain": author.email_domain,
        "email_masked": author.email_masked,
        "avatar": author.avatar,
        "disposable": author.disposable,
        "mx_missing": author.mx_missing,
        "sealed_email": comment.sealed_email,
        "fingerprint": comment.fingerprint,
        "payload_hash": new.payload_hash,
        "ip": comment.ip,
        "user_agent": comment.user_agent,
        "referrer": comment.referrer,
        "user_id": comment.user_id,
        "user_role": comment.user_role,
        "language": comment.language,
        "created_at": comment.created_at,
        "honeypot": comment.honeypot,
        "elapsed_ms": comment.elapsed_ms,
    }


def comment_from(row: Row[Any], site_id: str, key: str) -> Comment:
    """Read a comment back; its address comes back sealed."""
    author = Author(
        key=row.author_key,
        email_domain=row.email_domain,
        email_masked=row.email_masked,
        avatar=row.avatar,
        disposable=row.disposable,
        mx_missing=row.mx_missing,
    )
    return Comment(
        site_id=site_id,
        key=key,
        fingerprint=row.fingerprint,
        name=row.name,
        body=row.body,
        author=author,
        door=Door(row.door),
        sealed_email=row.sealed_email,
        url=row.url,
        page_url=row.page_url,
        page_title=row.page_title,
        parent_id=row.parent_id,
        ip=row.ip,
        user_agent=row.user_agent,
        referrer=row.referrer,
        user_id=row.user_id,
        user_role=row.user_role,
        language=row.language,
        created_at=row.created_at,
        honeypot=row.honeypot,
        elapsed_ms=row.elapsed_ms,
    )


# -- verdicts -----------------------------------------------------------------


def verdict_row(case_id: str, revision: int, new: NewCase) -> dict[str, Any]:
    """Lay a verdict out as a row."""
    verdict = new.verdict
    return {
        "case_id": case_id,
        "revision": revision,
        "at": new.at,
        "action": verdict.action.value,
        "risk": verdict.risk,
        "band": verdict.band,
        "coin": verdict.coin,
        "audit_rate": verdict.audit_rate,
        "audited": verdict.audited,
        "model": verdict.model,
        "policy": verdict.policy,
        "rules": verdict.rules,
        "scores": {head.value: p for head, p in verdict.scores.items()},
        "reasons": [[r.code, r.sentence, r.head.value, r.share, _flat(r.spans)] for r in verdict.reasons],
        "explanation": _explanation(verdict.heads, verdict.signals),
    }


def verdict_from(row: Row[Any]) -> Verdict:
    """Read a verdict back, to the last term."""
    told = row.explanation
    return Verdict(
        action=Action(row.verdict_action),
        scores=scores_from(row.scores),
        risk=row.risk,
        band=row.band,
        reasons=reasons_from(row.reasons),
        heads=heads_from(told),
        signals=tuple(
            Signal(code, strength, detail, source, _spans(spans))
            for code, strength, detail, source, spans in told["signals"]
        ),
        model=row.model,
        policy=row.policy,
        rules=row.rules,
        coin=row.coin,
        audit_rate=row.audit_rate,
        audited=row.audited,
    )


def scores_from(told: Mapping[str, float]) -> dict[Head, float]:
    """Read the scores back."""
    return {Head(head): p for head, p in told.items()}


def heads_from(explanation: Mapping[str, Any]) -> tuple[HeadScore, ...]:
    """Read the heads' answers back, to the last term."""
    return tuple(HeadScore(Head(head), bias, tuple(map(_term, terms))) for head, bias, terms in explanation["heads"])


def reasons_from(told: Iterable[list[Any]]) -> tuple[Reason, ...]:
    """Read the reasons back."""
    return tuple(
        Reason(code, sentence, Head(head), share, _spans(spans)) for code, sentence, head, share, spans in told
    )


def signal_rows(case_id: str, revision: int, new: NewCase) -> list[dict[str, Any]]:
    """Lay out one row for each code that a verdict gave, be it as signal, as reason or as both."""
    strengths: dict[str, float] = {}
    for signal in new.verdict.signals:
        strengths[signal.code] = max(signal.strength, strengths.get(signal.code, 0.0))
    shares: dict[str, float] = {}
    for reason in new.verdict.reasons:
        shares[reason.code] = shares.get(reason.code, 0.0) + reason.share
    return [
        {
            "case_id": case_id,
            "revision": revision,
            "code": code,
            "site_id": new.comment.site_id,
            "strength": strengths.get(code),
            "share": shares.get(code),
        }
        for code in strengths.keys() | shares.keys()
    ]


def without_words(reasons: list[Any], explanation: dict[str, Any]) -> dict[str, Any]:
    """Clear what a verdict quotes of its text; codes, shares and the sum stay."""
    return {
        "reasons": [[code, ERASED_SENTENCE, head, share, []] for code, _, head, share, _ in reasons],
        "explanation": {
            "heads": [[head, bias, [_wordless(term) for term in terms]] for head, bias, terms in explanation["heads"]],
            "signals": [
                [code, strength, ERASED_SENTENCE, source, []] for code, strength, _, source, _ in explanation["signals"]
            ],
        },
    }


def _explanation(heads: tuple[HeadScore, ...], signals: tuple[Signal, ...]) -> dict[str, Any]:
    return {
        "heads": [[score.head.value, score.bias, _term_parts(score.terms)] for score in heads],
        "signals": [[s.code, s.strength, s.detail, s.source, _flat(s.spans)] for s in signals],
    }


def _term_parts(terms: tuple[Term, ...]) -> list[list[Any]]:
    # Up to a hundred terms for each comment: this loop is a good part of recording one.
    told: list[list[Any]] = []
    for term in terms:
        spans = term.spans
        places = [spans[0].start, spans[0].end] if len(spans) == 1 else _flat(spans) if spans else []
        if term.kind == "word":
            told.append([term.label, term.share, places])
        else:
            told.append([term.label, term.share, places, term.kind])
    return told


def _term(told: list[Any]) -> Term:
    label, share, spans, *kind = told
    return Term(label, share, _spans(spans), kind[0] if kind else "word")


def _wordless(told: list[Any]) -> list[Any]:
    """Clear the label and the place of a term; a rule's label is its code and quotes nothing."""
    label, share, _, *kind = told
    return [label if kind == ["rule"] else "", share, [], *kind]


def _flat(spans: tuple[Span, ...]) -> list[int]:
    return list(chain.from_iterable((span.start, span.end) for span in spans))


def _spans(flat: list[int]) -> tuple[Span, ...]:
    return tuple(Span(flat[i], flat[i + 1]) for i in range(0, len(flat), 2))


# -- cases, reviews, reports --------------------------------------------------


def case_from(row: Row[Any], reviews: Iterable[Review] = (), reports: Iterable[Report] = ()) -> Case:
    """Put a case together from its joined row."""
    return Case(
        id=row.case_id,
        comment=comment_from(row, row.site_id, row.key),
        verdict=verdict_from(row),
        action=Action(row.action),
        decided_by=DecidedBy(row.decided_by),
        revision=row.case_revision,
        queued=row.queued,
        received_at=row.received_at,
        updated_at=row.updated_at,
        reviews=tuple(reviews),
        reports=tuple(reports),
        erased=row.erased_at is not None,
        asked=row.asked,
    )


def review_from(row: Row[Any]) -> Review:
    """Read a review back."""
    return Review(
        case_id=row.case_id,
        action=Action(row.action),
        reviewer=row.reviewer,
        reviewer_name=row.reviewer_name,
        decided_by=DecidedBy(row.decided_by),
        revision=row.revision,
        at=row.at,
        reason=row.reason,
        batch=row.batch or "",
    )


def report_from(row: Row[Any]) -> Report:
    """Read a report back."""
    return Report(case_id=row.case_id, kind=ReportKind(row.kind), at=row.at, reason=row.reason)


def user_of(row: Any) -> User:
    """Make a person of a row of ``users``."""
    return User(
        id=row.id,
        name=row.name,
        role=Role(row.role),
        site_ids=None if row.site_ids is None else frozenset(row.site_ids),
        session_version=row.session_version,
        disabled=row.disabled,
    )
