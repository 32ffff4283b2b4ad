"""A call of Akismet's protocol, read as its clients really send it, and its fields in our names.

Keys come in four places, fields in the body, the query or both, in any charset, with bare names, brackets and copies of
a web server's variables. Nothing here is refused: what cannot be read is left out. May import ``domain`` and
``gate``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import unquote_to_bytes, urlsplit

from flask import request

from modbot.intake import gate
from modbot.intake.codec import from_json

# Whatever else they say, these are no comments of people.
MARKED_NAMES = frozenset({"viagra-test-123", "akismet-guaranteed-spam"})
MARKED_EMAIL = "akismet-guaranteed-spam@example.com"
ADMINISTRATOR = "administrator"
YES = frozenset({"1", "true", "yes", "on"})
KEY = re.compile(r"[0-9a-f]{12}")
# WordPress sends some hundred fields; what comes after these is left out.
FIELDS_MAX = 2_000
# Akismet's own examples allow for texts that native calls need not carry.
BYTES_MAX = 2 * 1_024 * 1_024
# Calls about the key itself: the new one is in ``key`` while ``api_key`` may still hold the old one.
OF_THE_KEY = frozenset({"verify-key", "get-subscription", "get-stats", "deactivate"})
NUMBERS_FROM = 10**9
# Ours, and theirs in the order in which they are looked at.
NAMES = {
    "name": ("comment_author",),
    "email": ("comment_author_email",),
    "url": ("comment_author_url",),
    "body": ("comment_content",),
    "page_url": ("permalink",),
    "ip": ("user_ip", "comment_author_IP"),
    "user_agent": ("user_agent", "comment_agent"),
    "referrer": ("referrer", "referer"),
}


@dataclass(frozen=True, slots=True)
class Call:
    """One call: its method, the key as it was given (empty for none), and its fields, each with its first value."""

    method: str
    key: str
    fields: Mapping[str, str]

    def text(self, *names: str) -> str:
        """Return the first of these fields that says something."""
        return next((value for name in names if (value := self.fields.get(name, "")).strip()), "")

    def says(self, name: str) -> bool:
        """Whether a field says yes, in any spelling."""
        return self.text(name).strip().lower() in YES

    @property
    def is_test(self) -> bool:
        """Whether nothing of it may be kept."""
        return self.says("is_test")

    @property
    def is_marked(self) -> bool:
        """Whether it carries one of the marks by which clients test whether spam is caught."""
        email = self.text("comment_author_email").strip().lower()
        return self.text("comment_author").strip() in MARKED_NAMES or email == MARKED_EMAIL

    @property
    def is_administrators(self) -> bool:
        """Whether the site vouches that its administrator wrote it."""
        return ADMINISTRATOR in re.split(r"[\s,]+", self.text("user_role").lower())

    @property
    def is_recheck(self) -> bool:
        """Whether the client asks a second time about the same comment."""
        return bool(self.text("recheck_reason"))


def read(method: str, path_key: str = "") -> Call:
    """Read the current request; the body goes before the query."""
    request.max_content_length = max(BYTES_MAX, gate.house().settings.max_request_bytes)
    fields = dict(_form(request.query_string)) | _body()
    return Call(method, _key(method, fields, path_key), fields)


def comment_of(call: Call) -> dict[str, object]:
    """Translate a call's comment into our fields; what is wrong with one of them is found out later."""
    language = call.text("blog_lang").split(",")[0].strip().replace("_", "-")
    trap = call.text("honeypot_field_name").strip() or "hidden_honeypot_field"
    fields: dict[str, object] = {ours: call.text(*theirs) for ours, theirs in NAMES.items()}
    return fields | {
        "url": _with_scheme(call.text("comment_author_url").strip()),
        "parent_id": _id(call, "comment_parent"),
        "user_id": _id(call, "user_id", "user_ID"),
        "user_role": call.text("user_role").split(",")[0].strip(),
        "language": language,
        "created_at": _moment(call.text("comment_date_gmt").strip()),
        "honeypot": call.text(trap, "POST_ak_hp_textarea"),
    }


def has_blog(call: Call) -> bool:
    """Whether the address of the blog can be read; a call that leaves it out is not held against its client."""
    blog = call.text("blog").strip()
    if not blog:
        return True
    try:
        return bool(urlsplit(blog if "//" in blog else f"//{blog}").hostname) and not re.search(r"\s", blog)
    except ValueError:
        return False


# -- reading ----------------------------------------------------------------------


def _body() -> dict[str, str]:
    if request.mimetype == gate.JSON:
        return _json(request.get_data())
    if request.mimetype == "multipart/form-data":
        return {_plain(name): request.form[name] for name in request.form}
    return dict(_form(request.get_data(), request.mimetype_params.get("charset", "")))


def _json(body: bytes) -> dict[str, str]:
    try:
        said = from_json(body)
    except ValueError:
        return {}
    told = {} if not isinstance(said, dict) else said
    texts = {_plain(str(name)): value for name, value in told.items() if isinstance(value, str | int | float | bool)}
    return {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in texts.items()}


def _form(body: bytes, charset: str = "") -> Iterator[tuple[str, str]]:
    """Read a form in its own charset, the first value of each name last, so that it stays."""
    raw = [pair.partition(b"=") for pair in body.split(b"&", FIELDS_MAX)[:FIELDS_MAX] if pair]
    pairs = [(_unquoted(name), _unquoted(value)) for name, _equals, value in raw]
    said = (
        value.decode("ascii", "replace") for name, value in pairs if name in {b"blog_charset", b"charset"} and value
    )
    encoding = next(filter(_is_known, (charset, *said)), "utf-8")
    for name, value in reversed(pairs):
        yield _plain(name.decode("ascii", "replace")), value.decode(encoding, "replace")


def _unquoted(part: bytes) -> bytes:
    return unquote_to_bytes(part.replace(b"+", b" "))


def _is_known(charset: str) -> bool:
    """Whether texts can be read with it: a charset that keeps ASCII, and no other codec that Python has."""
    try:
        return "\x00" not in charset and b"a\xff".decode(charset, "replace").startswith("a")
    except (LookupError, UnicodeError, ValueError):
        return False


def _plain(name: str) -> str:
    """Return a name without PHP's brackets: ``comment_context[0]`` is ``comment_context``."""
    return name.partition("[")[0]


def _key(method: str, fields: Mapping[str, str], path_key: str) -> str:
    """Find the key: in the body or query, in the name of the host, in the path."""
    names = ("key", "api_key") if method in OF_THE_KEY else ("api_key", "key")
    label = request.host.partition(".")[0].lower()
    given = (*(fields.get(name, "") for name in names), label if KEY.fullmatch(label) else "", path_key)
    return next((key.strip().lower() for key in given if key.strip()), "")


def _id(call: Call, *names: str) -> str:
    said = call.text(*names).strip()
    return "" if said == "0" else said


def _with_scheme(url: str) -> str:
    return f"https://{url}" if url and ":" not in url and "." in url else url


def _moment(said: str) -> str:
    """Return a moment as ISO 8601 in UTC, however it was written; empty for what is none."""
    try:
        if said.isascii() and said.isdigit() and int(said[:12]) >= NUMBERS_FROM:
            return datetime.fromtimestamp(int(said[:12]), UTC).isoformat()
        at = datetime.fromisoformat(said.upper())
    except (ValueError, OverflowError, OSError):
        return ""
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).isoformat()
