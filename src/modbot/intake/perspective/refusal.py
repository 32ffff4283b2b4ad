"""What goes wrong, in the envelope of Google's services: the words and names that their clients look for.

May import ``errors``, ``observe`` and the codec.
"""

from __future__ import annotations

from typing import Any

from flask import Response
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from modbot import observe
from modbot.errors import ModbotError, NotAuthorised, StoreUnavailable, TooManyRequests
from modbot.intake.codec import to_json
from modbot.intake.perspective.asking import Objection

JSON = "application/json; charset=UTF-8"
TYPE = "type.googleapis.com/google."
COMMENT_ERROR = f"{TYPE}commentanalyzer.v1alpha1.Error"
RETRY_S = 1
# The names that the service has for a status.
NAMES = {
    400: "INVALID_ARGUMENT",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    405: "NOT_FOUND",
    413: "INVALID_ARGUMENT",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
}
NO_KEY = "Method doesn't allow unregistered callers. Please use the key of a site: ?key=<site key>."
BAD_KEY = "API key not valid. Please pass a valid API key."
SIGNED = "This site signs its requests: this door cannot check that."


class NoKey(NotAuthorised):
    """A call without a key: the service has another answer for that than for a wrong one."""

    code = "no_key"
    status = 403


def answer(told: dict[str, Any], status: int = 200) -> Response:
    """Answer in JSON as Google's services do."""
    return Response(to_json(told), status=status, content_type=JSON)


def refuse(error: ModbotError | HTTPException) -> Response:
    """Say an error in the envelope."""
    if isinstance(error, HTTPException):
        return _of_framework(error)
    status, message, details = _said(error)
    if status >= 500 and not isinstance(error, StoreUnavailable):
        observe.log_trouble("refused", error, code=error.code)
    response = _envelope(status, message, details)
    if isinstance(error, TooManyRequests):
        response.headers["Retry-After"] = str(error.retry_after_s)
    elif status >= 500:
        response.headers["Retry-After"] = str(RETRY_S)
    return response


def _said(error: ModbotError) -> tuple[int, str, list[dict[str, Any]]]:
    match error:
        case NoKey():
            return 403, error.message, []
        case NotAuthorised():
            return 400, BAD_KEY, [_info("API_KEY_INVALID")]
        case Objection():
            return 400, error.message, _details(error)
        case TooManyRequests():
            message = f"Quota exceeded for quota metric 'Analysis requests'. {error.message}"
            return 429, message, [_info("RATE_LIMIT_EXCEEDED")]
    if error.status >= 500:
        return error.status, "The service is currently unavailable.", []
    return error.status if error.status in NAMES else 400, error.message, []


def _of_framework(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400:
        return Response(status=status, headers=dict(error.get_response().headers))
    response = _envelope(status, "Method not found." if status == 404 else "Invalid request.", [])
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return response


def _details(error: Objection) -> list[dict[str, Any]]:
    if error.error_type:
        return [{"@type": COMMENT_ERROR, "errorType": error.error_type}]
    fault = {"field": error.fault_of, "description": error.message}
    return [{"@type": f"{TYPE}rpc.BadRequest", "fieldViolations": [fault]}]


def _info(reason: str) -> dict[str, Any]:
    return {"@type": f"{TYPE}rpc.ErrorInfo", "reason": reason, "domain": "googleapis.com"}


def _envelope(status: int, message: str, details: list[dict[str, Any]]) -> Response:
    told: dict[str, Any] = {"code": status, "message": message, "status": NAMES.get(status, "INVALID_ARGUMENT")}
    return answer({"error": told | ({"details": details} if details else {})}, status)
