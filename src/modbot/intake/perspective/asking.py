"""A call of Perspective's protocol, read and checked in the order in which the service checks.

Each fault is an ``Objection`` with the words that its clients look for. May import ``errors`` and the codec.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from modbot.errors import BadRequest
from modbot.intake.codec import from_json
from modbot.intake.perspective.attributes import is_known

TEXT_MAX_BYTES = 20_480
PLAIN, HTML = "PLAIN_TEXT", "HTML"
TYPES = frozenset({PLAIN, HTML, "TEXT_TYPE_UNSPECIFIED"})
PROBABILITY = "PROBABILITY"
SCORE_TYPES = frozenset({PROBABILITY, "SCORE_TYPE_UNSPECIFIED"})
ENTRIES_MAX = 100
_HUMP = re.compile(r"_([a-z])")


class Objection(BadRequest):
    """A call that the service would refuse, with the name that it has for the fault, if it has one."""

    def __init__(self, message: str, error_type: str = "", fault_of: str = "") -> None:
        super().__init__(message)
        self.error_type = error_type
        self.fault_of = fault_of


@dataclass(frozen=True, slots=True)
class Asked:
    """What is wanted of a text. ``wanted`` holds for each attribute the score below which it is left out."""

    text: str
    wanted: Mapping[str, float]
    languages: tuple[str, ...]
    token: str
    store: bool
    by_sentence: bool


@dataclass(frozen=True, slots=True)
class Suggested:
    """What somebody says of a text: a score for each attribute."""

    text: str
    scores: Mapping[str, float]
    languages: tuple[str, ...]
    token: str
    about: Mapping[str, str] = field(default_factory=dict)


def asked(body: bytes) -> Asked:
    """Read what is wanted of a text. Raises Objection."""
    said = _object(body)
    text = _text(said)
    wanted = _part(said, "requestedAttributes")
    if not wanted:
        raise Objection("Missing requested_attributes", "NO_REQUESTED_ATTRIBUTES")
    for name in wanted:
        if not is_known(name):
            raise Objection(f"Unknown requested attribute: {name[:60]}", "INVALID_REQUEST")
    return Asked(
        text=text,
        wanted={name: _threshold(name, options) for name, options in wanted.items()},
        languages=_languages(said),
        token=_string(said, "clientToken"),
        store=not _flag(said, "doNotStore"),
        by_sentence=_flag(said, "spanAnnotations"),
    )


def suggested(body: bytes) -> Suggested:
    """Read what somebody says of a text. Raises Objection."""
    said = _object(body)
    text = _text(said)
    told = _part(said, "attributeScores")
    if not told:
        raise Objection("Missing attribute_scores", "NO_REQUESTED_ATTRIBUTES")
    return Suggested(
        text=text,
        scores={name: score for name, one in told.items() if (score := _told(name, one)) is not None},
        languages=_languages(said),
        token=_string(said, "clientToken"),
    )


# -- reading ----------------------------------------------------------------------


def _object(body: bytes) -> dict[str, Any]:
    try:
        said = from_json(body or b"{}")
    except ValueError:
        raise Objection("Invalid JSON payload received. Expected a JSON object in UTF-8.", fault_of="body") from None
    if not isinstance(said, dict):
        raise Objection("Invalid JSON payload received. Expected an object.", fault_of="body")
    return _camel(said)


def _camel(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return names in one spelling: the service takes ``do_not_store`` as well."""
    return {_HUMP.sub(lambda hump: hump[1].upper(), name): value for name, value in said.items()}


def _text(said: Mapping[str, Any]) -> str:
    comment = _part(said, "comment")
    text, kind = _string(comment, "text", "comment.text"), _string(comment, "type", "comment.type")
    if not text.strip():
        raise Objection("Comment must be non-empty.", "COMMENT_EMPTY")
    if len(text.encode("utf-8", "surrogatepass")) > TEXT_MAX_BYTES:
        raise Objection("Comment text too long.", "COMMENT_TOO_LONG")
    if kind and kind not in TYPES:
        raise Objection(f"Unknown text type: {kind[:60]}", "INVALID_REQUEST")
    context = _part(said, "context")
    if context.get("entries") and context.get("articleAndParentComment"):
        raise Objection("Context must have entries or article_and_parent_comment, not both.", "INVALID_REQUEST")
    return text


def _threshold(name: str, options: object) -> float:
    if options is None:
        return 0.0
    if not isinstance(options, Mapping):
        raise _wrong(f"requestedAttributes.{name}")
    options = _camel(options)
    kind = _string(options, "scoreType", f"requestedAttributes.{name}.scoreType") or PROBABILITY
    if kind not in SCORE_TYPES:
        raise Objection(f"Attribute {name} does not support score type: {kind[:60]}", "INVALID_REQUEST")
    threshold = options.get("scoreThreshold") or 0.0
    if isinstance(threshold, bool) or not isinstance(threshold, int | float):
        raise _wrong(f"requestedAttributes.{name}.scoreThreshold")
    return float(threshold)


def _told(name: str, one: object) -> float | None:
    """Return the score that is suggested for an attribute that we know, from the whole text or its first stretch."""
    if not is_known(name):
        return None
    if not isinstance(one, Mapping):
        raise _wrong(f"attributeScores.{name}")
    one = _camel(one)
    stretches = one.get("spanScores")
    first = stretches[0] if isinstance(stretches, list) and stretches else {}
    summary = one.get("summaryScore", first.get("score") if isinstance(first, Mapping) else None)
    value = summary.get("value") if isinstance(summary, Mapping) else None
    # Protocol buffers leave out what is zero.
    value = 0 if value is None and isinstance(summary, Mapping) else value
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise _wrong(f"attributeScores.{name}.summaryScore.value")
    return float(value)


def _part(said: Mapping[str, Any], name: str) -> dict[str, Any]:
    part = said.get(name)
    if part is None:
        return {}
    if not isinstance(part, dict):
        raise _wrong(name)
    return part if name in {"requestedAttributes", "attributeScores"} else _camel(part)


def _string(said: Mapping[str, Any], name: str, shown: str = "") -> str:
    value = said.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _wrong(shown or name)
    return value


def _flag(said: Mapping[str, Any], name: str) -> bool:
    value = said.get(name)
    if value is not None and not isinstance(value, bool):
        raise _wrong(name)
    return bool(value)


def _languages(said: Mapping[str, Any]) -> tuple[str, ...]:
    told = said.get("languages") or []
    if not isinstance(told, list) or not all(isinstance(one, str) for one in told):
        raise _wrong("languages")
    return tuple(one[:35] for one in told[:ENTRIES_MAX])


def _wrong(name: str) -> Objection:
    return Objection(f"Invalid JSON payload received. Invalid value at '{name[:80]}'.", fault_of=name[:80])
