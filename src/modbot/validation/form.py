"""Fields that a stranger filled in, read one by one, with everything that was found wrong.

Pure. Looks nothing up and judges nothing. May import ``errors`` only.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import ip_address
from urllib.parse import urlsplit

from modbot.errors import FieldError

# Browsers and proxies pass addresses of pages up to about this length.
URL_MAX_CHARS = 2_000
KEY_MAX_CHARS = 200
LANGUAGE_MAX_CHARS = 35
LANGUAGE_PATTERN = r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$"
# What a signed 32-bit column holds: 24 days.
ELAPSED_MAX_MS = 2_147_483_647
# Up to here each whole number is a number of its own in JSON, however it was read.
EXACT = 2**53

LINE_ENDS = re.compile(r"\r\n?")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
CONTROL_OR_BREAK = re.compile(r"[\x00-\x1f\x7f-\x9f]")
SURROGATE = re.compile(r"[\ud800-\udfff]")
_SPACES = re.compile(r"\s+")
_WRITTEN = re.compile(r"\s*[0-9]{1,12}(\.0+)?\s*")
_LANGUAGE = re.compile(LANGUAGE_PATTERN)
_HOST = re.compile(r"[^\s\x00-\x20/?#@\\<>\"^`{|}]+")
# Anything that leaves a mark on a screen. Spaces, marks of direction, fillers and selectors of variants do not.
VISIBLE = (
    r"[^\s\u0000-\u0020\u007f-\u00a0\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    r"\u202a-\u202f\u205f-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb]"
)
_VISIBLE = re.compile(VISIBLE)


def is_web_address(value: str) -> bool:
    """Tell whether a text is an absolute http or https address.

    Parameters
    ----------
    value : str
        Anything.

    Returns
    -------
    bool
        Whether it has the scheme http or https and a host, and neither white space nor a user name.
    """
    if _SPACES.search(value) or CONTROL_OR_BREAK.search(value):
        return False
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018 - reading it checks it
    except ValueError:
        return False
    has_user = "@" in parts.netloc
    host = parts.hostname or ""
    is_host = _HOST.fullmatch(host) is not None and bool(host.strip(".-"))
    return parts.scheme in {"http", "https"} and is_host and not has_user


def whole_number(value: object) -> object:
    """Return the integer that a number or a text is, such as 3.0 to JSON and "3" or "3.0" in a form.

    Parameters
    ----------
    value : object
        Anything.

    Returns
    -------
    object
        The integer, or the value as it came where it is none.
    """
    if isinstance(value, str) and _WRITTEN.fullmatch(value):
        return int(value.partition(".")[0])
    return _whole(value)


@dataclass(slots=True)
class Form:
    """The fields of one submission and everything found wrong with them so far; one that forgives needs none."""

    fields: Mapping[str, object]
    errors: list[FieldError] = field(default_factory=list)
    forgives: bool = False

    def refuse(self, name: str, code: str, message: str) -> None:
        """Note down what is wrong with a field."""
        self.errors.append(FieldError(field=name, code=code, message=message))

    def raw(self, name: str) -> str | None:
        """Return a field's text, None when it is not given or no usable text."""
        value = self.fields.get(name)
        if value is None:
            return None
        if not isinstance(value, str):
            self.refuse(name, "wrong_type", f"Expected text, got {_kind(value)}. Send it as a string.")
            return None
        if SURROGATE.search(value):
            self.refuse(name, "bad_text", "Expected valid Unicode, got half of a surrogate pair. Send UTF-8.")
            return None
        return unicodedata.normalize("NFC", value)

    def line(self, name: str, *, most: int | None = None, required: bool = False, folded: bool = False) -> str:
        """Read one line; ``folded`` turns line breaks and tabs into spaces instead of refusing them."""
        errors_before = len(self.errors)
        value = self.raw(name)
        if folded and value is not None:
            value = re.sub(r"[\t\n\v\f\r]+", " ", value)
        if value is not None and CONTROL_OR_BREAK.search(value):
            self.refuse(name, "control_characters", "Expected one line of text, got control characters. Remove them.")
        value = _SPACES.sub(" ", value or "").strip()
        self._fits(name, value, most)
        if required and len(self.errors) == errors_before and not _VISIBLE.search(value):
            self._missing(name)
        return value

    def body(self, name: str, *, most: int) -> str:
        """Read a text of several lines, which must leave a mark on a screen."""
        errors_before = len(self.errors)
        value = LINE_ENDS.sub("\n", self.raw(name) or "").rstrip()
        if CONTROL.search(value):
            self.refuse(name, "control_characters", "Expected text, got control characters. Remove them.")
        self._fits(name, value, most)
        if len(self.errors) == errors_before and not _VISIBLE.search(value):
            self._missing(name)
        return value

    def identifier(self, name: str) -> str:
        """Read an id of the caller's: text, or a whole number as many databases have them."""
        value = _whole(self.fields.get(name))
        if isinstance(value, int) and not isinstance(value, bool):
            if not -(2**63) <= value < 2**63:
                self.refuse(
                    name, "out_of_range", "Expected a whole number of 64 bits at most. Send longer ones as text."
                )
            return str(value)
        return self.line(name, most=KEY_MAX_CHARS)

    def url(self, name: str) -> str:
        """Read an address of the web."""
        value = (self.raw(name) or "").strip()
        self._fits(name, value, URL_MAX_CHARS)
        if value and len(value) <= URL_MAX_CHARS and not is_web_address(value):
            self.refuse(
                name,
                "not_a_web_address",
                "Expected an address such as https://example.org/page, got something else. "
                "Start it with http:// or https:// and leave out spaces, user names and passwords.",
            )
        return value

    def ip(self, name: str) -> str:
        """Read an address of the network, in its shortest form."""
        value = (self.raw(name) or "").strip()
        if not value:
            return ""
        try:
            # A zone such as %eth0 means something on one machine only and may be any text.
            return ip_address(value.replace("%", " ")).compressed
        except ValueError:
            self.refuse(name, "not_an_ip", "Expected an IPv4 or IPv6 address without port and zone. Send only that.")
            return ""

    def language(self, name: str) -> str:
        """Read a language tag."""
        value = (self.raw(name) or "").strip()
        if value and (len(value) > LANGUAGE_MAX_CHARS or not _LANGUAGE.fullmatch(value)):
            self.refuse(name, "not_a_language", "Expected a language tag such as en or pt-BR, got something else.")
        return value

    def moment(self, name: str) -> datetime | None:
        """Read a moment with its zone."""
        value = (self.raw(name) or "").strip()
        if not value:
            return None
        try:
            moment = datetime.fromisoformat(value.upper())
        except ValueError:
            moment = None
        if moment is not None and moment.tzinfo is not None:
            return _in_utc(moment)
        expected = "Expected an ISO 8601 time with its zone, such as 2026-05-04T12:30:00Z, got something else."
        self.refuse(name, "not_a_time", expected)
        return None

    def milliseconds(self, name: str) -> int | None:
        """Read a duration."""
        value = whole_number(self.fields.get(name))
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= ELAPSED_MAX_MS:
            self.refuse(
                name, "not_a_duration", f"Expected whole milliseconds from 0 to {ELAPSED_MAX_MS}, got something else."
            )
            return None
        return value

    def _fits(self, name: str, value: str, most: int | None) -> None:
        if most is not None and len(value) > most:
            self.refuse(
                name, "too_long", f"Expected at most {most:,} characters, got {len(value):,}. Shorten the {name}."
            )

    def _missing(self, name: str) -> None:
        if self.forgives:
            return
        self.refuse(name, "required", f"Expected a {name} with at least one visible character, got none. Fill it in.")


def _whole(value: object) -> object:
    """Return the integer that 3.0 is to JSON, anything else as it is, also what is too large to be exact."""
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) <= EXACT else value


def _in_utc(moment: datetime) -> datetime:
    """Turn a moment; on the first and the last day that there is, nobody will miss the hours of a zone."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return moment.replace(tzinfo=UTC)


def _kind(value: object) -> str:
    kinds = {bool: "true or false", int: "a number", float: "a number", list: "a list"}
    return kinds.get(type(value), "an object")
