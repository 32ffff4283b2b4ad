"""Builders of nouns for tests: a plain one by default, every field open to change."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from modbot.domain import (
    Action,
    Assessment,
    Author,
    Case,
    Comment,
    DecidedBy,
    Door,
    Head,
    HeadScore,
    NewCase,
    Policy,
    ReviewDraft,
    Role,
    Rule,
    RuleEffect,
    RuleKind,
    Signal,
    Site,
    Term,
    User,
    Verdict,
)

NOON = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)


def later(seconds: float = 0, **parts: float) -> datetime:
    """A moment after noon of the test day."""
    return NOON + timedelta(seconds=seconds, **parts)


def a_site(**changes) -> Site:
    base = Site(id="site-ada", name="Harbour Gazette", url="https://gazette.example", created_at=NOON, policy=Policy())
    return replace(base, **changes)


def a_user(**changes) -> User:
    return replace(User(id="user-ada", name="ada", role=Role.MODERATOR, site_ids=None, session_version=1), **changes)


def an_author(**changes) -> Author:
    base = Author(key="author-cal", email_domain="example.org", email_masked="c•••@e•••.org", avatar="a1b2c3d4e5f60718")
    return replace(base, **changes)


def a_rule(**changes) -> Rule:
    base = Rule(
        id="rule-1",
        site_id="site-ada",
        kind=RuleKind.WORDS,
        pattern="casino",
        effect=RuleEffect.REJECT,
        by="dora",
        at=NOON,
    )
    return replace(base, **changes)


def a_comment(**changes) -> Comment:
    base = Comment(
        site_id="site-ada",
        key="key-1",
        fingerprint="f" * 32,
        name="Cal",
        body="The night bus now stops at the harbour, which helps me a lot.",
        author=an_author(),
        door=Door.NATIVE,
        sealed_email=b"person|token",
        page_url="https://gazette.example/night-bus",
        page_title="Night bus to the harbour",
    )
    return replace(base, **changes)


def a_signal(**changes) -> Signal:
    base = Signal("NEW_AUTHOR", 1.0, "Nothing by this author was published here before.", "rule:new_author@rules-1")
    return replace(base, **changes)


def a_score(head: Head = Head.SPAM, margin: float = 0.0, **changes) -> HeadScore:
    """A head score whose terms are one word, one field and the bias, together ``margin``."""
    base = HeadScore(head, -1.0, (Term("harbour", margin + 0.75), Term("has a website", 0.25, kind="field")))
    return replace(base, **changes)


def an_assessment(**changes) -> Assessment:
    base = Assessment(
        heads=(a_score(Head.SPAM, -2.0), a_score(Head.TOXICITY, -3.0)), signals=(), model="m-1", rules="rules-1"
    )
    return replace(base, **changes)


def a_verdict(**changes) -> Verdict:
    base = Verdict(
        action=Action.HOLD,
        scores={Head.SPAM: 0.4, Head.TOXICITY: 0.1},
        risk=0.8,
        band="unclear",
        reasons=(),
        heads=(a_score(Head.SPAM, -0.4), a_score(Head.TOXICITY, -2.0)),
        signals=(a_signal(),),
        model="m-1",
        policy="p1",
        rules="rules-1",
        coin=0.5,
        audit_rate=0.05,
        audited=False,
    )
    return replace(base, **changes)


def a_new_case(**changes) -> NewCase:
    base = NewCase(
        comment=a_comment(),
        payload_hash="hash-1",
        verdict=a_verdict(),
        action=Action.HOLD,
        decided_by=DecidedBy.MACHINE,
        at=NOON,
    )
    return replace(base, **changes)


def a_case(**changes) -> Case:
    base = Case(
        id="c0000000000000000000000001",
        comment=a_comment(),
        verdict=a_verdict(),
        action=Action.HOLD,
        decided_by=DecidedBy.MACHINE,
        revision=1,
        queued=True,
        received_at=NOON,
        updated_at=NOON,
    )
    return replace(base, **changes)


def a_draft(**changes) -> ReviewDraft:
    base = ReviewDraft(
        case_id="c0000000000000000000000001",
        action=Action.PUBLISH,
        reviewer="user-ada",
        reviewer_name="ada",
        decided_by=DecidedBy.PERSON,
        seen_revision=1,
        at=later(60),
        not_before=later(70),
    )
    return replace(base, **changes)
