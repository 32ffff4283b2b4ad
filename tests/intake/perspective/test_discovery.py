"""The description, and Google's own client made from it."""

from __future__ import annotations

import pytest
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

from conftest import ADA_KEY
from modbot.app import create_app
from modbot.intake.perspective.discovery import document
from served import in_thread

pytestmark = pytest.mark.slow

TEXT = "The night bus now stops at the harbour."
ASKED = {"comment": {"text": TEXT}, "requestedAttributes": {"TOXICITY": {}, "INSULT": {}}}


@pytest.fixture
def address(house, ada_site):
    with in_thread(create_app(house), threads=4) as address:
        yield address


@pytest.fixture
def google(address):
    """What every script for Perspective begins with, with another address."""

    def client(key=ADA_KEY):
        url = f"{address}/$discovery/rest?version=v1alpha1"
        return build("commentanalyzer", "v1alpha1", developerKey=key, discoveryServiceUrl=url, static_discovery=False)

    return client


def test_it_works(google):
    with google() as client:
        answer = client.comments().analyze(body=ASKED).execute()
        scores = {name: one["summaryScore"]["value"] for name, one in answer["attributeScores"].items()}
        said = {"comment": {"text": TEXT}, "attributeScores": {"TOXICITY": {"summaryScore": {"value": 1}}}}
        told = client.comments().suggestscore(body=said | {"clientToken": "t"}).execute()

    assert set(scores) == {"TOXICITY", "INSULT"}
    assert 0 <= scores["TOXICITY"] <= 1
    assert told["clientToken"] == "t"


def test_google_shows_what_was_wrong(google):
    with google() as client, pytest.raises(HttpError) as refused:
        client.comments().analyze(body=ASKED | {"comment": {"text": " "}}).execute()

    assert (refused.value.resp.status, refused.value.reason) == (400, "Comment must be non-empty.")
    assert refused.value.error_details[0]["errorType"] == "COMMENT_EMPTY"
    with google("wrong") as client, pytest.raises(HttpError, match="API key not valid"):
        client.comments().analyze(body=ASKED).execute()


def test_it_leads_to_itself(client, house):
    told = client.get("/$discovery/rest?version=v1alpha1", base_url="https://modbot.example").json
    assert told["rootUrl"] == "https://modbot.example/"


def test_it_describes_whatever_it_names():
    told = document("https://modbot.example/")
    named = {part.split('"')[0] for part in str(told).replace("'", '"').split('"$ref": "')[1:]}

    assert named <= set(told["schemas"])
    assert {method["path"] for method in told["resources"]["comments"]["methods"].values()} == {
        "v1alpha1/comments:analyze",
        "v1alpha1/comments:suggestscore",
    }
