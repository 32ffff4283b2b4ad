"""Why a comment was rejected, said so that its author can act on it. Pure but for the appeal's signed link.

What a statement of reasons has to say stands in article 17 of the Digital Services Act (EU 2022/2065): what was done,
the facts, whether machines took part, the ground, and the redress. May import what the doors may.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from modbot.domain import ABUSE_KINDS, BANS, Action, Case, DecidedBy, Head, Site
from modbot.errors import CaseNotFound
from modbot.publication import hide_contacts, public_url

# Six months, as article 20 wants.
APPEAL_DAYS = 183
FACTS_MAX = 3
SPAM, ABUSE, TERMS = "spam", "abuse", "terms"
GROUNDS = {
    SPAM: "It was taken for advertising, fraud or another text that was spread in many places.",
    ABUSE: "It was taken for abusive: an insult, a threat or an attack on people for what they are.",
    TERMS: "It breaks a rule of this site's own.",
}
_ABUSIVE = frozenset({"abuse", Head.TOXICITY.value, *[head.value for head in ABUSE_KINDS]})
NOT_REJECTED = "Expected a rejected comment, got one that is not: there is nothing to state."


def statement(case: Case, site: Site, appeal_url: str, at: datetime) -> dict[str, Any]:
    """Say why a comment was rejected.

    Parameters
    ----------
    case : Case
        A rejected one.
    site : Site
        Its own; one with reasons switched off tells the ground and no facts.
    appeal_url : str
        Where its author may ask a person to look again.
    at : datetime
        Now, aware.

    Returns
    -------
    dict
        JSON values, times as datetime.

    Raises
    ------
    CaseNotFound
        The comment is not rejected, or was erased.
    """
    if case.action is not Action.REJECT or case.erased:
        raise CaseNotFound(NOT_REJECTED)
    found = ground(case)
    return {
        "id": case.id,
        "site": site.name,
        "issued_at": at,
        "decided_at": case.reviews[-1].at if case.reviews else case.received_at,
        "page_url": public_url(case.comment.page_url),
        "restriction": "not published",
        "ground": found,
        "ground_text": GROUNDS[found],
        "facts": facts(case) if site.show_reasons else [],
        "automated": automated(case),
        "redress": {
            "appeal_url": appeal_url,
            "appeal_until": at + timedelta(days=APPEAL_DAYS),
            "text": "A person will look at the comment again, free of charge and without an account.",
        },
    }


def ground(case: Case) -> str:
    """Name the ground of a rejection: what its reviewer said, else what weighed most for the machine."""
    said = case.reviews[-1].reason if case.reviews and case.decided_by is not DecidedBy.MACHINE else ""
    if said:
        return SPAM if said == SPAM else ABUSE if said in _ABUSIVE else TERMS
    verdict = case.verdict
    if any(signal.code in BANS for signal in verdict.signals):
        return TERMS
    scores: Mapping[Head, float] = verdict.scores
    return ABUSE if scores.get(Head.TOXICITY, 0.0) > scores.get(Head.SPAM, 0.0) else SPAM


def facts(case: Case) -> list[str]:
    """Say what spoke most for the ground, in at most three sentences without anybody's address."""
    found = ground(case)
    against = [
        reason
        for reason in case.verdict.reasons
        if reason.share > 0 and (found == TERMS or (found == SPAM) is (reason.head is Head.SPAM))
    ]
    return [hide_contacts(reason.sentence) for reason in against[:FACTS_MAX]]


def automated(case: Case) -> dict[str, bool]:
    """Say whether a machine found it, and whether one decided."""
    by_person = case.decided_by in {DecidedBy.PERSON, DecidedBy.SITE}
    return {"detection": True, "decision": not by_person}
