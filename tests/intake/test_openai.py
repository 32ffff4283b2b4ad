"""OpenAI's moderations call, asked by the official SDK over real HTTP."""

from __future__ import annotations

import openai
import pytest

from conftest import ADA_KEY
from modbot.app import create_app
from modbot.domain import CaseQuery, Door, Head
from modbot.intake.openai import CATEGORIES, _scores
from served import in_thread

TEXT = "The night bus now stops at the harbour."


@pytest.fixture
def sdk(house, ada_site):
    with in_thread(create_app(house), threads=4) as address:
        yield lambda key=ADA_KEY, **more: openai.OpenAI(api_key=key, base_url=f"{address}/v1", **more)


@pytest.fixture
def ask(client, as_ada):
    return lambda path="/v1/moderations", **said: client.post(path, json=said, headers=as_ada)


def test_it_works(sdk, house):
    with sdk() as client:
        answer = client.moderations.create(model="omni-moderation-latest", input=TEXT)

    (result,) = answer.results
    assert (answer.model, answer.id[:5], bool(answer._request_id)) == ("omni-moderation-latest", "modr-", True)
    assert (result.flagged, result.categories.harassment_threatening, result.categories.illicit) == (
        False,
        False,
        False,
    )
    assert 0 <= result.category_scores.harassment < 0.5
    assert result.category_scores.self_harm_intent == 0.0
    assert result.category_applied_input_types.violence_graphic == ["text"]
    (row,) = house.store.cases(CaseQuery(limit=10)).rows
    assert house.store.case(row.id).comment.door is Door.OPENAI
    assert not row.queued


def test_it_takes_a_list_and_the_parts_of_a_message(sdk):
    with sdk() as client:
        several = client.moderations.create(input=[TEXT, "And the tram?"])
        message = client.moderations.create(input=[{"type": "text", "text": TEXT}, {"type": "text", "text": "And?"}])

    assert (len(several.results), len(message.results)) == (2, 1)


def test_its_sdk_says_when_a_key_is_wrong(sdk):
    with sdk("sk-wrong") as client, pytest.raises(openai.AuthenticationError) as refused:
        client.moderations.create(input=TEXT)

    assert (refused.value.code, refused.value.type) == ("invalid_api_key", "invalid_request_error")
    assert "sk-wrong" not in str(refused.value)


def test_its_sdk_says_when_a_call_is_wrong(sdk):
    with sdk() as client, pytest.raises(openai.BadRequestError) as refused:
        client.moderations.create(input=[])

    assert refused.value.param == "input"


@pytest.mark.parametrize("path", ["/v1/moderations", "/moderations"])
def test_it_has_all_names_in_every_map(ask, path):
    (result,) = ask(path, input=TEXT).json["results"]

    for name in ("categories", "category_scores", "category_applied_input_types"):
        assert list(result[name]) == list(CATEGORIES)
    assert result["flagged"] is any(result["categories"].values())
    assert set(result["modbot"]) == {"action", "spam", "reasons"}


def test_it_adds_nothing_up_from_what_it_has_no_head_for(house, ada_site):
    from factories import a_verdict

    scores = _scores(
        a_verdict(scores={Head.TOXICITY: 0.9, Head.THREAT: 0.7, Head.IDENTITY_ATTACK: 0.2, Head.SPAM: 1.0})
    )

    assert (scores["harassment"], scores["violence"], scores["hate"], scores["hate/threatening"]) == (
        0.9,
        0.7,
        0.2,
        0.2,
    )
    assert {name for name, score in scores.items() if score == 0.0} == {
        name for name, heads in CATEGORIES.items() if not heads
    }


def test_it_keeps_nothing_of_an_empty_text(ask, house):
    (result,) = ask(input=" ").json["results"]

    assert not result["flagged"]
    assert set(result["category_scores"].values()) == {0.0}
    assert house.store.cases(CaseQuery(limit=10)).rows == ()


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"input": None},
        {"input": 7},
        {"input": ["a", 7]},
        {"input": ["a", {"type": "text", "text": "b"}]},
        {"input": [{"type": "text"}]},
        {"input": [{"type": "audio", "text": "a"}]},
        {"input": [{"type": "image_url", "image_url": {"url": "https://a.example/a.png"}}]},
        {"input": ["a"] * 101},
        {"input": "a", "model": 7},
    ],
)
def test_it_says_what_is_wrong(ask, said):
    answer = ask(**said)
    error = answer.json["error"]

    assert (answer.status_code, answer.content_type) == (400, "application/json")
    assert set(error) == {"message", "type", "param", "code"}
    assert error["type"] == "invalid_request_error"


def test_it_scores_the_text_beside_an_image(ask):
    picture = {"type": "image_url", "image_url": {"url": "http://169.254.169.254/"}}

    assert len(ask(input=[picture, {"type": "text", "text": TEXT}]).json["results"]) == 1


@pytest.mark.parametrize(
    ("method", "path", "status"), [("get", "/v1/moderations", 405), ("post", "/v1/moderations/x", 404)]
)
def test_it_has_nothing_elsewhere(client, method, path, status):
    answer = getattr(client, method)(path)

    assert (answer.status_code, answer.json["error"]["type"]) == (status, "invalid_request_error")


def test_it_leaves_our_own_door_alone(client, as_ada, good):
    assert client.post("/v1/comments", json=good, headers=as_ada).status_code == 201
    assert client.post("/v1/nothing", headers=as_ada).mimetype == "application/problem+json"


def test_it_says_when_to_come_back(ask, house, monkeypatch):
    monkeypatch.setattr(
        type(house), "settings", house.settings.model_copy(update={"site_posts_per_minute": 1}), raising=False
    )
    ask(input=TEXT)
    answer = ask(input=TEXT)

    assert (answer.status_code, answer.json["error"]["code"]) == (429, "rate_limit_exceeded")
    assert int(answer.headers["Retry-After"]) > 0
