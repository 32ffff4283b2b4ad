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
from modbot.language import N_, _
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
    link: str = ""
    href: str = "/queue"


WORDS: Mapping[str | int, Words] = {
    "csrf": Words(
        N_("This form is too old"),
        N_("It was made for another session, so nothing was changed."),
        N_("Go back, load the page again and repeat what you did."),
    ),
    400: Words(N_("That did not work"), N_("The request could not be understood, so nothing was changed.")),
    403: Words(N_("You may read here, but not decide"), N_("Your role is viewer. An administrator can change that.")),
    404: Words(N_("Nothing here"), N_("There is no such page or comment, or it belongs to a site that is not yours.")),
    405: Words(N_("That did not work"), N_("This address is not meant to be opened like that.")),
    409: Words(N_("Somebody was faster"), N_("The comment changed while you looked at it, so nothing was changed.")),
    413: Words(N_("That was too much"), N_("The form is larger than modbot reads.")),
    429: Words(
        N_("Slow down"),
        N_("There were too many tries."),
        N_("Wait a minute, then try again."),
        N_("To the log-in"),
        "/login",
    ),
    503: Words(N_("Not now"), N_("The database does not answer."), N_("Nothing was lost. Try again in a moment.")),
}
BROKEN = Words(
    N_("Something broke"), N_("That is a fault of modbot. It has been written to the log."), N_("Try again.")
)


def refuse(error: Exception) -> Response:
    """Turn any error of ours or of the web framework into a page."""
    status, code = 500, "error"
    if isinstance(error, CSRFError):
        status, code = 400, "csrf"
    elif isinstance(error, ModbotError):
        status, code = error.status, error.code
    elif isinstance(error, HTTPException):
        status, code = error.code or 500, error.name.lower().replace(" ", "_")
    told = WORDS.get(code) or WORDS.get(status, BROKEN)
    answer = page(Words(_(told.title), _(told.sentence), _(told.remedy), _(told.link), told.href), status, code)
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
        link=words.link or _("To the queue"),
        status=status,
        code=code,
    )
    return render(shown, status)


bp.register_error_handler(ModbotError, refuse)
bp.register_error_handler(HTTPException, refuse)
