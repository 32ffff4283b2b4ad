"""The list that a person works through: the queue page, what comes next, what a decision taken in the list led to.

May import ``domain``, the Store's reading verbs and this room.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

from flask import Response, abort, redirect, request, session
from werkzeug.wrappers import Response as AnyResponse

from modbot.domain import Case, CasePage, Site, User
from modbot.review import access
from modbot.review.blueprint import bp, house
from modbot.review.claims import colleagues, look_at
from modbot.review.folding import cards, folded
from modbot.review.pages import queue as queue_pages
from modbot.review.pages.filters import AGES, ORDERS, SEARCH_CHARS, SKIPPED, STATES, Filters
from modbot.review.pages.frame import batch_notice, notice_of
from modbot.review.pages.one import Context, context_of
from modbot.review.pages.queue import OutcomePage, QueueFacts
from modbot.review.render import forget_notice, frame, full_frame, render
from modbot.review.saved import more
from modbot.review.start import is_new
from modbot.review.words import BANDS
from modbot.storage import cursor_after

# A session lives in a cookie, which browsers keep up to 4 kB.
SKIPPED_MOST = 40
# One keyed hash for each site that knows an address.
AUTHOR_CHARS = 2_000
# More digits than a revision ever has.
REVISION_CHARS = 9


@bp.get("/queue")
def queue() -> AnyResponse:
    """List cases: those that wait for a person, or any others."""
    user, store = access.person(), house().store
    if is_new(user):
        return redirect("/start", code=303)
    filters = filters_of(request.args, user)
    scope = access.site_ids(user)
    counts = store.queue_counts(scope)
    shown = stretch(filters, scope, user)
    sites = visible_sites(user)
    facts = QueueFacts(
        user=user,
        sites=sites,
        counts=counts,
        reason_codes=store.reason_codes(scope),
        stretch=shown,
        now=house().clock(),
        notes=store.notes([row.id for row in shown.rows if row.asked]),
        contexts=contexts([row.id for row in shown.rows]) if filters.view == "one" else {},
        cards=cards(shown.rows) if filters.waits else {},
        claims=colleagues(user) if filters.waits else {},
        more=more(user, filters, sites),
    )
    if filters.view == "one" and shown.rows:
        look_at(user, shown.rows[0])
    here = replace(filters, cursor="").href()
    if session.get("queue") != here:
        session["queue"] = here
    return render(queue_pages.queue_page(frame("queue", user, counts.get("queued", 0)), filters, facts))


@bp.get("/cases/<case_id>/outcome")
def outcome(case_id: str) -> Response:
    """Answer a decision that was taken in the list: the notice and the row as it is now."""
    user, store = access.person(), house().store
    found = access.visible_case(user, case_id)
    # The address says what was done, not the session: several answers may be under way at once.
    surround = full_frame("outcome", user)
    notice = notice_of(found, request.args.get("done", "review"), user, surround.undo)
    batch = store.batch(request.args.get("batch", ""))
    if batch is not None and batch.reviewer == user.id:
        notice = batch_notice(batch)
    forget_notice()
    back = queue_href()
    large = "view=one" in urlsplit(back).query.split("&")
    context = contexts([found.id]).get(found.id) if large else None
    row = queue_pages.row_of(found, store.campaign_of(found.id))
    asked = store.notes([found.id]).get(found.id, ()) if found.asked and found.queued else ()
    shown = replace(
        queue_pages.row_view(row, user, house().clock(), context),
        back=back,
        question=queue_pages.question_of(asked),
        alike=cards([row]).get(found.id),
    )
    return render(OutcomePage(replace(surround, notice=notice, here=back), shown))


def queue_href() -> str:
    """Return the list that this person came from."""
    return access.local_path(str(session.get("queue", "")), "/queue")


def next_id(user: User, after: Case) -> str:
    """Return the case that comes after one in the list that this person works through; at its end, the first one."""
    filters = filters_of(dict(parse_qsl(urlsplit(queue_href()).query)), user)
    if not filters.waits:
        filters = Filters()
    scope, skipped = access.site_ids(user), _aside(user)
    ahead = replace(
        filters.query(scope, house().clock(), (*skipped, after.id)), cursor=cursor_after(filters.order, after), limit=1
    )
    if filters.text:
        # What a search found comes in the order of writing: there is no place in it to go on from.
        ahead = replace(ahead, cursor="")
    rows = house().store.cases(ahead).rows or house().store.cases(replace(ahead, cursor="")).rows
    if not rows and skipped:
        aside = tuple(one for one in skipped if one != after.id)
        rows = house().store.cases(replace(ahead, cursor="", besides=(), among=aside)).rows if aside else ()
    return rows[0].id if rows else ""


def skip(case_id: str) -> None:
    """Put a case at the end of this person's list, as long as they work."""
    session["skipped"] = [*(one for one in session.get("skipped", ()) if one != case_id), case_id][-SKIPPED_MOST:]


