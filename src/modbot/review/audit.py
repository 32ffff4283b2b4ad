"""The audit log: writing down what somebody did, and the page that lists it.

An administrator of some sites sees what concerns those. May import ``domain``, the Store and this room.
"""

from __future__ import annotations

from flask import Response, request

from modbot.domain import AuditEntry, Deed, User
from modbot.review import access
from modbot.review.blueprint import bp, house
from modbot.review.pages.audit import AuditFacts, audit_page
from modbot.review.render import full_frame, render

AT_ONCE = 50
# What fits into the column; it comes from outside.
NUMBER_DIGITS = 15


@bp.get("/admin/audit")
def audit() -> Response:
    """List what people did, the newest first."""
    user, store = access.require_admin(), house().store
    scope, actor, asked = access.site_ids(user), request.args.get("who", ""), request.args.get("what", "")
    deed = Deed(asked) if asked in set(Deed) else None
    before = request.args.get("before", "")
    number = int(before) if before.isascii() and before.isdigit() and len(before) <= NUMBER_DIGITS else 0
    entries = store.audit_log(scope, actor=actor, deed=deed, before=number, limit=AT_ONCE)
    facts = AuditFacts(
        entries=entries,
        people=store.users(),
        sites=[site for site in store.sites() if user.may_see(site.id)],
        actor=actor,
        deed=deed,
        next_before=entries[-1].number if len(entries) == AT_ONCE else 0,
        now=house().clock(),
    )
    return render(audit_page(full_frame("audit", user), facts))


def write_down(user: User, deed: Deed, subject: str = "", site_id: str = "", **details: str) -> None:
    """Write down what somebody did. No text, name or address of a commenter belongs into it."""
    house().store.write_down(AuditEntry(deed, user.id, user.name, house().clock(), subject, site_id, details))
