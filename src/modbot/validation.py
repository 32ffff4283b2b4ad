"""Untrusted fields become a Comment, or an InvalidComment that names every bad field at once.

Limits come from the Site. Nothing here looks anything up on the network, reads a clock or judges what
a comment says; a message never repeats a body, an address or a key. May import the nouns, ``errors``
and ``text``; home of email-validator and of the list of disposable domains.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

from email_validator import EmailNotValidError, ValidatedEmail, validate_email

from modbot.domain import Author, Comment, Door, Site
from modbot.errors import FieldError, InvalidComment
from modbot.text import fingerprint, normalise, sketch

# An address is at most 254 characters on the wire (RFC 5321, 4.5.3.1.3).
EMAIL_MAX_CHARS = 254
# Browsers and proxies pass addresses of pages up to about this length.
URL_MAX_CHARS = 2_000
TITLE_MAX_CHARS = 500
KEY_MAX_CHARS = 200
KEY_PATTERN = rf"^[!-~]{{1,{KEY_MAX_CHARS}}}$"
ROLE_MAX_CHARS = 50
LANGUAGE_MAX_CHARS = 35
LANGUAGE_PATTERN = r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$"
# Header values that a site passes on are cut, not refused: nobody should lose a comment to a long one.
USER_AGENT_KEPT_CHARS = 500
REFERRER_KEPT_CHARS = 2_000
HONEYPOT_KEPT_CHARS = 200
# What a signed 32-bit column holds: 24 days.
ELAPSED_MAX_MS = 2_147_483_647

_MAIN_FIELDS = ("id", "name", "email", "body", "url", "page_url", "page_title", "parent_id")
_SIDE_FIELDS = (
    "ip",
    "user_agent",
    "referrer",
    "user_id",
    "user_role",
    "language",
    "created_at",
    "honeypot",
    "elapsed_ms",
)
KNOWN_FIELDS = (*_MAIN_FIELDS, *_SIDE_FIELDS)
# Names of unknown fields are said back to the caller, so only harmless ones are, and not thousands.
UNKNOWN_SHOWN = 20
_SHOWABLE_NAME = re.compile(r"[A-Za-z0-9_.\-\[\]]{1,50}")

_LINE_ENDS = re.compile(r"\r\n?")
_SPACES = re.compile(r"\s+")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_CONTROL_OR_BREAK = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_LANGUAGE = re.compile(LANGUAGE_PATTERN)
_HOST = re.compile(r"[^\s\x00-\x20/?#@\\<>\"^`{|}]+")
# Anything that leaves a mark on a screen. Spaces, marks of direction, fillers and selectors of variants do not.
VISIBLE = (
    r"[^\s\u0000-\u0020\u007f-\u00a0\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    r"\u202a-\u202f\u205f-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb]"
)
_VISIBLE = re.compile(VISIBLE)


def comment_from(
    fields: Mapping[str, object], site: Site, *, door: Door, key: str, disposable: Container[str]
) -> Comment:
    """Turn what arrived into a Comment.

    Text becomes Unicode NFC with line feeds for line ends and no trailing white space; nothing else of
    the body is changed, so spans count characters of this form. Unknown fields are ignored here.

    Parameters
    ----------
    fields : mapping of str to object
        As parsed from JSON or a form. None and, for optional fields, the empty text mean "not given".
    site : Site
        Whose limits hold.
    door : Door
        How the comment came in.
    key : str
        The caller's idempotency key or id; a fresh one is drawn when empty.
    disposable : container of str
        Lower-case domains of disposable addresses, in their ASCII form; subdomains count too.

    Returns
    -------
    Comment
        With ``email`` set (normalised) and ``author.key`` still empty: the vault seals it next.

    Raises
    ------
    InvalidComment
        One or more fields are wrong; it carries every one of them, in the order of the documentation.
    """
    form = _Form(fields)
    address = _address(form, site, disposable)
    name = form.line("name", most=site.limits.name_max_chars, required=True)
    body = form.body("body", most=site.limits.body_max_chars)
    domain = address.ascii_domain if address else ""
    # The id is checked although ``key`` carries it: a bad one must be among the errors.
    form.identifier("id")
    comment = Comment(
        site_id=site.id,
        key=key or uuid4().hex,
        fingerprint="",
        name=name,
        body=body,
        author=Author(key="", email_domain=domain, disposable=_is_disposable(domain, disposable)),
        door=door,
        email=address.normalized if address else None,
        url=form.url("url"),
        page_url=form.url("page_url"),
        page_title=form.line("page_title", most=TITLE_MAX_CHARS, folded=True),
        parent_id=form.identifier("parent_id"),
        ip=form.ip("ip"),
        user_agent=form.line("user_agent", folded=True)[:USER_AGENT_KEPT_CHARS],
        referrer=form.line("referrer", folded=True)[:REFERRER_KEPT_CHARS],
        user_id=form.identifier("user_id"),
        user_role=form.line("user_role", most=ROLE_MAX_CHARS),
        language=form.language("language"),
        created_at=form.moment("created_at"),
        honeypot=form.line("honeypot", folded=True)[:HONEYPOT_KEPT_CHARS],
        elapsed_ms=form.milliseconds("elapsed_ms"),
    )
    if form.errors:
        raise InvalidComment(tuple(sorted(form.errors, key=lambda error: KNOWN_FIELDS.index(error.field))))
    plain = normalise(body)
    return replace(comment, fingerprint=fingerprint(body, plain), sketch=sketch(body, plain))


def unknown_fields(fields: Mapping[str, object]) -> tuple[str, ...]:
    """Name the fields that nobody reads, for a warning.

    Parameters
    ----------
    fields : mapping of str to object
        As parsed from JSON or a form.

    Returns
    -------
    tuple of str
        At most 20 names in alphabetical order. A name that could itself carry an address or a
        message is replaced by a description, because warnings go into answers.
    """
    known = frozenset(KNOWN_FIELDS)
    unread = (name for name in fields if name not in known)
    names = {name if _SHOWABLE_NAME.fullmatch(name) else "(a name with other characters)" for name in unread}
    shown = sorted(names)[:UNKNOWN_SHOWN]
    more = len(names) - len(shown)
    return (*shown, f"(and {more} more)") if more else tuple(shown)


def key_from(value: object) -> str:
    """Read an idempotency key, the caller's own id.

    Parameters
    ----------
    value : object
        As it arrived: text or a whole number; None for none.

    Returns
    -------
    str
        The key, or the empty text when there is none or it cannot be one: `comment_from` then says why.
    """
    form = _Form({"id": value})
    key = form.identifier("id")
    return "" if form.errors else key


def disposable_domains(extra: Path | None = None) -> frozenset[str]:
    """Load the domains of disposable addresses.

    Parameters
    ----------
    extra : Path, optional
        The operator's own list: a domain a line, ``#`` starts a comment.

    Returns
    -------
    frozenset of str
        Lower-case domains: the maintained list and the operator's.

    Raises
    ------
    OSError
        The operator's file cannot be read.
    """
    from disposable_email_domains import blocklist

    lines = extra.read_text(encoding="utf-8").splitlines() if extra else []
    return frozenset(blocklist) | {line.partition("#")[0].strip().lower() for line in lines} - {""}


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
    if _SPACES.search(value) or _CONTROL_OR_BREAK.search(value):
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


@dataclass(slots=True)
class _Form:
    """The fields of one submission and everything found wrong with them so far."""

    fields: Mapping[str, object]
    errors: list[FieldError] = field(default_factory=list)

    def refuse(self, name: str, code: str, message: str) -> None:
        self.errors.append(FieldError(field=name, code=code, message=message))

    def raw(self, name: str) -> str | None:
        """Return a field's text, None when it is not given or no usable text."""
        value = self.fields.get(name)
        if value is None:
            return None
        if not isinstance(value, str):
            self.refuse(name, "wrong_type", f"Expected text, got {_kind(value)}. Send it as a string.")
            return None
        if _SURROGATE.search(value):
            self.refuse(name, "bad_text", "Expected valid Unicode, got half of a surrogate pair. Send UTF-8.")
            return None
        return unicodedata.normalize("NFC", value)

    def line(self, name: str, *, most: int | None = None, required: bool = False, folded: bool = False) -> str:
        """Read one line; ``folded`` turns line breaks and tabs into spaces instead of refusing them."""
        errors_before = len(self.errors)
        value = self.raw(name)
        if folded and value is not None:
            value = re.sub(r"[\t\n\v\f\r]+", " ", value)
        if value is not None and _CONTROL_OR_BREAK.search(value):
            self.refuse(name, "control_characters", "Expected one line of text, got control characters. Remove them.")
        value = _SPACES.sub(" ", value or "").strip()
        self._fits(name, value, most)
        if required and len(self.errors) == errors_before and not _VISIBLE.search(value):
            self._missing(name)
        return value

    def body(self, name: str, *, most: int) -> str:
        errors_before = len(self.errors)
        value = _LINE_ENDS.sub("\n", self.raw(name) or "").rstrip()
        if _CONTROL.search(value):
            self.refuse(name, "control_characters", "Expected text, got control characters. Remove them.")
        self._fits(name, value, most)
        if len(self.errors) == errors_before and not _VISIBLE.search(value):
            self._missing(name)
        return value

    def identifier(self, name: str) -> str:
        """Read an id of the caller's: text, or a whole number as many databases have them."""
        value = _whole(self.fields.get(name))
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        return self.line(name, most=KEY_MAX_CHARS)

    def url(self, name: str) -> str:
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
        value = (self.raw(name) or "").strip()
        if value and (len(value) > LANGUAGE_MAX_CHARS or not _LANGUAGE.fullmatch(value)):
            self.refuse(name, "not_a_language", "Expected a language tag such as en or pt-BR, got something else.")
        return value

    def moment(self, name: str) -> datetime | None:
        value = (self.raw(name) or "").strip()
        if not value:
            return None
        try:
            moment = datetime.fromisoformat(value.upper())
            if moment.tzinfo is not None:
                return moment.astimezone(UTC)
        except (ValueError, OverflowError):
            pass
        expected = "Expected an ISO 8601 time with its zone, such as 2026-05-04T12:30:00Z, got something else."
        self.refuse(name, "not_a_time", expected)
        return None

    def milliseconds(self, name: str) -> int | None:
        value = _whole(self.fields.get(name))
        if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit():
            value = int(value.strip()[:12])
        if value is None or value == "":
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
        self.refuse(name, "required", f"Expected a {name} with at least one visible character, got none. Fill it in.")


