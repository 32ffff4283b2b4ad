"""Sites: add one, say how far the machine may go, make new keys, look after the webhook, try it.

For administrators; one of some sites sees those, and only administrators of all add new ones. May import ``adapting``,
``credentials``, ``domain``, ``errors``, ``snippet``, the Moderator, the Store and this room.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any, TypeVar

from flask import Response, abort, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from modbot import credentials
from modbot.adapting import learn, standing
from modbot.domain import Action, Deed, Door, Hook, Mode, SecretKind, Site, User
from modbot.errors import AlreadyExists, CaseNotFound, InvalidComment
from modbot.language import _
from modbot.moderation import Submission
from modbot.policy import Yardstick
from modbot.review import access
from modbot.review.audit import write_down
from modbot.review.blueprint import bp, house
from modbot.review.pages.sites import (
    CAUTION,
    KEYS,
    LIMIT_SWITCHES,
    RARELY,
    SHARES,
    SWITCHES,
    SiteFacts,
    SitePage,
    SitesPage,
    Tried,
    site_page,
    sites_page,
)
from modbot.review.render import full_frame, render
from modbot.snippet import curl_line, form_snippet

T = TypeVar("T")

DELIVERIES = 10
# A forecast on so many of the newest comments takes a few milliseconds.
FORECAST = 500
NAME_CHARS = 100
LIST_MOST = 50
OVERLAP_S = 24 * 3600.0
KINDS = dict(zip(KEYS, (SecretKind.BEARER, SecretKind.AKISMET, SecretKind.WEBHOOK, SecretKind.CORAL), strict=True))
CHARS = {"name_max_chars": 1_000, "body_max_chars": 100_000}


@bp.get("/admin/sites")
def sites() -> Response:
    """List the sites."""
    return render(_list(access.require_admin()))


@bp.post("/admin/sites")
def add_site() -> Response:
    """Add a site; its keys are shown on the answer, this once."""
    user = access.require_admin()
    if user.site_ids is not None:
        abort(403)
    name, url = " ".join(request.form.get("name", "").split()), request.form.get("url", "").strip()
    problem = ""
    if not 1 <= len(name) <= NAME_CHARS or not name.isprintable():
        problem = _("The name needs 1 to {n} characters.", n=NAME_CHARS)
    elif not credentials.is_web_address(url):
        problem = _("The address must begin with http:// or https://, such as https://blog.example.")
    else:
        keys = credentials.new_keys()
        draft = credentials.new_site(house().store, name, url, mode=Mode.HOLD_ONLY, at=house().clock())
        try:
            site = credentials.add_site(house().store, house().vault, draft, keys)
        except AlreadyExists:
            problem = _("A site has this name already. Choose another.")
        else:
            write_down(user, Deed.SITE_ADDED, site.id, site.id)
            made = {KEYS[kind]: value for kind, value in zip(KEYS, asdict(keys).values(), strict=True)}
            return render(replace(_page(user, site, keys.key), made=made), 201)
    return render(replace(_list(user), problem=problem, name=name, url=url), 422)


@bp.get("/admin/sites/<site_id>")
def site(site_id: str) -> Response:
    """Show one site."""
    user, found = _own(site_id)
    return render(_page(user, found))


@bp.post("/admin/sites/<site_id>/policy")
def change_policy(site_id: str) -> AnyResponse:
    """Change how far the machine may go."""
    user, before = _own(site_id)
    policy = replace(
        before.policy,
        mode=_asked("mode", {mode.value: mode for mode in Mode}),
        max_good_rejected=_asked("max_good_rejected", _steps(CAUTION, before.policy.max_good_rejected)),
        max_bad_published=_asked("max_bad_published", _steps(SHARES, before.policy.max_bad_published)),
        audit_rate=_asked("audit_rate", _steps(RARELY, before.policy.audit_rate)),
    )
    wanted = replace(before, policy=policy)
    if policy.mode is Mode.OWN and not standing(house().store, wanted).suffices:
        problem = _(
            "The site's own evidence carries neither promise yet: see below what is missing. Nothing was changed."
        )
        return render(replace(_page(user, wanted), problem=problem), 422)
    return _change(user, before, wanted)


@bp.post("/admin/sites/<site_id>/settings")
def change_site(site_id: str) -> AnyResponse:
    """Change what the site accepts and where it hears of decisions."""
    user, before = _own(site_id)
    form, webhook = request.form, request.form.get("webhook", "").strip()
    origins, hosts = _lines("origins"), _lines("allowed_hosts")
    wrong = [url for url in (*origins, *([webhook] if webhook else [])) if not credentials.is_web_address(url)]
    if wrong:
        problem = _("{url}: an address must begin with http:// or https://. Nothing was changed.", url=wrong[0])
        return render(replace(_page(user, before), problem=problem), 422)
    same = before.hook is not None and before.hook.url == webhook
    ticked: dict[str, Any] = {name: form.get(name) == "1" for name in SWITCHES}
    limits: dict[str, Any] = {name: form.get(name) == "1" for name in LIMIT_SWITCHES}
    limits |= {name: min(max(form.get(name, 0, type=int), 1), most) for name, most in CHARS.items()}
    wanted = replace(
        before,
        # Saving the address of a webhook that was switched off switches it on again.
        hook=(before.hook if same and before.hook and before.hook.on else Hook(webhook)) if webhook else None,
        origins=tuple(credentials.origin_of(url) for url in origins),
        allowed_hosts=hosts,
        limits=replace(before.limits, **limits),
        **ticked,
    )
    return _change(user, before, wanted)


@bp.post("/admin/sites/<site_id>/keys")
def make_key(site_id: str) -> Response:
    """Make a new key, shown this once; the old one works for another day."""
    user, found = _own(site_id)
    kind = request.form.get("kind", "")
    if kind not in KINDS:
        abort(400)
    secret = credentials.new_secret(KINDS[kind])
    at_rest = credentials.secret_at_rest(KINDS[kind], secret, house().vault)
    house().store.rotate_secret(found.id, at_rest, house().clock(), OVERLAP_S)
    write_down(user, Deed.KEY_ROTATED, found.id, found.id, kind=kind)
    shown = secret if kind == "key" else ""
    return render(replace(_page(user, found, shown), made={KEYS[kind]: secret}))


@bp.post("/admin/sites/<site_id>/test")
def try_site(site_id: str) -> Response:
    """Send a comment as the site would, and show the verdict. It is a comment like any other."""
    user, found = _own(site_id)
    fields = {name: request.form.get(name, "") for name in ("name", "email", "body")}
    fields |= {"page_url": found.url, "page_title": _("Test from the page about this site")}
    submission = Submission(fields, json.dumps(fields).encode(), Door.NATIVE, "")
    try:
        case = house().moderator.moderate(found, submission, house().clock()).case
    except InvalidComment as error:
        said = " ".join(f"{fault.field}: {fault.message}" for fault in error.fields)
        return render(replace(_page(user, found), tried=Tried(problem=said)), 422)
    return render(replace(_page(user, found), tried=Tried.of(case)))


@bp.post("/admin/sites/<site_id>/deliveries/<delivery_id>/resending")
def resend(site_id: str, delivery_id: str) -> AnyResponse:
    """Send a message once more."""
    _own(site_id)
    store = house().store
    if delivery_id not in {row.id for row in store.deliveries(site_id)}:
        raise CaseNotFound("There is no such message of this site.")
    store.resend(delivery_id, house().clock())
    house().wake.set()
    return redirect(f"/admin/sites/{site_id}#webhook", code=303)


def forecast(site: Site) -> Mapping[float, Mapping[Action, int]]:
    """Count, for each step of caution, what would have become of the newest comments at a site of these wishes."""
    risks = house().store.newest_risks(site.id, FORECAST)
    steps = _steps(CAUTION, site.policy.max_good_rejected).values()
    wished = {step: replace(site, policy=replace(site.policy, max_good_rejected=step)) for step in steps}
    sticks = {step: house().moderator.yardstick(one) for step, one in wished.items()}
    return {step: Counter(_outcome(risk, stick) for risk in risks) for step, stick in sticks.items()}


def _outcome(risk: float, stick: Yardstick) -> Action:
    if stick.reject_from is not None and risk >= stick.reject_from:
        return Action.REJECT
    return Action.PUBLISH if stick.publish_below is not None and risk < stick.publish_below else Action.HOLD


def _own(site_id: str) -> tuple[User, Site]:
    user, found = access.require_admin(), house().store.site(site_id)
    if found is None or not user.may_see(site_id):
        raise CaseNotFound("There is no such site, or it is not one of yours.")
    return user, found


def _list(user: User) -> SitesPage:
    mine = [site for site in house().store.sites() if user.may_see(site.id)]
    return sites_page(full_frame("sites", user), mine, may_add=user.site_ids is None)


def _page(user: User, found: Site, key: str = "") -> SitePage:
    store, settings = house().store, house().settings
    # In hold-only the machine decides nothing: what it would decide is shown as if it borrowed.
    borrows = found.policy.mode is Mode.HOLD_ONLY
    at_work = replace(found, policy=replace(found.policy, mode=Mode.BORROWED)) if borrows else found
    facts = SiteFacts(
        site=found,
        deliveries=store.deliveries(found.id, limit=DELIVERIES),
        evidence=standing(store, found).told(),
        forecast=forecast(at_work),
        form=form_snippet(settings, found),
        call=curl_line(settings, key or "YOUR-KEY"),
        now=house().clock(),
    )
    return site_page(full_frame("sites", user), facts)


def _change(user: User, before: Site, wanted: Site) -> AnyResponse:
    now = house().clock()
    after = house().store.change_site(wanted, now)
    learn(house().store, after, now)
    was, now_is = _facts(before), _facts(after)
    changed = {name: f"{was[name]} → {now_is[name]}" for name in was if was[name] != now_is[name]}
    if changed:
        write_down(user, Deed.SITE_CHANGED, after.id, after.id, **changed)
    return redirect(f"/admin/sites/{after.id}", code=303)


def _facts(site: Site) -> dict[str, str]:
    policy, limits = asdict(site.policy), asdict(site.limits)
    policy.pop("version")
    rest = {"webhook": site.hook.url if site.hook else "", "origins": site.origins, "allowed_hosts": site.allowed_hosts}
    rest |= {name: getattr(site, name) for name in SWITCHES}
    return {name: str(value) for name, value in (policy | limits | rest).items()}


def _steps(steps: Mapping[float, str], chosen: float) -> dict[str, float]:
    """Name the steps of a share as a form does; a share set elsewhere stays among them."""
    return {f"{step:g}": step for step in sorted({*steps, chosen}, reverse=True)}


def _asked(name: str, known: Mapping[str, T]) -> T:
    said = request.form.get(name, "")
    if said not in known:
        abort(400)
    return known[said]


def _lines(name: str) -> tuple[str, ...]:
    said = request.form.get(name, "").splitlines()
    return tuple(dict.fromkeys(line.strip() for line in said if line.strip()))[:LIST_MOST]
