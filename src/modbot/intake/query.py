"""The small requests of the native door: a list's filters, a site's decision, a complaint.

Every bad field is reported at once, as for a comment. Pure. May import the nouns, ``errors`` and ``validation``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from modbot.domain import Action, CaseQuery, ReportKind
from modbot.errors import FieldError, InvalidComment
from modbot.validation import URL_MAX_CHARS, is_web_address, whole_number

LIST_DEFAULT, LIST_MAX = 50, 100
REASON_MAX_CHARS = 500
CURSOR_MAX_CHARS = 200
REVISION_MAX = 2_147_483_647
DECISIONS = (Action.PUBLISH.value, Action.REJECT.value)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
CURSOR_PATTERN = r"^[0-9A-Za-z_.:=|~+/-]*$"
FILTERS = frozenset({"action", "page_url", "cursor", "limit"})
_NAME = re.compile(r"[A-Za-z0-9_-]{1,40}")
_CURSOR = re.compile(CURSOR_PATTERN)


@dataclass(frozen=True, slots=True)
class Decision:
    """What a site's moderators said; ``revision`` is 0 when they did not name the one they saw."""

    action: Action
    reason: str
    revision: int
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Complaint:
    """A flag or an appeal, with its words."""

    kind: ReportKind
    reason: str
    warnings: tuple[str, ...]


def case_query(asked: Mapping[str, str], site_id: str) -> CaseQuery:
    """Read the filters of a list from a query string."""
    reader = _Reader(asked)
    for name in sorted(set(asked) - FILTERS):
        # A misspelt filter that is passed over would show more than was asked for.
        shown = name if _NAME.fullmatch(name) else "(another name)"
        reader.refuse(shown, "unknown_filter", f"Expected {', '.join(sorted(FILTERS))}. Correct or remove it.")
    action = reader.choice("action", tuple(Action), default="")
    page_url = reader.line("page_url", most=URL_MAX_CHARS)
    if "page_url" in asked and not is_web_address(page_url):
        reader.refuse("page_url", "not_a_web_address", "Expected an address such as https://example.org/page.")
    cursor = reader.line("cursor", most=CURSOR_MAX_CHARS)
    if not _CURSOR.fullmatch(cursor):
        reader.refuse("cursor", "not_a_cursor", "Expected next_cursor of the page before. Start without one.")
    limit = reader.number("limit", least=1, most=LIST_MAX, default=LIST_DEFAULT)
    reader.finish()
    return CaseQuery(
        site_ids=(site_id,), action=Action(action) if action else None, page_url=page_url, cursor=cursor, limit=limit
    )


def decision_from(fields: Mapping[str, object]) -> Decision:
    """Read the body of a review."""
    reader = _Reader(fields)
    action = reader.choice("action", DECISIONS)
    reason = reader.line("reason", most=REASON_MAX_CHARS)
    revision = reader.number("revision", least=1, most=REVISION_MAX, default=0)
    reader.finish()
    return Decision(Action(action), reason, revision, reader.unknown({"action", "reason", "revision"}))


def complaint_from(fields: Mapping[str, object]) -> Complaint:
    """Read the body of a report."""
    reader = _Reader(fields)
    kind = reader.choice("kind", tuple(ReportKind), default=ReportKind.FLAG.value)
    reason = reader.line("reason", most=REASON_MAX_CHARS)
    reader.finish()
    return Complaint(ReportKind(kind), reason, reader.unknown({"kind", "reason"}))


@dataclass(slots=True)
class _Reader:
    """Reads fields one by one and keeps everything wrong with them."""

    fields: Mapping[str, object]
    errors: list[FieldError] = field(default_factory=list)

    def refuse(self, name: str, code: str, message: str) -> None:
        self.errors.append(FieldError(name, code, message))

    def line(self, name: str, *, most: int) -> str:
        value = self.fields.get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            self.refuse(name, "wrong_type", "Expected text, got another kind of value. Send it as a string.")
            return ""
        if _CONTROL.search(value):
            self.refuse(name, "control_characters", "Expected text, got control characters. Remove them.")
        if len(value) > most:
            self.refuse(name, "too_long", f"Expected at most {most:,} characters, got {len(value):,}. Shorten it.")
        return value.strip()

    def choice(self, name: str, values: tuple[str, ...], default: str | None = None) -> str:
        value = self.fields.get(name)
        if value is None and default is not None:
            return default
        if isinstance(value, str) and value in values:
            return value
        code = "required" if value is None else "not_a_choice"
        self.refuse(name, code, f"Expected {' or '.join(values)}, got {'none' if value is None else 'something else'}.")
        return values[0]

    def number(self, name: str, *, least: int, most: int, default: int) -> int:
        value = whole_number(self.fields.get(name))
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            self.refuse(name, "out_of_range", f"Expected a whole number from {least} to {most}, got something else.")
            return least
        return value

    def unknown(self, known: set[str]) -> tuple[str, ...]:
        count = len(set(self.fields) - known)
        return (f"{count} unknown field(s) left out; this call reads {', '.join(sorted(known))}",) if count else ()

    def finish(self) -> None:
        if self.errors:
            raise InvalidComment(tuple(self.errors))
