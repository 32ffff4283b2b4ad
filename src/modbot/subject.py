"""A person's own data: all that is kept about an address, to be handed over or to be forgotten.

Data-protection law calls the person a data subject (GDPR, articles 15 and 17). May import ``domain``, ``privacy``
and ``storage``; reads no clock.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from modbot.domain import Case, Comment, ReportKind, RuleKind
from modbot.errors import Unreadable
from modbot.privacy import Vault
from modbot.storage import KeyStore, Store


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What an erasure did: comments by site, and whether the address had a key that could be destroyed."""

    comments: Mapping[str, int]
    had_key: bool


def portrait(store: Store, vault: Vault, address: str, at: datetime) -> dict[str, Any]:
    """Collect everything that is kept about a person.

    Parameters
    ----------
    store : Store
        The database.
    vault : Vault
        Finds the person and opens their address.
    address : str
        Their email address, in any spelling of capitals.
    at : datetime
        Now, aware.

    Returns
    -------
    dict
        JSON values: by site the comments with every text they had, verdicts, decisions, reports and notes, and the
        owner's rules about the person. Empty ``sites`` where nothing is known. Names of moderators and what other
        visitors complained are other people's data and left out.
    """
    keys = _keys(store, vault, address)
    cases = [store.case(case_id) for case_id in store.cases_of(list(keys.values()), vault.person(address))]
    notes = store.notes([case.id for case in cases if case])
    sites = []
    for site in store.sites():
        about = {
            "site": site.id,
            "name": site.name,
            "comments": [
                _comment(store, vault, case) | {"notes": [_said(note) for note in notes.get(case.id, ())]}
                for case in cases
                if case and case.comment.site_id == site.id
            ],
            "notes": [_said(note) for note in store.author_notes(site.id, keys[site.id])],
            "rules": [
                {
                    "effect": rule.effect.value,
                    "since": _moment(rule.at),
                    "until": _moment(rule.until),
                    "note": rule.note,
                }
                for rule in store.rules_in_force(site.id, at)
                if rule.kind is RuleKind.AUTHOR and keys[site.id] in rule.entries
            ],
        }
        if about["comments"] or about["notes"] or about["rules"]:
            sites.append(about)
    return {"address": address, "made_at": _moment(at), "sites": sites}


def written_by(store: Store, vault: Vault, address: str) -> tuple[str, ...]:
    """Find the comments of a person that still have words.

    Parameters
    ----------
    store : Store
        The database.
    vault : Vault
        Finds the person.
    address : str
        Their email address.

    Returns
    -------
    tuple of str
        Ids of cases, oldest first.
    """
    found = store.cases_of(list(_keys(store, vault, address).values()), vault.person(address))
    return store.standing(found)


def forget(store: Store, key_store: KeyStore, vault: Vault, address: str, at: datetime) -> Forgotten:
    """Erase a person: first the key of the address, which reaches every backup, then all that they wrote.

    Parameters
    ----------
    store : Store
        The database.
    key_store : KeyStore
        Where the person's key is, and the list of erasures that a restored backup is cleared by.
    vault : Vault
        Finds the person.
    address : str
        Their email address.
    at : datetime
        Now, aware.

    Returns
    -------
    Forgotten
        How much. Doing it again does no harm and finishes what was interrupted.
    """
    theirs = written_by(store, vault, address)
    where = Counter(case.comment.site_id for case_id in theirs if (case := store.case(case_id)))
    had_key = key_store.erase_person(vault.person(address), at)
    store.erase_comments(theirs, at)
    store.drop_author_notes(list(_keys(store, vault, address).values()))
    return Forgotten(where, had_key)


def forget_again(store: Store, key_store: KeyStore, at: datetime) -> int:
    """Clear a restored database of everything that was erased since it was backed up.

    Parameters
    ----------
    store : Store
        The restored database.
    key_store : KeyStore
        Its lists of erasures.
    at : datetime
        Now, aware.

    Returns
    -------
    int
        How many comments were erased once more.
    """
    single = store.standing(key_store.erased_cases())
    # Whoever was erased more than once counts by the last time: the list is in order.
    theirs = store.cases_of_erased(dict(key_store.erasures()))
    return store.erase_comments(list(dict.fromkeys((*single, *theirs))), at)


def _keys(store: Store, vault: Vault, address: str) -> dict[str, str]:
    return {site.id: vault.author_key(site.id, address) for site in store.sites()}


def _comment(store: Store, vault: Vault, case: Case) -> dict[str, Any]:
    verdict = case.verdict
    return {
        "id": case.id,
        "received_at": _moment(case.received_at),
        "page": case.comment.page_url,
        "action": case.action.value,
        "decided_by": case.decided_by.value,
        "erased": case.erased,
        "texts": [
            {"revision": revision, "at": _moment(at)} | _text(vault, comment)
            for revision, at, comment in store.texts_of(case.id)
        ],
        "verdict": {
            "action": verdict.action.value,
            "scores": {head.value: round(p, 6) for head, p in verdict.scores.items()},
            # What is left of the sentences of an erased comment says only that it was erased.
            "reasons": [] if case.erased else [reason.sentence for reason in verdict.reasons],
            "model": verdict.model,
            "policy": verdict.policy,
        },
        "decisions": [
            {
                "at": _moment(review.at),
                "action": review.action.value,
                "by": review.decided_by.value,
                "reason": review.reason,
            }
            for review in case.reviews
        ],
        "reports": [
            # A complaint of somebody else's is theirs; an appeal is the person's own.
            {
                "at": _moment(report.at),
                "kind": report.kind.value,
                "reason": report.reason if report.kind is ReportKind.APPEAL else "",
            }
            for report in case.reports
        ],
    }


def _text(vault: Vault, comment: Comment) -> dict[str, Any]:
    try:
        address = vault.open_email(comment.sealed_email) if comment.sealed_email else ""
    except Unreadable:
        address = ""
    return {
        "name": comment.name,
        "email": address,
        "website": comment.url,
        "text": comment.body,
        "page_title": comment.page_title,
        "ip": comment.ip,
        "user_agent": comment.user_agent,
        "referrer": comment.referrer,
        "user_id": comment.user_id,
        "language": comment.language,
        "written_at": _moment(comment.created_at),
        "door": comment.door.value,
    }


def _said(note: Any) -> dict[str, Any]:
    return {"at": _moment(note.at), "text": note.body}


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
