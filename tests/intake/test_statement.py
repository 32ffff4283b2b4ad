from __future__ import annotations

from dataclasses import replace

import pytest

from factories import a_comment, a_site, a_verdict, later
from modbot.domain import Action, Case, DecidedBy, Head, Reason, Review, Signal
from modbot.errors import CaseNotFound
from modbot.intake.statement import statement

URL = "https://modbot.example/appeal/x"


def a_case(**changes) -> Case:
    reasons = tuple(Reason("WORDS", f"Sentence {n}, by mail@example.org.", Head.TOXICITY, 1.0) for n in range(5))
    verdict = a_verdict(scores={Head.SPAM: 0.2, Head.TOXICITY: 0.9}, reasons=reasons, signals=())
    base = Case("c1", a_comment(), verdict, Action.REJECT, DecidedBy.MACHINE, 1, False, later(0), later(0))
    return replace(base, **changes)


def a_review(reason: str, decided_by: DecidedBy = DecidedBy.PERSON) -> Review:
    return Review("c1", Action.REJECT, "user-ada", "ada", decided_by, 1, later(60), reason)


def test_it_works():
    told = statement(a_case(), a_site(), URL, later(100))

    assert (told["id"], told["site"], told["restriction"]) == ("c1", "Harbour Gazette", "not published")
    assert told["ground"] == "abuse"
    assert told["automated"] == {"detection": True, "decision": True}
    assert len(told["facts"]) == 3
    assert "mail@example.org" not in str(told)
    assert told["redress"]["appeal_url"] == URL
    assert (told["redress"]["appeal_until"] - told["issued_at"]).days == 183


@pytest.mark.parametrize(
    ("reason", "ground"),
    [("spam", "spam"), ("insult", "abuse"), ("toxicity", "abuse"), ("off topic", "terms"), ("", "abuse")],
)
def test_it_names_the_ground_that_a_person_gave(reason, ground):
    told = statement(a_case(decided_by=DecidedBy.PERSON, reviews=(a_review(reason),)), a_site(), URL, later(100))

    assert told["ground"] == ground
    assert told["automated"]["decision"] is False
    assert told["decided_at"] == later(60)


def test_it_names_a_rule_of_the_owners():
    case = a_case()
    banned = Signal("BANNED", 1.0, "Banned here.", "owner:r1@r1", ())

    assert (
        statement(replace(case, verdict=replace(case.verdict, signals=(banned,))), a_site(), URL, later(1))["ground"]
        == "terms"
    )


def test_it_tells_what_spoke_for_the_ground_and_nothing_else():
    told = (
        Reason("A", "Not like spam.", Head.SPAM, -0.5),
        Reason("B", "Words of spam.", Head.SPAM, 0.5),
        Reason("C", "Words of abuse.", Head.TOXICITY, 2.0),
    )
    case = a_case(decided_by=DecidedBy.PERSON, reviews=(a_review("insult"),))
    case = replace(case, verdict=replace(case.verdict, reasons=told))

    assert statement(case, a_site(), URL, later(1))["facts"] == ["Words of abuse."]
    as_spam = replace(case, reviews=(a_review("spam"),))
    assert statement(as_spam, a_site(), URL, later(1))["facts"] == ["Words of spam."]


def test_it_keeps_the_facts_where_a_site_shows_no_reasons():
    told = statement(a_case(), a_site(show_reasons=False), URL, later(100))

    assert told["facts"] == []
    assert told["ground_text"]


@pytest.mark.parametrize("changes", [{"action": Action.PUBLISH}, {"action": Action.HOLD}, {"erased": True}])
def test_it_states_nothing_where_nothing_was_rejected(changes):
    with pytest.raises(CaseNotFound):
        statement(a_case(**changes), a_site(), URL, later(1))


def test_it_is_for_the_sites_own_comments(client, as_ada, as_ben, good):
    case_id = client.post("/v1/comments", json=good, headers=as_ada).json["id"]

    assert client.get(f"/v1/comments/{case_id}/statement").status_code == 401
    assert client.get(f"/v1/comments/{case_id}/statement", headers=as_ben).status_code == 404
    assert client.get(f"/v1/comments/{case_id}/statement", headers=as_ada).status_code == 404
