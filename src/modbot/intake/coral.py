"""Coral's external moderation phase: a comment comes signed, the answer is a status, or nothing for no opinion.

Coral keeps its own queue and tells us no decision, so a comment here waits for nobody. Reads the clock once per
request. May import what the doors may.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request

from modbot import observe
from modbot.domain import BANS, Action, Case, Door, Head, SecretKind, Site, Verdict
from modbot.errors import BadRequest, NotAuthorised, NotFound
from modbot.intake import gate
from modbot.intake.codec import canonical, from_json, to_json
from modbot.intake.problem import refuse
from modbot.moderation import Submission
from modbot.publication import hide_contacts

__all__ = ["bp", "refuse"]

SIGNATURE = re.compile(r"sha256=([0-9a-f]{64})")
SIGNATURES_MAX = 10
# Coral approves what its own people write; if such a comment comes all the same, that is not ours to judge.
STAFF = frozenset({"STAFF", "MODERATOR", "ADMIN"})
# What Coral calls the ground of a rejection, the finest head first.
CODES: Mapping[Head, str] = {
    Head.IDENTITY_ATTACK: "HATE_SPEECH",
    Head.THREAT: "HARASSMENT_BULLYING",
    Head.INSULT: "ABUSIVE",
    Head.OBSCENE: "OFFENSIVE",
}
FINE_FROM = 0.5
EXPLANATION_CHARS = 300

bp = Blueprint("coral", __name__)


@bp.post("/coral/<site_name>")
def moderate_comment(site_name: str) -> Response:
    """Say what should become of a comment in Coral."""
    started = time.perf_counter()
    at = gate.house().clock()
    body = gate.read_body()
    site = _signed_site(site_name, body, at)
    # No limit of ours: Coral has its own, and skips a phase that refuses.
    said = _object(body)
    author, comment = _part(said, "author"), _part(said, "comment")
    fields: dict[str, object] = {
        "body": _text(comment, "body"),
        "parent_id": _text(comment, "parentID"),
        "page_url": _text(_part(said, "story"), "url"),
        "user_id": _text(author, "id"),
        "user_role": _text(author, "role"),
    }
    if fields["user_role"] in STAFF or not _text(comment, "body").strip():
        return _no_opinion()
    # The same text comes twice where Coral asks its author whether they are sure.
    payload = canonical({"fields": fields, "tenant": said.get("tenantID"), "story": _part(said, "story").get("id")})
    key = f"coral-{hashlib.sha256(payload).hexdigest()[:32]}"
    done = gate.house().moderator.moderate(site, Submission(fields, payload, Door.CORAL, key), at)
    if done.created:
        observe.log_case(done.case, Door.CORAL, (time.perf_counter() - started) * 1_000)
    return _answer(done.case, site)


def _signed_site(name: str, body: bytes, at: datetime) -> Site:
    """Return the site whose secret signed these very bytes."""
    site = None if "\x00" in name else gate.house().store.site_named(name)
    if site is None:
        raise NotFound("Expected the name or id of a site after /coral/, got another. `modbot site list` shows them.")
    given = [part.strip() for part in request.headers.get("X-Coral-Signature", "").split(",")[:SIGNATURES_MAX]]
    digests = [found[1] for part in given if (found := SIGNATURE.fullmatch(part))]
    sealed = gate.house().store.secrets(site.id, SecretKind.CORAL, at)
    ours = [hmac.digest(gate.house().vault.open_secret(one).encode(), body, "sha256").hex() for one in sealed]
    if not any(hmac.compare_digest(one, other) for one in ours for other in digests):
        raise NotAuthorised(
            "X-Coral-Signature: does not fit the body. Keep Coral's secret with `modbot site rotate-key`."
        )
    return site


def _object(body: bytes) -> dict[str, Any]:
    try:
        said = from_json(body)
    except ValueError:
        raise BadRequest("Expected a JSON object in UTF-8, got something that is no JSON.") from None
    if not isinstance(said, dict):
        raise BadRequest("Expected a JSON object, got another kind of JSON.")
    return said


def _part(said: Mapping[str, Any], name: str) -> dict[str, Any]:
    part = said.get(name)
    return part if isinstance(part, dict) else {}


def _text(part: Mapping[str, Any], name: str) -> str:
    said = part.get(name)
    return said if isinstance(said, str) else ""


def _answer(case: Case, site: Site) -> Response:
    """Translate an action. Without a status Coral goes on with its own rules, so what may pass gets none."""
    if case.action is Action.PUBLISH:
        return _no_opinion()
    spam = _is_spam(case.verdict)
    flag = {"actionType": "FLAG", "reason": "COMMENT_DETECTED_SPAM" if spam else "COMMENT_DETECTED_TOXIC"}
    told: dict[str, Any] = {"status": "SYSTEM_WITHHELD", "actions": [flag]}
    if case.action is Action.REJECT:
        why: dict[str, str] = {"code": _code(case.verdict, spam=spam)}
        if site.show_reasons and case.verdict.reasons:
            why["detailedExplanation"] = hide_contacts(case.verdict.reasons[0].sentence)[:EXPLANATION_CHARS]
        told |= {"status": "REJECTED", "moderationAction": {"status": "REJECTED", "rejectionReason": why}}
    return Response(to_json(told), content_type=gate.JSON)


def _no_opinion() -> Response:
    return Response(status=204)


def _is_spam(verdict: Verdict) -> bool:
    return verdict.scores.get(Head.SPAM, 0.0) >= verdict.scores.get(Head.TOXICITY, 0.0)


def _code(verdict: Verdict, *, spam: bool) -> str:
    if any(signal.code in BANS for signal in verdict.signals):
        return "BANNED_WORD"
    if spam:
        return "SPAM"
    return next((code for head, code in CODES.items() if verdict.scores.get(head, 0.0) >= FINE_FROM), "ABUSIVE")
