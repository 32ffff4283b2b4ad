from __future__ import annotations

from dataclasses import replace

import pytest

from factories import NOON, a_comment, a_draft, a_new_case, a_rule, an_author, later
from modbot.domain import Action, RuleEffect, RuleKind
from modbot.errors import InvalidComment
from modbot.ruling import (
    Wish,
    add_rule,
    block_words,
    blocked_words,
    check_blocked_words,
    rule_for_author,
    rule_from,
    try_rule,
)

WORDS = Wish("site-ada", RuleKind.WORDS, "casino", RuleEffect.REJECT)


def wished(house, **changes):
    return rule_from(replace(WORDS, **changes), house.vault, "dora", NOON)


def test_it_works(house, ada_site):
    rule = wished(house, pattern=" casino \n\nfree spins\ncasino", note=" Since spring. ", until=later(60))
    assert (rule.pattern, rule.note, rule.until) == ("casino\nfree spins", "Since spring.", later(60))
    stored = add_rule(house.store, rule)
    assert house.store.rules_in_force(ada_site.id, NOON) == (stored,)


def test_it_hashes_an_address_at_once(house, ada_site):
    rule = wished(house, kind=RuleKind.AUTHOR, pattern="Cal@Example.org", effect=RuleEffect.TRUST)
    assert rule.pattern == house.vault.author_key(ada_site.id, "cal@example.org")
    assert rule.label == "C•••@E•••.org"
    assert "cal" not in repr(rule).casefold()


def test_it_makes_a_rule_about_the_author_of_a_comment():
    rule = rule_for_author(a_comment(), RuleEffect.REJECT, "ada", NOON, later(days=7))
    assert (rule.site_id, rule.kind, rule.pattern, rule.label) == (
        "site-ada",
        RuleKind.AUTHOR,
        "author-cal",
        "c•••@e•••.org",
    )
    assert rule.until == later(days=7)
    nameless = a_comment(author=an_author(email_masked=""))
    assert rule_for_author(nameless, RuleEffect.REJECT, "ada", NOON).label == "without address"


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        (RuleKind.LINK, "https://www.Shop.example/buy?now", "shop.example"),
        (RuleKind.LINK, "*.top", "*.top"),
        (RuleKind.LINK, "münchen.example", "xn--mnchen-3ya.example"),
        (RuleKind.EMAIL_DOMAIN, "Mail.Example", "mail.example"),
        (RuleKind.NETWORK, "192.0.2.77/24", "192.0.2.0/24"),
        (RuleKind.NETWORK, "192.0.2.7", "192.0.2.7/32"),
        (RuleKind.NETWORK, "2001:DB8::/32", "2001:db8::/32"),
        (RuleKind.PATTERN, "vi[a4]gra", "vi[a4]gra"),
    ],
)
def test_it_tidies_what_people_type(house, kind, typed, kept):
    assert wished(house, kind=kind, pattern=typed).pattern == kept


@pytest.mark.parametrize(
    ("changes", "field", "why"),
    [
        ({"pattern": " \n "}, "pattern", "nothing"),
        ({"pattern": "x" * 501}, "pattern", "longer than any word"),
        ({"kind": RuleKind.PATTERN, "pattern": "("}, "pattern", "no RE2"),
        ({"kind": RuleKind.PATTERN, "pattern": "a\nb"}, "pattern", "a pattern is one line"),
        ({"kind": RuleKind.LINK, "pattern": "com"}, "pattern", "would be half the web by accident"),
        ({"kind": RuleKind.LINK, "pattern": "not a domain.example"}, "pattern", "no domain"),
        ({"kind": RuleKind.EMAIL_DOMAIN, "pattern": "x..example"}, "pattern", "no domain"),
        ({"kind": RuleKind.NETWORK, "pattern": "192.0.2.0/7"}, "pattern", "half the world"),
        ({"kind": RuleKind.NETWORK, "pattern": "::/0"}, "pattern", "the whole world"),
        ({"kind": RuleKind.NETWORK, "pattern": "example.org"}, "pattern", "a name is no address"),
        ({"kind": RuleKind.AUTHOR, "pattern": "cal"}, "pattern", "no address"),
        ({"kind": RuleKind.AUTHOR, "pattern": "a@b.example", "site_id": None}, "site", "hashes are per site"),
        ({"effect": RuleEffect.TRUST}, "effect", "words may be written by anybody"),
        ({"effect": RuleEffect.TRUST, "kind": RuleKind.LINK, "pattern": "a.example"}, "effect", "and links too"),
        ({"until": NOON}, "until", "over before it began"),
        ({"note": "x" * 501}, "note", "a note, not an essay"),
    ],
)
def test_it_refuses_what_cannot_be_meant(house, changes, field, why):
    with pytest.raises(InvalidComment) as refusal:
        wished(house, **changes)
    assert [fault.field for fault in refusal.value.fields] == [field], why
    assert all("expected" in fault.message for fault in refusal.value.fields)