def _address(form: _Form, site: Site, disposable: Container[str]) -> ValidatedEmail | None:
    errors_before = len(form.errors)
    value = (form.raw("email") or "").strip()
    if not value:
        if site.limits.email_required and len(form.errors) == errors_before:
            form.refuse("email", "required", "Expected an email address, got none. Fill it in.")
        return None
    if len(value) > EMAIL_MAX_CHARS:
        form.refuse("email", "too_long", f"Expected at most {EMAIL_MAX_CHARS} characters, got {len(value):,}.")
        return None
    try:
        address = validate_email(value, check_deliverability=False, strict=True)
    except EmailNotValidError:
        # The library's own message repeats parts of the address.
        form.refuse("email", "not_an_address", f"Expected an address such as name@example.org, got {_what(value)}.")
        return None
    if site.limits.refuse_disposable and _is_disposable(address.ascii_domain, disposable):
        form.refuse("email", "disposable_address", "Expected a lasting address, got a disposable one. Use another.")
    return address


def _what(value: str) -> str:
    """Say what is wrong with an address without saying the address."""
    local, at, domain = value.rpartition("@")
    if not at:
        return "a text without @-sign"
    if "@" in local:
        return "more than one @-sign"
    if not local or not domain:
        return "nothing before or after the @-sign"
    if "." not in domain.strip("."):
        return "a domain without a dot after the @-sign"
    return "a form that no address on the Internet can have"


def _is_disposable(domain: str, disposable: Container[str]) -> bool:
    labels = domain.lower().split(".")
    return any(".".join(labels[start:]) in disposable for start in range(len(labels) - 1))


def _whole(value: object) -> object:
    """Return the integer that 3.0 is to JSON, anything else as it is."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _kind(value: object) -> str:
    kinds = {bool: "true or false", int: "a number", float: "a number", list: "a list"}
    return kinds.get(type(value), "an object")
