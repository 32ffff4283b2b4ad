"""What goes wrong at the native door becomes an RFC 9457 problem document with a stable ``code``.

One function for our own errors and for those of the framework. A document never repeats what the caller
sent beyond names of fields. May import ``errors``, ``observe``, ``publication`` and the codec.
"""

from __future__ import annotations

from typing import Any

from flask import Response, current_app
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.http import HTTP_STATUS_CODES

from modbot import observe
from modbot.errors import InvalidComment, ModbotError, NotAuthorised, StaleReview, StoreUnavailable, TooManyRequests
from modbot.intake.codec import to_json
from modbot.publication import hide_contacts

MEDIA_TYPE = "application/problem+json"
# What the framework may refuse before a view runs, in the house's words.
FRAMEWORK_ERRORS = {
    400: ("bad_request", "The request cannot be read as HTTP with a JSON or form body."),
    404: ("not_found", "Nothing is at this address. The calls are listed at /openapi.json."),
    405: ("method_not_allowed", "This address does not know this method. The header Allow lists those it knows."),
    413: (
        "payload_too_large",
        "The body is larger than this server reads. Shorten it; the setting is max_request_bytes.",
    ),
    415: ("unsupported_media_type", "Send application/json or application/x-www-form-urlencoded."),
    500: ("internal_error", "Something failed in modbot. It is in the log; try again later."),
}
RETRY_STORE_S = 1


def refuse(error: ModbotError | HTTPException) -> Response:
    """Turn any error into the answer of the native door."""
    if isinstance(error, ModbotError):
        return _own(error)
    if error.code is None or error.code < 400 or error.response is not None:
        # A redirect, or an answer that somebody had ready.
        return current_app.make_response(error.get_response())
    code, detail = FRAMEWORK_ERRORS.get(error.code, ("http_error", "The request was refused."))
    response = _document(error.code, code, detail)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return response


def _own(error: ModbotError) -> Response:
    if error.status >= 500 and not isinstance(error, StoreUnavailable):
        observe.log_trouble("refused", error, code=error.code)
    response = _document(error.status, error.code, hide_contacts(error.message), _more(error))
    if isinstance(error, NotAuthorised):
        response.headers["WWW-Authenticate"] = 'Bearer realm="modbot"'
    if isinstance(error, TooManyRequests):
        response.headers["Retry-After"] = str(error.retry_after_s)
    if isinstance(error, StoreUnavailable):
        response.headers["Retry-After"] = str(RETRY_STORE_S)
    return response


def _more(error: ModbotError) -> dict[str, Any]:
    """Return the members that only some problems have."""
    if isinstance(error, InvalidComment):
        return {"errors": [{"field": e.field, "code": e.code, "message": e.message} for e in error.fields]}
    if isinstance(error, StaleReview):
        return {"revision": error.revision}
    return {}


def _document(status: int, code: str, detail: str, more: dict[str, Any] | None = None) -> Response:
    document = {
        "type": "about:blank",
        "title": HTTP_STATUS_CODES.get(status, "Error"),
        "status": status,
        "code": code,
        "detail": detail,
        **(more or {}),
    }
    return Response(to_json(document), status=status, content_type=MEDIA_TYPE)
