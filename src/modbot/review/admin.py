"""The administrator's pages: sites with their deliveries, people, models.

For anybody else these pages do not exist. May import ``adapting``, ``domain``, the Store, ``scoring.artifacts`` and
this room.
"""

from __future__ import annotations

import json
from pathlib import Path

from flask import Response, redirect
from werkzeug.wrappers import Response as AnyResponse

from modbot.adapting import standing
from modbot.domain import User
from modbot.errors import CaseNotFound
from modbot.review import access
from modbot.review.blueprint import bp, house
from modbot.review.pages.admin import ModelsPage, SiteFacts, model_view, sites_page, users_page
from modbot.review.render import full_frame, render
from modbot.scoring import artifacts

DELIVERIES = 10


@bp.get("/admin/sites")
def sites() -> Response:
    """List the sites with their modes, hooks and last messages."""
    user, store = access.require_admin(), house().store
    mine = [site for site in store.sites() if user.may_see(site.id)]
    facts = [
        SiteFacts(site, store.deliveries(site.id, limit=DELIVERIES), standing(store, site).told()) for site in mine
    ]
    return render(sites_page(full_frame("sites", user), facts, house().clock()))


@bp.post("/admin/sites/<site_id>/deliveries/<delivery_id>/resending")
def resend(site_id: str, delivery_id: str) -> AnyResponse:
    """Send a message once more."""
    user, store = access.require_admin(), house().store
    access.require_site(user, site_id)
    if delivery_id not in {row.id for row in store.deliveries(site_id)}:
        raise CaseNotFound("There is no such message of this site.")
    store.resend(delivery_id, house().clock())
    house().wake.set()
    return redirect("/admin/sites", code=303)


@bp.get("/admin/users")
def users() -> Response:
    """List who may log in."""
    user, store = access.require_admin(), house().store
    colleagues = [one for one in store.users() if _share_a_site(user, one)]
    mine = [site for site in store.sites() if user.may_see(site.id)]
    return render(users_page(full_frame("users", user), colleagues, mine, user))


@bp.get("/admin/models")
def models() -> Response:
    """List every model version, and say which one is live."""
    user = access.require_admin()
    folders = artifacts.versions(house().model_dirs)
    live = house().store.live_model() or artifacts.current(house().model_dirs)
    shown = tuple(model_view(_card(folder), folder.name, live=folder.name == live) for folder in folders)
    return render(ModelsPage(full_frame("models", user), shown))


def _share_a_site(one: User, other: User) -> bool:
    """Whether two people work at the same site."""
    return one.site_ids is None or other.site_ids is None or bool(one.site_ids & other.site_ids)


def _card(folder: Path) -> dict[str, object]:
    card: dict[str, object] = json.loads((folder / artifacts.CARD).read_text(encoding="utf-8"))
    return card
