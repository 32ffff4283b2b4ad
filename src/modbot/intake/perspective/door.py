"""Perspective's calls, answered in its words: scores of a text, and what people say of one.

A text that may be stored becomes a case that nobody waits for: it is in no queue, and no site hears of it. Reads
the clock once per request. May import what the doors may.
"""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any

from flask import Blueprint, Response, request

from modbot import observe
from modbot.domain import Action, Door, Head, SecretKind, Site, Verdict
from modbot.errors import CaseNotFound, NotAuthorised, StaleReview
from modbot.intake import gate
from modbot.intake.codec import canonical
from modbot.intake.perspective import attributes, discovery
from modbot.intake.perspective.asking import PROBABILITY, Asked, Suggested, asked, suggested
from modbot.intake.perspective.refusal import BAD_KEY, NO_KEY, SIGNED, NoKey, answer
from modbot.moderation import Submission
from modbot.privacy import key_hash

DEFAULT_LANGUAGE = "en"
# More would differ from machine to machine.
DIGITS = 7
# What is suggested from here on says that the text has the attribute.
HAS_IT = 0.5
# The ground that a suggested attribute stands for, the finest first.
GROUNDS = {Head.SPAM: "spam", Head.TOXICITY: "abuse"}

bp = Blueprint("perspective", __name__)


@bp.get("/$discovery/rest")
def describe() -> Response:
    """Describe the calls to libraries that make them from a description; no key is needed for that."""
    public = gate.house().settings.public_url.rstrip("/") or request.host_url.rstrip("/")
    return answer(discovery.document(f"{public}/"))


@bp.post("/v1alpha1/comments:analyze")
def analyze() -> Response:
    """Score a text."""
    started = time.perf_counter()
    at = gate.house().clock()
    site = _site()
    wish = asked(gate.read_body())
    gate.limiter().hit(gate.house().settings.site_posts_per_minute, "site", site.id)
    submission = _submission(wish.text)
    moderator = gate.house().moderator
    if wish.store:
        case = moderator.moderate(site, submission, at).case
        observe.log_case(case, Door.PERSPECTIVE, (time.perf_counter() - started) * 1_000)
        return answer(_scores(wish, case.verdict))
    return answer(_scores(wish, moderator.preview(site, submission, at)))


@bp.post("/v1alpha1/comments:suggestscore")
def suggest() -> Response:
    """Take what somebody says of a text as the site's review of it."""
    at = gate.house().clock()
    site = _site()
    told = suggested(gate.read_body())
    gate.limiter().hit(gate.house().settings.site_posts_per_minute, "site", site.id)
    moderator = gate.house().moderator
    submission = _submission(told.text)
    # Nobody says which comment is meant: the newest with that text.
    case = moderator.recall(site, submission) or moderator.moderate(site, submission, at).case
    action, reason = _decision(told)
    if told.scores:
        # A person may have decided it, or had it erased, in this very moment: that stands.
        with suppress(StaleReview, CaseNotFound):
            moderator.site_says(site, case, action, at, reason)
    languages = list(told.languages) or [DEFAULT_LANGUAGE]
    return answer({**_token(told.token), "detectedLanguages": languages[:1], "requestedLanguages": languages})


# -- reading ----------------------------------------------------------------------


def _site() -> Site:
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    bearer = token if scheme.lower() == "bearer" else ""
    given = (request.args.get("key", ""), request.headers.get("X-Goog-Api-Key", ""), bearer)
    key = next((one.strip() for one in given if one.strip()), "")
    if not key:
        raise NoKey(NO_KEY)
    site = gate.house().store.site_for_key(SecretKind.BEARER, key_hash(key), gate.house().clock())
    if site is None:
        raise NotAuthorised(BAD_KEY)
    if site.signed_requests:
        raise NoKey(SIGNED)
    return site


def _submission(text: str) -> Submission:
    fields: dict[str, object] = {"body": text}
    return Submission(fields=fields, payload=canonical(fields), door=Door.PERSPECTIVE, key="")


def _decision(told: Suggested) -> tuple[Action, str]:
    """Say what a suggestion decides: a text with any of the attributes is rejected, for the finest of them."""
    heads = [attributes.HEADS[attributes.plain_name(name)] for name, score in told.scores.items() if score >= HAS_IT]
    if not heads:
        return Action.PUBLISH, ""
    finest = next((head for head in heads if head not in GROUNDS), heads[0])
    return Action.REJECT, GROUNDS.get(finest, finest.value)


# -- answers ------------------------------------------------------------------------


def _scores(wish: Asked, verdict: Verdict) -> dict[str, Any]:
    spans = attributes.sentences(wish.text) if wish.by_sentence else ()
    found = {}
    for name, threshold in wish.wanted.items():
        whole = attributes.score_of(name, verdict)
        if whole < threshold:
            continue
        parts = [(0, len(wish.text), whole)]
        if wish.by_sentence:
            scores = attributes.sentence_scores(name, verdict, spans)
            parts = [(span.start, span.end, score) for span, score in zip(spans, scores, strict=True)]
        found[name] = {
            "spanScores": [
                {
                    "begin": attributes.utf16(wish.text, start),
                    "end": attributes.utf16(wish.text, end),
                    "score": _score(at),
                }
                for start, end, at in parts
            ],
            "summaryScore": _score(whole),
        }
    languages = list(wish.languages) or [DEFAULT_LANGUAGE]
    told = {"attributeScores": found} if found else {}
    return told | {"languages": languages, "detectedLanguages": languages[:1]} | _token(wish.token)


def _score(value: float) -> dict[str, Any]:
    return {"value": round(value, DIGITS), "type": PROBABILITY}


def _token(token: str) -> dict[str, str]:
    return {"clientToken": token} if token else {}