def stretch(filters: Filters, scope: tuple[str, ...] | None, user: User) -> CasePage:
    """Read a page of a list. After the last page comes what this person set aside, if that still waits."""
    skipped = _aside(user) if filters.view == "one" else tuple(session.get("skipped", ()))
    if filters.cursor == SKIPPED and not skipped:
        return CasePage(())
    read = folded if filters.waits else house().store.cases
    page = read(filters.query(scope, house().clock(), skipped))
    if page.next_cursor or not skipped or not filters.waits or filters.cursor == SKIPPED:
        return page
    if page.rows:
        return replace(page, next_cursor=SKIPPED)
    return read(replace(filters, cursor=SKIPPED).query(scope, house().clock(), skipped))


def _aside(user: User) -> tuple[str, ...]:
    """Name what comes last for this person: what they skipped, and what a colleague is looking at."""
    return (*session.get("skipped", ()), *colleagues(user))


def contexts(case_ids: Sequence[str]) -> dict[str, Context]:
    """Read what surrounds each of a few comments."""
    store = house().store
    found: dict[str, Context] = {}
    for one in store.whole_cases(case_ids):
        traces = (one.comment.author.key, one.comment.fingerprint)
        found[one.id] = context_of(one, store.history(one.comment.site_id, *traces, besides=one.id), parent_of(one))
    return found


def filters_of(asked: Mapping[str, str], user: User) -> Filters:
    """Read what a person asked to see; another person's site is refused."""
    state, order, site = asked.get("state", ""), asked.get("order", ""), asked.get("site", "")
    if site:
        access.require_site(user, site)
    return Filters(
        state=state if state in STATES else "waiting",
        site=site,
        reason=asked.get("reason", "")[:SEARCH_CHARS],
        text=asked.get("q", "").strip()[:SEARCH_CHARS],
        author=asked.get("author", "")[:AUTHOR_CHARS],
        host=_host(asked.get("host", "")),
        band=asked.get("band", "") if asked.get("band") in BANDS else "",
        age=asked.get("age", "") if asked.get("age") in AGES else "",
        who=asked.get("who", "")[:SEARCH_CHARS],
        order=order if order in ORDERS else "worst",
        view="one" if asked.get("view") == "one" else "list",
        cursor=asked.get("cursor", ""),
    )


def _host(said: str) -> str:
    """Read a host from what somebody typed: an address will do."""
    plain = said.strip().lower()[:SEARCH_CHARS].removeprefix("https://").removeprefix("http://").removeprefix("www.")
    return plain.split("/", 1)[0].rpartition("@")[2]


def asked_revisions(said: Iterable[str]) -> dict[str, int]:
    """Read which cases somebody saw, each with the revision that was shown."""
    seen = {}
    for one in said:
        case_id, _, revision = one.rpartition(":")
        if not case_id.isalnum() or not revision.isdecimal() or len(revision) > REVISION_CHARS:
            abort(400)
        seen[case_id] = int(revision)
    return seen


def visible_sites(user: User) -> tuple[Site, ...]:
    """List the sites that are a person's business."""
    return tuple(site for site in house().store.sites() if user.may_see(site.id))


def parent_of(found: Case) -> Case | None:
    """Read the comment that this one answers, where it is known."""
    if not found.comment.parent_id:
        return None
    known = house().store.known(found.comment.site_id, found.comment.parent_id)
    return known[0] if known else None
