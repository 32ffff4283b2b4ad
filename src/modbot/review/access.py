"""Who may come in: sessions, throttled log-in, CSRF, and what each person may see and do.

A session is a row in the store and a signed cookie with the token that finds it: without the row, which is how one is
ended, the cookie opens nothing. Holds no page. May import ``domain``, ``errors``, ``observe`` and ``review.blueprint``.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import cast
from urllib.parse import quote

from flask import Flask, Request, abort, current_app, redirect, request, session
from flask.sessions import SecureCookieSessionInterface
from flask_login import LoginManager, current_user, login_user, logout_user
from flask_wtf.csrf import CSRFProtect
from limits import RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from werkzeug.wrappers import Response

from modbot import observe
from modbot.domain import Case, Role, Session, User
from modbot.errors import CaseNotFound, TooManyRequests
from modbot.privacy import key_hash
from modbot.review.blueprint import bp, house
from modbot.review.pages.logins import browser_of
from modbot.review.passwords import hash_password, nobodys_hash, verify_password
from modbot.storage import Store

# Codes of a second factor that somebody may try in an hour.
CODES_PER_HOUR = 10
# Pages that people need before they are logged in.
OPEN_ENDPOINTS = frozenset(
    {
        *("review.login_form", "review.login", "review.code_form", "review.check_code", "review.static_file"),
        *("review.go_to_provider", "review.come_back"),
    }
)
# What somebody without a second factor may use where everybody needs one.
FACTOR_ENDPOINTS = frozenset({"review.factor", "review.set_factor", "review.logout"})
EXTENSION = "modbot.review"
# How exactly it is written down when somebody was last at work.
SEEN_EVERY = timedelta(minutes=1)
UNATTENDED = frozenset({"review.changes", "review.outcome"})

_csrf = CSRFProtect()


@dataclass(frozen=True, slots=True)
class Visitor:
    """A logged-in user in the shape that Flask-Login expects."""

    user: User
    token: str
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False

    def get_id(self) -> str:
        """What the cookie holds: without its row in the database it opens nothing."""
        return self.token


class HouseSession(SecureCookieSessionInterface):
    """Sessions whose cookie is Secure, and bound to this very host, exactly when the page came over https."""

    digest_method = staticmethod(hashlib.sha256)

    def get_cookie_name(self, app: Flask) -> str:
        """The name that browsers take from this host over https only, where it is https."""
        name = super().get_cookie_name(app)
        return f"__Host-{name}" if self.get_cookie_secure(app) else name

    def get_cookie_secure(self, app: Flask) -> bool:
        """Whether browsers may send the cookie over https only."""
        return request.is_secure or house().settings.public_url.startswith("https:") or super().get_cookie_secure(app)


def add_user(store: Store, name: str, role: Role, *, password: str, site_ids: frozenset[str] | None = None) -> User:
    """Record a person who works at the review page; AlreadyExists when the name is taken."""
    user = User(id=f"u{secrets.token_hex(8)}", name=name, role=role, site_ids=site_ids, session_version=1)
    store.add_user(user, hash_password(password))
    return user


def configure(app: Flask) -> None:
    """Give an app sessions, CSRF protection for the review page, and the throttle of the log-in form."""
    app.session_interface = HouseSession()
    app.config.update(
        SESSION_COOKIE_NAME="modbot_session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(hours=app.extensions["modbot"].settings.session_hours),
        # Refreshing with every answer would let a slow style sheet overwrite what a decision just remembered.
        SESSION_REFRESH_EACH_REQUEST=False,
        # Only this blueprint is asked for a token, below: machines have keys instead.
        WTF_CSRF_CHECK_DEFAULT=False,
        # A token lives as long as its session: a queue that was open over lunch must still work.
        WTF_CSRF_TIME_LIMIT=None,
    )
    _csrf.init_app(app)
    people = LoginManager(app)
    people.session_protection = None
    people.user_loader(_load)
    app.extensions[EXTENSION] = MovingWindowRateLimiter(MemoryStorage())


def known(name: str, password: str) -> User | None:
    """Check name and password, within the limits on tries. None: they do not fit.

    Raises TooManyRequests after too many tries from one address or for one name.
    """
    throttle(name)
    found = house().store.user_named(name)
    user, password_hash = found or (None, nobodys_hash())
    # An unknown name costs the same time as a wrong password: the answer must not tell who works here.
    if not verify_password(password_hash, password) or user is None or user.disabled:
        refused()
        return None
    return user


def refused() -> None:
    """Count a log-in that did not fit."""
    observe.LOGINS.labels("refused").inc()


def begin_session(user: User) -> None:
    """Start a session of its own for somebody who proved who they are."""
    observe.LOGINS.labels("accepted").inc()
    token, at = secrets.token_urlsafe(32), house().clock()
    life = timedelta(hours=house().settings.session_hours)
    began = Session(key_hash(token), user.id, browser_of(request.user_agent.string), at, at)
    house().store.begin_session(began, at - life)
    session.clear()
    session.permanent = True
    login_user(Visitor(user, token))


def log_out() -> None:
    """End this session, also for whoever has a copy of its cookie."""
    house().store.end_session(person().id, session_id())
    logout_user()
    session.clear()


def session_id() -> str:
    """Return the id of the session that asks."""
    who = _who()
    return key_hash(who.token) if who else ""


def visitor() -> User | None:
    """Return who is logged in, if anybody."""
    who = _who()
    return who.user if who else None


def _who() -> Visitor | None:
    who = current_user._get_current_object()  # noqa: SLF001 - the documented way to look behind the proxy
    return who if isinstance(who, Visitor) else None


def person() -> User:
    """Return who is logged in, on a page that only logged-in people reach."""
    user = visitor()
    assert user is not None, "the guard lets nobody through without a session"  # noqa: S101 - for the type checker
    return user


def site_ids(user: User) -> tuple[str, ...] | None:
    """Return the sites a person may see, None for all."""
    return None if user.site_ids is None else tuple(sorted(user.site_ids))


def may_administer(user: User) -> bool:
    """Whether the administrators' pages exist for somebody."""
    return user.role is Role.ADMIN


