"""Errors in the envelope of Google's services; which call gets which is in test_door."""

from __future__ import annotations

import pytest
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect

from modbot.errors import ModbotError, NotAuthorised, PayloadTooLarge, StoreUnavailable, TooManyRequests
from modbot.intake.perspective.asking import Objection
from modbot.intake.perspective.refusal import NO_KEY, NoKey, refuse


def said(error):
    return refuse(error).json["error"]


def test_it_works():
    error = said(Objection("Comment must be non-empty.", "COMMENT_EMPTY"))

    assert (error["code"], error["status"], error["message"]) == (400, "INVALID_ARGUMENT", "Comment must be non-empty.")
    assert error["details"][0]["errorType"] == "COMMENT_EMPTY"


@pytest.mark.parametrize(
    ("error", "status", "name"),
    [
        (NoKey(NO_KEY), 403, "PERMISSION_DENIED"),
        (NotAuthorised("no"), 400, "INVALID_ARGUMENT"),
        (TooManyRequests("slow", 7), 429, "RESOURCE_EXHAUSTED"),
        (PayloadTooLarge("much"), 413, "INVALID_ARGUMENT"),
        (StoreUnavailable("away"), 503, "UNAVAILABLE"),
        (NotFound(), 404, "NOT_FOUND"),
        (MethodNotAllowed(["POST"]), 405, "NOT_FOUND"),
    ],
)
def test_it_has_a_name_for_each_status(error, status, name):
    response = refuse(error)

    assert (response.status_code, response.json["error"]["code"], response.json["error"]["status"]) == (
        status,
        status,
        name,
    )


def test_it_says_when_to_come_back():
    assert refuse(TooManyRequests("slow", 7)).headers["Retry-After"] == "7"
    assert refuse(StoreUnavailable("away")).headers["Retry-After"] == "1"
    assert refuse(MethodNotAllowed(["POST", "GET"])).headers["Allow"] == "GET, POST"


def test_it_tells_nobody_what_broke():
    assert "secret" not in refuse(ModbotError("secret")).get_data(as_text=True)


def test_it_lets_a_redirect_be_one():
    assert refuse(RequestRedirect("/elsewhere")).status_code == 308
