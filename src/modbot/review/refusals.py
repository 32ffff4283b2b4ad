"""An error becomes a page in the same look: what happened, and what to do now.

The only place where the review page turns an exception into an answer; machines' doors have their own. May
import ``errors``, ``observe`` and this room.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Response
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from modbot.errors import ModbotError, TooManyRequests
from modbot.review import access
from modbot.review.blueprint import bp
from modbot.review.pages.frame import MessagePage
from modbot.review.render import frame, render


@dataclass(frozen=True, slots=True)
class Words:
    """What an error says to a person."""

    title: str
    sentence: str
    remedy: str = ""
    link: str = "To the queue"
    href: str = "/queue"


WORDS: Mapping[str | int, Words] = {
    "csrf": Words(
        "This form is too old",
        "It was made for another session, so nothing was changed.",
        "Go back, load the page again and repeat what you did.",
    ),
    400: Words("That did not work", "The request could not be understood, so nothing was changed."),
    403: Words("You may read here, but not decide", "Your role is viewer. An administrator can change that."),
    404: Words("Nothing here", "There is no such page or comment, or it belongs to a site that is not yours."),
    405: Words("That did not work", "This address is not meant to be opened like that."),
    409: Words("Somebody was faster", "The comment changed while you looked at it, so nothing was changed."),
    413: Words("That was too much", "The form is larger than modbot reads."),
    429: Words("Slow down", "There were too many tries.", "Wait a minute, then try again.", "To the log-in", "/login"),
    503: Words("Not now", "The database does not answer.", "Nothing was lost. Try again in a moment."),
}
BROKEN = Words("Something broke", "That is a fault of modbot. It has been written to the log.", "Try again.")


def refuse(error: Exception) -> Response:
    """Turn any error of ours or of the web framework into a page."""
    status, code = 500, "error"
    if isinstance(error, CSRFError):
        status, code = 400, "csrf"
    elif isinstance(error, ModbotError):
        status, code = error.status, error.code
    elif isinstance(error, HTTPException):
        status, code = error.code or 500, error.name.lower().replace(" ", "_")
    answer = page(WORDS.get(code) or WORDS.get(status, BROKEN), status, code)
    if isinstance(error, TooManyRequests):
        answer.headers["Retry-After"] = str(error.retry_after_s)
    return answer


def page(words: Words, status: int, code: str) -> Response:
    """Show what happened."""
    # A broken database must not break the page that says so: the frame asks it for nothing but the user.
    user = None if status >= 500 else access.visitor()
    shown = MessagePage(
        frame=frame("message", user),
        title=words.title,
        sentence=words.sentence,
        remedy=words.remedy,
        href=words.href,
        link=words.link,
        status=status,
        code=code,
    )
    return render(shown, status)


bp.register_error_handler(ModbotError, refuse)
bp.register_error_handler(HTTPException, refuse)
