"""A person's own password, and where they are logged in: each session can be ended by itself.

May import ``domain``, ``language``, the Store and this room.
"""

from __future__ import annotations

from flask import Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from modbot.domain import Deed, User
from modbot.language import N_, _
from modbot.review import access
from modbot.review.audit import write_down
from modbot.review.blueprint import bp, house
from modbot.review.pages.logins import LoginsPage, logins
from modbot.review.passwords import PASSWORD_MIN_CHARS, hash_password, verify_password, weakness
from modbot.review.render import full_frame, render

WRONG = N_("The password that you have now does not fit.")
DIFFERENT = N_("The new password was typed in two ways. Type it again.")
CHANGED = N_("The new password counts from now on. You are logged out everywhere but here.")


@bp.get("/preferences/logins")
def show_logins() -> Response:
    """Show where somebody is logged in, and let them change their password."""
    return render(_page(access.person()))


@bp.post("/preferences/password")
def change_password() -> Response:
    """Give oneself a new password: that takes the old one, and ends every other session."""
    user = access.person()
    access.throttle(user.name)
    typed = [request.form.get(name, "") for name in ("current", "new", "again")]
    found = house().store.user_named(user.name)
    if found is None or not verify_password(found[1], typed[0]):
        return render(_page(user, problem=_(WRONG)), 422)
    problem = _(DIFFERENT) if typed[1] != typed[2] else weakness(typed[1], [user.name])
    if problem:
        return render(_page(user, problem=problem), 422)
    house().store.set_password(user.id, hash_password(typed[1]))
    write_down(user, Deed.PASSWORD_SET, user.name)
    access.begin_session(user)
    return render(_page(user, done=_(CHANGED)))


@bp.post("/preferences/logins/end")
def end_login() -> AnyResponse:
    """End one session of one's own, or all but this one."""
    user, which = access.person(), request.form.get("which", "")
    if which == "others":
        house().store.end_other_sessions(user.id, access.session_id())
    else:
        house().store.end_session(user.id, which)
    write_down(user, Deed.SESSIONS_ENDED, user.name)
    return redirect("/preferences/logins", code=303)


def _page(user: User, *, problem: str = "", done: str = "") -> LoginsPage:
    shown = logins(house().store.sessions_of(user.id), access.session_id(), house().clock())
    return LoginsPage(full_frame("preferences", user), shown, PASSWORD_MIN_CHARS, problem, done)
