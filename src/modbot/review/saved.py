"""Lists that people keep under a name, and the filters that the first row has no room for.

May import ``domain``, the Store and this room.
"""

from __future__ import annotations

from collections.abc import Sequence

from flask import redirect, request
from werkzeug.wrappers import Response as AnyResponse

from modbot.domain import Site, User
from modbot.review import access
from modbot.review.blueprint import bp, house
from modbot.review.pages.filters import Filters, More, Saved, more_of
from modbot.review.render import chosen
from modbot.storage import LOOKED_AT

SAVED_MOST = 20
NAME_CHARS = 40
KEPT = "lists"


@bp.post("/queue/saved")
def save_list() -> AnyResponse:
    """Keep a list under a name; one of the same name is replaced."""
    user = access.person()
    name = " ".join(request.form.get("name", "").split())[:NAME_CHARS]
    href = access.local_path(request.form.get("back", ""), "/queue")
    if name and href.startswith("/queue"):
        rest = [one for one in _kept(user) if one.name != name]
        _keep(user, [*rest, Saved(name, href)])
    return redirect(href, code=303)


@bp.post("/queue/saved/removal")
def forget_list() -> AnyResponse:
    """Keep a list no longer."""
    user = access.person()
    _keep(user, [one for one in _kept(user) if one.name != request.form.get("name", "")])
    return redirect(access.local_path(request.form.get("back", ""), "/queue"), code=303)


@bp.post("/queue/author")
def find_author() -> AnyResponse:
    """List what came from an address. It is turned into the sites' hashes at once: no address and no log holds it."""
    user, typed = access.person(), request.form.get("email", "").strip()
    keys = [house().vault.author_key(site.id, typed) for site in house().store.sites() if user.may_see(site.id)]
    known = house().store.authors_among(keys) or keys[:1]
    return redirect(Filters(state="all", author=",".join(known)).href(), code=303)


def more(user: User, filters: Filters, sites: Sequence[Site]) -> More:
    """Read what the page needs for the other filters."""
    people = [one for one in house().store.users() if any(one.may_see(site.id) for site in sites)]
    return more_of(filters, sites, people, _kept(user), LOOKED_AT)


def _kept(user: User) -> list[Saved]:
    return [Saved(*pair) for pair in chosen(user).get(KEPT, ())]


def _keep(user: User, lists: list[Saved]) -> None:
    kept = [[one.name, one.href] for one in lists][-SAVED_MOST:]
    house().store.prefer(user.id, KEPT, kept or None)
