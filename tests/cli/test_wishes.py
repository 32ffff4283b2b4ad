from __future__ import annotations

import json
import re

import pytest


@pytest.fixture
def site(run, founded) -> str:
    return json.loads(run("site", "add", "My blog", "--url", "https://blog.example", "--json").output)["id"]


def test_it_works(run, store, site):
    wished = run(
        "site", "set", site, "--hide-reasons", "--signed", "--email-optional", "--refuse-disposable", "--check-mx",
        "--body-max-chars", "500", "--audit-rate", "10%", "--blocked-word", "casino", "--json",
    )  # fmt: skip
    facts = json.loads(wished.output)
    assert (facts["show_reasons"], facts["signed_requests"], facts["audit_rate"]) == (False, True, 0.1)
    now = store.site(site)
    assert (now.limits.email_required, now.limits.refuse_disposable, now.limits.check_mx) == (False, True, True)
    assert (now.limits.body_max_chars, facts["blocked_words"]) == (500, ["casino"])


@pytest.mark.parametrize(
    ("option", "field"),
    [
        (("--hide-reasons", "--show-reasons"), "show_reasons"),
        (("--unsigned", "--signed"), "signed_requests"),
        (("--email-optional", "--email-required"), "email_required"),
        (("--accept-disposable", "--refuse-disposable"), "refuse_disposable"),
        (("--no-check-mx", "--check-mx"), "check_mx"),
    ],
)
def test_it_switches_back_and_forth_and_leaves_the_rest(run, site, option, field):
    before = json.loads(run("site", "show", site, "--json").output)
    for switch, expected in zip(option, (False, True), strict=True):
        after = json.loads(run("site", "set", site, switch, "--json").output)
        assert after == before | {field: expected}


def test_it_refuses_a_pattern_that_re2_does_not_know(run, store, site):
    answer = run("site", "set", site, "--blocked-word", "re:(?=x)", code=1)
    assert "blocked_words[0]: expected a word or an RE2 pattern" in answer.output
    assert json.loads(run("site", "show", site, "--json").output)["blocked_words"] == []


def test_it_requires_something_to_change(run, site):
    assert "Nothing to change" in run("site", "set", site, code=2).output


def test_it_shows_what_changed_and_nothing_else(run, site):
    said = run("site", "set", site, "--mode", "borrowed", "--max-good-rejected", "0.5%", "--hide-reasons").output
    assert said.splitlines() == [
        "My blog, policy version 2:",
        "  mode: hold-only → borrowed",
        "  max good rejected: 1% → 0.5%",
        "  show reasons: yes → no",
    ]
    assert re.search(r"^max good rejected +0\.5%$", run("site", "show", site).output, re.MULTILINE)
