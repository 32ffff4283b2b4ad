"""Untrusted fields become a Comment, or an InvalidComment that names every bad field at once.

Limits come from the Site. Nothing here looks anything up on the network, reads a clock or judges what
a comment says; a message never repeats a body, an address or a key. May import the nouns, ``errors``
and ``text``; home of email-validator and of the list of disposable domains.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from email_validator import EmailNotValidError, ValidatedEmail, validate_email

from modbot.domain import Author, Comment, Door, Limits, Site
from modbot.errors import FieldError, InvalidComment
from modbot.text import fingerprint, normalise, sketch
from modbot.validation.form import (
    CONTROL,
    CONTROL_OR_BREAK,
    ELAPSED_MAX_MS,
    KEY_MAX_CHARS,
    LANGUAGE_MAX_CHARS,
    LANGUAGE_PATTERN,
    LINE_ENDS,
    SURROGATE,
    URL_MAX_CHARS,
    VISIBLE,
    Form,
    is_web_address,
    whole_number,
)

__all__ = [
    "ELAPSED_MAX_MS",
    "EMAIL_MAX_CHARS",
    "KEY_MAX_CHARS",
    "KEY_PATTERN",
    "KNOWN_FIELDS",
    "LANGUAGE_MAX_CHARS",
    "LANGUAGE_PATTERN",
    "ROLE_MAX_CHARS",
    "TITLE_MAX_CHARS",
    "URL_MAX_CHARS",
    "VISIBLE",
    "comment_from",
    "disposable_domains",
    "is_web_address",
    "key_from",
    "unknown_fields",
    "whole_number",
]

# An address is at most 254 characters on the wire (RFC 5321, 4.5.3.1.3).
EMAIL_MAX_CHARS = 254
TITLE_MAX_CHARS = 500
KEY_PATTERN = rf"^[!-~]{{1,{KEY_MAX_CHARS}}}$"
ROLE_MAX_CHARS = 50
# Header values that a site passes on are cut, not refused: nobody should lose a comment to a long one.
USER_AGENT_KEPT_CHARS = 500
REFERRER_KEPT_CHARS = 2_000
HONEYPOT_KEPT_CHARS = 200
# These doors speak protocols whose callers cannot be told what was wrong with a field: what cannot be read is left out.
FORGIVING = frozenset(Door) - {Door.NATIVE, Door.FORM}

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
    form = Form(fields, forgives=door in FORGIVING)
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
    if form.errors and form.forgives:
        mended = _mended(fields, form.errors, site.limits)
        return comment_from(mended, site, door=door, key=key, disposable=disposable)
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
    form = Form({"id": value})
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


def _mended(fields: Mapping[str, object], errors: Sequence[FieldError], limits: Limits) -> dict[str, object]:
    """Return the fields that can be read: of a name and a text what is left of it, of others nothing."""
    wrong = {error.field for error in errors}
    kept = {name: value for name, value in fields.items() if name not in wrong}
    for name, most, bad in (
        ("name", limits.name_max_chars, CONTROL_OR_BREAK),
        ("body", limits.body_max_chars, CONTROL),
    ):
        if name in wrong and isinstance(value := fields[name], str):
            plain = LINE_ENDS.sub("\n", unicodedata.normalize("NFC", SURROGATE.sub("\ufffd", value)))
            kept[name] = bad.sub(" ", plain).strip()[:most]
    return kept


def _address(form: Form, site: Site, disposable: Container[str]) -> ValidatedEmail | None:
    errors_before = len(form.errors)
    value = (form.raw("email") or "").strip()
    if not value:
        if site.limits.email_required and len(form.errors) == errors_before and not form.forgives:
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
    if site.limits.refuse_disposable and not form.forgives and _is_disposable(address.ascii_domain, disposable):
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
