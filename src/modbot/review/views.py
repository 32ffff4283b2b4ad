"""Reading: log-in, the queue, one case, the overview. Parse, call, render; nothing is decided here.

May import ``adapting``, ``domain``, ``explaining``, ``text``, the Store's reading verbs and this room.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial

from flask import Response, abort, redirect, request, session
from werkzeug.wrappers import Response as AnyResponse

from modbot.adapting import standing
from modbot.domain import Case, CaseQuery, CaseRow, Site, User
from modbot.errors import CaseNotFound
from modbot.explaining import smallest_edit
from modbot.review import access
from modbot.review.blueprint import bp, house
from modbot.review.pages import case as case_pages
from modbot.review.pages import queue as queue_pages
from modbot.review.pages import why as why_pages
from modbot.review.pages.admin import OverviewFacts, overview_page
from modbot.review.pages.frame import THEMES, LoginPage, PatternsPage, notice_of
from modbot.review.pages.queue import SEARCH_CHARS, STATES, Filters, OutcomePage, QueueFacts
from modbot.review.render import forget_notice, frame, full_frame, render
from modbot.text import sketch

EARLIER = 8
DAY = timedelta(days=1)
YEAR_S = 31_536_000
WRONG = "Name and password do not fit. Check both and try again."


@bp.get("/login")
def login_form() -> AnyResponse:
    """Ask who is there."""
    if access.visitor() is not None:
        return redirect("/queue", code=303)
    return render(LoginPage(frame("login"), next=access.local_path(request.args.get("next", ""), "")))


@bp.post("/login")
def login() -> AnyResponse:
    """Let somebody in, or say what was wrong without saying which."""
    name = request.form.get("name", "").strip()
    target = access.local_path(request.form.get("next", ""), "/queue")
    if access.log_in(name, request.form.get("password", "")) is not None:
        return redirect(target, code=303)
    return render(LoginPage(frame("login"), name, target, WRONG), 401)


@bp.post("/logout")
def logout() -> AnyResponse:
    """End this session."""
    access.log_out()
    return redirect("/login", code=303)


@bp.get("/")
def root() -> AnyResponse:
    """Send people to their work."""
    return redirect("/queue", code=303)


@bp.post("/preferences")
def preferences() -> AnyResponse:
    """Keep the colours and the shortcuts of this browser."""
    answer = redirect(access.local_path(request.form.get("back", ""), "/queue"), code=303)
    theme = request.form.get("theme", "")
    chosen = {"modbot_theme": theme if theme in THEMES else "system"}
    chosen["modbot_keys"] = "off" if request.form.get("keys") == "off" else "on"
    for name, value in chosen.items():
        answer.set_cookie(name, value, max_age=YEAR_S, httponly=True, samesite="Lax", secure=request.is_secure)
    return answer


@bp.get("/queue")
def queue() -> Response:
    """List cases: those that wait for a person, or any others."""
    user, store = access.person(), house().store
    filters = _filters(user)
    scope = access.site_ids(user)
    counts = store.queue_counts(scope)
    facts = QueueFacts(
        user=user,
        sites=_sites(user),
        counts=counts,
        reason_codes=store.reason_codes(scope),
        stretch=store.cases(filters.query(scope)),
        now=house().clock(),
    )
    here = replace(filters, cursor="").href()
    if session.get("queue") != here:
        session["queue"] = here
    return render(queue_pages.queue_page(frame("queue", user, counts.get("queued", 0)), filters, facts))


@bp.get("/cases/<case_id>")
def case(case_id: str) -> Response:
    """Show one case with everything known about it."""
    user, store = access.person(), house().store
    found = visible_case(user, case_id)
    comment, site = found.comment, _site(found.comment.site_id)
    traces = (comment.author.key, comment.fingerprint, sketch(comment.body))
    facts = case_pages.CaseFacts(
        user=user,
        case=found,
        site=site,
        history=store.history(site.id, *traces, besides=found.id),
        earlier=_earlier(found),
        parent=_parent(found),
        precedents=store.precedents(found),
        yardstick=house().moderator.yardstick(site),
        next_id=next_id(user, found.id),
        queue_href=queue_href(),
        now=house().clock(),
    )
    return render(case_pages.case_page(full_frame("queue", user), facts))


@bp.get("/cases/<case_id>/why")
def why(case_id: str) -> Response:
    """Find out what takes a moment: the smallest edit that would change the verdict, and what the evidence carries."""
    user, moderator = access.person(), house().moderator
    found = visible_case(user, case_id)
    site, comment = _site(found.comment.site_id), found.comment
    judge = partial(moderator.judge, site, at=house().clock(), besides=found.id)
    anew = found.verdict if found.erased else judge(comment)
    edit = None if found.erased else smallest_edit(comment, anew, judge, site.policy.mode)
    told = why_pages.Anew(anew.action, edit, standing(house().store, site).told())
    return render(why_pages.why_page(full_frame("queue", user), found, site.policy.mode, told))


@bp.get("/cases/<case_id>/outcome")
def outcome(case_id: str) -> Response:
    """Answer a decision that was taken in the list: the notice and the row as it is now."""
    user = access.person()
    found = visible_case(user, case_id)
    # The address says what was done, not the session: several answers may be under way at once.
    surround = full_frame("outcome", user)
    notice = notice_of(found, request.args.get("done", "review"), user, surround.undo)
    forget_notice()
    shown = queue_pages.row_view(queue_pages.row_of(found), user, house().clock())
    surround = replace(surround, notice=notice, here=queue_href())
    return render(OutcomePage(surround, replace(shown, back=queue_href())))


@bp.get("/overview")
def overview() -> Response:
    """Show how things stand."""
    user, store = access.person(), house().store
    scope = access.site_ids(user)
    sites = _sites(user)
    counts = store.queue_counts(scope)
    facts = OverviewFacts(
        sites=sites,
        counts=counts,
        per_site={site.id: store.queue_counts((site.id,)) for site in sites} if len(sites) > 1 else {},
        arrived=store.arrived_since(scope, house().clock() - DAY),
        pending=store.pending_deliveries(),
        failing={site.id: store.failing_since(site.id)[0] for site in sites if site.hook},
    )
    return render(overview_page(frame("overview", user, counts.get("queued", 0)), facts))


@bp.get("/patterns")
def patterns() -> Response:
    """Show each component once, while developing."""
    if not house().settings.dev:
        abort(404)
    return render(PatternsPage(full_frame("patterns", access.person())))


def visible_case(user: User, case_id: str) -> Case:
    """Return a case of a site that is this person's business; any other does not exist."""
    found = house().store.case(case_id)
    if found is None or not user.may_see(found.comment.site_id):
        raise CaseNotFound("There is no such case, or it belongs to another site.")
    return found


