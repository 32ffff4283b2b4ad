"""Reading: log-in and one case. Parse, call, render; nothing is decided here.

May import ``adapting``, ``domain``, ``explaining``, ``text``, the Store's reading verbs and this room.
"""

from __future__ import annotations

from functools import partial

from flask import Response, abort, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from modbot.adapting import standing
from modbot.domain import Case, CaseQuery, CaseRow, Deed, Site
from modbot.explaining import smallest_edit
from modbot.language import N_, _
from modbot.review import access
from modbot.review.audit import write_down
from modbot.review.blueprint import bp, house
from modbot.review.claims import colleagues, look_at
from modbot.review.factor import let_in
from modbot.review.folding import cards
from modbot.review.listing import next_id, parent_of, queue_href
from modbot.review.pages import case as case_pages
from modbot.review.pages import why as why_pages
from modbot.review.pages.frame import THEMES, LoginPage, PatternsPage
from modbot.review.pages.queue import row_of
from modbot.review.people import person_behind
from modbot.review.render import frame, full_frame, render
from modbot.review.tongue import COOKIE
from modbot.text import sketch

EARLIER = 8
YEAR_S = 31_536_000
WRONG = N_("Name and password do not fit. Check both and try again.")


@bp.get("/login")
def login_form() -> AnyResponse:
    """Ask who is there."""
    if access.visitor() is not None:
        return redirect("/queue", code=303)
    target = access.local_path(request.args.get("next", ""), "")
    return render(LoginPage(frame("login"), next=target, provider=house().settings.provider))


@bp.post("/login")
def login() -> AnyResponse:
    """Let somebody in, or say what was wrong without saying which."""
    name = request.form.get("name", "").strip()
    target = access.local_path(request.form.get("next", ""), "/queue")
    user = access.known(name, request.form.get("password", ""))
    if user is not None:
        return let_in(user, target)
    known = house().store.user_named(name)
    if known is not None:
        # What was typed for an unknown name may be a password: it is kept nowhere.
        write_down(known[0], Deed.LOGIN_REFUSED)
    return render(LoginPage(frame("login"), name, target, _(WRONG), house().settings.provider), 401)


@bp.post("/logout")
def logout() -> AnyResponse:
    """End this session, and whatever this person was looking at."""
    user = access.person()
    house().store.release(user.id)
    write_down(user, Deed.LOGGED_OUT)
    access.log_out()
    return redirect("/login", code=303)


@bp.get("/")
def root() -> AnyResponse:
    """Send people to their work."""
    return redirect("/queue", code=303)


@bp.post("/preferences")
def preferences() -> AnyResponse:
    """Keep the colours, the shortcuts and the language of this browser."""
    answer = redirect(access.local_path(request.form.get("back", ""), "/queue"), code=303)
    theme = request.form.get("theme", "")
    chosen = {"modbot_theme": theme if theme in THEMES else "system"}
    chosen["modbot_keys"] = "off" if request.form.get("keys") == "off" else "on"
    if request.form.get("language") in house().languages:
        chosen[COOKIE] = request.form["language"]
    for name, value in chosen.items():
        answer.set_cookie(name, value, max_age=YEAR_S, httponly=True, samesite="Lax", secure=request.is_secure)
    return answer


@bp.get("/cases/<case_id>")
def case(case_id: str) -> Response:
    """Show one case with everything known about it."""
    user, store = access.person(), house().store
    found = access.visible_case(user, case_id)
    comment, site = found.comment, _site(found.comment.site_id)
    traces = (comment.author.key, comment.fingerprint, sketch(comment.body))
    row = row_of(found, store.campaign_of(found.id))
    look_at(user, row)
    facts = case_pages.CaseFacts(
        user=user,
        case=found,
        site=site,
        history=store.history(site.id, *traces, besides=found.id),
        earlier=_earlier(found),
        parent=parent_of(found),
        precedents=store.precedents(found),
        yardstick=house().moderator.yardstick(site),
        next_id=next_id(user, found),
        queue_href=queue_href(),
        now=house().clock(),
        notes=store.notes([found.id]).get(found.id, ()),
        alike=cards([row]).get(found.id),
        holder=colleagues(user).get(found.id, ""),
        person=person_behind(found, user) if comment.author.key else None,
    )
    return render(case_pages.case_page(full_frame("queue", user), facts))


@bp.get("/cases/<case_id>/why")
def why(case_id: str) -> Response:
    """Find out what takes a moment: the smallest edit that would change the verdict, and what the evidence carries."""
    user, moderator = access.person(), house().moderator
    found = access.visible_case(user, case_id)
    site, comment = _site(found.comment.site_id), found.comment
    judge = partial(moderator.judge, site, at=house().clock(), besides=found.id)
    anew = found.verdict if found.erased else judge(comment)
    edit = None if found.erased else smallest_edit(comment, anew, judge, site.policy.mode)
    told = why_pages.Anew(anew.action, edit, standing(house().store, site).told())
    return render(why_pages.why_page(full_frame("queue", user), found, site.policy.mode, told))


@bp.get("/patterns")
def patterns() -> Response:
    """Show each component once, while developing."""
    if not house().settings.dev:
        abort(404)
    return render(PatternsPage(full_frame("patterns", access.person())))


def _site(site_id: str) -> Site:
    site = house().store.site(site_id)
    assert site is not None, "a case's site is kept as long as the case"  # noqa: S101 - for the type checker
    return site


def _earlier(found: Case) -> tuple[CaseRow, ...]:
    comment = found.comment
    query = CaseQuery(site_ids=(comment.site_id,), author_key=comment.author.key, limit=EARLIER)
    return house().store.cases(query).rows if comment.author.key else ()
