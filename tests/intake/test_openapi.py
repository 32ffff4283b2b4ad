"""The description is true: what it allows is taken, what it forbids is refused, and every answer is as described."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from schemathesis.specs.openapi.checks import negative_data_rejection

import modbot
from modbot.domain import Limits
from modbot.intake import query
from modbot.intake.gate import FORM
from modbot.intake.openapi import CALLS
from modbot.validation import KNOWN_FIELDS
from soak import SOAK

SRC = Path(modbot.__file__).parent
SOURCES = "".join(
    (SRC / name).read_text()
    for name in ("validation/__init__.py", "validation/form.py", "intake/query.py", "intake/native.py")
)
LABEL = st.from_regex(r"[a-z][a-z0-9-]{0,8}[a-z0-9]", fullmatch=True)
HOST = st.builds("{}.example.{}".format, LABEL, st.sampled_from(["org", "com", "de"]))
# What the words "idn-email" and "uri" allow is more than a comment form means by them, and the description says so.
schemathesis.openapi.format("idn-email", st.builds("{}@{}".format, LABEL, HOST))
schemathesis.openapi.format("uri", st.builds("https://{}/{}".format, HOST, LABEL))


@pytest.fixture
def document(standing):
    return standing.client.get("/openapi.json").json


def test_it_works(document):
    assert document["openapi"] == "3.1.0"
    assert set(document["paths"]) == {path for _, path in CALLS}
    assert document["security"] == [{"siteKey": []}]


def test_it_describes_every_route_of_the_native_door(standing, document):
    app = standing.client.application
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("native.")]
    served = {
        (method.lower(), rule.rule.replace("<", "{").replace(">", "}")) for rule in rules for method in rule.methods
    }
    described = {(method, path) for path, operations in document["paths"].items() for method in operations}
    assert {call for call in served if call[0] not in {"head", "options"}} == described


def test_it_says_what_the_code_says_of_each_call(standing, document):
    app = standing.client.application
    said = {
        (method.lower(), rule.rule.replace("<", "{").replace(">", "}")): app.view_functions[rule.endpoint].__doc__
        for rule in app.url_map.iter_rules()
        for method in rule.methods
    }
    for (method, path), call in CALLS.items():
        assert document["paths"][path][method]["summary"] == call.summary == said[method, path]


def test_it_names_the_fields_that_are_read(document):
    schemas = document["components"]["schemas"]
    assert set(schemas["Submission"]["properties"]) == set(KNOWN_FIELDS)
    assert set(schemas["SubmissionForm"]["properties"]) == set(KNOWN_FIELDS)
    assert schemas["Submission"]["required"] == ["name", "email", "body"]
    assert schemas["Submission"]["properties"]["body"]["maxLength"] == Limits().body_max_chars
    assert "null" not in json.dumps(schemas["SubmissionForm"])


def test_it_requires_a_body_where_there_is_one(document):
    bodies = [operation.get("requestBody") for path in document["paths"].values() for operation in path.values()]
    assert [body["required"] for body in bodies if body] == [True] * 4
    assert document["paths"]["/v1/comments"]["get"]["parameters"][3]["schema"]["maximum"] == query.LIST_MAX


def test_it_leaves_out_what_is_no_part_of_it(document):
    text = json.dumps(document)
    assert "/f/" not in text
    assert "/login" not in text
    assert "/metrics" not in text


def test_it_is_documented_for_people(document):
    text = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
    fields = {name for schema in ("Submission", "Decision", "Complaint") for name in properties(document, schema)}
    answers = {name for schema in ("Answer", "Page") for name in properties(document, schema)}
    parameters = {found["name"] for _, call in CALLS.items() for found in call.parameters}
    assert [
        name for name in sorted(fields | answers | parameters) if f"`{name}`" not in text and f'"{name}"' not in text
    ] == []
    assert [
        f"{method.upper()} {path}" for method, path in CALLS if f"`{method.upper()} {shown(path)}`" not in text
    ] == []
    codes = set(re.findall(r'"([a-z_]+)",\s+"?f?"?Expected', SOURCES)) | {"not_an_address", "required", "not_a_choice"}
    assert len(codes) > 10
    assert [code for code in sorted(codes) if f"`{code}`" not in text] == []


def properties(document, schema):
    return document["components"]["schemas"][schema]["properties"]


def shown(path):
    return path.replace("{case_id}", "{id}")


# In all, with `make soak`, 100,800 calls.
EXAMPLES = 8 if SOAK == 1 else 630 * SOAK
MODES = (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE)
BOUNDED = settings(
    max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


@pytest.mark.slow
@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.value)
@pytest.mark.parametrize("call", CALLS, ids=" ".join)
def test_it_survives_a_fuzzer_that_reads_it(app, as_ada, call, mode):
    app.testing = False  # a crash becomes an answer with status 500, which the fuzzer reports
    method, path = call
    operation = schemathesis.openapi.from_wsgi("/openapi.json", app)[path][method.upper()]

    @BOUNDED
    @given(case=operation.as_strategy(generation_mode=mode))
    def attack(case):
        assume([] not in (case.query or {}).values())  # an empty list is no query at all on the wire
        # In a form, null and 1 are the texts "null" and "1": nobody can refuse them for their type.
        excluded = [negative_data_rejection] if case.media_type == FORM else []
        case.call_and_validate(headers=as_ada, excluded_checks=excluded)

    attack()
