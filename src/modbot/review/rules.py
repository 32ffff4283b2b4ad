"""The owner's rules: list them, try one on the stored comments, add one, end one.

An administrator of some sites makes rules for those; rules for every site belong to administrators of all. May import
``domain``, ``ruling``, the Store and this room.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from flask import Response, abort, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from modbot import ruling
from modbot.domain import Deed, Rule, RuleEffect, RuleKind, User
from modbot.errors import CaseNotFound, InvalidComment
from modbot.review import access
from modbot.review.audit import write_down
from modbot.review.blueprint import bp, house
from modbot.review.pages.rules import SPANS, Draft, RulesFacts, rules_page
from modbot.review.render import full_frame, render

COUNTED = timedelta(days=30)
RULES_AT_ONCE = 50
# What fits into the column; it comes from outside.
VERSION_DIGITS = 9


@bp.get("/admin/rules")
def rules() -> Response:
    """List the rules in force, or those of the past, with an empty form."""
    return _page(access.require_admin(), _draft(request.args))


@bp.post("/admin/rules/trial")
def try_rule() -> Response:
    """Show what a draft would have found; nothing is changed, so the form is answered and not redirected."""
    user, draft = access.require_admin(), _draft(request.form)
    try:
        rule = _rule(user, draft)
    except InvalidComment as error:
        return _page(user, _with_problems(draft, error), status=422)
    return _page(user, draft, trial=ruling.try_rule(house().store, rule))


@bp.post("/admin/rules")
def add_rule() -> AnyResponse:
    """Add a rule; it counts from the next comment on."""
    user, draft = access.require_admin(), _draft(request.form)
    try:
        rule = ruling.add_rule(house().store, _rule(user, draft))
    except InvalidComment as error:
        return _page(user, _with_problems(draft, error), status=422)
    write_down(user, Deed.RULE_ADDED, rule.id, rule.site_id or "", kind=rule.kind.value, effect=rule.effect.value)
    return redirect(f"/admin/rules#{rule.id}", code=303)


@bp.post("/admin/rules/<rule_id>/end")
def end_rule(rule_id: str) -> AnyResponse:
    """End a rule; its history stays."""
    user, rule = access.require_admin(), house().store.rule(rule_id)
    if rule is None or not _may_change(user, rule.site_id):
        raise CaseNotFound("There is no such rule, or it is not yours to end.")
    house().store.end_rule(rule_id, user.name, house().clock())
    write_down(user, Deed.RULE_ENDED, rule.id, rule.site_id or "")
    return redirect("/admin/rules", code=303)


def _page(user: User, draft: Draft, *, trial: ruling.Trial | None = None, status: int = 200) -> Response:
    store, now, scope = house().store, house().clock(), access.site_ids(user)
    past, before = request.args.get("past") == "1", request.args.get("before", "")
    number = int(before) if before.isascii() and before.isdigit() and len(before) <= VERSION_DIGITS else 0
    listed = store.rules(scope, now, past=past, before=number, limit=RULES_AT_ONCE)
    facts = RulesFacts(
        rules=listed,
        tallies=store.rule_tallies([rule.id for rule in listed], now - COUNTED, scope),
        sites=[site for site in store.sites() if user.may_see(site.id)],
        everywhere=user.site_ids is None,
        now=now,
        past=past,
        next_before=listed[-1].version if len(listed) == RULES_AT_ONCE else 0,
        trial=trial,
        draft=draft,
    )
    return render(rules_page(full_frame("rules", user), facts), status)


def _draft(sent: Mapping[str, str]) -> Draft:
    empty = Draft()
    return Draft(
        site=sent.get("site", empty.site),
        kind=sent.get("kind", empty.kind),
        # Browsers send lines as their protocol has them.
        pattern=sent.get("pattern", "").replace("\r\n", "\n"),
        effect=sent.get("effect", empty.effect),
        span=sent.get("span", empty.span),
        note=sent.get("note", ""),
    )


def _rule(user: User, draft: Draft) -> Rule:
    """Check a draft. Raises InvalidComment for bad fields; what no form of ours sends is not found or refused."""
    if not _may_change(user, draft.site or None):
        raise CaseNotFound("There is no such site, or it is not one of yours.")
    kinds, effects = {kind.value for kind in RuleKind}, {effect.value for effect in RuleEffect}
    if draft.kind not in kinds or draft.effect not in effects or draft.span not in SPANS:
        abort(400)
    now = house().clock()
    wish = ruling.Wish(
        site_id=draft.site or None,
        kind=RuleKind(draft.kind),
        pattern=draft.pattern,
        effect=RuleEffect(draft.effect),
        until=now + timedelta(days=int(draft.span)) if draft.span else None,
        note=draft.note,
    )
    return ruling.rule_from(wish, house().vault, user.name, now)


def _may_change(user: User, site_id: str | None) -> bool:
    if site_id is None:
        return user.site_ids is None
    return user.may_see(site_id) and house().store.site(site_id) is not None


def _with_problems(draft: Draft, error: InvalidComment) -> Draft:
    return replace(draft, problems=tuple((fault.field, fault.message) for fault in error.fields))
