"""Our own protocol under ``/v1``: JSON or form fields in, JSON out, problem documents for what goes wrong.

Reads the clock once per request. Every call needs the site's bearer key and sees that site's cases only. May import
what the doors may.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request, url_for

from modbot import observe
from modbot.domain import DecidedBy, Door, ReviewDraft, Site
from modbot.errors import CaseNotFound, FieldError, InvalidComment
from modbot.intake import gate
from modbot.intake.answer import answer
from modbot.intake.appeal import appeal_url
from modbot.intake.codec import canonical, to_json
from modbot.intake.query import case_query, complaint_from, decision_from
from modbot.intake.statement import statement
from modbot.moderation import Submission
from modbot.validation import KEY_MAX_CHARS, KEY_PATTERN, key_from

bp = Blueprint("native", __name__, url_prefix="/v1")
NOT_FOUND = "No such comment here: expected an id from an answer to POST /v1/comments of this site."
KEY_EXPECTED = f"Expected 1 to {KEY_MAX_CHARS} visible ASCII characters, got something else. Send an id such as a UUID."
_KEY = re.compile(KEY_PATTERN)
_CASE_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")


@bp.post("/comments")
def moderate_comment() -> Response:
    """Moderate one comment."""
    started = time.perf_counter()
    at = gate.house().clock()
    site = gate.admit(at)
    gate.limiter().hit(gate.house().settings.site_posts_per_minute, "site", site.id)
    fields = gate.read_fields()
    key, warnings = _key(fields, site)
    submission = Submission(fields=fields, payload=canonical(fields), door=Door.NATIVE, key=key)
    done = gate.house().moderator.moderate(site, submission, at)
    if done.created:
        observe.log_case(done.case, Door.NATIVE, (time.perf_counter() - started) * 1_000)
    response = _json(answer(done.case, site, (*warnings, *done.warnings)), 201 if done.created else 200)
    response.headers["Location"] = url_for("native.show_comment", case_id=done.case.id)
    return response


@bp.get("/comments")
def list_comments() -> Response:
    """List the site's comments, newest first."""
    site = gate.admit(gate.house().clock())
    page = gate.house().store.cases(case_query(request.args, site.id))
    cases = gate.house().store.whole_cases([row.id for row in page.rows])
    shown = [answer(case, site) for case in cases]
    return _json({"comments": shown, "next_cursor": page.next_cursor})


@bp.get("/comments/<case_id>")
def show_comment(case_id: str) -> Response:
    """Show one comment as it stands now."""
    site = gate.admit(gate.house().clock())
    case = gate.house().store.case(_id(case_id))
    if case is None or case.comment.site_id != site.id:
        raise CaseNotFound(NOT_FOUND)
    return _json(answer(case, site))


@bp.put("/comments/<case_id>")
def edit_comment(case_id: str) -> Response:
    """Assess an edited comment anew."""
    at = gate.house().clock()
    site = gate.admit(at)
    gate.limiter().hit(gate.house().settings.site_posts_per_minute, "site", site.id)
    fields = gate.read_fields()
    submission = Submission(fields=fields, payload=canonical(fields), door=Door.NATIVE, key="")
    done = gate.house().moderator.edit(site, _id(case_id), submission, at)
    return _json(answer(done.case, site, done.warnings))


@bp.delete("/comments/<case_id>")
def erase_comment(case_id: str) -> Response:
    """Erase the text of a comment; the decision is kept."""
    at = gate.house().clock()
    site = gate.admit(at)
    return _json(answer(gate.house().moderator.erase(site, _id(case_id), at), site))


@bp.post("/comments/<case_id>/review")
def review_comment(case_id: str) -> Response:
    """Record what the site's own moderators decided."""
    at = gate.house().clock()
    site = gate.admit(at)
    decision = decision_from(gate.read_fields())
    draft = ReviewDraft(
        case_id=_id(case_id),
        action=decision.action,
        reviewer=site.id,
        reviewer_name=site.name,
        decided_by=DecidedBy.SITE,
        seen_revision=decision.revision,
        at=at,
        not_before=at,
        reason=decision.reason,
    )
    case = gate.house().moderator.site_review(site, draft)
    return _json(answer(case, site, decision.warnings))


@bp.get("/comments/<case_id>/statement")
def state_reasons(case_id: str) -> Response:
    """Say why a comment was rejected, for its author."""
    at = gate.house().clock()
    site = gate.admit(at)
    case = gate.house().store.case(_id(case_id))
    if case is None or case.comment.site_id != site.id:
        raise CaseNotFound(NOT_FOUND)
    return _json(statement(case, site, appeal_url(case, at), at))


@bp.post("/comments/<case_id>/report")
def report_comment(case_id: str) -> Response:
    """Put a comment before a person: a visitor's flag or the author's appeal."""
    at = gate.house().clock()
    site = gate.admit(at)
    complaint = complaint_from(gate.read_fields())
    case = gate.house().moderator.report(site, _id(case_id), complaint.kind, complaint.reason, at)
    return _json(answer(case, site, complaint.warnings))


# -- small steps ------------------------------------------------------------------


def _key(fields: Mapping[str, object], site: Site) -> tuple[str, tuple[str, ...]]:
    """Return what makes a repeat harmless (empty for nothing) and what to warn of.

    The caller's own ``id`` goes before the header, because it outlives a retry; a signed request brings an id anyway.
    """
    header = request.headers.get("Idempotency-Key")
    if header is not None and not _KEY.fullmatch(header):
        raise InvalidComment((FieldError("Idempotency-Key", "invalid_key", KEY_EXPECTED),))
    own = key_from(fields.get("id"))
    if own:
        ignored = header not in {None, own}
        return own, ("Idempotency-Key: not used, because id is given",) if ignored else ()
    return header or (gate.signed_id() if site.signed_requests else ""), ()


def _id(case_id: str) -> str:
    """Return an id that can be one; databases need not see the rest."""
    if not _CASE_ID.fullmatch(case_id):
        raise CaseNotFound(NOT_FOUND)
    return case_id


def _json(shown: dict[str, Any], status: int = 200) -> Response:
    return Response(to_json(shown), status=status, content_type=gate.JSON)
