"""Models: which there are, two side by side, their reports, and which one is live.

A model judges the comments of every site, so only administrators of all change it; running processes keep theirs until
they are restarted. May import ``errors``, the Store, ``scoring`` and this room.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from flask import Response, abort, make_response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from modbot.domain import Deed, User
from modbot.errors import ModelError, ModelMissing
from modbot.language import _
from modbot.review import access
from modbot.review.audit import write_down
from modbot.review.blueprint import bp, house
from modbot.review.pages.models import ModelsPage, comparison, model_view
from modbot.review.render import full_frame, render
from modbot.scoring import artifacts, current

# A report is a file that stands for itself: it may show its own styles and nothing else.
REPORT_CSP = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; sandbox"


@bp.get("/admin/models")
def models() -> Response:
    """List every model version, say which one is live, and set two side by side where that was asked."""
    page = _page(access.require_admin())
    one, other = request.args.get("one", ""), request.args.get("other", "")
    cards = {folder.name: _card(folder) for folder in artifacts.versions(house().model_dirs)}
    if one in cards and other in cards and one != other:
        page = replace(page, comparison=comparison(one, other, cards))
    return render(page)


@bp.get("/admin/models/<version>/report")
def model_report(version: str) -> Response:
    """Show the report that was written with a model."""
    access.require_admin()
    found = [folder / artifacts.REPORT for folder in artifacts.versions(house().model_dirs) if folder.name == version]
    if not found or not found[0].is_file():
        abort(404)
    answer = make_response(found[0].read_bytes())
    answer.headers["Content-Security-Policy"] = REPORT_CSP
    return answer


@bp.post("/admin/models/<version>/promotion")
def promote(version: str) -> AnyResponse:
    """Make a model the live one, after its numbers were verified."""
    user, before = _of_all(), _live()
    try:
        model = artifacts.load(_folder(version))
        current.promote(house().model_dirs[0], model.version, before)
    except (ModelError, OSError) as error:
        return _refused(user, error)
    return _live_now(user, model.version, Deed.MODEL_PROMOTED)


@bp.post("/admin/models/rollback")
def roll_back() -> AnyResponse:
    """Make the model before the live one live again."""
    user, shipped = _of_all(), artifacts.current(artifacts.model_dirs())
    try:
        version = current.roll_back(house().model_dirs[0], shipped)
        artifacts.load(artifacts.find(house().model_dirs, version))
    except (ModelError, OSError) as error:
        return _refused(user, error)
    return _live_now(user, version, Deed.MODEL_ROLLED_BACK)


def _page(user: User) -> ModelsPage:
    dirs, live = house().model_dirs, _live()
    shown = tuple(
        replace(
            model_view(_card(folder), folder.name, live=folder.name == live),
            has_report=(folder / artifacts.REPORT).is_file(),
        )
        for folder in artifacts.versions(dirs)
    )
    may_change = user.site_ids is None and bool(dirs)
    return ModelsPage(full_frame("models", user), shown, may_change, may_change and bool(current.history(dirs[0])))


def _of_all() -> User:
    user = access.require_admin()
    if user.site_ids is not None:
        abort(403)
    return user


def _live() -> str | None:
    return house().store.live_model() or artifacts.current(house().model_dirs)


def _live_now(user: User, version: str, deed: Deed) -> AnyResponse:
    house().store.set_live_model(version, user.name, house().clock())
    write_down(user, deed, version)
    return redirect("/admin/models", code=303)


def _refused(user: User, error: Exception) -> Response:
    said = (
        str(error)
        if isinstance(error, ModelError)
        else _("{folder} cannot be written to: {error}", folder=house().model_dirs[0], error=error)
    )
    return render(replace(_page(user), problem=said), 422)


def _folder(version: str) -> Path:
    found = {folder.name: folder for folder in artifacts.versions(house().model_dirs)}.get(version)
    if found is None:
        raise ModelMissing(_("There is no such model."))
    return found


def _card(folder: Path) -> dict[str, object]:
    card: dict[str, object] = json.loads((folder / artifacts.CARD).read_text(encoding="utf-8"))
    return card
