"""Perspective's calls: the shapes of its answers and errors, what is stored, and what people say of a text."""

from __future__ import annotations

import pytest

from conftest import ADA_KEY
from modbot.domain import Action, CaseQuery, DecidedBy, Door
from modbot.errors import StoreUnavailable

TEXT = "The night bus now stops at the harbour."
PATH = "/v1alpha1/comments:analyze"
SUGGEST = "/v1alpha1/comments:suggestscore"


@pytest.fixture
def stored(house):
    return lambda: house.store.whole_cases([row.id for row in house.store.cases(CaseQuery(limit=200)).rows])


@pytest.fixture
def analyze(client, ada_site):
    def ask(text=TEXT, attributes=("TOXICITY",), path=PATH, key=ADA_KEY, **more):
        wanted = attributes if isinstance(attributes, dict) else {name: {} for name in attributes}
        asked = {"comment": {"text": text}, "requestedAttributes": wanted, **more}
        return client.post(f"{path}?key={key}" if key else path, json=asked)

    return ask


@pytest.fixture
def suggest(client, ada_site):
    def say(text=TEXT, **scores):
        told = {name: {"summaryScore": {"value": value}} for name, value in scores.items()}
        return client.post(f"{SUGGEST}?key={ADA_KEY}", json={"comment": {"text": text}, "attributeScores": told})

    return say


def test_it_works(analyze, stored):
    answer = analyze(languages=["en"], clientToken="mine")

    assert (answer.status_code, answer.content_type) == (200, "application/json; charset=UTF-8")
    score = answer.json["attributeScores"]["TOXICITY"]
    value = score["summaryScore"]["value"]
    assert 0 <= value <= 1
    assert score == {
        "summaryScore": {"value": value, "type": "PROBABILITY"},
        "spanScores": [{"begin": 0, "end": len(TEXT), "score": {"value": value, "type": "PROBABILITY"}}],
    }
    assert answer.json["languages"] == answer.json["detectedLanguages"] == ["en"]
    assert answer.json["clientToken"] == "mine"
    (case,) = stored()
    assert (case.comment.door, case.comment.body, case.queued) == (Door.PERSPECTIVE, TEXT, False)


def test_it_keeps_nothing_where_that_is_forbidden(analyze, stored, house):
    assert analyze(doNotStore=True).status_code == analyze(do_not_store=True).status_code == 200
    assert stored() == ()
    assert house.store.pending_deliveries() == 0


def test_it_answers_the_same_whether_it_may_keep_it_or_not(analyze):
    kept, unkept = (analyze(doNotStore=no).json["attributeScores"] for no in (False, True))

    assert kept == unkept


def test_it_scores_a_text_the_same_however_often_it_is_asked(analyze):
    first, *others = (analyze(attributes=["SPAM"]).json["attributeScores"] for _ in range(4))

    assert all(other == first for other in others)


def test_it_scores_several_attributes_and_leaves_out_what_is_below_a_threshold(analyze):
    answer = analyze(attributes={"TOXICITY": {}, "SPAM": {"scoreThreshold": 0.999}, "TOXICITY_EXPERIMENTAL": None})

    assert list(answer.json["attributeScores"]) == ["TOXICITY", "TOXICITY_EXPERIMENTAL"]
    assert "attributeScores" not in analyze(attributes={"TOXICITY": {"score_threshold": 0.999}}).json


@pytest.mark.parametrize(
    "name", ["TOXICITY", "SEVERE_TOXICITY", "IDENTITY_ATTACK", "INSULT", "PROFANITY", "THREAT", "SPAM", "OBSCENE"]
)
def test_it_answers_every_attribute_that_production_has(analyze, name):
    assert list(analyze(attributes=[name, f"{name}_EXPERIMENTAL"]).json["attributeScores"]) == [
        name,
        f"{name}_EXPERIMENTAL",
    ]


