"""A case as its site may see it. Pure: the same case gives the same answer.

The author's address is in no answer, also where somebody hid it in a name, a link or a word. A site can switch
the reasons off, so that no page gives spammers an oracle. May import the nouns and ``publication``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from modbot.domain import Case, HeadScore, Reason, Site, Span
from modbot.publication import hide_addresses, hide_contacts, public_url, publish_view


def answer(case: Case, site: Site, warnings: Sequence[str] = ()) -> dict[str, Any]:
    """Render a case for its site."""
    shown = {
        "id": case.id,
        "action": case.action.value,
        "revision": case.revision,
        "decided_by": case.decided_by.value,
        "erased": case.erased,
        "model": case.verdict.model,
        "policy": case.verdict.policy,
        "warnings": list(warnings),
        "comment": _comment(case),
    }
    return shown | _why(case) if site.show_reasons else shown


def _comment(case: Case) -> dict[str, Any]:
    view = publish_view(case.comment)
    return {
        "name": view.name,
        "url": view.url,
        "body_html": view.body_html,
        "body_text": view.body_text,
        "avatar": view.avatar,
        "created_at": case.comment.created_at or case.received_at,
        "received_at": case.received_at,
        "page_url": public_url(case.comment.page_url),
        "parent_id": hide_addresses(case.comment.parent_id),
    }


def _why(case: Case) -> dict[str, Any]:
    verdict = case.verdict
    return {
        "scores": {head.value: score for head, score in verdict.scores.items()},
        "band": verdict.band,
        "reasons": [_reason(reason) for reason in verdict.reasons],
        "explanation": {score.head.value: _explanation(score) for score in verdict.heads},
    }


def _reason(reason: Reason) -> dict[str, Any]:
    return {
        "code": reason.code,
        "sentence": hide_contacts(reason.sentence),
        "head": reason.head.value,
        "share": reason.share,
        "spans": _spans(reason.spans),
    }


def _explanation(score: HeadScore) -> dict[str, Any]:
    """Render a head's sum: ``bias`` plus all shares is ``margin``, in log-odds."""
    shares = [
        {"label": hide_contacts(term.label), "kind": term.kind, "share": term.share, "spans": _spans(term.spans)}
        for term in score.terms
    ]
    return {"bias": score.bias, "margin": score.margin, "shares": shares}


def _spans(spans: Sequence[Span]) -> list[dict[str, int]]:
    return [{"start": span.start, "end": span.end} for span in spans]
