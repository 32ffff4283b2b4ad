from __future__ import annotations

import json
import re

import pytest
from jsonschema_rs import validator_for

from modbot import validation
from modbot.intake.shapes import WEB_ADDRESS, schemas

GOOD = {"name": "Cal", "email": "cal@example.org", "body": "Hello"}


def shape(name):
    return validator_for({"$ref": f"#/components/schemas/{name}", "components": {"schemas": schemas()}})


def test_it_works():
    assert shape("Submission").is_valid(GOOD)
    assert not shape("Submission").is_valid({"name": "Cal"})
    assert shape("Decision").is_valid({"action": "reject", "revision": "3"})


@pytest.mark.parametrize(
    ("fields", "is_valid"),
    [
        ({"url": None, "id": 7, "elapsed_ms": 9, "created_at": None}, True),
        ({"url": "https://bücher.example/ü?q#x"}, True),
        ({"colour": "red"}, True),
        ({"name": "\u200b"}, False),
        ({"name": "a\nb"}, False),
        ({"body": "a\nb"}, True),
        ({"elapsed_ms": -1}, False),
        (dict.fromkeys(("url", "page_url", "ip", "language", "created_at", "elapsed_ms"), ""), True),
        ({"language": "no language"}, False),
    ],
)
def test_it_describes_what_is_taken(fields, is_valid):
    assert shape("Submission").is_valid(GOOD | fields) is is_valid


def test_it_knows_no_null_in_forms():
    forms = {name: schema for name, schema in schemas().items() if name.endswith("Form")}
    assert set(forms) == {"SubmissionForm", "DecisionForm", "ComplaintForm"}
    assert "null" not in json.dumps(forms)


@pytest.mark.parametrize("url", ["https://a.example", "http://localhost:8000/x", "https://例子.example/?q=ü#x"])
def test_it_describes_addresses_that_are_taken(url):
    assert re.search(WEB_ADDRESS, url)
    assert validation.is_web_address(url)
