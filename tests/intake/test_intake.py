from __future__ import annotations

import pytest

from modbot.intake import ADAPTERS

PROBLEM, PAGE = "application/problem+json", "text/html"


def test_it_works(standing):
    assert {adapter.bp.name for adapter in ADAPTERS} == {
        "native",
        "forms",
        "akismet",
        "appeal",
        "coral",
        "openai",
        "perspective",
        "watch",
    }
    assert standing.client.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status", "dialect"),
    [
        ("get", "/v1/nowhere", 404, PROBLEM),
        ("get", "/v1", 404, PROBLEM),
        ("patch", "/v1/comments", 405, PROBLEM),
        ("delete", "/openapi.json", 405, PROBLEM),
        ("get", "/v1/comments/c0", 401, PROBLEM),
        ("get", "/f/nowhere", 405, PAGE),
        ("get", "/f/nowhere/form", 404, PAGE),
        ("post", "/f/a/b/c", 404, PAGE),
        ("post", "/healthz", 405, PROBLEM),
        ("get", "/v1evil", 404, PAGE),
        ("get", "/nowhere", 404, PAGE),
    ],
)
def test_it_speaks_the_dialect_of_the_address(standing, method, path, status, dialect):
    answer = standing.client.open(path, method=method.upper())
    assert (answer.status_code, answer.mimetype) == (status, dialect)


def test_it_says_a_crash_in_the_dialect_of_the_address(app, as_ada):
    app.testing = False
    app.extensions["modbot"] = None
    answer = app.test_client().get("/v1/comments", headers=as_ada)
    assert (answer.status_code, answer.mimetype, answer.json["code"]) == (500, PROBLEM, "internal_error")
