"""Log-in through an identity provider, where the owner names one (OpenID Connect Core 1.0, code flow; PKCE, RFC 7636).

Says who somebody is, never what they may do: that stays with the people of `/admin/users`. Home of authlib and of
joserfc, which authlib checks tokens with: the extra ``oidc``, loaded only then. May import ``errors``, ``observe`` and
this room.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from modbot import observe
from modbot.config import Settings
from modbot.domain import Deed, User
from modbot.errors import ConfigError
from modbot.language import N_, _
from modbot.review import access
from modbot.review.audit import write_down
from modbot.review.blueprint import bp, house
from modbot.review.factor import let_in
from modbot.review.pages.frame import LoginPage
from modbot.review.render import frame, render

EXTENSION = "modbot.provider"
NEXT = "provider_next"
TIMEOUT_S = 10
UNCONFIRMED = N_("{provider} did not confirm who you are. Try again, or log in with your password.")
UNREACHABLE = N_("{provider} cannot be reached. Try again later, or log in with your password.")
UNKNOWN = N_("{provider} knows you, but nobody of that name works here. Ask an administrator to add you.")
# What a server that answers with something else than it should makes a library raise; OSError is the network's.
ODD = (OSError, LookupError, RuntimeError, TypeError, ValueError)
MISSING = "oidc_issuer: needs a library that is not installed; run `pip install 'modbot[oidc]'`"


@dataclass(frozen=True, slots=True)
class _Provider:
    """The library's client, and what it raises."""

    client: Any
    errors: tuple[type[Exception], ...]


def configure(app: Flask) -> None:
    """Make the provider known to an app, if there is one. Raises ConfigError."""
    settings = app.extensions["modbot"].settings
    if not settings.oidc_issuer:
        return
    if problems := _problems(settings):
        raise ConfigError(problems)
    try:
        from authlib.common.errors import AuthlibBaseError
        from authlib.integrations.flask_client import OAuth
        from joserfc.errors import JoseError
    except ImportError as error:
        raise ConfigError((MISSING,)) from error
    registry = OAuth(app)
    client = registry.register(
        "provider",
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret.get_secret_value(),
        server_metadata_url=f"{settings.oidc_issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid email profile",
            "code_challenge_method": "S256",
            "default_timeout": TIMEOUT_S,
        },
    )
    app.extensions[EXTENSION] = _Provider(client, (AuthlibBaseError, JoseError, *ODD))


@bp.get("/login/provider")
def go_to_provider() -> AnyResponse:
    """Send somebody to the identity provider."""
    provider = _provider()
    access.throttle(request.remote_addr or "")
    session[NEXT] = access.local_path(request.args.get("next", ""), "/queue")
    try:
        _own_metadata(provider.client)
        answer: AnyResponse = provider.client.authorize_redirect(_way_back())
    except provider.errors as error:
        observe.log_trouble("provider_unreachable", error)
        return _page(UNREACHABLE, 502)
    return answer


@bp.get("/login/provider/back")
def come_back() -> AnyResponse:
    """Let somebody in whom the identity provider vouches for, and who works here."""
    provider = _provider()
    access.throttle(request.remote_addr or "")
    target = access.local_path(str(session.get(NEXT, "")), "/queue")
    try:
        told = _told(provider.client)
    except provider.errors as error:
        # Anybody can call this address with anything, so it is no trouble of ours.
        observe.log_event("provider_refused", error=type(error).__name__)
        access.refused()
        return _page(UNCONFIRMED, 401)
    user = _person(told)
    if user is None or user.disabled:
        access.refused()
        if user is not None:
            write_down(user, Deed.LOGIN_REFUSED, by="provider")
        return _page(UNKNOWN, 401)
    return let_in(user, target, by="provider")


def _told(client: Any) -> Mapping[str, Any]:
    """What the provider says of somebody: signed, by this issuer, for us, for this very log-in."""
    settings = house().settings
    issuer = _own_metadata(client)
    token = client.authorize_access_token(claims_options={"iss": {"essential": True, "value": issuer}})
    told: Mapping[str, Any] = token["userinfo"]
    if settings.oidc_claim in told:
        return told
    # Some providers put no more than a number into the token and tell the rest when asked.
    more: Mapping[str, Any] = client.userinfo(token=token)
    return {**more, **told} if more.get("sub") == told["sub"] else told


def _own_metadata(client: Any) -> str:
    """Return the issuer that the provider says it is, which must be the one that the owner set."""
    issuer = str(client.load_server_metadata().get("issuer", ""))
    if issuer.rstrip("/") != house().settings.oidc_issuer.rstrip("/"):
        raise ValueError("the provider says that it is another one")
    return issuer


def _person(told: Mapping[str, Any]) -> User | None:
    claim = house().settings.oidc_claim
    name = told.get(claim)
    if not isinstance(name, str) or not name or (claim == "email" and told.get("email_verified") is not True):
        return None
    store = house().store
    found = store.user_named(name) or store.user_named(name.lower())
    return found[0] if found else None


def _way_back() -> str:
    public = house().settings.public_url.rstrip("/")
    path = url_for("review.come_back")
    return f"{public}{path}" if public else f"{request.url_root.rstrip('/')}{path}"


def _provider() -> _Provider:
    provider: _Provider | None = current_app.extensions.get(EXTENSION)
    return provider if provider is not None else abort(404)


def _page(why: str, status: int) -> AnyResponse:
    label = house().settings.oidc_label
    return render(LoginPage(frame("login"), problem=_(why, provider=label), provider=label), status)


def _problems(settings: Settings) -> tuple[str, ...]:
    parts = urlsplit(settings.oidc_issuer)
    near = parts.hostname in {"localhost", "127.0.0.1", "::1"}
    found = []
    if not (parts.scheme == "https" or (parts.scheme == "http" and near)):
        found.append(f"oidc_issuer: expected an https address, got {settings.oidc_issuer!r}")
    if not settings.oidc_client_id:
        found.append("oidc_client_id: missing; the provider gives it when modbot is registered there")
    return tuple(found)
