"""People: add somebody, say what they may do, keep them out, give them a new password.

For administrators; one of some sites sees and changes who works there and nowhere else. Nobody changes themselves here,
so somebody who may is always left. May import ``domain``, ``errors``, the Store and this room.
"""

from __future__ import annotations

from dataclasses import replace

from flask import Response, abort, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from modbot.domain import Deed, Role, User
from modbot.errors import AlreadyExists, CaseNotFound
from modbot.language import _
from modbot.review import access
from modbot.review.audit import write_down
from modbot.review.blueprint import bp, house
from modbot.review.pages.users import Made, UsersPage, may_change, users_page
from modbot.review.passwords import hash_password, new_password
from modbot.review.render import full_frame, render

NAME_CHARS = 60


@bp.get("/admin/users")
def users() -> Response:
    """List who may log in."""
    return render(_page(access.require_admin()))


@bp.post("/admin/users")
def add_user() -> Response:
    """Add somebody; their password is shown on the answer, this once."""
    me = access.require_admin()
    name, sites = " ".join(request.form.get("name", "").split()), _asked_sites(me)
    problem = _problem(name, sites)
    if not problem:
        password = new_password()
        try:
            user = access.add_user(house().store, name, _asked_role(), password=password, site_ids=sites)
        except AlreadyExists:
            problem = _("Somebody has this name already. Choose another.")
        else:
            write_down(me, Deed.USER_ADDED, user.name, role=user.role.value, sites=_told(sites))
            return render(replace(_page(me), made=Made(name, password)), 201)
    return render(replace(_page(me), problem=problem, name=name), 422)


@bp.post("/admin/users/<user_id>")
def change_user(user_id: str) -> AnyResponse:
    """Change what somebody may do, and where."""
    me, other = _changeable(user_id)
    sites = _asked_sites(me)
    if _problem(other.name, sites):
        return render(replace(_page(me), problem=f"{other.name}: choose at least one site."), 422)
    house().store.change_user(replace(other, role=_asked_role(), site_ids=sites))
    write_down(me, Deed.USER_CHANGED, other.name, role=_asked_role().value, sites=_told(sites))
    return redirect("/admin/users", code=303)


@bp.post("/admin/users/<user_id>/<any(disabling,enabling):act>")
def switch_user(user_id: str, act: str) -> AnyResponse:
    """Keep somebody out from now on, or let them in again."""
    me, other = _changeable(user_id)
    house().store.change_user(replace(other, disabled=act == "disabling"))
    write_down(me, Deed.USER_CHANGED, other.name, disabled="yes" if act == "disabling" else "no")
    return redirect("/admin/users", code=303)


@bp.post("/admin/users/<user_id>/password")
def reset_password(user_id: str) -> Response:
    """Give somebody a new password, shown this once, and end their sessions."""
    me, other = _changeable(user_id)
    password = new_password()
    house().store.set_password(other.id, hash_password(password))
    write_down(me, Deed.PASSWORD_SET, other.name)
    return render(replace(_page(me), made=Made(other.name, password)))


@bp.post("/admin/users/<user_id>/factor/off")
def drop_second_factor(user_id: str) -> AnyResponse:
    """Take a second factor away from somebody who lost the device and the codes; their sessions end."""
    me, other = _changeable(user_id)
    if house().store.drop_second_factor(other.id):
        house().store.end_sessions(other.id)
        write_down(me, Deed.FACTOR_DROPPED, other.name)
    return redirect("/admin/users", code=303)


@bp.post("/admin/users/<user_id>/sessions/end")
def end_sessions(user_id: str) -> AnyResponse:
    """Log somebody out everywhere."""
    me, other = _changeable(user_id)
    house().store.end_sessions(other.id)
    write_down(me, Deed.SESSIONS_ENDED, other.name)
    return redirect("/admin/users", code=303)


def _page(me: User) -> UsersPage:
    store = house().store
    colleagues = [one for one in store.users() if _share_a_site(me, one)]
    mine = [site for site in store.sites() if me.may_see(site.id)]
    return users_page(full_frame("users", me), colleagues, mine, me)


def _changeable(user_id: str) -> tuple[User, User]:
    me, other = access.require_admin(), house().store.user(user_id)
    if other is None or not may_change(me, other):
        raise CaseNotFound("There is no such person, or they are not yours to change.")
    return me, other


def _problem(name: str, sites: frozenset[str] | None) -> str:
    if not 1 <= len(name) <= NAME_CHARS or not name.isprintable():
        return _("The name needs 1 to {n} characters.", n=NAME_CHARS)
    return "" if sites is None or sites else _("Choose at least one site.")


def _asked_role() -> Role:
    try:
        return Role(request.form.get("role", ""))
    except ValueError:
        abort(400)


def _asked_sites(me: User) -> frozenset[str] | None:
    """Read which sites; None for all, which only administrators of all can give."""
    if request.form.get("everywhere") == "1" and me.site_ids is None:
        return None
    known = {site.id for site in house().store.sites()}
    return frozenset(one for one in request.form.getlist("site") if one in known and me.may_see(one))


def _told(sites: frozenset[str] | None) -> str:
    return "all" if sites is None else ", ".join(sorted(sites))


def _share_a_site(one: User, other: User) -> bool:
    """Whether two people work at the same site."""
    return one.site_ids is None or other.site_ids is None or bool(one.site_ids & other.site_ids)
