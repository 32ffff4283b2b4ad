"""The published description of the native door, at ``/openapi.json``: OpenAPI 3.1, and true.

One row per call, and the bodies and answers as the shapes have them. Imported when somebody asks for it, and not
before: the shapes cost more to build than the rest of the room. May import the room's own modules and ``validation``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import modbot
from modbot.domain import Action
from modbot.intake import query
from modbot.intake.codec import to_json
from modbot.intake.gate import FORM, JSON
from modbot.intake.problem import MEDIA_TYPE
from modbot.intake.shapes import WEB_ADDRESS, schemas
from modbot.validation import KEY_PATTERN, URL_MAX_CHARS

Json = dict[str, Any]
KEY_SCHEME = "siteKey"
TAG = "comments"
ERRORS = {
    400: "The request cannot be parsed.",
    401: "No key, or one that no site has.",
    404: "No such comment, or another site's.",
    409: "The key came before with another payload, or somebody decided first.",
    413: "The body is larger than this server reads.",
    415: "Neither JSON nor a form.",
    422: "One or more fields are wrong: all are listed.",
    429: "Too many in this minute: Retry-After says when.",
    503: "The database cannot be reached: Retry-After says when.",
}
READS, WRITES = (401, 503), (400, 401, 413, 415, 422, 503)
RETRY_AFTER = {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}
LOCATION = {"description": "Address of the comment.", "schema": {"type": "string"}}


@dataclass(frozen=True, slots=True)
class Call:
    """One operation beyond its address and method."""

    summary: str
    shape: str
    answers: tuple[tuple[int, str], ...]
    errors: tuple[int, ...]
    body: str = ""
    parameters: tuple[Json, ...] = ()


def _parameter(where: str, name: str, description: str, schema: Json) -> Json:
    return {"in": where, "name": name, "required": False, "description": description, "schema": schema}


KEY = _parameter(
    "header",
    "Idempotency-Key",
    "Makes a repeat harmless, if the body has no id.",
    {"type": "string", "pattern": KEY_PATTERN},
)
FILTERS = (
    _parameter("query", "action", "Only these.", {"type": "string", "enum": [str(action) for action in Action]}),
    _parameter(
        "query",
        "page_url",
        "Only those of this page.",
        {"type": "string", "pattern": WEB_ADDRESS, "maxLength": URL_MAX_CHARS},
    ),
    _parameter(
        "query",
        "cursor",
        "The next_cursor of the page before.",
        {"type": "string", "maxLength": query.CURSOR_MAX_CHARS, "pattern": query.CURSOR_PATTERN},
    ),
    _parameter(
        "query",
        "limit",
        "How many at most.",
        {"type": "integer", "minimum": 1, "maximum": query.LIST_MAX, "default": query.LIST_DEFAULT},
    ),
)
CASE_ID = {"in": "path", "name": "case_id", "schema": {"type": "string"}, "required": True}
NOW = ((200, "The comment as it stands now."),)
CALLS = {
    ("post", "/v1/comments"): Call(
        summary="Moderate one comment.",
        shape="Answer",
        answers=((201, "New: moderated and recorded."), (200, "A repeat: the same answer, nothing stored twice.")),
        errors=(*WRITES, 409, 429),
        body="Submission",
        parameters=(KEY,),
    ),
    ("get", "/v1/comments"): Call(
        summary="List the site's comments, newest first.",
        shape="Page",
        answers=((200, "A stretch of the list."),),
        errors=(*READS, 422),
        parameters=FILTERS,
    ),
    ("get", "/v1/comments/{case_id}"): Call("Show one comment as it stands now.", "Answer", NOW, (*READS, 404)),
    ("put", "/v1/comments/{case_id}"): Call(
        "Assess an edited comment anew.", "Answer", NOW, (*WRITES, 404, 409, 429), "Submission"
    ),
    ("delete", "/v1/comments/{case_id}"): Call(
        "Erase the text of a comment; the decision is kept.", "Answer", NOW, (*READS, 404)
    ),
    ("post", "/v1/comments/{case_id}/review"): Call(
        "Record what the site's own moderators decided.", "Answer", NOW, (*WRITES, 404, 409), "Decision"
    ),
    ("get", "/v1/comments/{case_id}/statement"): Call(
        "Say why a comment was rejected, for its author.",
        "Statement",
        ((200, "The statement of reasons, with a link to appeal."),),
        (*READS, 404),
    ),
    ("post", "/v1/comments/{case_id}/report"): Call(
        "Put a comment before a person: a visitor's flag or the author's appeal.",
        "Answer",
        NOW,
        (*WRITES, 404),
        "Complaint",
    ),
}


@cache
def document() -> bytes:
    """Return the description as JSON."""
    paths: Json = {}
    for (method, path), call in CALLS.items():
        paths.setdefault(path, {})[method] = _operation(path, call)
    described = {
        "openapi": "3.1.0",
        "info": {
            "title": "modbot",
            "version": modbot.__version__,
            "description": "Moderate comments: validate, hide the address, score, publish, hold or reject.",
        },
        "servers": [{"url": "/"}],
        "security": [{KEY_SCHEME: []}],
        "tags": [{"name": TAG}],
        "paths": paths,
        "components": {
            "schemas": schemas(),
            "securitySchemes": {KEY_SCHEME: {"type": "http", "scheme": "bearer", "description": "The site's key."}},
        },
    }
    return to_json(described)


def _operation(path: str, call: Call) -> Json:
    responses: Json = {str(status): _response(text, JSON, call.shape) for status, text in call.answers}
    if "201" in responses:
        responses["201"]["headers"] = responses["200"]["headers"] = {"Location": LOCATION}
    for status in sorted(call.errors):
        responses[str(status)] = _response(ERRORS[status], MEDIA_TYPE, "Problem")
        if status in {429, 503}:
            responses[str(status)]["headers"] = {"Retry-After": RETRY_AFTER}
    parameters = [CASE_ID, *call.parameters] if "{case_id}" in path else list(call.parameters)
    operation: Json = {"tags": [TAG], "summary": call.summary, "parameters": parameters, "responses": responses}
    if call.body:
        content = {JSON: {"schema": _ref(call.body)}, FORM: {"schema": _ref(f"{call.body}Form")}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _response(description: str, media_type: str, shape: str) -> Json:
    return {"description": description, "content": {media_type: {"schema": _ref(shape)}}}


def _ref(shape: str) -> Json:
    return {"$ref": f"#/components/schemas/{shape}"}
