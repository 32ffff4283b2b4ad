"""Every route of the review page against every kind of person, at their own site and at another's."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from factories import a_user
from modbot.domain import Role, Rule, RuleEffect, RuleKind
from modbot.review.blueprint import bp
from review.desk import HASH, Person

pytestmark = pytest.mark.slow

# Nobody, a viewer and a moderator of Ada's site, a moderator and an administrator of Ben's, an administrator of all.
WHO = ("", "cal", "ada", "ben", "eve", "dora")
LOGIN, NONE, NO, YES = "asked to log in", "no such thing", "may not", "may"
# What each of them gets of something at Ada's site. An endpoint that is in no group fails a test.
RIGHTS: dict[str, tuple[tuple[str, ...], set[str]]] = {
    "open": ((YES, YES, YES, YES, YES, YES), {"login_form", "login", "check_code", "static_file"}),
    "everybody's own": (
        (LOGIN, YES, YES, YES, YES, YES),
        {
            *("root", "queue", "list_table", "mine", "overview", "overview_table", "changes", "patterns"),
            *("preferences", "care", "choose_care", "keys", "choose_keys", "factor", "set_factor", "drop_factor"),
            *("show_logins", "change_password", "end_login"),
            *("save_list", "forget_list", "find_author"),
            # Each case of these is looked at by itself, and one's own claims are all that one can let go.
            *("decide_batch", "confirm_batch", "undo_batch", "release_claim"),
        },
    ),
    # Of a group, everybody decides what is at their own sites: the others find nothing left to decide.
    "decides together": ((LOGIN, NO, YES, YES, YES, YES), {"approve_campaign"}),
    "reads": ((LOGIN, YES, YES, NONE, NONE, YES), {"case", "why", "thread", "outcome", "campaign", "skip_case"}),
    "decides": (
        (LOGIN, NO, YES, NONE, NONE, YES),
        {"approve", "reject", "reopen", "undo", "claim", "note", "note_author", "rule_author"},
    ),
    "administers a site": (
        (LOGIN, NONE, NONE, NONE, YES, YES),
        {"audit", "models", "sites", "users", "rules", "start", "add_user"},
    ),
    "administers this site": (
        (LOGIN, NONE, NONE, NONE, NONE, YES),
        {
            *("site", "make_key", "change_policy", "change_site", "try_site", "end_rule", "add_rule", "try_rule"),
            *("reveal", "change_user", "switch_user", "reset_password", "end_sessions", "drop_second_factor"),
        },
    ),
    "administers all": ((LOGIN, NONE, NONE, NONE, NO, YES), {"promote", "add_site"}),
}
# Ends the session of whoever calls it, or needs something that these tests do not have: looked at elsewhere.
APART = {
    "reject_campaign",
    "logout",
    "code_form",
    "roll_back",
    "resend",
    "model_report",
    "end_author_rule",
    "go_to_provider",
    "come_back",
    "skip_campaign",
}
GROUP_OF = {endpoint: name for name, (_expected, endpoints) in RIGHTS.items() for endpoint in endpoints}
QUERIES = {"overview_table": "?block=queue", "changes": "?since=0"}
FIELDS = {"add_rule": {"site": "site-ada"}, "try_rule": {"site": "site-ada"}}


def routes() -> list[tuple[str, str, str]]:
    app = Flask("routes")
    app.register_blueprint(bp)
    return sorted(
        (rule.endpoint.removeprefix("review."), method, rule.rule)
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("review.")
        for method in rule.methods - {"HEAD", "OPTIONS"}
    )


@pytest.fixture
def settings(settings):
    return settings.model_copy(update={"login_tries_per_minute": 10_000, "dev": True})


@pytest.fixture
def ids(house, ada_site, ben_site, arrive, people, clock) -> dict[str, str]:
    """Something of Ada's site for each kind of id in an address."""
    eve = a_user(id="user-eve", name="eve", role=Role.ADMIN, site_ids=frozenset({ben_site.id}))
    house.store.add_user(eve, HASH)
    rule = Rule("rule-1", ada_site.id, RuleKind.WORDS, "casino", RuleEffect.HOLD, "dora", clock())
    house.store.add_rule(rule)
    case, copy = arrive(), arrive.copies(3)[-1]
    return {
        "case_id": case.id,
        "campaign": house.store.campaign_of(copy.id),
        "rule_id": rule.id,
        "site_id": ada_site.id,
        # Somebody of Ada's site who is none of the callers.
        "user_id": house.store.add_user(a_user(id="user-x", name="x", site_ids=frozenset({ada_site.id})), HASH).id,
        "version": "tiny-1",
        "batch": "none",
        "name": "base.css",
        "act": "disabling",
    }


def outcome(answer) -> str:
    if answer.status_code in {404, 403}:
        return NONE if answer.status_code == 404 else NO
    return LOGIN if (answer.location or "").startswith("/login") else YES


def test_each_route_is_in_one_group():
    known = set(GROUP_OF) | APART
    assert sum(len(endpoints) for _expected, endpoints in RIGHTS.values()) == len(GROUP_OF)
    assert {endpoint for endpoint, _method, _rule in routes()} == known


def test_it_works(app, ids):
    """All of them in one go, and nobody's call opens anything to the next."""
    people = {name: Person(app.test_client()) for name in WHO}
    for name, person in people.items():
        assert not name or person.log_in(name).status_code == 303
    wrong = {}
    for endpoint, method, rule in routes():
        if endpoint in APART:
            continue
        path = re.sub(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>", lambda found: ids[found[1]], rule) + QUERIES.get(endpoint, "")
        fields = FIELDS.get(endpoint, {})
        got = tuple(
            outcome(person.get(path) if method == "GET" else person.post(path, **fields)) for person in people.values()
        )
        if got != RIGHTS[GROUP_OF[endpoint]][0]:
            wrong[endpoint, method, path] = got

    assert wrong == {}