def test_it_never_repeats_an_address_in_a_refusal(house):
    with pytest.raises(InvalidComment) as refusal:
        wished(house, kind=RuleKind.AUTHOR, pattern="cal example@org")
    assert "cal" not in str(refusal.value.fields)


def test_it_says_what_a_rule_would_have_found(house, ada_site, ben_site):
    for number in range(14):
        body = "The casino again" if number < 12 else "The harbour again"
        new = a_new_case(comment=a_comment(key=f"k{number}", body=body), at=later(number))
        case, _ = house.store.record(new)
        if number < 3:
            action = Action.PUBLISH if number else Action.REJECT
            house.store.record_review(a_draft(case_id=case.id, action=action))
    house.store.record(a_new_case(comment=a_comment(key="b", site_id=ben_site.id, body="A casino")))
    trial = try_rule(house.store, wished(house))
    assert (trial.tried, trial.since, trial.hits) == (14, NOON, 12)
    assert trial.found == {(True, Action.REJECT): 1, (True, Action.PUBLISH): 2, (False, Action.HOLD): 9}
    assert len(trial.examples) == 10
    assert try_rule(house.store, wished(house, site_id=None)).hits == 13
    assert house.store.rules_in_force(ada_site.id, NOON) == ()


def test_it_says_what_it_cannot_try(house, ada_site):
    trial = try_rule(house.store, wished(house))
    assert (trial.tried, trial.since, trial.hits) == (0, None, 0)


@pytest.mark.parametrize(
    ("many", "why"),
    [
        ("\n".join(f"w{n}" for n in range(10_000)), "the entries of all rules count together"),
        ("\n".join(f"c{n}+" for n in range(201)), "each word with signs is a search of its own"),
    ],
)
def test_it_refuses_more_than_a_comment_can_be_compared_with(house, ada_site, many, why):
    add_rule(house.store, wished(house))
    with pytest.raises(InvalidComment) as refusal:
        add_rule(house.store, wished(house, pattern=many))
    assert refusal.value.fields[0].code == "too_many", why
    with pytest.raises(InvalidComment):
        add_rule(house.store, wished(house, pattern=many, site_id=None))


def test_it_puts_a_list_of_blocked_words_in_the_place_of_the_old_one(house, ada_site):
    store = house.store
    block_words(store, ada_site.id, ("casino", "re:vi[a4]gra", "free spins"), "command line", NOON)
    assert set(blocked_words(store, ada_site.id, NOON)) == {"casino", "free spins", "re:vi[a4]gra"}
    store.add_rule(a_rule(id="brief", pattern="rain", until=later(60)))
    store.add_rule(a_rule(id="held", pattern="snow", effect=RuleEffect.HOLD))
    block_words(store, ada_site.id, ("poker",), "command line", later(10))
    assert blocked_words(store, ada_site.id, later(10)) == ("poker",)
    version = store.site(ada_site.id).rules
    block_words(store, ada_site.id, ("poker",), "command line", later(20))
    assert store.site(ada_site.id).rules == version
    block_words(store, ada_site.id, (), "command line", later(30))
    assert [rule.id for rule in store.rules_in_force(ada_site.id, later(30))] == ["brief", "held"]


def test_it_names_each_bad_word_of_a_list():
    with pytest.raises(InvalidComment) as refusal:
        check_blocked_words(("fine", "re:(?=x)", "re:fine"))
    assert [fault.field for fault in refusal.value.fields] == ["blocked_words[1]"]
