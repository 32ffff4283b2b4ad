"""Why a comment was judged as it was, in the language of whoever reads it.

A verdict keeps its reasons in English, as they were told when it was made: the sentence is found again among those that
the codes can say, and said anew. Pure. May import ``domain``, ``language`` and the sentences of ``policy`` and
``scoring``.
"""

from __future__ import annotations

import re
from functools import lru_cache

from modbot.domain import Reason
from modbot.language import ENGLISH, N_, Phrases, _, spoken
from modbot.policy import SAYINGS
from modbot.scoring import sayings

PLACE = re.compile(r"\{(\w+)\}")
# The codes as names for a list.
NAMES = Phrases(
    {
        "SCORER_FAILED": N_("Scorer failed"),
        "BLOCKED_WORD": N_("Blocked word"),
        "BANNED": N_("Banned"),
        "HELD_BY_RULE": N_("Held by rule"),
        "TRUSTED": N_("Trusted"),
        "NOTED": N_("Noted"),
        "HONEYPOT": N_("Honeypot"),
        "TOO_FAST": N_("Too fast"),
        "MANY_LINKS": N_("Many links"),
        "REPEATED_TEXT": N_("Repeated text"),
        "TEXT_REJECTED_BEFORE": N_("Text rejected before"),
        "TEXT_PUBLISHED_BEFORE": N_("Text published before"),
        "CAMPAIGN": N_("Campaign"),
        "CAMPAIGN_REJECTED": N_("Campaign rejected"),
        "CAMPAIGN_PUBLISHED": N_("Campaign published"),
        "DISPOSABLE_EMAIL": N_("Disposable email"),
        "MX_MISSING": N_("Domain without mail"),
        "NEW_AUTHOR": N_("New author"),
        "KNOWN_AUTHOR": N_("Known author"),
        "REJECTED_AUTHOR": N_("Rejected author"),
        "SPAM_WORDS": N_("Spam words"),
        "SPAM_FIELDS": N_("Spam fields"),
        "SPAM_SITE": N_("Spam on this site"),
        "TOXICITY_WORDS": N_("Toxicity words"),
        "TOXICITY_FIELDS": N_("Toxicity fields"),
        "TOXICITY_SITE": N_("Toxicity on this site"),
    }
)


def reason_name(code: str) -> str:
    """Turn a signal code into a name for a list: MANY_LINKS is "Many links"."""
    return NAMES.get(code) or code.replace("_", " ").capitalize()


def said_of(reason: Reason) -> str:
    """Say a reason in the language of this request; one that this version does not know stays as it was told."""
    if spoken() is ENGLISH:
        return reason.sentence
    for saying in _sayings():
        found = _shape(saying).fullmatch(reason.sentence)
        if found:
            # What stands in it may be of our own words, too: what a head looks for, a field.
            parts = {name: ", ".join(map(_, part.split(", "))) for name, part in found.groupdict().items()}
            return _(saying, **parts)
    return reason.sentence


@lru_cache(maxsize=1)
def _sayings() -> tuple[str, ...]:
    """Every sentence there is, the ones with the most words of their own first: others would fit their places."""
    return tuple(sorted((*SAYINGS, *sayings()), key=lambda saying: -len(PLACE.sub("", saying))))


@lru_cache(maxsize=256)
def _shape(saying: str) -> re.Pattern[str]:
    parts = PLACE.split(saying)
    named = "".join(re.escape(part) if at % 2 == 0 else f"(?P<{part}>.+)" for at, part in enumerate(parts))
    return re.compile(named, re.DOTALL)
