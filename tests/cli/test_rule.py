from __future__ import annotations

import json

import pytest

from factories import a_comment, a_new_case, later


@pytest.fixture
def site(run, founded) -> str:
    return json.loads(run("site", "add", "My blog", "--url", "https://blog.example", "--json").output)["id"]


def test_it_works(run, site):
    added = run("rule", "add", "words", "casin*", "free spins", "--site", site, "--effect", "reject", "--note", "Why.")
    rule_id = added.output.split()[1].rstrip(":")
    assert added.output == f"Added {rule_id}: reject words casin*, free spins.\n"
    (listed,) = json.loads(run("rule", "list", "--json").output)
    assert (listed["id"], listed["site_id"], listed["pattern"]) == (rule_id, site, "casin*\nfree spins")
    assert (listed["note"], listed["by"], listed["hits"], listed["reversed"]) == ("Why.", "command line", 0, 0)
    assert "My blog" in run("rule", "list", "--site", site).output
    assert run("rule", "end", rule_id).output.startswith(f"Ended {rule_id}")
    assert run("rule", "list").output == ""
    assert rule_id in run("rule", "list", "--past").output


def test_it_rules_every_site_for_some_days(run, founded):
    told = run("rule", "add", "network", "192.0.2.7/24", "--effect", "hold", "--days", "7", "--json").output
    rule = json.loads(told)
    assert (rule["site_id"], rule["pattern"], rule["kind"]) == (None, "192.0.2.0/24", "network")
    assert rule["until"] > rule["at"]
    assert "every site" in run("rule", "list").output
    assert ", until 20" in run("rule", "list").output


def test_it_keeps_a_hash_of_an_address(run, store, site):
    added = run("rule", "add", "author", "cal@example.org", "--site", site, "--effect", "trust").output
    assert "c•••@e•••.org" in added
    assert "cal@" not in added + run("rule", "list", "--json").output


def test_it_says_what_a_rule_would_have_found_and_adds_nothing(run, store, site):
    case, _ = store.record(a_new_case(comment=a_comment(site_id=site), at=later()))
    tried = ("rule", "add", "words", "harbour", "--site", site, "--effect", "reject", "--dry-run")
    told = run(*tried).output
    assert "Of the newest 1 stored comments it would have found 1." in told
    assert f"modbot explain {case.id}" in told
    facts = json.loads(run(*tried, "--json").output)
    assert (facts["tried"], facts["found"], facts["examples"]) == (1, {"machine_hold": 1}, [case.id])
    assert json.loads(run("rule", "list", "--json").output) == []


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("add", "link", "com", "--effect", "reject"), "pattern: expected a domain"),
        (("add", "author", "cal@example.org", "--effect", "reject"), "site: expected a site"),
        (("add", "words", "x", "--effect", "reject", "--site", "nowhere"), "no site is named nowhere"),
        (("end", "unknown"), "modbot rule list"),
    ],
)
def test_it_refuses_with_a_remedy(run, founded, command, said):
    assert said in run("rule", *command, code=1).output
