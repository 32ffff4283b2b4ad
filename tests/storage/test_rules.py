"""An owner's rules, what they found, and what people made of that, on both engines."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from factories import NOON, a_comment, a_draft, a_new_case, a_rule, a_signal, a_verdict, later
from modbot.domain import Action, DecidedBy, RuleEffect, RuleKind, RuleTally


def found_by(store, *rule_ids, key="key-1", at=NOON, **changes):
    """Record a case that these rules found."""
    signals = tuple(a_signal(code="BANNED", source=f"owner:{one}@r1") for one in rule_ids)
    comment = a_comment(key=key, **changes)
    return store.record(a_new_case(comment=comment, verdict=a_verdict(signals=signals), at=at))[0]


def answer(store, case, action, **changes):
    seen = store.case(case.id).revision
    return store.record_review(a_draft(case_id=case.id, action=action, seen_revision=seen, **changes))


def ids(rules) -> list[str]:
    return [rule.id for rule in rules]


def test_it_works(store):
    given = a_rule(id="", until=later(days=30), note="Since the spring.", label="c•••@e•••.org")
    rule = store.add_rule(given)
    assert rule.id
    assert rule.version == 1
    assert store.rule(rule.id) == rule
    assert store.rules_in_force("site-ada", NOON) == (rule,)
    assert store.site("site-ada").rules == 1
    ended = store.end_rule(rule.id, "ada", later(60))
    assert (ended.ended_at, ended.ended_by, ended.ended_version) == (later(60), "ada", 2)
    assert store.rules_in_force("site-ada", later(60)) == ()
    assert store.site("site-ada").rules == 2
    assert store.rule("unknown") is None
    assert store.end_rule("unknown", "ada", later(60)) is None


def test_it_counts_for_its_site_or_for_every_site(store):
    store.add_rule(a_rule(id="of-ada"))
    store.add_rule(a_rule(id="of-all", site_id=None))
    assert ids(store.rules_in_force("site-ada", NOON)) == ["of-ada", "of-all"]
    assert ids(store.rules_in_force("site-ben", NOON)) == ["of-all"]


def test_it_brings_back_the_rules_of_a_version(store):
    store.add_rule(a_rule(id="a", until=later(50)))
    store.add_rule(a_rule(id="b"))
    store.end_rule("a", "dora", later(10))
    store.add_rule(a_rule(id="c"))
    told = [ids(store.rules_in_force("site-ada", NOON, version)) for version in range(5)]
    assert told == [[], ["a"], ["a", "b"], ["b"], ["b", "c"]]
    assert ids(store.rules_in_force("site-ada", later(50), 2)) == ["b"]


def test_it_ends_a_rule_once(store):
    store.add_rule(a_rule(id="a"))
    first = store.end_rule("a", "ada", later(10))
    assert store.end_rule("a", "ben", later(20)) == first
    assert store.site("site-ada").rules == 2


def test_it_puts_one_list_in_the_place_of_another_at_once(store):
    store.add_rule(a_rule(id="a"))
    added = store.change_rules((a_rule(id="b"), a_rule(id="c")), ("a",), "dora", later(10))
    assert [rule.version for rule in added] == [3, 4]
    assert ids(store.rules_in_force("site-ada", later(10))) == ["b", "c"]


def test_it_lists_those_in_force_and_those_of_the_past(store):
    store.add_rule(a_rule(id="ended"))
    store.add_rule(a_rule(id="ran-out", until=later(10)))
    store.add_rule(a_rule(id="of-ben", site_id="site-ben"))
    store.add_rule(a_rule(id="of-all", site_id=None))
    store.end_rule("ended", "dora", later(5))
    now = later(10)
    assert ids(store.rules(None, now)) == ["of-all", "of-ben"]
    assert ids(store.rules(("site-ada",), now)) == ["of-all"]
    assert ids(store.rules(("site-ada",), now, past=True)) == ["ran-out", "ended"]
    assert ids(store.rules(None, now, before=4)) == ["of-ben"]


def test_it_counts_what_a_rule_found_and_what_people_made_of_it(store):
    for rule in (a_rule(id="a", site_id=None), a_rule(id="b"), a_rule(id="quiet")):
        store.add_rule(rule)
    for number, (action, decided_by) in enumerate(
        [(Action.PUBLISH, DecidedBy.PERSON), (Action.PUBLISH, DecidedBy.SITE), (Action.REJECT, DecidedBy.PERSON)]
    ):
        answer(store, found_by(store, "a", key=f"key-{number}"), action, decided_by=decided_by)
    found_by(store, "a", "b", key="waits")
    found_by(store, "b", key="old", at=later(-60))
    found_by(store, "a", key="elsewhere", site_id="site-ben")
    tallies = store.rule_tallies(["a", "b", "quiet", "unknown"], NOON)
    assert tallies == {
        "a": RuleTally(hits=5, published=2, rejected=1),
        "b": RuleTally(hits=1),
        "quiet": RuleTally(),
        "unknown": RuleTally(),
    }
    assert store.rule_tallies(["a"], NOON, ("site-ada",))["a"].hits == 4
    assert store.rule_tallies([], NOON) == {}
    assert tallies["a"].reversed_of(RuleEffect.REJECT) == 2
    assert tallies["a"].reversed_of(RuleEffect.TRUST) == 1
    assert tallies["a"].reversed_of(RuleEffect.NOTE) == 0


def test_it_counts_a_case_once_whatever_is_edited(store):
    store.add_rule(a_rule(id="a"))
    case = found_by(store, "a")
    edit = a_verdict(signals=(a_signal(code="BANNED", source="owner:a@r1"),))
    store.revise(case.id, a_new_case(comment=a_comment(), verdict=edit, seen_revision=1, at=later(5)))
    assert store.rule_tallies(["a"], NOON)["a"].hits == 1


def test_it_keeps_apart_from_the_promise_what_the_owner_decides_by_name(store):
    for number, code in enumerate(("BANNED", "TRUSTED", "HELD_BY_RULE", "NOTED")):
        verdict = a_verdict(coin=0.01, signals=(a_signal(code=code),))
        case, _ = store.record(a_new_case(comment=a_comment(key=f"k{number}"), verdict=verdict))
        answer(store, case, Action.PUBLISH)
    checked = store.checked("site-ada")
    assert (checked.good, checked.banned) == (2, 2)


def test_it_gives_the_newest_comments_to_try_a_rule_on(store):
    old = found_by(store, key="old", ip="192.0.2.7")
    new = found_by(store, key="new", at=later(10))
    found_by(store, key="of-ben", site_id="site-ben", at=later(20))
    gone = found_by(store, key="gone", at=later(30))
    store.erase_comment(gone.id, later(40))
    answer(store, old, Action.PUBLISH)
    past = store.past_comments("site-ada", 10)
    assert [one.case_id for one in past] == [new.id, old.id]
    assert past[1].comment.ip == "192.0.2.7"
    assert (past[1].action, past[1].decided_by, past[1].received_at) == (Action.PUBLISH, DecidedBy.PERSON, NOON)
    assert len(store.past_comments(None, 2)) == 2


def test_it_numbers_what_many_change_at_once(store):
    with ThreadPoolExecutor(8) as threads:
        added = list(threads.map(store.add_rule, [a_rule(id=f"r{n}") for n in range(16)]))
    assert sorted(rule.version for rule in added) == list(range(1, 17))


@pytest.mark.parametrize("kind", list(RuleKind))
def test_it_keeps_every_kind(store, kind):
    rule = store.add_rule(a_rule(kind=kind))
    assert store.rule(rule.id).kind is kind
