"""Calls of Perspective's protocol, read; what is answered to a wrong one is in test_door."""

from __future__ import annotations

import json

import pytest

from modbot.intake.perspective.asking import Asked, Objection, asked, suggested

GOOD = {"comment": {"text": "Hello"}, "requestedAttributes": {"TOXICITY": {}}}


def test_it_works():
    said = GOOD | {"languages": ["en", "de"], "clientToken": "t", "doNotStore": True, "spanAnnotations": True}

    assert asked(json.dumps(said).encode()) == Asked(
        "Hello", {"TOXICITY": 0.0}, ("en", "de"), "t", store=False, by_sentence=True
    )


def test_it_takes_names_with_underscores():
    said = {
        "comment": {"text": "Hello"},
        "requested_attributes": {"TOXICITY": {"score_threshold": 0.5}},
        "client_token": "t",
    }
    found = asked(json.dumps(said).encode())

    assert (found.wanted, found.token, found.store) == ({"TOXICITY": 0.5}, "t", True)


def test_it_ignores_what_it_does_not_know():
    said = GOOD | {"sessionId": "s", "communityId": "c", "unknown": [1], "context": {"entries": [{"text": "{}"}]}}

    assert asked(json.dumps(said).encode()).text == "Hello"


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ({"summaryScore": {"value": 0.25}}, 0.25),
        ({"summary_score": {"value": 1}}, 1.0),
        ({"summaryScore": {}}, 0.0),
        ({"spanScores": [{"score": {"value": 1}}]}, 1.0),
    ],
)
def test_it_reads_a_suggested_score(said, value):
    told = {
        "comment": {"text": "Hello"},
        "attributeScores": {"TOXICITY": said, "FLIRTATION": {"summaryScore": {"value": 1}}},
    }

    assert suggested(json.dumps(told).encode()).scores == {"TOXICITY": value}


@pytest.mark.parametrize(
    "said", [1, {}, {"spanScores": [1]}, {"summaryScore": {"value": True}}, {"summaryScore": {"value": -1}}]
)
def test_it_objects_to_a_score_that_is_none(said):
    told = {"comment": {"text": "Hello"}, "attributeScores": {"TOXICITY": said}}

    with pytest.raises(Objection, match="Invalid JSON payload received"):
        suggested(json.dumps(told).encode())


@pytest.mark.parametrize(
    ("said", "error_type"),
    [
        ({}, "COMMENT_EMPTY"),
        ({"comment": {"text": " "}, "requestedAttributes": {"FOO": {}}}, "COMMENT_EMPTY"),
        ({"comment": {"text": "x" * 20_481}}, "COMMENT_TOO_LONG"),
        ({"comment": {"text": "x", "type": "MARKDOWN"}}, "INVALID_REQUEST"),
        ({"comment": {"text": "x"}}, "NO_REQUESTED_ATTRIBUTES"),
    ],
)
def test_it_objects_in_the_order_of_the_service(said, error_type):
    with pytest.raises(Objection) as refused:
        asked(json.dumps(said).encode())

    assert refused.value.error_type == error_type