def require_admin() -> User:
    """Return the administrator who is logged in. For anybody else there is no such page."""
    user = person()
    if not may_administer(user):
        raise CaseNotFound("There is no such page for you: it belongs to administrators.")
    return user


def require_site(user: User, site_id: str) -> None:
    """Refuse another person's site as if it were not there."""
    if not user.may_see(site_id):
        raise CaseNotFound("There is no such site, or it is not one of yours.")


def visible_case(user: User, case_id: str) -> Case:
    """Return a case of a site that is this person's business; any other does not exist."""
    found = house().store.case(case_id)
    if found is None or not user.may_see(found.comment.site_id):
        raise CaseNotFound("There is no such case, or it belongs to another site.")
    return found


def decidable_case(user: User, case_id: str) -> Case:
    """Return a case that this person may decide."""
    found = visible_case(user, case_id)
    if not user.may_review(found.comment.site_id):
        abort(403)
    return found


def local_path(path: str, fallback: str) -> str:
    """Return a path of ours to go back to, never an address elsewhere."""
    known = path.split("?", 1)[0].split("/")[1:2]
    is_ours = path.startswith("/") and known in (
        ["queue"],
        ["cases"],
        ["campaigns"],
        ["overview"],
        ["admin"],
        ["patterns"],
        ["preferences"],
        ["start"],
    )
    return path if is_ours and not set(path) & {"\\", "\r", "\n", "#"} else fallback


def _load(token: str) -> Visitor | None:
    store, settings, at = house().store, house().settings, house().clock()
    known = store.session(key_hash(token))
    if known is None:
        return None
    found, user = known
    life, idle = timedelta(hours=settings.session_hours), timedelta(hours=settings.session_idle_hours)
    if user.disabled or at - found.began_at > life or at - found.seen_at > idle:
        return None
    # A page that looks for news by itself is nobody at work.
    if at - found.seen_at > SEEN_EVERY and request.endpoint not in UNATTENDED:
        store.saw_session(found.id, at)
    return Visitor(user, token)


@bp.before_request
def _require_token() -> None:
    _csrf.protect()


@bp.before_request
def _require_login() -> Response | None:
    if request.endpoint in OPEN_ENDPOINTS:
        return None
    user = visitor()
    if user is None:
        return redirect(login_href(request), code=303)
    lacks = house().settings.require_factor and request.endpoint not in FACTOR_ENDPOINTS
    if lacks and house().store.second_factor(user.id) is None:
        return redirect("/preferences/factor", code=303)
    return None


def login_href(asked: Request) -> str:
    """Return the log-in page that leads back to what was asked for."""
    path = asked.full_path.rstrip("?") if asked.method == "GET" else "/queue"
    return "/login" if path in {"/", "/queue"} else f"/login?next={quote(path)}"


def throttle(name: str) -> None:
    """Count a try to log in; TooManyRequests after too many from one address or for one name."""
    limiter = cast("MovingWindowRateLimiter", current_app.extensions[EXTENSION])
    per_minute = RateLimitItemPerMinute(house().settings.login_tries_per_minute)
    keys = (("address", request.remote_addr or ""), ("name", name.casefold()[:200]))
    # Every key is counted, so that a blocked address cannot go on trying names for free.
    allowed = [limiter.hit(per_minute, "login", *key) for key in keys]
    if not all(allowed):
        observe.LOGINS.labels("throttled").inc()
        raise TooManyRequests("Too many tries. Wait a minute, then try again.", retry_after_s=60)


def throttle_codes(name: str) -> None:
    """Count a code of a second factor; TooManyRequests after too many in an hour.

    Whoever tries has the password already, and three of a million codes fit at any moment: at the pace of the log-in
    page that takes three weeks on average, at this one four years, and each try stands in the log.
    """
    limiter = cast("MovingWindowRateLimiter", current_app.extensions[EXTENSION])
    if not limiter.hit(RateLimitItemPerHour(CODES_PER_HOUR), "code", name.casefold()[:200]):
        observe.LOGINS.labels("throttled").inc()
        raise TooManyRequests("Too many codes. Wait an hour, then try again.", retry_after_s=3_600)
