"""Where people say what they need so that the work stays bearable. May import the Store's preferences and this room."""

from __future__ import annotations

from flask import Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from modbot.review import access
from modbot.review.blueprint import bp, house
from modbot.review.pages.care import CarePage, kept_of
from modbot.review.render import CARE, care_for, full_frame, render
from modbot.review.stints import stint_of


@bp.get("/preferences/care")
def care() -> Response:
    """Show what can be asked for."""
    user = access.person()
    wanted, stint = care_for(user), stint_of()
    done = stint.words if stint and wanted.count else ""
    return render(CarePage(full_frame("preferences", user), wanted, done, request.args.get("saved") == "1"))


@bp.post("/preferences/care")
def choose_care() -> AnyResponse:
    """Keep what was asked for."""
    house().store.prefer(access.person().id, CARE, kept_of(request.form))
    return redirect("/preferences/care?saved=1", code=303)