def test_it_scores_each_sentence_in_utf_16(analyze):
    text = "Good 👍🏽 bus. Late again!\nNo."
    spans = analyze(text, spanAnnotations=True).json["attributeScores"]["TOXICITY"]["spanScores"]
    units = text.encode("utf-16-le")

    assert [units[2 * one["begin"] : 2 * one["end"]].decode("utf-16-le") for one in spans] == [
        "Good 👍🏽 bus. ",
        "Late again!\n",
        "No.",
    ]


def test_it_takes_an_encoded_colon(client, ada_site):
    asked = {"comment": {"text": TEXT}, "requestedAttributes": {"TOXICITY": {}}}

    assert (
        client.post(f"/v1alpha1/comments%3Aanalyze?key={ADA_KEY}&alt=json&prettyPrint=false", json=asked).status_code
        == 200
    )


@pytest.mark.parametrize("headers", [{"X-Goog-Api-Key": ADA_KEY}, {"Authorization": f"Bearer {ADA_KEY}"}])
def test_it_takes_a_key_from_a_header(client, ada_site, headers):
    asked = {"comment": {"text": TEXT}, "requestedAttributes": {"TOXICITY": {}}}

    assert client.post(PATH, json=asked, headers=headers).status_code == 200


# -- errors --------------------------------------------------------------------------


def fault(answer, status=400):
    error = answer.json["error"]
    assert (answer.status_code, error["code"]) == (status, status)
    assert answer.content_type == "application/json; charset=UTF-8"
    return error


def test_it_says_when_there_is_no_key(analyze):
    assert fault(analyze(key=""), 403)["status"] == "PERMISSION_DENIED"


def test_it_says_when_a_key_is_wrong(analyze, stored):
    error = fault(analyze(key="wrong"))

    assert error["message"] == "API key not valid. Please pass a valid API key."
    assert error["details"][0]["reason"] == "API_KEY_INVALID"
    assert stored() == ()


@pytest.mark.parametrize(
    ("asked", "error_type", "message"),
    [
        ({"text": " \n"}, "COMMENT_EMPTY", "Comment must be non-empty."),
        ({"text": "é" * 10_241}, "COMMENT_TOO_LONG", "Comment text too long."),
        ({"attributes": {}}, "NO_REQUESTED_ATTRIBUTES", "Missing requested_attributes"),
        ({"attributes": ["FOO"]}, "INVALID_REQUEST", "Unknown requested attribute: FOO"),
        (
            {"attributes": {"TOXICITY": {"scoreType": "RAW"}}},
            "INVALID_REQUEST",
            "Attribute TOXICITY does not support score type: RAW",
        ),
        (
            {"context": {"entries": [{"text": "a"}], "articleAndParentComment": {"article": {}}}},
            "INVALID_REQUEST",
            "Context must have entries or article_and_parent_comment, not both.",
        ),
    ],
)
def test_it_says_what_is_wrong_with_a_call(analyze, stored, asked, error_type, message):
    error = fault(analyze(**asked))

    assert (error["message"], error["status"]) == (message, "INVALID_ARGUMENT")
    assert error["details"] == [
        {"@type": "type.googleapis.com/google.commentanalyzer.v1alpha1.Error", "errorType": error_type}
    ]
    assert stored() == ()


def test_it_takes_a_text_of_the_largest_size(analyze):
    assert analyze("é" * 10_240).status_code == 200


