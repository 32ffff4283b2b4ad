"""Which language a person reads: the one chosen for this browser, else the first of the browser's own that there is.

May import ``language`` and this room.
"""

from __future__ import annotations

from flask import request

from modbot.language import ENGLISH, Language, speak
from modbot.review.blueprint import bp, house

COOKIE = "modbot_language"


@bp.before_app_request
def choose_language() -> None:
    """Speak the reader's language on the pages for people, and English through every other door."""
    # A thread serves one request after the other: what the one before it spoke must not linger.
    speak(wanted() if request.blueprint in {None, bp.name} else ENGLISH)


def wanted() -> Language:
    """Return the language in which this request wants to be answered."""
    known = house().languages
    chosen = request.cookies.get(COOKIE, "")
    return known.get(chosen) or known[request.accept_languages.best_match(known, ENGLISH.tag)]
