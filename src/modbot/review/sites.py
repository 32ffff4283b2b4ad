"""Sites: what each wants, and what went out to it. For administrators.

May import ``adapting``, the Store and this room.
"""

from __future__ import annotations

from flask import Response, redirect
from werkzeug.wrappers import Response as AnyResponse

from modbot.adapting import standing
from modbot.errors import CaseNotFound
from modbot.review import access
from modbot.review.blueprint import bp, house
from modbot.review.pages.sites import SiteFacts, sites_page
from modbot.review.render import full_frame, render

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
