"""OpenAI's moderations call: scores of texts in its thirteen categories, as far as we have heads for them.

What is scored becomes a case that nobody waits for. Reads the clock once per request. May import what the doors may.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from modbot import observe
from modbot.domain import Door, Head, Site, Verdict
from modbot.errors import BadRequest, ModbotError, NotAuthorised, StoreUnavailable, TooManyRequests
from modbot.intake import gate
from modbot.intake.codec import canonical, from_json, to_json
from modbot.moderation import Submission

MODEL = "omni-moderation-latest"
MODEL_CHARS = 100
INPUTS_MAX = 100
FLAGGED_FROM = 0.5
RETRY_S = 1
# More would differ from machine to machine.
DIGITS = 7
# For each category the heads of which all must be likely; what has none is never found.
CATEGORIES: Mapping[str, tuple[Head, ...]] = {
    "harassment": (Head.TOXICITY,),
    "harassment/threatening": (Head.THREAT,),
    "hate": (Head.IDENTITY_ATTACK,),
    "hate/threatening": (Head.IDENTITY_ATTACK, Head.THREAT),
    "illicit": (),
    "illicit/violent": (),
    "self-harm": (),
    "self-harm/intent": (),
    "self-harm/instructions": (),
    "sexual": (),
    "sexual/minors": (),
    "violence": (Head.THREAT,),
    "violence/graphic": (),
}
NAMES = {401: "invalid_api_key", 404: "unknown_url", 429: "rate_limit_exceeded"}
IMAGES = "input: expected text, got an image. There is no model for images here; send the text alone."

bp = Blueprint("openai", __name__)


@bp.post("/v1/moderations")
@bp.post("/moderations")
def moderate_texts() -> Response:
    """Score one text or several."""
    started = time.perf_counter()
    at = gate.house().clock()
    site = gate.admit(at)
    model, texts = _asked(gate.read_body())
    results = []
    for text in texts:
        gate.limiter().hit(gate.house().settings.site_posts_per_minute, "site", site.id)
        submission = Submission({"body": text}, canonical({"body": text}), Door.OPENAI, "")
        if not text.strip():
            results.append(_result({}))
            continue
        case = gate.house().moderator.moderate(site, submission, at).case
        results.append(_result(_scores(case.verdict)) | _more(case.verdict, site))
        observe.log_case(case, Door.OPENAI, (time.perf_counter() - started) * 1_000)
    return _json({"id": f"modr-{secrets.token_hex(16)}", "model": model, "results": results})


def refuse(error: ModbotError | HTTPException) -> Response:
    """Say an error as OpenAI's SDKs expect it."""
    status = error.status if isinstance(error, ModbotError) else error.code or 500
    if isinstance(error, HTTPException) and status < 400:
        return Response(status=status, headers=dict(error.get_response().headers))
    if status >= 500 and isinstance(error, ModbotError) and not isinstance(error, StoreUnavailable):
        observe.log_trouble("refused", error, code=error.code)
    message = error.message if isinstance(error, ModbotError) and status < 500 else "The request could not be answered."
    if isinstance(error, NotAuthorised):
        message = "Incorrect API key provided. Use the key of a site."
    kind = "server_error" if status >= 500 else "rate_limit_error" if status == 429 else "invalid_request_error"
    told = {
        "message": message,
        "type": kind,
        "param": "input" if message.startswith("input:") else None,
        "code": NAMES.get(status),
    }
    response = _json({"error": told}, status)
    if isinstance(error, TooManyRequests):
        response.headers["Retry-After"] = str(error.retry_after_s)
    elif status >= 500:
        response.headers["Retry-After"] = str(RETRY_S)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return response


# -- reading ----------------------------------------------------------------------


def _asked(body: bytes) -> tuple[str, list[str]]:
    try:
        said = from_json(body)
    except ValueError:
        raise BadRequest("Expected a JSON object in UTF-8, got something that is no JSON.") from None
    if not isinstance(said, dict):
        raise BadRequest("Expected a JSON object, got another kind of JSON.")
    model = said.get("model") or MODEL
    if not isinstance(model, str):
        raise BadRequest("model: expected a name.")
    return model[:MODEL_CHARS], _texts(said.get("input"))


def _texts(given: object) -> list[str]:
    """Read what is to be scored: a text, several, or the parts of one message."""
    if isinstance(given, str):
        return [given]
    if not isinstance(given, list) or not given:
        raise BadRequest("input: expected a text, or a list of texts with at least one.")
    if len(given) > INPUTS_MAX:
        raise BadRequest(f"input: expected at most {INPUTS_MAX} texts, got {len(given)}.")
    if all(isinstance(one, str) for one in given):
        return list(given)
    parts = [one for one in given if isinstance(one, dict)]
    if len(parts) != len(given) or not all(isinstance(one.get("type"), str) for one in parts):
        raise BadRequest("input: expected texts alone, or parts of a message alone, each with its type.")
    texts = [one.get("text") for one in parts if one["type"] == "text"]
    if any(one["type"] not in {"text", "image_url"} for one in parts) or not all(isinstance(one, str) for one in texts):
        raise BadRequest("input: expected parts of the type text, each with a text.")
    if not texts:
        raise BadRequest(IMAGES)
    return ["\n".join(map(str, texts))]


# -- answers ------------------------------------------------------------------------


def _scores(verdict: Verdict) -> dict[str, float]:
    return {
        name: min((verdict.scores.get(head, 0.0) for head in heads), default=0.0) for name, heads in CATEGORIES.items()
    }


def _result(scores: Mapping[str, float]) -> dict[str, Any]:
    found = {name: round(scores.get(name, 0.0), DIGITS) for name in CATEGORIES}
    flagged = {name: score >= FLAGGED_FROM for name, score in found.items()}
    return {
        "flagged": any(flagged.values()),
        "categories": flagged,
        "category_scores": found,
        "category_applied_input_types": {name: ["text"] for name in CATEGORIES},
    }


def _more(verdict: Verdict, site: Site) -> dict[str, Any]:
    """Add what this protocol has no place for; its SDKs let it pass."""
    told: dict[str, Any] = {"action": verdict.action.value, "spam": round(verdict.scores.get(Head.SPAM, 0.0), DIGITS)}
    if site.show_reasons:
        told["reasons"] = [reason.code for reason in verdict.reasons]
    return {"modbot": told}


def _json(told: dict[str, Any], status: int = 200) -> Response:
    return Response(to_json(told), status=status, content_type=gate.JSON)
