"""What can be done about an author from a comment of theirs: note, ban, trust, see the address; and the thread.

A ban or trust is a rule like those that administrators make, about one author at one site; whoever may decide there may
make it and end it. An address is shown to administrators alone, once, and only after that was written down. May import
``domain``, ``errors``, ``ruling``, the Store, the Vault and this room.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from flask import Response, abort, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from modbot import ruling
from modbot.domain import AuthorNote, Case, CaseQuery, Deed, RuleEffect, RuleKind, User
from modbot.errors import CaseNotFound, InvalidComment, Unreadable
from modbot.language import _
from modbot.review import access, refusals
from modbot.review.audit import write_down
from modbot.review.blueprint import bp, house
from modbot.review.pages.people import WHY_CHARS, Person, RevealPage, person_of_case, thread_page
from modbot.review.pages.rules import SPANS
from modbot.review.render import full_frame, render

LATELY = timedelta(days=30)
AROUND = 10
NOTE_CHARS = 2_000
WHY_MOST = 300
EFFECTS = {"ban": RuleEffect.REJECT, "trust": RuleEffect.TRUST}


@bp.post("/cases/<case_id>/author/notes")
def note_author(case_id: str) -> AnyResponse:
    """Write something down about the author of a comment."""
    user, found = _of(case_id)
    body = request.form.get("body", "").strip()[:NOTE_CHARS]
    if body:
        comment = found.comment
        note = AuthorNote(comment.site_id, comment.author.key, user.id, user.name, body, house().clock())
        house().store.add_author_note(note)
    return _back(case_id)


@bp.post("/cases/<case_id>/author/rules")
def rule_author(case_id: str) -> AnyResponse:
    """Ban or trust the author of a comment from the next one on."""
    user, found = _of(case_id)
    effect, span, now = request.form.get("effect", ""), request.form.get("span", ""), house().clock()
    if effect not in EFFECTS or span not in SPANS:
        abort(400)
    until = now + timedelta(days=int(span)) if span else None
    rule = ruling.rule_for_author(found.comment, EFFECTS[effect], user.name, now, until)
    try:
        rule = ruling.add_rule(house().store, replace(rule, note=f"From the comment {case_id}."))
    except InvalidComment as error:
        words = refusals.Words(
            _("No room for one more rule"), error.fields[0].message, "", _("Back"), f"/cases/{case_id}"
        )
        return refusals.page(words, 422, "too_many_rules")
    write_down(user, Deed.RULE_ADDED, rule.id, found.comment.site_id, kind=rule.kind.value, effect=rule.effect.value)
    return _back(case_id)


@bp.post("/cases/<case_id>/author/rules/<rule_id>/end")
def end_author_rule(case_id: str, rule_id: str) -> AnyResponse:
    """End a ban or trust of the author of a comment."""
    user, found = _of(case_id)
    rule = house().store.rule(rule_id)
    is_theirs = rule is not None and (rule.site_id, rule.pattern) == (found.comment.site_id, found.comment.author.key)
    if rule is None or not is_theirs or rule.kind is not RuleKind.AUTHOR:
        raise CaseNotFound("There is no such rule about this author.")
    house().store.end_rule(rule_id, user.name, house().clock())
    write_down(user, Deed.RULE_ENDED, rule_id, found.comment.site_id)
    return _back(case_id)


@bp.post("/cases/<case_id>/author/address")
def reveal(case_id: str) -> Response:
    """Show the address of an author, this once, to somebody who says why."""
    user = access.require_admin()
    found = access.visible_case(user, case_id)
    why, sealed = " ".join(request.form.get("why", "").split())[:WHY_MOST], found.comment.sealed_email
    page = RevealPage(full_frame("queue", user), f"/cases/{case_id}#author-title")
    if len(why) < WHY_CHARS:
        said = _(
            "Say in a few words why you need it: at least {n} characters. Colleagues read it in the log.",
            n=WHY_CHARS,
        )
        return render(replace(page, problem=said), 422)
    if sealed is None:
        return render(replace(page, problem="There is no address: none was given, or it was erased."), 404)
    write_down(user, Deed.ADDRESS_REVEALED, case_id, found.comment.site_id, why=why)
    try:
        return render(replace(page, address=house().vault.open_email(sealed)))
    except Unreadable as error:
        return render(replace(page, problem=str(error)), 404)


@bp.get("/cases/<case_id>/thread")
def thread(case_id: str) -> Response:
    """Show the comments of the same page around one."""
    user, store = access.person(), house().store
    found = access.visible_case(user, case_id)
    comment = found.comment
    page = CaseQuery(site_ids=(comment.site_id,), page_url=comment.page_url, cursor=found.id, limit=AROUND + 1)
    orders = ("newest", "oldest") if comment.page_url else ()
    listed = [store.cases(replace(page, order=order)).rows for order in orders] or [(), ()]
    before, after = (store.whole_cases([row.id for row in rows]) for rows in listed)
    return render(thread_page(full_frame("queue", user), found, (before, after), AROUND, house().clock()))


def person_behind(case: Case, user: User) -> Person:
    """Read what is known of the author of a comment."""
    store, now, comment = house().store, house().clock(), case.comment
    key = comment.author.key
    facts = store.author_facts(comment.site_id, key, now - LATELY)
    known = store.author_notes(comment.site_id, key), store.rules_in_force(comment.site_id, now)
    return person_of_case(case, user, facts, known, now)


def _of(case_id: str) -> tuple[User, Case]:
    user = access.person()
    found = access.decidable_case(user, case_id)
    if found.erased or not found.comment.author.key:
        raise CaseNotFound("Nothing is left of this author, or nothing tells who it is.")
    return user, found


def _back(case_id: str) -> AnyResponse:
    return redirect(f"/cases/{case_id}#author-title", code=303)