def queue_href() -> str:
    """Return the list that this person came from."""
    return access.local_path(str(session.get("queue", "")), "/queue")


def next_id(user: User, after: str) -> str:
    """Return the next case that waits for a person, in the order of the queue; at its end, the first one."""
    # In the order "newest" a cursor is the id of the case before.
    ahead = CaseQuery(site_ids=access.site_ids(user), queued=True, cursor=after, limit=1)
    rows = house().store.cases(ahead).rows or house().store.cases(replace(ahead, cursor="", limit=2)).rows
    return next((row.id for row in rows if row.id != after), "")


def _filters(user: User) -> Filters:
    asked = request.args
    state = asked.get("state", "waiting")
    site = asked.get("site", "")
    if site:
        access.require_site(user, site)
    return Filters(
        state=state if state in STATES else "waiting",
        site=site,
        reason=asked.get("reason", "")[:SEARCH_CHARS],
        text=asked.get("q", "").strip()[:SEARCH_CHARS],
        cursor=asked.get("cursor", ""),
    )


def _sites(user: User) -> tuple[Site, ...]:
    return tuple(site for site in house().store.sites() if user.may_see(site.id))


def _site(site_id: str) -> Site:
    site = house().store.site(site_id)
    assert site is not None, "a case's site is kept as long as the case"  # noqa: S101 - for the type checker
    return site


def _earlier(found: Case) -> tuple[CaseRow, ...]:
    comment = found.comment
    query = CaseQuery(site_ids=(comment.site_id,), author_key=comment.author.key, limit=EARLIER)
    return house().store.cases(query).rows if comment.author.key else ()


def _parent(found: Case) -> Case | None:
    if not found.comment.parent_id:
        return None
    known = house().store.known(found.comment.site_id, found.comment.parent_id)
    return known[0] if known else None
