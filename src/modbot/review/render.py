"""From a page to an answer: the template environment, the frame around every page, static files, headers.

A template gets exactly one object, ``page``, and the function ``csrf_token``; undefined names are errors. May
import ``domain`` and this room.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from flask import Response, g, make_response, request, send_from_directory, session
from flask_wtf.csrf import generate_csrf
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.ext import Extension
from jinja2.runtime import Context
from markupsafe import Markup

from modbot.domain import Case, User
from modbot.language import _, counted, number, spoken
from modbot.review import access
from modbot.review.blueprint import bp, house
from modbot.review.marks import Text
from modbot.review.pages.care import Care, care_of
from modbot.review.pages.filters import choices
from modbot.review.pages.frame import (
    DEFAULT_KEYS,
    THEMES,
    Frame,
    Notice,
    Preferences,
    Undo,
    batch_notice,
    nav_for,
    notice_of,
    person_of,
    taken_back_notice,
)
from modbot.review.pages.veil import has_slur, veiled
from modbot.review.stints import reminder, worked

HERE = Path(__file__).parent
STATIC = HERE / "static"
# Files carry their version in the folder's name, so browsers may keep them.
STATIC_AGE_S = 31_536_000
# After this a notice is old news; the decision can still be changed on the case's page.
NOTICE_AGE = timedelta(minutes=2)
# So many of one's own decisions can be taken back, one after the other. The cookie has room for them.
UNDO_STEPS = 10
# What a person asked for to be spared.
CARE = "care"
# Pages that show what strangers wrote. Elsewhere people edit lists of such words: there nothing is veiled.
VEILED = {"queue", "outcome", "batch"}
INDENT = re.compile(r"^[ \t]+", re.MULTILINE)
ADDRESS = re.compile(r"(?:/|https?:)\S*")

CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Flask-WTF compares the Referer on https: it must at least reach ourselves.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Page(Protocol):
    """A frozen dataclass from ``pages`` that knows its template."""

    @property
    def template(self) -> str:
        """The file under ``templates``."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What the store counted for the frame, so that a page that needs it too does not ask again."""

    waiting: int


class Flush(Extension):
    """Leaves out how templates are indented: for each of fifty rows that is a tenth of what is sent."""

    def preprocess(self, source: str, _name: str | None, _filename: str | None = None) -> str:
        """Return a template with its lines at the margin."""
        return INDENT.sub("", source)


def _environment(finalize: Callable[..., object] | None = None) -> Environment:
    # Autoescape everything, whatever its name: a comment is hostile text.
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=finalize,
        extensions=[Flush],
    )
    made.globals |= {"csrf_token": generate_csrf, "language": spoken, "_": _, "counted": counted, "number": number}
    made.globals["rich"] = partial(_rich, _unchanged if finalize is None else _veil_one)
    made.tests["veiled"] = _is_veiled if finalize else _never
    return made


@pass_context
def _veil(_context: Context, value: object) -> object:
    """Veil what goes into a page: everything but addresses, and what is safe already."""
    return _veil_one(value)


def _veil_one(value: object) -> object:
    if not isinstance(value, str) or isinstance(value, Markup) or ADDRESS.fullmatch(value):
        return value
    return veiled(value, g.veil)


def _unchanged(value: object) -> object:
    return value


def _rich(finish: Callable[[object], object], message: str, **values: object) -> Markup:
    """Say a message with markup in it: what stands in its place is text, escaped and veiled as any other."""
    return Markup(_(message)).format(**{name: finish(value) for name, value in values.items()})  # noqa: S704 - ours


def _is_veiled(text: Text) -> bool:
    return any(has_slur(piece.text, g.veil) for piece in text.pieces + text.folded)


def _never(_text: Text) -> bool:
    return False


def _static_version() -> str:
    digest = hashlib.sha256()
    for path in sorted(STATIC.iterdir()):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


ENVIRONMENT = _environment()
# Looks at every word of a page: only for those who asked for it.
VEILING = _environment(_veil)
STATIC_HREF = f"/static/review/{_static_version()}"


