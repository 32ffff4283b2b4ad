"""What a person chooses for themselves: the keys.

May import the Store's preferences and this room.
"""

from __future__ import annotations

from flask import Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from modbot.review import access
from modbot.review.blueprint import bp, house
from modbot.review.pages.frame import DEFAULT_KEYS
from modbot.review.pages.keys import changed, keys_page, problems_with
from modbot.review.render import full_frame, render


@bp.get("/preferences/keys")
def keys() -> Response:
    """Show which key does what."""
    surround = full_frame("preferences", access.person())
    return render(keys_page(surround, surround.keys, {}, saved=request.args.get("saved") == "1"))


@bp.post("/preferences/keys")
def choose_keys() -> AnyResponse:
    """Give the acts other keys, or say which two collide."""
    user = access.person()
    if request.form.get("usual") == "1":
        house().store.prefer(user.id, "keys")
        return redirect("/preferences/keys?saved=1", code=303)
    asked = {act: request.form.get(act, "").strip() for act in DEFAULT_KEYS}
    problems = problems_with(asked)
    if problems:
        return render(keys_page(full_frame("preferences", user), asked, problems), 400)
    house().store.prefer(user.id, "keys", changed(asked))
    return redirect("/preferences/keys?saved=1", code=303)
