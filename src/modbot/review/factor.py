"""The second factor: codes from an app (TOTP, RFC 6238), each good once, and recovery codes for a lost device.

Home of pyotp and segno. May import ``domain``, ``privacy``'s hashing, the Store and this room.
"""

from __future__ import annotations

from datetime import datetime
from hmac import compare_digest

import pyotp
import segno
from flask import Response, redirect, request, session
from werkzeug.wrappers import Response as AnyResponse

from modbot.domain import Deed, User
from modbot.language import N_, _
from modbot.privacy import key_hash
from modbot.review import access
from modbot.review.audit import write_down
from modbot.review.blueprint import bp, house
from modbot.review.pages.factor import CodePage, FactorPage
from modbot.review.passwords import new_password
from modbot.review.render import frame, full_frame, render

STEP_S = 30
# A clock may be wrong by one step in either direction.
WINDOW = (0, -1, 1)
RECOVERY_CODES = 10
# 120 bits: enough for a plain hash.
CODE_GROUPS = 6
# How long somebody may look for the device between password and code, in seconds.
HALF_S = 300
HALF, NEW = "half", "factor"
WRONG = N_("This code does not fit, or was used before. Wait for the next one and try again.")
NEEDED = N_("Everybody here needs a second factor. Set yours up to go on.")
TOO_LATE = N_("That took too long. Log in again.")


@bp.get("/login/code")
def code_form() -> AnyResponse:
    """Ask for the code, after the password."""
    return render(CodePage(frame("login"))) if _half() else redirect("/login", code=303)


@bp.post("/login/code")
def check_code() -> AnyResponse:
    """Let somebody in whose code fits, too."""
    user = _half()
    if user is None:
        return render(CodePage(frame("login"), problem=_(TOO_LATE)), 401)
    access.throttle_codes(user.name)
    target = str(session[HALF][2])
    how = fits(user, request.form.get("code", ""), house().clock())
    if not how:
        access.refused()
        write_down(user, Deed.LOGIN_REFUSED, factor="code")
        return render(CodePage(frame("login"), problem=_(WRONG)), 401)
    access.begin_session(user)
    write_down(user, Deed.LOGGED_IN, factor=how)
    return redirect(access.local_path(target, "/queue"), code=303)


@bp.get("/preferences/factor")
def factor() -> Response:
    """Show whether there is a second factor, and how to set one up."""
    user = access.person()
    lacks = house().settings.require_factor and house().store.second_factor(user.id) is None
    return render(_page(user, problem=_(NEEDED) if lacks else ""))


@bp.post("/preferences/factor")
def set_factor() -> AnyResponse:
    """Set it up, once a code proves that the device has it. The recovery codes are shown on the answer, this once."""
    user, at = access.person(), house().clock()
    access.throttle_codes(user.name)
    secret = str(session.get(NEW, ""))
    step = _step(secret, request.form.get("code", ""), at) if secret else None
    if step is None or house().store.second_factor(user.id):
        return render(_page(user, problem=_(WRONG)), 422)
    codes = [new_password(CODE_GROUPS) for _n in range(RECOVERY_CODES)]
    sealed = house().vault.seal_secret(secret)
    house().store.put_second_factor(user.id, sealed, step, [key_hash(code) for code in codes], at)
    del session[NEW]
    write_down(user, Deed.FACTOR_SET, user.name)
    return render(_page(user, codes=tuple(codes)), 201)


@bp.post("/preferences/factor/off")
def drop_factor() -> AnyResponse:
    """Take it away; that needs a code, too, so that an open browser is not enough."""
    user = access.person()
    access.throttle_codes(user.name)
    if not fits(user, request.form.get("code", ""), house().clock()):
        return render(_page(user, problem=_(WRONG)), 422)
    house().store.drop_second_factor(user.id)
    write_down(user, Deed.FACTOR_DROPPED, user.name)
    return redirect("/preferences/factor", code=303)


def let_in(user: User, target: str, **how: str) -> AnyResponse:
    """Let somebody in who proved who they are, or ask for the code, if they have a second factor."""
    if house().store.second_factor(user.id) is None:
        access.begin_session(user)
        write_down(user, Deed.LOGGED_IN, **how)
        return redirect(target, code=303)
    session.clear()
    session[HALF] = [f"{user.id}:{user.session_version}", house().clock().timestamp(), target]
    return redirect("/login/code", code=303)


def fits(user: User, code: str, at: datetime) -> str:
    """Use a code up: "totp" or "recovery" says which kind it was, nothing that it fits neither."""
    store = house().store
    found = store.second_factor(user.id)
    if found is None:
        return ""
    step = _step(house().vault.open_secret(found.sealed), code, at)
    if step is not None:
        return "totp" if store.use_step(user.id, step) else ""
    typed = code.strip().lower()
    return "recovery" if typed and store.use_recovery_code(user.id, key_hash(typed)) else ""


def _step(secret: str, code: str, at: datetime) -> int | None:
    """Return the step whose code this is. All are compared, so that the time taken tells nothing."""
    typed = "".join(code.split())
    totp = pyotp.TOTP(secret, interval=STEP_S)
    steps = [totp.timecode(at) + shift for shift in WINDOW]
    fitting = [step for step in steps if compare_digest(totp.generate_otp(step).encode(), typed.encode())]
    return fitting[0] if fitting else None


def _half() -> User | None:
    """Return whose password fitted a moment ago in this browser."""
    told = session.get(HALF)
    if not told or not 0 <= house().clock().timestamp() - told[1] <= HALF_S:
        return None
    user_id, _sep, version = str(told[0]).partition(":")
    user = house().store.user(user_id)
    return user if user and not user.disabled and str(user.session_version) == version else None


def _page(user: User, *, problem: str = "", codes: tuple[str, ...] = ()) -> FactorPage:
    found = house().store.second_factor(user.id)
    surround = full_frame("preferences", user)
    if found is not None:
        return FactorPage(surround, is_on=True, codes_left=found.codes_left, problem=problem, codes=codes)
    secret = str(session.get(NEW) or pyotp.random_base32())
    session[NEW] = secret
    address = pyotp.TOTP(secret, name=user.name, issuer="modbot", interval=STEP_S).provisioning_uri()
    drawn = segno.make(address, error="m").svg_inline(scale=4, border=2, svgclass="factor__picture", lineclass=None)
    groups = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    return FactorPage(surround, secret=groups, picture=drawn, problem=problem)
