from __future__ import annotations

import inspect

import pytest
from werkzeug.exceptions import HTTPException, ImATeapot, InternalServerError, MethodNotAllowed

from modbot import errors
from modbot.intake.problem import refuse

MADE = {
    errors.InvalidComment: lambda: errors.InvalidComment((errors.FieldError("name", "required", "Fill it in."),)),
    errors.TooManyRequests: lambda: errors.TooManyRequests("Wait.", 7),
    errors.StaleReview: lambda: errors.StaleReview("Somebody was first.", 4),
}
OURS = [
    c for _, c in inspect.getmembers(errors, inspect.isclass) if issubclass(c, errors.IntakeError | errors.CaseError)
]


@pytest.fixture(autouse=True)
def _inside(standing):
    with standing.client.application.test_request_context("/v1/comments"):
        yield


def test_it_works():
    answer = refuse(MADE[errors.InvalidComment]())
    assert answer.content_type == "application/problem+json"
    assert answer.json == {
        "type": "about:blank",
        "title": "Unprocessable Entity",
        "status": 422,
        "code": "invalid_fields",
        "detail": "1 field error(s): name. See the list for the remedy of each.",
        "errors": [{"field": "name", "code": "required", "message": "Fill it in."}],
    }


@pytest.mark.parametrize("kind", OURS, ids=lambda kind: kind.__name__)
def test_it_says_every_error_with_its_code_and_status(kind):
    answer = refuse(MADE.get(kind, lambda: kind("Expected something else."))())
    assert (answer.status_code, answer.json["code"], answer.json["status"]) == (kind.status, kind.code, kind.status)


def test_it_says_when_to_come_back():
    assert refuse(errors.TooManyRequests("Wait.", 7)).headers["Retry-After"] == "7"
    assert refuse(errors.StoreUnavailable("Busy.")).headers["Retry-After"] == "1"


def test_it_says_which_revision_stands_now():
    assert refuse(errors.StaleReview("Somebody was first.", 4)).json["revision"] == 4


def test_it_says_the_frameworks_errors_in_its_own_words():
    answer = refuse(MethodNotAllowed(valid_methods=["PUT", "GET"]))
    assert (answer.status_code, answer.json["code"], answer.headers["Allow"]) == (405, "method_not_allowed", "GET, PUT")
    crash = refuse(InternalServerError(original_exception=ValueError("secret")))
    assert (crash.status_code, crash.json["code"]) == (500, "internal_error")
    assert "secret" not in crash.get_data(as_text=True)
    assert refuse(ImATeapot("secret")).json["code"] == "http_error"


def test_it_hides_an_address_in_a_message():
    answer = refuse(errors.CaseNotFound("No case 'ada@example.org' here."))
    assert "ada@example.org" not in answer.get_data(as_text=True)


def test_it_leaves_redirects_alone():
    class Moved(HTTPException):
        code = 308

    assert refuse(Moved()).status_code == 308