def render(page: Page, status: int = 200) -> Response:
    """Fill a page's template."""
    environment = VEILING if "veil" in g else ENVIRONMENT
    html = environment.get_template(page.template).render(page=page)
    answer = make_response(html, status)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def attach(table: str, stem: str) -> Response:
    """Answer with a table for a spreadsheet, named after what it holds and today."""
    answer = make_response(table)
    answer.mimetype = "text/csv"
    name = f"{stem}-{house().clock():%Y-%m-%d}.csv"
    answer.headers |= {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return answer


def frame(section: str, user: User | None = None, waiting: int | None = None) -> Frame:
    """Build what surrounds a page: for nobody, or for a user."""
    undo = last_decision() if user else None
    care = care_for(user) if user else Care()
    if care.mask and section in VEILED and request.args.get("show") != "1":
        g.veil = care.own
    now = house().clock().timestamp()
    return Frame(
        section=section,
        person=person_of(user) if user else None,
        nav=nav_for(user, waiting) if user else (),
        static=STATIC_HREF,
        here=request.full_path.rstrip("?") if request.method == "GET" else "/queue",
        preferences=preferences(user),
        notice=_notice(user, undo) if user and section == "queue" else None,
        undo=undo,
        reminder=reminder(care, now) if care.pause_min and section in VEILED else "",
    )


def full_frame(section: str, user: User) -> Frame:
    """Build the frame of a page that counts nothing by itself."""
    return frame(section, user, house().store.queue_counts(access.site_ids(user)).get("queued", 0))


def preferences(user: User | None) -> Preferences:
    """Read what the person chose, for this browser and for themselves."""
    theme, now = request.cookies.get("modbot_theme", ""), spoken()
    keys = {act: key for act, key in chosen(user).get("keys", {}).items() if act in DEFAULT_KEYS} if user else {}
    return Preferences(
        theme=theme if theme in THEMES else "system",
        keys=request.cookies.get("modbot_keys") != "off",
        chosen=keys,
        languages=tuple(choices(((tag, one.name) for tag, one in house().languages.items()), now.tag)),
    )


def chosen(user: User) -> Mapping[str, Any]:
    """Read what a person chose for themselves, once for each request."""
    if "chosen" not in g:
        g.chosen = house().store.preferences(user.id)
    read: Mapping[str, Any] = g.chosen
    return read


def care_for(user: User) -> Care:
    """Read what a person asked for to be spared."""
    return care_of(chosen(user).get(CARE, {}))


def remember(case: Case, done: str, at: datetime) -> None:
    """Keep in the session what was just done, and what can be taken back. The text stays in the store."""
    session["done"] = [case.id, done, at.timestamp()]
    steps = [step for step in session.get("steps", []) if step[0] != case.id]
    if done != "undo":
        worked(at.timestamp(), case)
    session["steps"] = (steps if done == "undo" else [*steps, [case.id, case.revision]])[-UNDO_STEPS:]


def mention(case: Case, done: str, at: datetime) -> None:
    """Say on the next page what was done to a case that was no decision."""
    session["done"] = [case.id, done, at.timestamp()]


def remember_batch(batch: str, at: datetime) -> None:
    """Keep in the session that many cases were decided as one."""
    worked(at.timestamp())
    session["done"] = [batch, "batch", at.timestamp()]
    session["steps"] = [*session.get("steps", []), [batch, 0]][-UNDO_STEPS:]


def mention_batch(back: int, moved_on: int, at: datetime) -> None:
    """Say on the next page that a bulk act was taken back, and how much of it had moved on."""
    session["done"] = [f"{back} {moved_on}", "unbatch", at.timestamp()]


def forget_batch(batch: str) -> None:
    """Take a bulk act that was taken back out of what can be taken back."""
    session["steps"] = [step for step in session.get("steps", []) if step[0] != batch]


def forget_notice() -> None:
    """Say once what was done, not on every page that follows."""
    session.pop("done", None)


def last_decision() -> Undo | None:
    """Return this person's last decision that nothing came after."""
    for act, revision in reversed(session.get("steps", [])):
        if revision == 0:
            if house().store.batch(act) is not None:
                return Undo("", batch=act)
        elif house().store.standing_revision(act) == revision:
            return Undo(act, revision)
    return None


def add_headers(answer: Response) -> Response:
    """Put the security headers on every page that has none of its own."""
    answer.headers.setdefault("X-Content-Type-Options", "nosniff")
    if answer.mimetype == "text/html" and "Content-Security-Policy" not in answer.headers:
        for name, value in HEADERS.items():
            answer.headers.setdefault(name, value)
    return answer


@bp.get("/static/review/<version>/<path:name>")
def static_file(version: str, name: str) -> Response:
    """Serve a style, a script or the icon."""
    current = STATIC_HREF.endswith(f"/{version}")
    return send_from_directory(STATIC, name, max_age=STATIC_AGE_S if current else 0)


def _notice(user: User, undo: Undo | None) -> Notice | None:
    """Say what this person did a moment ago, unless the case has moved on since."""
    done = session.get("done")
    if not done:
        return None
    case_id, verb, at = done
    forget_notice()
    if house().clock() - datetime.fromtimestamp(at, UTC) > NOTICE_AGE:
        return None
    if verb == "batch":
        batch = house().store.batch(case_id)
        return None if batch is None else batch_notice(batch)
    if verb == "unbatch":
        back, moved_on = map(int, case_id.split())
        return taken_back_notice(back, moved_on, undo)
    case = house().store.case(case_id)
    if case is None or not user.may_see(case.comment.site_id):
        return None
    return notice_of(case, verb, user, undo)
