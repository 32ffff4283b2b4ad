"""A page where the author of a rejected comment reads why, and asks for another look: a signed link, no account.

Whoever has the link may read the comment and its statement of reasons and appeal once; nothing else opens. Errors are
small pages for people. Reads the clock once per request. May import what the doors may.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException

from modbot.domain import Action, Case, Report, ReportKind, Site
from modbot.errors import ModbotError, NotFound
from modbot.intake import forms, gate
from modbot.intake.query import REASON_MAX_CHARS
from modbot.intake.statement import APPEAL_DAYS, GROUNDS, automated, facts, ground
from modbot.publication import publish_view

bp = Blueprint("appeal", __name__, url_prefix="/appeal", template_folder="templates")
GONE = "This link leads nowhere: it is not whole, or too old. Ask the people who run the site for a new one."
POLICY = f"{forms.POLICY}'none'; form-action 'self'"


@dataclass(frozen=True, slots=True)
class AppealPage:
    """What the author of a rejected comment sees; ``state`` is ``open``, ``appealed``, ``published`` or ``upheld``."""

    site: str
    back: str
    body: str
    when: str
    by_machine: bool
    ground: str
    facts: tuple[str, ...]
    state: str
    appealed_on: str
    reason_max_chars: int
    stylesheet: str


def appeal_url(case: Case, at: datetime) -> str:
    """Return the address under which the author of a comment may appeal for half a year."""
    token = gate.house().vault.appeal_token(case.comment.site_id, case.id, at + timedelta(days=APPEAL_DAYS))
    public = gate.house().settings.public_url.rstrip("/") or request.host_url.rstrip("/")
    return f"{public}{url_for('appeal.show', token=token)}"


@bp.get("/<token>")
def show(token: str) -> Response:
    """Show why the comment was rejected, and the box for an appeal."""
    case, site = _opened(token)
    response = make_response(render_template("appeal.html", page=_page(case, site)))
    response.headers["Content-Security-Policy"] = POLICY
    # The address is the key: it must not travel on with a click.
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.post("/<token>")
def send(token: str) -> Response:
    """Put the comment before a person again; a second time changes nothing."""
    house = gate.house()
    case, site = _opened(token)
    gate.limiter().hit(house.settings.form_posts_per_minute, "appeal", gate.limited_name(gate.client()))
    if _page(case, site).state == "open":
        fields = gate.form_fields(gate.read_body())
        said = " ".join(fields.get("reason", ("",))[0].split())[:REASON_MAX_CHARS]
        house.moderator.report(site, case.id, ReportKind.APPEAL, said, house.clock())
    return make_response(redirect(url_for("appeal.show", token=token), 303))


def refuse(error: ModbotError | HTTPException) -> Response:
    """Say an error as a page for people."""
    return forms.refused(error, error.message) if isinstance(error, NotFound) else forms.refuse(error)


def _opened(token: str) -> tuple[Case, Site]:
    house = gate.house()
    case_id = token.partition(".")[0]
    case = house.store.case(case_id) if case_id.isalnum() else None
    if case is None or case.erased:
        raise NotFound(GONE)
    site = house.store.site(case.comment.site_id)
    if site is None or not house.vault.opens_appeal(site.id, token, house.clock()):
        raise NotFound(GONE)
    return case, site


def _page(case: Case, site: Site) -> AppealPage:
    appeal = next((report for report in reversed(case.reports) if report.kind is ReportKind.APPEAL), None)
    return AppealPage(
        site=site.name,
        back=site.url,
        body=publish_view(case.comment).body_text,
        when=f"{case.received_at:%Y-%m-%d}",
        by_machine=automated(case)["decision"],
        ground=GROUNDS[ground(case)],
        facts=tuple(facts(case)) if site.show_reasons else (),
        state=_state(case, appeal),
        appealed_on=f"{appeal.at:%Y-%m-%d}" if appeal else "",
        reason_max_chars=REASON_MAX_CHARS,
        stylesheet=url_for("forms.static", filename="door.css"),
    )


def _state(case: Case, appeal: Report | None) -> str:
    if case.action is Action.PUBLISH:
        return "published"
    if appeal is None:
        return "open"
    return "upheld" if any(review.at > appeal.at for review in case.reviews) else "appealed"