@pytest.mark.parametrize(
    "asked",
    [
        {"text": 7},
        {"attributes": {"TOXICITY": 1}},
        {"attributes": {"TOXICITY": {"scoreThreshold": "0.5"}}},
        {"languages": "en"},
        {"doNotStore": "yes"},
        {"clientToken": 1},
        {"context": []},
    ],
)
def test_it_names_the_field_of_a_wrong_type(analyze, asked):
    error = fault(analyze(**asked))

    assert error["message"].startswith("Invalid JSON payload received.")
    assert error["details"][0]["fieldViolations"][0]["field"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"a"', b"\xff"])
def test_it_says_when_a_body_is_no_object(client, ada_site, body):
    fault(client.post(f"{PATH}?key={ADA_KEY}", data=body, content_type="application/json"))


def test_it_is_lenient_about_the_content_type(client, ada_site):
    body = b'{"comment": {"text": "a"}, "requested_attributes": {"TOXICITY": {}}}'

    assert client.post(f"{PATH}?key={ADA_KEY}", data=body, content_type="text/plain").status_code == 200


def test_it_says_when_there_is_too_much(analyze, house, monkeypatch):
    monkeypatch.setattr(
        type(house), "settings", house.settings.model_copy(update={"site_posts_per_minute": 1}), raising=False
    )
    analyze()
    answer = analyze()

    assert fault(answer, 429)["status"] == "RESOURCE_EXHAUSTED"
    assert answer.json["error"]["details"][0]["reason"] == "RATE_LIMIT_EXCEEDED"
    assert int(answer.headers["Retry-After"]) > 0


def test_it_says_when_the_store_is_away(analyze, house, monkeypatch):
    def away(*_args, **_more):
        raise StoreUnavailable("away")

    monkeypatch.setattr(type(house.store), "site_for_key", away)

    assert fault(analyze(), 503)["status"] == "UNAVAILABLE"


@pytest.mark.parametrize(
    ("method", "path", "status"), [("post", "/v1alpha1/comments:nothing", 404), ("get", PATH, 405)]
)
def test_it_has_nothing_elsewhere(client, method, path, status):
    fault(getattr(client, method)(path), status)


# -- what people say -------------------------------------------------------------------


def test_it_takes_what_is_suggested_as_a_review(analyze, suggest, stored):
    analyze()
    answer = suggest(TOXICITY=1)

    assert (answer.status_code, answer.json) == (200, {"detectedLanguages": ["en"], "requestedLanguages": ["en"]})
    (case,) = stored()
    assert (case.action, case.decided_by, case.reviews[-1].reason) == (Action.REJECT, DecidedBy.SITE, "abuse")


@pytest.mark.parametrize(
    ("scores", "action", "reason"),
    [
        ({"SPAM": 1}, Action.REJECT, "spam"),
        ({"TOXICITY": 0.9, "INSULT": 0.7}, Action.REJECT, "insult"),
        ({"PROFANITY": 1}, Action.REJECT, "obscene"),
        ({"TOXICITY": 0, "SPAM": 0.4}, Action.PUBLISH, ""),
    ],
)
def test_it_knows_what_a_suggestion_means(suggest, stored, scores, action, reason):
    suggest(**scores)
    suggest(**scores)

    (case,) = stored()
    assert [(review.action, review.reason) for review in case.reviews] == [(action, reason)]


def test_it_takes_the_score_of_a_stretch_and_a_zero_that_is_left_out(client, ada_site, stored):
    said = {"TOXICITY": {"spanScores": [{"begin": 0, "end": 1, "score": {"value": 1}}]}}
    client.post(f"{SUGGEST}?key={ADA_KEY}", json={"comment": {"text": TEXT}, "attributeScores": said})
    assert stored()[0].action is Action.REJECT
    said = {"TOXICITY": {"summaryScore": {}}}
    client.post(f"{SUGGEST}?key={ADA_KEY}", json={"comment": {"text": TEXT}, "attributeScores": said})
    assert stored()[0].action is Action.PUBLISH


def test_it_learns_nothing_of_what_it_does_not_know(suggest, stored):
    assert suggest(FLIRTATION=1).status_code == 200
    assert stored()[0].reviews == ()


@pytest.mark.parametrize("scores", [{}, {"TOXICITY": 2}, {"TOXICITY": "1"}])
def test_it_refuses_a_suggestion_that_says_nothing(suggest, scores):
    fault(suggest(**scores))


def test_nobody_hears_of_a_score(analyze, house, stored):
    analyze()

    assert house.store.pending_deliveries() == 0
    assert not stored()[0].verdict.audited


def test_it_refuses_a_site_that_signs_its_requests(analyze, house, ada_site, clock):
    from dataclasses import replace

    house.store.change_site(replace(ada_site, signed_requests=True), clock())

    fault(analyze(), 403)
