"""Plain HTML forms of static sites: a post becomes a comment, the answer is a way back to the page.

Public on purpose: a form needs no key, so what only a site may vouch for (ids, addresses, times) is not read from
it. The way back leads to the site's own origins or nowhere. Errors are small pages for people. Reads the clock once
per request. May import what the doors may.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from flask import Blueprint, Response, g, make_response, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.http import HTTP_STATUS_CODES

from modbot import observe
from modbot.domain import Action, Door, Site
from modbot.errors import (
    FieldError,
    InvalidComment,
    ModbotError,
    NotFound,
    OriginRefused,
    TooManyRequests,
    UnsupportedMedia,
)
from modbot.intake import gate
from modbot.intake.codec import canonical
from modbot.intake.problem import FRAMEWORK_ERRORS
from modbot.moderation import Submission
from modbot.validation import ELAPSED_MAX_MS, is_web_address

MULTIPART = "multipart/form-data"
OUTCOMES = {Action.PUBLISH: "published", Action.HOLD: "held", Action.REJECT: "rejected"}
# What other comment systems call our fields; the first that is filled in counts.
SYNONYMS = {
    "name": ("author", "name", "author_name", "comment_author"),
    "email": ("email", "author_email", "comment_author_email"),
    "url": ("url", "website", "author_url", "comment_author_url"),
    "body": ("comment", "body", "comment_content", "text", "content", "message"),
    "parent_id": ("parent_id", "comment_parent"),
    "page_url": ("page_url",),
    "page_title": ("page_title",),
    "language": ("language",),
    "honeypot": ("website2", "honeypot"),
}
LABELS = {"name": "Name", "email": "Email", "url": "Website", "body": "Comment"}
# No scripts, no foreign parts; who may frame the form is added per site.
POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors "

bp = Blueprint(
    "forms", __name__, url_prefix="/f", template_folder="templates", static_folder="static", static_url_path="/~"
)


@dataclass(frozen=True, slots=True)
class FormPage:
    """What the form shows inside a frame."""

    site: str
    action: str
    stamp: str
    page_url: str
    page_title: str
    parent_id: str
    email_required: bool
    name_max_chars: int
    body_max_chars: int
    stylesheet: str


@dataclass(frozen=True, slots=True)
class RefusalPage:
    """What a person sees whose comment did not get through. ``back`` is empty when no way back is safe."""

    title: str
    detail: str
    problems: tuple[tuple[str, str], ...]
    back: str
    stylesheet: str


@bp.post("/<site_name>")
def post_comment(site_name: str) -> Response:
    """Moderate what a form sent and lead the reader back to the page."""
    started = time.perf_counter()
    house = gate.house()
    at = house.clock()
    site = _site(site_name)
    client = gate.client()
    _check_origin(site)
    gate.limiter().hit(house.settings.form_posts_per_minute, "form", gate.limited_name(client))
    gate.limiter().hit(house.settings.site_posts_per_minute, "form-site", site.id)
    form = _read_form()
    # Browsers tell other origins only where a reader comes from, not which page: the form knows better.
    g.way_back = _way_back(site, form)
    fields = _fields(form, site, client) | _elapsed(form, site, at)
    payload = canonical(form)
    done = house.moderator.moderate(site, Submission(fields, payload, Door.FORM, _key(form, site, at, payload)), at)
    if done.created:
        observe.log_case(done.case, Door.FORM, (time.perf_counter() - started) * 1_000)
    # 303: going back in the browser must not post again.
    return _redirect(_with_outcome(g.way_back, done.case.action, done.case.id))


@bp.get("/<site_name>/form")
def show_form(site_name: str) -> Response:
    """Show the form for a frame, with a signed stamp that tells later how long filling it in took."""
    site = _site(site_name)
    asked = request.args.get("page_url", "")
    page = FormPage(
        site=site.name,
        action=url_for("forms.post_comment", site_name=site.id),
        stamp=gate.house().vault.stamp(site.id, gate.house().clock()),
        page_url=asked if _is_own(asked, site) else "",
        page_title=request.args.get("page_title", ""),
        parent_id=request.args.get("parent_id", ""),
        email_required=site.limits.email_required,
        name_max_chars=site.limits.name_max_chars,
        body_max_chars=site.limits.body_max_chars,
        stylesheet=url_for("forms.static", filename="door.css"),
    )
    response = make_response(render_template("comment_form.html", page=page))
    response.headers["Content-Security-Policy"] = (
        f"{POLICY}'self' {' '.join(sorted(_origins(site)))}; form-action 'self' {' '.join(sorted(_origins(site)))}"
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def refuse(error: ModbotError | HTTPException) -> Response:
    """Say an error as a page for people."""
    return refused(error, _for_visitors(error) if isinstance(error, ModbotError) else "")


def refused(error: ModbotError | HTTPException, detail: str) -> Response:
    """Make the page of an error; ``detail`` is what people read of one of our own."""
    problems: tuple[tuple[str, str], ...] = ()
    headers: dict[str, str] = {}
    if isinstance(error, ModbotError):
        status = error.status
        if error.status >= 500:
            observe.log_trouble("refused", error, code=error.code)
        if isinstance(error, InvalidComment):
            problems = tuple(_problem(field) for field in error.fields)
        if isinstance(error, TooManyRequests):
            headers["Retry-After"] = str(error.retry_after_s)
    elif error.code is None or error.code < 400:
        return make_response(error.get_response())
    else:
        status, detail = error.code, FRAMEWORK_ERRORS.get(error.code, ("", "The request was refused."))[1]
        if isinstance(error, MethodNotAllowed) and error.valid_methods:
            headers["Allow"] = ", ".join(sorted(error.valid_methods))
    page = RefusalPage(
        title="Your comment needs another look" if problems else HTTP_STATUS_CODES.get(status, "Error"),
        detail=detail,
        problems=problems,
        back=g.get("way_back") or _referring_page(),
        stylesheet=url_for("forms.static", filename="door.css"),
    )
    response = make_response(render_template("comment_refused.html", page=page), status, headers)
    response.headers["Content-Security-Policy"] = f"{POLICY}*"
    return response


def _for_visitors(error: ModbotError) -> str:
    """Say an error to somebody who wanted to comment and has never heard of modbot."""
    if isinstance(error, InvalidComment):
        return "Nothing was sent. Go back, correct what is listed here, and send it again."
    if isinstance(error, TooManyRequests):
        return f"There were too many comments in a short time. Wait {error.retry_after_s} seconds and send yours again."
    if isinstance(error, NotFound | OriginRefused):
        return "This form is not set up for this site. Nothing was sent; please tell the people who run the site."
    return error.message if error.status < 500 else FRAMEWORK_ERRORS[500][1]


# -- reading --------------------------------------------------------------------


def _site(name: str) -> Site:
    site = None if "\x00" in name else gate.house().store.site_named(name)
    if site is None:
        raise NotFound("Expected the name or id of a site after /f/, got another. `modbot site list` shows them.")
    return site


def _read_form() -> dict[str, str]:
    if request.mimetype == MULTIPART:
        return {name: request.form[name] for name in request.form}
    if request.mimetype == gate.FORM:
        return {name: values[0] for name, values in gate.form_fields(gate.read_body()).items()}
    raise UnsupportedMedia(f"Content-Type: expected {gate.FORM} or {MULTIPART}, got another.")


def _fields(form: Mapping[str, str], site: Site, client: str) -> dict[str, object]:
    """Translate form names; what the browser says about itself comes from the request, not from the form."""
    fields: dict[str, object] = {
        ours: next((form[name] for name in names if form.get(name, "").strip()), "") for ours, names in SYNONYMS.items()
    }
    if fields["parent_id"] == "0":
        fields["parent_id"] = ""
    url = str(fields["url"]).strip()
    if url and ":" not in url and "." in url:
        # People type "example.org" into the website box, as WordPress taught them.
        fields["url"] = f"https://{url}"
    referrer = request.referrer or ""
    page_url = str(fields["page_url"]).strip() or (referrer if _is_own(referrer, site) else "")
    return fields | {
        "page_url": page_url,
        "ip": client,
        "user_agent": _printable(request.headers.get("User-Agent", "")),
        "referrer": _printable(referrer),
    }


def _elapsed(form: Mapping[str, str], site: Site, at: datetime) -> dict[str, object]:
    age_s = gate.house().vault.stamp_age_s(site.id, form.get("ts", ""), at)
    return {} if age_s is None else {"elapsed_ms": min(max(0, int(age_s * 1_000)), ELAPSED_MAX_MS)}


def _key(form: Mapping[str, str], site: Site, at: datetime, payload: bytes) -> str:
    """Return one key for a form that is sent twice by a double click; without a stamp nobody can tell."""
    vault = gate.house().vault
    if vault.stamp_age_s(site.id, form.get("ts", ""), at) is None:
        return ""
    return f"form-{vault.payload_hash(site.id, payload)}"


def _printable(header: str) -> str:
    return "".join(char for char in header if char.isprintable())


# -- the way back ---------------------------------------------------------------


def _check_origin(site: Site) -> None:
    """Refuse a form on somebody else's page, where the browser says so.

    A page with ``Referrer-Policy: no-referrer`` sends the origin ``null``: that says nothing either way.
    """
    origin = request.headers.get("Origin", "")
    said = origin if origin not in {"", "null"} else request.referrer or ""
    if said and _origin(said) not in _origins(site) and urlsplit(said).netloc != request.host:
        raise OriginRefused(
            "Expected a form on one of the site's own pages, got another. `modbot site set --origin` adds one."
        )


def _way_back(site: Site, form: Mapping[str, str]) -> str:
    for target in (form.get("redirect_to", ""), form.get("page_url", ""), request.referrer or ""):
        if _is_own(target.strip(), site):
            return target.strip()
    return site.url


def _referring_page() -> str:
    """Return the page that an error came from, if it is the site's own."""
    name = (request.view_args or {}).get("site_name", "")
    site = gate.house().store.site_named(name) if name and "\x00" not in name else None
    referrer = request.referrer or ""
    return referrer if site is not None and _is_own(referrer, site) else ""


def _with_outcome(target: str, action: Action, case_id: str) -> str:
    parts = urlsplit(target)
    query = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name != "modbot"]
    query.append(("modbot", OUTCOMES[action]))
    return urlunsplit(parts._replace(query=urlencode(query), fragment=f"comment-{case_id}"))


def _redirect(location: str) -> Response:
    return make_response(redirect(location, 303))


def _is_own(url: str, site: Site) -> bool:
    return is_web_address(url) and _origin(url) in _origins(site)


def _origins(site: Site) -> frozenset[str]:
    return frozenset(filter(None, map(_origin, (site.url, *site.origins))))


def _origin(url: str) -> str:
    """Return scheme, host and port of a web address in one spelling, or nothing."""
    if not is_web_address(url):
        return ""
    parts = urlsplit(url)
    port = parts.port if parts.port != {"http": 80, "https": 443}[parts.scheme] else None
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{port}" if port else "")


def _problem(field: FieldError) -> tuple[str, str]:
    return LABELS.get(field.field, field.field), field.message
